//! # Mean of squares
//!
//! g = (1/N) Σⱼ hⱼ²  (Hinton 2022, section 2, divided by the width N so that layers of any width share a scale)
//!
//! ∂g/∂hⱼ = 2 hⱼ / N. Cost: `width` multiply-adds a row. θ = 2, the value of the public tutorials. Choose it for
//! threshold-free losses and wherever widths differ.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, MeanOfSquares}, Rows};
//! let mut g = [0.0];
//! MeanOfSquares.score(Rows::new(&[3.0, 4.0], 1, 2), &mut g);
//! assert_eq!(g, [12.5]);
//! ```

use super::{Goodness, pull_back_squares};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// g = Σ h² / N.
#[derive(Clone, Copy, Debug)]
pub struct MeanOfSquares;

impl Goodness for MeanOfSquares {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let n = h.width().max(1) as f32;
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = math::sum_of_squares(row) / n);
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], dh: RowsMut<'_>) {
        pull_back_squares(2.0 / h.width().max(1) as f32, h, dg, dh);
    }

    fn theta(&self, _width: usize) -> f32 {
        2.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "mean_of_squares",
        summary: "Σ h² / width: one scale for every width, threshold at 2",
        source: "Hinton 2022 (arXiv 2212.13345), section 2, per unit; threshold of the PyTorch tutorials",
        params: &[],
    },
    build: |_| Box::new(MeanOfSquares),
};
