//! # Sum of squares
//!
//! g = Σⱼ hⱼ²  (Hinton 2022, section 2, equation 1; θ = width as in the released code)
//!
//! ∂g/∂hⱼ = 2 hⱼ. Cost: `width` multiply-adds a row. It grows with the width, so θ and the rate do too; choose it to
//! reproduce Hinton's own runs, and the [mean](super::MeanOfSquares) when widths vary.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, SumOfSquares}, Rows};
//! let mut g = [0.0];
//! SumOfSquares.score(Rows::new(&[3.0, 4.0], 1, 2), &mut g);
//! assert_eq!(g, [25.0]);
//! ```

use super::{Goodness, pull_back_squares};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// g = Σ h².
#[derive(Clone, Copy, Debug)]
pub struct SumOfSquares;

impl Goodness for SumOfSquares {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = math::sum_of_squares(row));
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], dh: RowsMut<'_>) {
        pull_back_squares(2.0, h, dg, dh);
    }

    fn theta(&self, width: usize) -> f32 {
        width as f32
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "sum_of_squares",
        summary: "Σ h², threshold at the width: Hinton's own",
        source: "Hinton 2022 (arXiv 2212.13345), section 2",
        params: &[],
    },
    build: |_| Box::new(SumOfSquares),
};
