//! # Hinge
//!
//! L = max(0, m − (g⁺ − g⁻))  (the margin loss; Wu and others 2024 build Distance-Forward on it)
//!
//! ∂L/∂g⁺ = −1 = −∂L/∂g⁻ while the difference is below the margin m, 0 beyond. Cost: a comparison a pair. A pair that is
//! right by the margin is done with, and only then.
//!
//! ```
//! use goodness_core::loss::{Hinge, Loss, Pairs, Slopes};
//! let (mut loss, mut d_pos, mut d_neg) = ([0.0], [0.0], [0.0]);
//! let pairs = Pairs { g_pos: &[1.25], g_neg: &[1.0], theta: 0.0 };
//! Hinge { margin: 1.0 }.score(pairs, Slopes { loss: &mut loss, d_pos: &mut d_pos, d_neg: &mut d_neg });
//! assert_eq!((loss, d_pos, d_neg), ([0.75], [-1.0], [1.0]));
//! ```

use super::{Loss, Pairs, Slopes, each_pair};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};

/// max(0, margin − (g⁺ − g⁻)).
#[derive(Clone, Copy, Debug)]
pub struct Hinge {
    /// m, in units of goodness.
    pub margin: f32,
}

impl Loss for Hinge {
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>) {
        each_pair(pairs, slopes, |g_pos, g_neg| {
            let short = self.margin - (g_pos - g_neg);
            // The product keeps NaN, which a plain 0 would hide.
            if short > 0.0 { (short, -1.0, 1.0) } else { (0.0 * short, 0.0, 0.0) }
        });
    }

    fn uses_theta(&self) -> bool {
        false
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Loss> = Entry {
    info: Info {
        name: "hinge",
        summary: "pushes a pair apart at full strength until it is right by the margin",
        source: "the margin loss of Wu and others 2024 (arXiv 2408.14925)",
        params: &[Param::real("margin", "difference at which a pair is done with", 1.0, 0.1, 1e3)],
    },
    build: |args| Box::new(Hinge { margin: args.f32("margin") }),
};
