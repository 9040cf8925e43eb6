/* Learns to tell four kinds of vibration apart with a quarter of the first layer in memory and the others in flash, here
 * an array; loses its memory as when the power fails, and goes on from flash.
 *
 *   cargo build --release -p goodness-edge-c
 *   cc -I crates/goodness-edge-c/include crates/goodness-edge-c/examples/learn_in_flash.c \
 *      target/release/libgoodness_edge_c.a -lpthread -ldl -lm -o learn_in_flash && ./learn_in_flash
 */
#include "goodness_edge.h"

#include <stdio.h>
#include <string.h>

enum { VALUES = 64, KINDS = 4, LEARNED = 4000, READ = 1000 };

static GOODNESS_MEMORY(net, GOODNESS_I16_64_16_8_4_BY_4_BYTES);
static uint8_t cells[GOODNESS_I16_64_16_8_4_BY_4_FLASH_BYTES];
static uint32_t random_state = 12345;

/* A board has its own driver in place of these three. */
static int32_t read_cells(void *context, uint32_t offset, uint8_t *bytes, size_t n) {
  memcpy(bytes, (uint8_t *)context + offset, n);
  return 0;
}

static int32_t write_cells(void *context, uint32_t offset, const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) ((uint8_t *)context)[offset + i] &= bytes[i];
  return 0;
}

static int32_t erase_cells(void *context, uint32_t from, uint32_t to) {
  memset((uint8_t *)context + from, 0xFF, to - from);
  return 0;
}

static const goodness_flash flash = {cells, read_cells, write_cells, erase_cells, sizeof cells, 10000, 50};

static int random_below(int n) {
  random_state = random_state * 1664525u + 1013904223u;
  return (int)((random_state >> 16) % (uint32_t)n);
}

/* A triangle wave of 4, 6, 9 or 13 periods, of any phase and strength, with noise. */
static uint8_t vibration(int16_t *x) {
  static const int periods[KINDS] = {4, 6, 9, 13};
  uint8_t kind = (uint8_t)random_below(KINDS);
  int phase = random_below(1024), strength = 1 + random_below(8);
  for (int i = 0; i < VALUES; i++) {
    int at = (i * periods[kind] * 1024 / VALUES + phase) % 1024;
    int wave = at < 512 ? at - 256 : 768 - at;
    x[i] = (int16_t)(strength * (wave + random_below(257) - 128));
  }
  return kind;
}

/* Stops at whatever is not GOODNESS_OK. */
static int failed(const char *what, int32_t code) {
  if (code != GOODNESS_OK) fprintf(stderr, "%s: %s\n", what, goodness_message(code));
  return code != GOODNESS_OK;
}

static int learn(int samples) {
  int16_t x[VALUES];
  for (int i = 0; i < samples; i++) {
    uint8_t kind = vibration(x);
    if (failed("learn", goodness_sliced_learn_i16(net, &flash, x, VALUES, kind, NULL))) return 1;
  }
  return 0;
}

static int right(int *count) {
  int16_t x[VALUES];
  goodness_verdict verdict;
  *count = 0;
  for (int i = 0; i < READ; i++) {
    uint8_t kind = vibration(x);
    if (failed("read", goodness_sliced_predict_i16(net, &flash, x, VALUES, &verdict))) return 1;
    *count += verdict.label == kind;
  }
  return 0;
}

int main(void) {
  int before, after;
  uint32_t erases, digest[2];
  goodness_health health;
  const goodness_sliced_kind *kind = &GOODNESS_I16_64_16_8_4_BY_4;
  if (failed("start", goodness_sliced_start(net, sizeof net, kind, &flash, 1))) return 1;
  if (right(&before) || learn(LEARNED) || right(&after)) return 1;
  if (failed("report", goodness_sliced_report(net, &health))) return 1;
  if (failed("erases", goodness_sliced_erases(net, &erases))) return 1;
  printf("%d of %d read rightly before, %d after %u samples, in %u bytes, %u erases of a page\n", before, READ, after,
         (unsigned)health.step, (unsigned)sizeof net, (unsigned)erases);
  if (failed("save", goodness_sliced_save(net, &flash))) return 1;
  if (failed("digest", goodness_sliced_digest(net, &flash, &digest[0]))) return 1;
  memset(net, 0, sizeof net);
  if (failed("restore", goodness_sliced_restore(net, sizeof net, kind, &flash))) return 1;
  if (failed("digest", goodness_sliced_digest(net, &flash, &digest[1]))) return 1;
  printf("restored %s bits\n", digest[0] == digest[1] ? "the same" : "other");
  return digest[0] == digest[1] && health.symptom == 0 && after > 8 * READ / 10 ? 0 : 1;
}
