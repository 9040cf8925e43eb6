//! # Keep
//!
//! x̂ = x. The next layer sees the goodness of this one and can repeat it without learning: for experiments that show
//! exactly that (Hinton 2022, section 2, says why not to).

use super::Normalize;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};

/// No normalisation.
#[derive(Clone, Copy, Debug)]
pub struct Keep;

impl Normalize for Keep {
    fn scale(&self, _sum_of_squares: f32, _width: usize) -> f32 {
        1.0
    }

    fn slope(&self, _sum_of_squares: f32, _width: usize) -> f32 {
        0.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "keep",
        summary: "no normalisation: the next layer can read the goodness off",
        source: "the ablation of Hinton 2022 (arXiv 2212.13345), section 2",
        params: &[],
    },
    build: |_| Box::new(Keep),
};
