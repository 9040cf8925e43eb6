//! # Class-wise mean of squares
//!
//! gₖ = (K/N) Σ_{j in group k} hⱼ²  (Papachristodoulou and others 2024, channel-wise competition, equation 2)
//!
//! The N units are split into K groups, one a class: group k is units k·N/K to (k+1)·N/K. ∂gₖ/∂hⱼ = 2 (K/N) hⱼ within the
//! group, 0 outside. Cost: `width` multiply-adds a row. Groups compete as the whole layer does with
//! [`MeanOfSquares`](super::MeanOfSquares).
//!
//! ```
//! use goodness_core::{goodness::{ClassMeanOfSquares, Goodness}, Rows};
//! let mut g = [0.0; 2];
//! ClassMeanOfSquares.score(Rows::new(&[1.0, 3.0, 0.0, 4.0], 1, 4), &mut g);
//! assert_eq!(g, [5.0, 8.0]);
//! ```

use super::{Goodness, each_group};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// gₖ = mean of h² over group k.
#[derive(Clone, Copy, Debug)]
pub struct ClassMeanOfSquares;

impl Goodness for ClassMeanOfSquares {
    fn per_class(&self) -> bool {
        true
    }

    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let classes = g.len() / h.len().max(1);
        each_group(h, g.len(), |r, k, group| {
            g[r * classes + k] = math::sum_of_squares(group) / group.len() as f32;
        });
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        let classes = dg.len() / h.len().max(1);
        dh.data_mut().fill(0.0);
        each_group(h, dg.len(), |r, k, group| {
            let (from, slope) = (k * group.len(), 2.0 * dg[r * classes + k] / group.len() as f32);
            let dh = &mut dh.row_mut(r)[from..from + group.len()];
            dh.iter_mut().zip(group).for_each(|(d, h)| *d = slope * h);
        });
    }

    fn theta(&self, _width: usize) -> f32 {
        2.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "class_mean_of_squares",
        summary: "mean of squares of each class's group of units: groups compete as layers do by mean_of_squares",
        source: "Papachristodoulou and others 2024 (arXiv 2312.12668), equation 2",
        params: &[],
    },
    build: |_| Box::new(ClassMeanOfSquares),
};
