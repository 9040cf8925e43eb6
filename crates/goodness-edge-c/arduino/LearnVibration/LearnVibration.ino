// Learns to tell calm from shaking by what an analog sensor on A0 says, with a button on pin 2 that is pressed while it
// shakes: the board learns from what it sees, and needs no computer for it.
#include <goodness_edge.h>

const int SENSOR = A0, BUTTON = 2, VALUES = 64;

static GOODNESS_MEMORY(net, GOODNESS_I16_64_16_8_4_BYTES);
static int16_t sample[VALUES];

// Prints what is wrong, if anything is.
static bool done(int32_t code) {
  if (code != GOODNESS_OK) Serial.println(goodness_message(code));
  return code == GOODNESS_OK;
}

void setup() {
  Serial.begin(115200);
  pinMode(BUTTON, INPUT_PULLUP);
  done(goodness_start(net, sizeof net, &GOODNESS_I16_64_16_8_4, 1));
}

void loop() {
  long sum = 0;
  for (int i = 0; i < VALUES; i++) {
    sample[i] = (int16_t)analogRead(SENSOR);
    sum += sample[i];
    delay(2);
  }
  // Only proportions within a sample count, so what never changes is taken away.
  for (int i = 0; i < VALUES; i++) sample[i] -= (int16_t)(sum / VALUES);

  uint8_t shakes = digitalRead(BUTTON) == LOW ? 1 : 0, took_for = 0;
  if (!done(goodness_learn_i16(net, sample, VALUES, shakes, &took_for))) return;
  Serial.print(shakes);
  Serial.print(" was taken for ");
  Serial.println(took_for);

  goodness_health health;
  if (done(goodness_report(net, &health)) && health.symptom != 0) {
    Serial.print("symptom ");
    Serial.println(health.symptom);
  }
}
