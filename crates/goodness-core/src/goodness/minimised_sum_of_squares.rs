//! # Minimised sum of squares
//!
//! g = −Σ hⱼ²  (Hinton 2022, section 3.5: the sign that did better on CIFAR-10)
//!
//! Positives are to calm the layer and negatives to excite it: what is unusual stands out, as in predictive coding.
//! ∂g/∂hⱼ = −2 hⱼ. Default θ = −width. Cost: `width` multiply-adds a row.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, MinimisedSumOfSquares}, Rows};
//! let mut g = [0.0];
//! MinimisedSumOfSquares.score(Rows::new(&[1.0, 2.0], 1, 2), &mut g);
//! assert_eq!(g, [-5.0]);
//! ```

use super::{Goodness, pull_back_squares};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// g = −Σ h².
#[derive(Clone, Copy, Debug)]
pub struct MinimisedSumOfSquares;

impl Goodness for MinimisedSumOfSquares {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = -math::sum_of_squares(row));
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], dh: RowsMut<'_>) {
        pull_back_squares(-2.0, h, dg, dh);
    }

    fn theta(&self, width: usize) -> f32 {
        -(width as f32)
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "minimised_sum_of_squares",
        summary: "−Σ h²: positives calm the layer, negatives excite it",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.5",
        params: &[],
    },
    build: |_| Box::new(MinimisedSumOfSquares),
};
