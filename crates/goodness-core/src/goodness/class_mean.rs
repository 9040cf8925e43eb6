//! # Class-wise mean activity
//!
//! gₖ = (K/N) Σ_{j in group k} hⱼ  (Sun and others 2025, DeeperForward, equation 3)
//!
//! The N units are split into K groups, one a class: group k is units k·N/K to (k+1)·N/K. ∂gₖ/∂hⱼ = K/N within the group,
//! 0 outside: the slope does not carry the activity, so a quiet unit learns as fast as a loud one. Cost: `width` additions
//! a row. Choose it for depth.
//!
//! ```
//! use goodness_core::{goodness::{ClassMean, Goodness}, Rows};
//! let mut g = [0.0; 2];
//! ClassMean.score(Rows::new(&[1.0, 3.0, 0.0, 5.0], 1, 4), &mut g);
//! assert_eq!(g, [2.0, 2.5]);
//! ```

use super::{Goodness, each_group};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// gₖ = mean of h over group k.
#[derive(Clone, Copy, Debug)]
pub struct ClassMean;

impl Goodness for ClassMean {
    fn per_class(&self) -> bool {
        true
    }

    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let classes = g.len() / h.len().max(1);
        each_group(h, g.len(), |r, k, group| g[r * classes + k] = math::sum(group) / group.len() as f32);
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        let classes = dg.len() / h.len().max(1);
        dh.data_mut().fill(0.0);
        each_group(h, dg.len(), |r, k, group| {
            let (from, len) = (k * group.len(), group.len());
            dh.row_mut(r)[from..from + len].fill(dg[r * classes + k] / len as f32);
        });
    }

    fn theta(&self, _width: usize) -> f32 {
        1.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "class_mean",
        summary: "mean activity of each class's group of units: quiet units learn as fast as loud ones",
        source: "Sun and others 2025 (DeeperForward, ICLR), equation 3",
        params: &[],
    },
    build: |_| Box::new(ClassMean),
};
