//! # SymBa
//!
//! L = ln(1 + e^−αΔ), Δ = g⁺ − g⁻  (Lee and Song 2023, equation 3)
//!
//! ∂L/∂g⁺ = −α σ(−αΔ) = −∂L/∂g⁻. Cost: one exponential a pair. No threshold: only the difference counts, so both sides
//! are pushed equally hard. α = 4 suits the mean of squares.
//!
//! ```
//! use goodness_core::loss::{Loss, Pairs, Slopes, Symba};
//! let (mut loss, mut d_pos, mut d_neg) = ([0.0], [0.0], [0.0]);
//! let pairs = Pairs { g_pos: &[1.0], g_neg: &[1.0], theta: 0.0 };
//! Symba { alpha: 4.0 }.score(pairs, Slopes { loss: &mut loss, d_pos: &mut d_pos, d_neg: &mut d_neg });
//! assert_eq!((d_pos, d_neg), ([-2.0], [2.0]));
//! ```

use super::{Loss, Pairs, Slopes, each_pair};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math::{sigmoid, softplus};

/// softplus(−α(g⁺ − g⁻)).
#[derive(Clone, Copy, Debug)]
pub struct Symba {
    /// α, per unit of goodness: how sharply a pair counts as solved.
    pub alpha: f32,
}

impl Loss for Symba {
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>) {
        let alpha = self.alpha;
        each_pair(pairs, slopes, |g_pos, g_neg| {
            let x = -alpha * (g_pos - g_neg);
            let d = -alpha * sigmoid(x);
            (softplus(x), d, -d)
        });
    }

    fn uses_theta(&self) -> bool {
        false
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Loss> = Entry {
    info: Info {
        name: "symba",
        summary: "softplus of the goodness difference: no threshold, both sides pushed alike",
        source: "Lee and Song 2023 (arXiv 2303.08418), equation 3",
        params: &[Param::real("alpha", "sharpness, per unit of goodness", 4.0, 1e-3, 1e3)],
    },
    build: |args| Box::new(Symba { alpha: args.f32("alpha") }),
};
