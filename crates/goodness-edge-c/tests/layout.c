/* Prints what C makes of the header: sizes of memory, fields, codes. */
#include "goodness_edge.h"

#include <stdio.h>

#define KIND(name) \
  printf(#name " %u %u\n", (unsigned)name##_BYTES, (unsigned)name##_IMAGE_BYTES); \
  printf(#name " %u %u\n", (unsigned)goodness_bytes(&name), (unsigned)goodness_image_bytes(&name))
#define SLICED(name) \
  printf(#name " %u %u\n", (unsigned)name##_BYTES, (unsigned)name##_FLASH_BYTES); \
  printf(#name " %u %u\n", (unsigned)goodness_sliced_bytes(&name), (unsigned)goodness_sliced_flash_bytes(&name))
#define FIELD(type, name) printf(#type "." #name " %u\n", (unsigned)offsetof(type, name))

int main(void) {
  KIND(GOODNESS_F32_784_32_32_10);
  KIND(GOODNESS_I16_784_32_32_10);
  KIND(GOODNESS_I8_784_32_32_10);
  KIND(GOODNESS_I8_784_16_16_10);
  KIND(GOODNESS_I16_64_16_8_4);
  SLICED(GOODNESS_I8_784_32_32_10_BY_2);
  SLICED(GOODNESS_I16_64_16_8_4_BY_4);
  FIELD(goodness_verdict, label);
  FIELD(goodness_verdict, lead);
  FIELD(goodness_health, step);
  FIELD(goodness_health, silent);
  FIELD(goodness_health, goodness);
  FIELD(goodness_health, accuracy);
  FIELD(goodness_health, at_limit);
  FIELD(goodness_health, symptom);
  FIELD(goodness_flash, read);
  FIELD(goodness_flash, write);
  FIELD(goodness_flash, erase);
  FIELD(goodness_flash, bytes);
  FIELD(goodness_flash, erases);
  FIELD(goodness_flash, stay);
  printf("sizes %u %u %u\n", (unsigned)sizeof(goodness_verdict), (unsigned)sizeof(goodness_health),
         (unsigned)sizeof(goodness_flash));
  return 0;
}
