//! # N-pair margin
//!
//! L = mean over k ≠ y of max(0, m + gₖ − g_y)  (Wu and others 2024, Distance-Forward: all wrong classes at once)
//!
//! ∂L/∂gₖ = 1/(K−1) while gₖ is within the margin, and minus their sum for the true class. With a `cosine` projection g is
//! the closeness to a class's prototype and the loss that of the paper: a margin between distances. Cost: K comparisons.
//!
//! ```
//! use goodness_core::class_loss::{ClassLoss, NPair, Slopes};
//! use goodness_core::{Rows, RowsMut};
//! let (mut loss, mut dg) = ([0.0], [0.0; 3]);
//! let slopes = Slopes { loss: &mut loss, dg: RowsMut::new(&mut dg, 1, 3) };
//! NPair { margin: 1.0 }.score(Rows::new(&[2.0, 1.5, 0.0], 1, 3), &[0], 0.0, slopes);
//! assert_eq!((loss, dg), ([0.25], [-0.5, 0.5, 0.0]));
//! ```

use super::{ClassLoss, Slopes};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rows::Rows;

/// A margin over every wrong class.
#[derive(Clone, Copy, Debug)]
pub struct NPair {
    /// m, by how much the true class should lead.
    pub margin: f32,
}

impl ClassLoss for NPair {
    fn score(&self, g: Rows<'_>, labels: &[u8], _knob: f32, slopes: Slopes<'_>) -> f32 {
        let Slopes { loss, mut dg } = slopes;
        let share = 1.0 / (g.width().max(2) - 1) as f32;
        for (r, (loss, label)) in loss.iter_mut().zip(labels).enumerate() {
            let (row, y) = (g.row(r), usize::from(*label));
            let dg = dg.row_mut(r);
            dg.fill(0.0);
            *loss = 0.0;
            for k in (0..row.len()).filter(|k| *k != y) {
                let short = self.margin + row[k] - row[y];
                if short > 0.0 {
                    *loss += share * short;
                    dg[k] += share;
                    dg[y] -= share;
                }
            }
        }
        0.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ClassLoss> = Entry {
    info: Info {
        name: "n_pair",
        summary: "the true class should lead every other by a margin",
        source: "Wu and others 2024 (Distance-Forward, arXiv 2408.14925)",
        params: &[Param::real("margin", "by how much the true class should lead", 1.0, 1e-3, 1e3)],
    },
    build: |args| Box::new(NPair { margin: args.f32("margin") }),
};
