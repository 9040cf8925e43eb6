/* Learns to tell four kinds of vibration apart, saves what it learned, and goes on from there.
 *
 *   cargo build --release -p goodness-edge-c
 *   cc -I crates/goodness-edge-c/include crates/goodness-edge-c/examples/learn.c \
 *      target/release/libgoodness_edge_c.a -lpthread -ldl -lm -o learn && ./learn
 */
#include "goodness_edge.h"

#include <stdio.h>
#include <string.h>

enum { VALUES = 64, KINDS = 4, LEARNED = 3000, READ = 1000 };

static GOODNESS_MEMORY(net, GOODNESS_I16_64_16_8_4_BYTES);
static GOODNESS_MEMORY(second, GOODNESS_I16_64_16_8_4_BYTES);
static uint8_t image[GOODNESS_I16_64_16_8_4_IMAGE_BYTES];
static uint32_t random_state = 12345;

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

static int learn(void *into, int samples) {
  int16_t x[VALUES];
  for (int i = 0; i < samples; i++) {
    uint8_t kind = vibration(x);
    if (failed("learn", goodness_learn_i16(into, x, VALUES, kind, NULL))) return 1;
  }
  return 0;
}

static int right(void *of, int *count) {
  int16_t x[VALUES];
  goodness_verdict verdict;
  *count = 0;
  for (int i = 0; i < READ; i++) {
    uint8_t kind = vibration(x);
    if (failed("read", goodness_predict_i16(of, x, VALUES, &verdict))) return 1;
    *count += verdict.label == kind;
  }
  return 0;
}

int main(void) {
  int before, after;
  uint32_t digest[2];
  goodness_health health;
  if (failed("start", goodness_start(net, sizeof net, &GOODNESS_I16_64_16_8_4, 1))) return 1;
  if (right(net, &before) || learn(net, LEARNED) || right(net, &after)) return 1;
  if (failed("report", goodness_report(net, &health))) return 1;
  printf("%d of %d read rightly before, %d after %u samples, in %u bytes\n", before, READ, after, (unsigned)health.step,
         (unsigned)sizeof net);
  if (failed("save", goodness_save(net, image, sizeof image))) return 1;
  if (failed("restore", goodness_restore(second, sizeof second, &GOODNESS_I16_64_16_8_4, image, sizeof image))) return 1;
  /* Both go on alike. */
  for (int i = 0; i < 2; i++) {
    void *own = i == 0 ? (void *)net : (void *)second;
    random_state = 99;
    if (learn(own, 100) || failed("digest", goodness_digest(own, &digest[i]))) return 1;
  }
  printf("restored, and learned to %s bits\n", digest[0] == digest[1] ? "the same" : "other");
  return digest[0] == digest[1] && health.symptom == 0 && after > 9 * READ / 10 ? 0 : 1;
}
