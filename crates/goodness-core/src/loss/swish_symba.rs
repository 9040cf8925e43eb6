//! # Swish-SymBa
//!
//! L = x σ(x), x = −α (g⁺ − g⁻)  (the SymBa difference of Lee and Song 2023 put through swish, as in dah33's public
//! exploration of Forward-Forward)
//!
//! ∂L/∂x = σ(x) (1 + x (1 − σ(x))), ∂L/∂g⁺ = −α ∂L/∂x = −∂L/∂g⁻. Cost: one exponential a pair. The slope is largest for
//! pairs that are wrong by a little, fades for hopeless ones, and turns back for pairs that are right by more than
//! 1.28/α: neither outliers nor solved pairs take over. The best loss here on MNIST with hard negatives.
//!
//! ```
//! use goodness_core::loss::{Loss, Pairs, Slopes, SwishSymba};
//! let (mut loss, mut d_pos, mut d_neg) = ([0.0], [0.0], [0.0]);
//! let pairs = Pairs { g_pos: &[1.0], g_neg: &[1.0], theta: 0.0 };
//! SwishSymba { alpha: 6.0 }.score(pairs, Slopes { loss: &mut loss, d_pos: &mut d_pos, d_neg: &mut d_neg });
//! assert_eq!((loss, d_pos, d_neg), ([0.0], [-3.0], [3.0]));
//! ```

use super::{Loss, Pairs, Slopes, each_pair};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math::sigmoid;

/// swish(−α(g⁺ − g⁻)).
#[derive(Clone, Copy, Debug)]
pub struct SwishSymba {
    /// α, per unit of goodness: how sharply a pair counts as solved.
    pub alpha: f32,
}

impl Loss for SwishSymba {
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>) {
        let alpha = self.alpha;
        each_pair(pairs, slopes, |g_pos, g_neg| {
            let x = -alpha * (g_pos - g_neg);
            let s = sigmoid(x);
            // σ(−x), not 1 − σ(x): the product must vanish for large x, where 1 − σ(x) is exactly 0 anyway.
            let d = -alpha * (s + x * s * sigmoid(-x));
            (x * s, d, -d)
        });
    }

    fn uses_theta(&self) -> bool {
        false
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Loss> = Entry {
    info: Info {
        name: "swish_symba",
        summary: "swish of the goodness difference: neither outliers nor solved pairs take over",
        source: "difference of Lee and Song 2023 (arXiv 2303.08418) through swish; dah33/explore_forward_forward",
        params: &[Param::real("alpha", "sharpness, per unit of goodness", 6.0, 1e-3, 1e3)],
    },
    build: |args| Box::new(SwishSymba { alpha: args.f32("alpha") }),
};
