//! # Euclidean length
//!
//! x̂ = x / (ε + √Σx²), ε = 10⁻⁴  (the public PyTorch tutorials)
//!
//! Afterwards the row has length 1, so weights must be about √N larger than under [`Rms`](super::Rms) for the same
//! activity. Choose it to reproduce the tutorials. Cost: two passes over a row.
//!
//! ```
//! use goodness_core::normalize::{L2, Normalize};
//! assert!((L2.scale(25.0, 2) - 0.2).abs() < 1e-5);
//! ```

use super::Normalize;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;

/// Length 1 for every row.
#[derive(Clone, Copy, Debug)]
pub struct L2;

impl Normalize for L2 {
    fn scale(&self, sum_of_squares: f32, _width: usize) -> f32 {
        1.0 / (1e-4 + math::sqrt(sum_of_squares))
    }

    fn slope(&self, sum_of_squares: f32, width: usize) -> f32 {
        let (scale, root) = (self.scale(sum_of_squares, width), math::sqrt(sum_of_squares));
        if root > 0.0 { -scale * scale / (2.0 * root) } else { 0.0 }
    }

    fn squares(&self, _width: usize) -> Option<f32> {
        Some(1.0)
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "l2",
        summary: "divides by the Euclidean length: length 1",
        source: "mpezeshki/pytorch_forward_forward, main.py",
        params: &[],
    },
    build: |_| Box::new(L2),
};
