//! # Cross-entropy with a learned temperature
//!
//! L = −Σₖ tₖ ln pₖ, p = softmax(g/T), T = low + (high − low) σ(α)  (Chen 2026, DTG-FF: bounded, one α a layer)
//!
//! ∂L/∂gₖ = (pₖ − tₖ)/T, ∂L/∂α = −Σₖ (pₖ − tₖ) gₖ/T² · (high − low) σ(α)(1 − σ(α)). α starts at 0, the middle. A layer finds
//! by itself how large its differences of goodness should be. Cost: K exponentials a row.
//!
//! ```
//! use goodness_core::class_loss::{ClassLoss, LearnedTemperature, Slopes};
//! use goodness_core::{Rows, RowsMut};
//! let (mut loss, mut dg) = ([0.0], [0.0; 2]);
//! let slopes = Slopes { loss: &mut loss, dg: RowsMut::new(&mut dg, 1, 2) };
//! let learned = LearnedTemperature { low: 0.5, high: 1.5, smoothing: 0.0 };
//! learned.score(Rows::new(&[3.0, 3.0], 1, 2), &[1], 0.0, slopes); // T = 1
//! assert_eq!(dg, [0.5, -0.5]);
//! ```

use super::{ClassLoss, CrossEntropy, Slopes};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rows::Rows;

/// Cross-entropy whose temperature is learned within bounds, one a layer.
#[derive(Clone, Copy, Debug)]
pub struct LearnedTemperature {
    /// Lowest temperature.
    pub low: f32,
    /// Highest temperature.
    pub high: f32,
    /// s, the share of a label that is spread over all classes.
    pub smoothing: f32,
}

impl ClassLoss for LearnedTemperature {
    fn knob(&self) -> Option<f32> {
        Some(0.0)
    }

    fn score(&self, g: Rows<'_>, labels: &[u8], knob: f32, slopes: Slopes<'_>) -> f32 {
        let Slopes { loss, mut dg } = slopes;
        let (share, range) = (math::sigmoid(knob), self.high - self.low);
        let temperature = self.low + range * share;
        let fixed = CrossEntropy { temperature, smoothing: self.smoothing };
        let mut by_temperature = 0.0;
        for (r, (loss, label)) in loss.iter_mut().zip(labels).enumerate() {
            *loss = fixed.score_row(g.row(r), usize::from(*label), dg.row_mut(r));
            by_temperature -= math::dot(dg.row_mut(r), g.row(r)) / temperature;
        }
        by_temperature * range * share * (1.0 - share)
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ClassLoss> = Entry {
    info: Info {
        name: "learned_temperature",
        summary: "cross-entropy whose temperature each layer learns within bounds",
        source: "Chen 2026 (DTG-FF, arXiv 2606.06539)",
        params: &[
            Param::real("low", "lowest temperature", 0.1, 1e-3, 1e3),
            Param::real("high", "highest temperature", 2.0, 1e-3, 1e3),
            Param::real("smoothing", "share of a label that is spread over all classes", 0.0, 0.0, 0.9),
        ],
    },
    build: |args| {
        let [low, high, smoothing] = ["low", "high", "smoothing"].map(|name| args.f32(name));
        Box::new(LearnedTemperature { low, high, smoothing })
    },
};
