//! # Root mean square above the images
//!
//! x̂ = x / (ε + √(Σx²/N)) for what a layer passes on, x̂ = x for images  (Chen and others 2025, SCFF, released code)
//!
//! For negatives that are shorter than their positives: the mean of two images is shorter than either, the less alike they
//! are the shorter, and rescaled would say so no more. Not for a label written into an image, which then weighs as much
//! as the image is faint. Images should have one length beforehand: `[data] standardize`. Cost: that of [`Rms`].
//!
//! ```
//! use goodness_core::normalize::{Normalize, RmsAbove};
//! assert_eq!((RmsAbove.scale(100.0, 4), RmsAbove.image_scale(100.0, 4)), (0.2, 1.0));
//! ```

use super::{Normalize, Rms};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};

/// Length √N for every row that a layer passes on; images as they are.
#[derive(Clone, Copy, Debug)]
pub struct RmsAbove;

impl Normalize for RmsAbove {
    fn scale(&self, sum_of_squares: f32, width: usize) -> f32 {
        Rms.scale(sum_of_squares, width)
    }

    fn image_scale(&self, _sum_of_squares: f32, _width: usize) -> f32 {
        1.0
    }

    fn slope(&self, sum_of_squares: f32, width: usize) -> f32 {
        Rms.slope(sum_of_squares, width)
    }

    fn squares(&self, width: usize) -> Option<f32> {
        Rms.squares(width)
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "rms_above",
        summary: "rms for what layers pass on; images as they are, so that the first layer sees their length",
        source: "Chen and others 2025 (SCFF, arXiv 2409.11593), released code",
        params: &[],
    },
    build: |_| Box::new(RmsAbove),
};
