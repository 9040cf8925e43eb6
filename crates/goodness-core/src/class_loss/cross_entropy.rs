//! # Cross-entropy of class goodnesses
//!
//! L = −Σₖ tₖ ln pₖ, p = softmax(g/T), tₖ = (1−s) \[k = y\] + s/K  (Papachristodoulou and others 2024, equation 4;
//! Sun and others 2025, section 3)
//!
//! ∂L/∂gₖ = (pₖ − tₖ)/T. Cost: K exponentials a row. T, the temperature, should be of the size of the differences that
//! goodness can make; s smooths the labels.
//!
//! ```
//! use goodness_core::class_loss::{ClassLoss, CrossEntropy, Slopes};
//! use goodness_core::{Rows, RowsMut};
//! let (mut loss, mut dg) = ([0.0], [0.0; 2]);
//! let cross_entropy = CrossEntropy { temperature: 0.5, smoothing: 0.0 };
//! let slopes = Slopes { loss: &mut loss, dg: RowsMut::new(&mut dg, 1, 2) };
//! cross_entropy.score(Rows::new(&[3.0, 3.0], 1, 2), &[1], 0.0, slopes);
//! assert_eq!(dg, [1.0, -1.0]);
//! ```

use super::{ClassLoss, Slopes};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rows::Rows;

/// Cross-entropy of softmax(g/T) with smoothed labels.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy {
    /// T, in units of goodness.
    pub temperature: f32,
    /// s, the share of a label that is spread over all classes.
    pub smoothing: f32,
}

impl CrossEntropy {
    pub(super) fn score_row(&self, g: &[f32], label: usize, dg: &mut [f32]) -> f32 {
        dg.iter_mut().zip(g).for_each(|(d, g)| *d = g / self.temperature);
        let top = dg.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let spread = self.smoothing / g.len() as f32;
        let target = |k: usize| spread + if k == label { 1.0 - self.smoothing } else { 0.0 };
        let mean: f32 = dg.iter().enumerate().map(|(k, logit)| target(k) * (logit - top)).sum();
        let total: f32 = dg.iter().map(|logit| math::exp(logit - top)).sum();
        math::softmax(dg);
        dg.iter_mut().enumerate().for_each(|(k, p)| *p = (*p - target(k)) / self.temperature);
        math::ln(total) - mean
    }
}

impl ClassLoss for CrossEntropy {
    fn score(&self, g: Rows<'_>, labels: &[u8], _knob: f32, slopes: Slopes<'_>) -> f32 {
        let Slopes { loss, mut dg } = slopes;
        for (r, (loss, label)) in loss.iter_mut().zip(labels).enumerate() {
            *loss = self.score_row(g.row(r), usize::from(*label), dg.row_mut(r));
        }
        0.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ClassLoss> = Entry {
    info: Info {
        name: "cross_entropy",
        summary: "softmax cross-entropy of one goodness a class: no negatives, no threshold, one pass",
        source: "Papachristodoulou and others 2024 (arXiv 2312.12668); Sun and others 2025 (DeeperForward)",
        params: &[
            Param::real("temperature", "goodness differences are divided by it", 1.0, 1e-3, 1e3),
            Param::real("smoothing", "share of a label that is spread over all classes", 0.0, 0.0, 0.9),
        ],
    },
    build: |args| Box::new(CrossEntropy { temperature: args.f32("temperature"), smoothing: args.f32("smoothing") }),
};
