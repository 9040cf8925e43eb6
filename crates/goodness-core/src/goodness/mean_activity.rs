//! # Mean activity
//!
//! g = (1/N) Σⱼ hⱼ  (Hinton 2022, section 2, names it as an alternative; Sun and others 2025 show why it helps depth)
//!
//! ∂g/∂hⱼ = 1/N: the slope does not carry the activity, so a quiet unit learns as fast as a loud one, and a silent one
//! stays silent only because of the ReLU. Cost: `width` additions a row. θ = ½, about where it starts.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, MeanActivity}, Rows};
//! let mut g = [0.0];
//! MeanActivity.score(Rows::new(&[3.0, 4.0], 1, 2), &mut g);
//! assert_eq!(g, [3.5]);
//! ```

use super::Goodness;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// g = Σ h / N.
#[derive(Clone, Copy, Debug)]
pub struct MeanActivity;

impl Goodness for MeanActivity {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let n = h.width().max(1) as f32;
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = math::sum(row) / n);
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        let n = h.width().max(1) as f32;
        dg.iter().enumerate().for_each(|(r, d)| dh.row_mut(r).fill(d / n));
    }

    fn theta(&self, _width: usize) -> f32 {
        0.5
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "mean_activity",
        summary: "Σ h / width: quiet units learn as fast as loud ones",
        source: "Hinton 2022 (arXiv 2212.13345), section 2; Sun and others 2025 (DeeperForward)",
        params: &[],
    },
    build: |_| Box::new(MeanActivity),
};
