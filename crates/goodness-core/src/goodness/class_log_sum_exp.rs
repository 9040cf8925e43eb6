//! # Class-wise log-sum-exp
//!
//! gₖ = ln Σ_{j in group k} e^{hⱼ}  (Sarode and others 2026, HFF: several prototypes a class)
//!
//! A smooth maximum over each class's group of numbers: one of them speaking loudly is enough. ∂gₖ/∂hⱼ = softmax of the
//! group at j. Cost: `width` exponentials a row. Meant for projections with several numbers a class.
//!
//! ```
//! use goodness_core::{goodness::{ClassLogSumExp, Goodness}, Rows};
//! let mut g = [0.0; 2];
//! ClassLogSumExp.score(Rows::new(&[0.0, 0.0, 20.0, 0.0], 1, 4), &mut g);
//! assert!((g[0] - 0.6931).abs() < 1e-4 && (g[1] - 20.0).abs() < 1e-4); // ln 2, and about the largest
//! ```

use super::{Goodness, each_group};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// gₖ = smooth maximum of group k.
#[derive(Clone, Copy, Debug)]
pub struct ClassLogSumExp;

fn top(group: &[f32]) -> f32 {
    group.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

impl Goodness for ClassLogSumExp {
    fn per_class(&self) -> bool {
        true
    }

    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let classes = g.len() / h.len().max(1);
        each_group(h, g.len(), |r, k, group| {
            let top = top(group);
            let total: f32 = group.iter().map(|h| math::exp(h - top)).sum();
            g[r * classes + k] = top + math::ln(total);
        });
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        let classes = dg.len() / h.len().max(1);
        dh.data_mut().fill(0.0);
        each_group(h, dg.len(), |r, k, group| {
            let dh = &mut dh.row_mut(r)[k * group.len()..(k + 1) * group.len()];
            dh.copy_from_slice(group);
            math::softmax(dh);
            dh.iter_mut().for_each(|d| *d *= dg[r * classes + k]);
        });
    }

    fn theta(&self, _width: usize) -> f32 {
        1.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "class_log_sum_exp",
        summary: "smooth maximum of each class's group: for several prototypes a class",
        source: "Sarode and others 2026 (HFF, arXiv 2605.00082)",
        params: &[],
    },
    build: |_| Box::new(ClassLogSumExp),
};
