//! What calls hand back, as C lays it out.

use goodness_edge::{Health, Symptom, Verdict};

/// What a network says of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct goodness_verdict {
    /// The class with the highest goodness.
    pub label: u8,
    /// Its goodness minus that of the next best.
    pub lead: f32,
}

/// How a network is doing; means run over about the last 256 samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct goodness_health {
    /// Samples learned.
    pub step: u32,
    /// Units of each layer that have fallen silent.
    pub silent: [u32; 2],
    /// Mean goodness of the true label, and of the best wrong one.
    pub goodness: [f32; 2],
    /// Share of samples that were read rightly before they were learned.
    pub accuracy: f32,
    /// Weights that can grow no further.
    pub at_limit: u32,
    /// 0: none; 1: a layer is silent; 2: goodness has collapsed; 3: true labels do not lead; 4: weights at their limit.
    pub symptom: i32,
}

impl From<Verdict<f32>> for goodness_verdict {
    fn from(verdict: Verdict<f32>) -> Self {
        Self { label: verdict.label, lead: verdict.lead }
    }
}

impl From<Health> for goodness_health {
    fn from(health: Health) -> Self {
        let symptom = match health.symptom() {
            None => 0,
            Some(Symptom::Silent { .. }) => 1,
            Some(Symptom::Collapsed { .. }) => 2,
            Some(Symptom::NoGap { .. }) => 3,
            Some(Symptom::AtLimit { .. }) => 4,
        };
        Self {
            step: health.step,
            silent: health.silent.map(|n| n as u32),
            goodness: health.goodness,
            accuracy: health.accuracy,
            at_limit: health.at_limit as u32,
            symptom,
        }
    }
}
