/* Forward-Forward training inside a microcontroller.
 *
 * A network lives in memory that you give, aligned to 8 bytes. Nothing is allocated, nothing is global; networks in
 * different memory do not know of one another, and one network is used by one thread at a time. Memory must be zeroed, as
 * static memory is, before the first call. Every call returns a goodness_code; after any but GOODNESS_OK the network is as
 * it was.
 *
 *     static GOODNESS_MEMORY(net, GOODNESS_I8_784_32_32_10_BYTES);
 *     goodness_start(net, sizeof net, &GOODNESS_I8_784_32_32_10, 1);
 *     goodness_learn_u8(net, pixels, 784, 3, NULL);
 */
#ifndef GOODNESS_EDGE_H
#define GOODNESS_EDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a call went. */
typedef enum goodness_code {
  GOODNESS_OK = 0,
  GOODNESS_NULL = 1,      /* a pointer is null */
  GOODNESS_MEMORY = 2,    /* memory too small for this network, or not aligned to 8 bytes */
  GOODNESS_BLANK = 3,     /* no network in this memory */
  GOODNESS_LENGTH = 4,    /* the sample has another number of values */
  GOODNESS_VALUE = 5,     /* a value is not a finite number within 1e15 */
  GOODNESS_REALS = 6,     /* float came to a network in whole numbers */
  GOODNESS_LABEL = 7,     /* no such class */
  GOODNESS_DIVERGED = 8,  /* goodness is not finite: restore, and lower the rate */
  GOODNESS_EMPTY = 9,     /* nothing is in this image */
  GOODNESS_FOREIGN = 10,  /* something other than a state is */
  GOODNESS_VERSION = 11,  /* a state of another version */
  GOODNESS_SHAPE = 12,    /* a state of another network */
  GOODNESS_DAMAGED = 13,  /* a state whose bytes have changed */
  GOODNESS_ROOM = 14,     /* the image ends early, or its room is too small */
  GOODNESS_FLASH = 15,    /* a function of the flash did not return 0 */
  GOODNESS_NOT_KEPT = 16, /* what was written to flash does not read back; the state before it is intact */
  GOODNESS_WORN = 17      /* pages were erased as often as was allowed */
} goodness_code;

/* A precision and a shape: inputs, units of the first and of the second layer, classes. */
typedef struct goodness_kind goodness_kind;

extern const goodness_kind GOODNESS_F32_784_32_32_10;
extern const goodness_kind GOODNESS_I16_784_32_32_10;
extern const goodness_kind GOODNESS_I8_784_32_32_10;
extern const goodness_kind GOODNESS_I8_784_16_16_10;
extern const goodness_kind GOODNESS_I16_64_16_8_4;

/* Bytes of memory for each, and of a saved state. */
#define GOODNESS_F32_784_32_32_10_BYTES 108960
#define GOODNESS_F32_784_32_32_10_IMAGE_BYTES 106112
#define GOODNESS_I16_784_32_32_10_BYTES 54856
#define GOODNESS_I16_784_32_32_10_IMAGE_BYTES 53248
#define GOODNESS_I8_784_32_32_10_BYTES 28488
#define GOODNESS_I8_784_32_32_10_IMAGE_BYTES 26816
#define GOODNESS_I8_784_16_16_10_BYTES 14120
#define GOODNESS_I8_784_16_16_10_IMAGE_BYTES 13184
#define GOODNESS_I16_64_16_8_4_BYTES 2952
#define GOODNESS_I16_64_16_8_4_IMAGE_BYTES 2624

/* Aligned memory of so many bytes. */
#define GOODNESS_MEMORY(name, bytes) uint64_t name[((bytes) + 7) / 8]

/* What a network says of a sample. */
typedef struct goodness_verdict {
  uint8_t label; /* the class with the highest goodness */
  float lead;    /* its goodness minus that of the next best */
} goodness_verdict;

/* How a network is doing; means run over about the last 256 samples. */
typedef struct goodness_health {
  uint32_t step;      /* samples learned */
  uint32_t silent[2]; /* units of each layer that have fallen silent */
  float goodness[2];  /* mean goodness of the true label, and of the best wrong one */
  float accuracy;     /* share of samples read rightly before they were learned */
  uint32_t at_limit;  /* weights that can grow no further */
  int32_t symptom;    /* 0 none, 1 a layer is silent, 2 goodness collapsed, 3 true labels do not lead, 4 weights at limit */
} goodness_health;

/* Bytes of memory for a network of this kind, and of its saved state; 0 for NULL. */
size_t goodness_bytes(const goodness_kind *kind);
size_t goodness_image_bytes(const goodness_kind *kind);

/* Makes a network and draws its weights; the same seed gives the same bits on every processor. */
int32_t goodness_start(void *memory, size_t bytes, const goodness_kind *kind, uint64_t seed);

/* Goes on from a saved state. The image is what goodness_save or `goodness edge export` wrote, or a device's flash. */
int32_t goodness_restore(void *memory, size_t bytes, const goodness_kind *kind, const uint8_t *image, size_t n);

/* Writes the state, with version and checksum, into the image. */
int32_t goodness_save(void *net, uint8_t *image, size_t n);

/* Sets the rates of both layers, in 65,536ths. */
int32_t goodness_set_rates(void *net, uint32_t first, uint32_t second);

/* Learns a sample of n values; took_for, which may be NULL, becomes what the network took it for before. */
int32_t goodness_learn_u8(void *net, const uint8_t *x, size_t n, uint8_t label, uint8_t *took_for);
int32_t goodness_learn_i16(void *net, const int16_t *x, size_t n, uint8_t label, uint8_t *took_for);
int32_t goodness_learn_f32(void *net, const float *x, size_t n, uint8_t label, uint8_t *took_for);

/* Reads a sample of n values. */
int32_t goodness_predict_u8(void *net, const uint8_t *x, size_t n, goodness_verdict *verdict);
int32_t goodness_predict_i16(void *net, const int16_t *x, size_t n, goodness_verdict *verdict);
int32_t goodness_predict_f32(void *net, const float *x, size_t n, goodness_verdict *verdict);

/* How the network is doing. */
int32_t goodness_report(void *net, goodness_health *health);

/* CRC-32 of the state: equal on two machines when every weight is. */
int32_t goodness_digest(void *net, uint32_t *digest);

/* Networks whose first layer is in flash, but for a slice of its units that learns now. After an error of start, of
 * restore, or of the flash while slices change, the network is blank and flash holds its last whole state. */

/* A precision, a shape, and how many units are in memory. */
typedef struct goodness_sliced_kind goodness_sliced_kind;

extern const goodness_sliced_kind GOODNESS_I8_784_32_32_10_BY_2;
extern const goodness_sliced_kind GOODNESS_I16_64_16_8_4_BY_4;

/* Bytes of memory for each, and of flash. */
#define GOODNESS_I8_784_32_32_10_BY_2_BYTES 5432
#define GOODNESS_I8_784_32_32_10_BY_2_FLASH_BYTES 131072
#define GOODNESS_I16_64_16_8_4_BY_4_BYTES 1496
#define GOODNESS_I16_64_16_8_4_BY_4_FLASH_BYTES 32768

/* Part of a flash, whose pages are of 4096 bytes or divide them. Functions return 0 when they have done what they should;
 * offsets count from the start of this part. erases and stay are read by start and restore. */
typedef struct goodness_flash {
  void *context;                                                                   /* handed to every function */
  int32_t (*read)(void *context, uint32_t offset, uint8_t *bytes, size_t n);        /* 64 bytes at a multiple of 64 */
  int32_t (*write)(void *context, uint32_t offset, const uint8_t *bytes, size_t n); /* the same, where it was erased */
  int32_t (*erase)(void *context, uint32_t from, uint32_t to);                      /* multiples of 4096; all 0xFF */
  uint32_t bytes;                                                                  /* of this part */
  uint32_t erases;                                                                 /* how often a page may be erased */
  uint32_t stay; /* how many samples a slice learns before the next one */
} goodness_flash;

/* Bytes of memory for a network of this kind, and of flash; 0 for NULL. */
size_t goodness_sliced_bytes(const goodness_sliced_kind *kind);
size_t goodness_sliced_flash_bytes(const goodness_sliced_kind *kind);

/* Makes a network and draws its weights into flash; the same seed gives the same bits on every processor. */
int32_t goodness_sliced_start(void *memory, size_t bytes, const goodness_sliced_kind *kind, const goodness_flash *flash, uint64_t seed);

/* Goes on from what flash holds: the last end of a slice's turn, or the last goodness_sliced_save. */
int32_t goodness_sliced_restore(void *memory, size_t bytes, const goodness_sliced_kind *kind, const goodness_flash *flash);

/* Writes what memory holds to flash, so that nothing is lost when power goes. */
int32_t goodness_sliced_save(void *net, const goodness_flash *flash);

/* Sets the rates of both layers, in 65,536ths. */
int32_t goodness_sliced_set_rates(void *net, uint32_t first, uint32_t second);

/* Learns a sample of n values. */
int32_t goodness_sliced_learn_u8(void *net, const goodness_flash *flash, const uint8_t *x, size_t n, uint8_t label, uint8_t *took_for);
int32_t goodness_sliced_learn_i16(void *net, const goodness_flash *flash, const int16_t *x, size_t n, uint8_t label, uint8_t *took_for);

/* Reads a sample of n values. */
int32_t goodness_sliced_predict_u8(void *net, const goodness_flash *flash, const uint8_t *x, size_t n, goodness_verdict *verdict);
int32_t goodness_sliced_predict_i16(void *net, const goodness_flash *flash, const int16_t *x, size_t n, goodness_verdict *verdict);

/* How the network is doing, and how often the most used page was erased. */
int32_t goodness_sliced_report(void *net, goodness_health *health);
int32_t goodness_sliced_erases(void *net, uint32_t *erases);

/* CRC-32 of the state, equal to that of a network in memory with the same weights. */
int32_t goodness_sliced_digest(void *net, const goodness_flash *flash, uint32_t *digest);

/* What a code means, for people. */
const char *goodness_message(int32_t code);

#ifdef __cplusplus
}
#endif

#endif
