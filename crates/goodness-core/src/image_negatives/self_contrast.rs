//! # Self-contrast
//!
//! x⁺ = x + x, x⁻ = x + x′, x′ another image of the batch  (Chen and others 2025, SCFF, equation 1)
//!
//! The paper shows two images side by side to the same weights, which is to add them. Rows are normalised, so x + x is x:
//! an image with itself is excited by, with another calmed. Cost: one addition a pixel.

use super::{Batch, ImageNegatives};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rng::Rng;

/// The mean of two images.
#[derive(Clone, Copy, Debug)]
pub struct SelfContrast;

impl ImageNegatives for SelfContrast {
    fn fill(&self, batch: Batch<'_>, row: usize, rng: &mut Rng, _scratch: &mut [f32], out: &mut [f32]) {
        let (own, other) = (batch.images.row(row), batch.images.row(batch.another(row, rng)));
        out.iter_mut().zip(own.iter().zip(other)).for_each(|(o, (a, b))| *o = 0.5 * (a + b));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ImageNegatives> = Entry {
    info: Info {
        name: "self_contrast",
        summary: "an image with another one laid over it; the positive is laid over itself",
        source: "Chen and others 2025 (SCFF, arXiv 2409.11593), equation 1",
        params: &[],
    },
    build: |_| Box::new(SelfContrast),
};
