//! # Root mean square
//!
//! x̂ = x / (ε + √(Σx²/N)), ε = 10⁻⁸  (Hinton 2022, released code `ffnormrows`: no mean is subtracted)
//!
//! Afterwards Σx̂² = N: numbers stay near 1 at any width. A row of zeros stays zero. Cost: two passes over a row.
//!
//! ```
//! use goodness_core::normalize::{Normalize, Rms};
//! assert_eq!(Rms.scale(100.0, 4), 0.2);
//! ```

use super::Normalize;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;

/// Length √N for every row.
#[derive(Clone, Copy, Debug)]
pub struct Rms;

impl Normalize for Rms {
    fn scale(&self, sum_of_squares: f32, width: usize) -> f32 {
        1.0 / (1e-8 + math::sqrt(sum_of_squares / width.max(1) as f32))
    }

    fn slope(&self, sum_of_squares: f32, width: usize) -> f32 {
        let (scale, root) = (self.scale(sum_of_squares, width), math::sqrt(sum_of_squares * width as f32));
        if root > 0.0 { -scale * scale / (2.0 * root) } else { 0.0 }
    }

    fn squares(&self, width: usize) -> Option<f32> {
        Some(width as f32)
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "rms",
        summary: "divides by the root mean square: length √N, no mean subtracted",
        source: "Hinton 2022, released code, ffnormrows",
        params: &[],
    },
    build: |_| Box::new(Rms),
};
