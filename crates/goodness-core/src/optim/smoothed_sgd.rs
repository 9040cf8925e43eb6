//! # Smoothed gradient descent
//!
//! Δ ← d Δ + (1−d) ∂L/∂w, w ← w − gain · ε (Δ + wc · w)  (Hinton 2022, released code: d = 0.9, its `delay`)
//!
//! The average keeps the size of a gradient, unlike classical momentum, whose steps are 1/(1−d) times larger: a rate of
//! 0.01 here is 0.001 there. Cost: 4 multiply-adds a weight and one number remembered.
//!
//! ```
//! use goodness_core::optim::{Memory, Moment, Optimizer, SmoothedSgd};
//! let (mut w, mut delta) = ([1.0], [0.0]);
//! let sgd = SmoothedSgd { rate: 0.5, smoothing: 0.5, weight_decay: 0.0 };
//! let pace = sgd.pace(Moment { step: 1, gain: 1.0 });
//! sgd.update(pace, &mut w, &[2.0], Memory { first: &mut delta, second: &mut [] });
//! assert_eq!((w, delta), ([0.5], [1.0]));
//! ```

use super::{Memory, Moment, Optimizer, Pace};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};

/// Descent along a running average of the gradient.
#[derive(Clone, Copy, Debug)]
pub struct SmoothedSgd {
    /// ε.
    pub rate: f32,
    /// d, the share of the average that stays.
    pub smoothing: f32,
    /// wc, the pull of a weight towards 0.
    pub weight_decay: f32,
}

impl Optimizer for SmoothedSgd {
    fn slots(&self) -> usize {
        1
    }

    fn pace(&self, at: Moment) -> Pace {
        Pace { step: at.step, rate: at.gain * self.rate, decay: self.weight_decay, scales: [1.0; 2] }
    }

    fn update(&self, pace: Pace, weights: &mut [f32], gradient: &[f32], memory: Memory<'_>) {
        let Pace { rate, decay, .. } = pace;
        for ((w, g), delta) in weights.iter_mut().zip(gradient).zip(memory.first) {
            *delta = self.smoothing * *delta + (1.0 - self.smoothing) * g;
            *w -= rate * (*delta + decay * *w);
        }
    }

    fn rate(&self) -> f32 {
        self.rate
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Optimizer> = Entry {
    info: Info {
        name: "smoothed_sgd",
        summary: "descent along a running average of the gradient: Hinton's own",
        source: "Hinton 2022, released code, ffnew",
        params: &[
            Param::real("rate", "step size", 0.01, 0.0, 100.0),
            Param::real("smoothing", "share of the average that stays", 0.9, 0.0, 0.9999),
            Param::real("weight_decay", "pull of a weight towards 0", 0.001, 0.0, 1.0),
        ],
    },
    build: |args| {
        let [rate, smoothing, weight_decay] = ["rate", "smoothing", "weight_decay"].map(|name| args.f32(name));
        Box::new(SmoothedSgd { rate, smoothing, weight_decay })
    },
};
