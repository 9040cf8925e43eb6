//! # Two thresholds
//!
//! L = softplus(θ⁺ − g⁺) + softplus(g⁻ − θ⁻) + λ g⁺, θ± = θ ∓ band/2  (Chen and others 2025, SCFF, equation 3; their θ⁺ < θ⁻)
//!
//! ∂L/∂g⁺ = λ − σ(θ⁺ − g⁺), ∂L/∂g⁻ = σ(g⁻ − θ⁻). In the band between the two neither is asked for much; a negative band asks
//! for a margin, and 0 is the logistic loss. λ, the pull, keeps the positives' goodness from growing for nothing. The
//! released code pulls at the length of a map of goodness, which is √places λ g⁺ where g⁺ is everywhere the same. Cost: two
//! exponentials a pair.
//!
//! ```
//! use goodness_core::loss::{Loss, Pairs, Slopes, TwoThresholds};
//! let (mut loss, mut d_pos, mut d_neg) = ([0.0], [0.0], [0.0]);
//! let slopes = Slopes { loss: &mut loss, d_pos: &mut d_pos, d_neg: &mut d_neg };
//! // θ⁺ = 1 and θ⁻ = 3, where the two stand: σ(0) = 1/2.
//! let pairs = Pairs { g_pos: &[1.0], g_neg: &[3.0], theta: 2.0 };
//! TwoThresholds { band: 2.0, pull: 0.25 }.score(pairs, slopes);
//! assert_eq!((d_pos, d_neg), ([-0.25], [0.5]));
//! assert!((loss[0] - (2.0 * 2.0f32.ln() + 0.25)).abs() < 1e-6);
//! ```

use super::{Loss, Pairs, Slopes, each_pair};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// One threshold for positives, one for negatives.
#[derive(Clone, Copy, Debug)]
pub struct TwoThresholds {
    /// θ⁻ − θ⁺.
    pub band: f32,
    /// λ, a share of the positives' goodness that is added to the loss.
    pub pull: f32,
}

impl Loss for TwoThresholds {
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>) {
        let (theta, half) = (pairs.theta, 0.5 * self.band);
        each_pair(pairs, slopes, |g_pos, g_neg| {
            let (short, over) = (theta - half - g_pos, g_neg - theta - half);
            let loss = math::softplus(short) + math::softplus(over) + self.pull * g_pos;
            (loss, self.pull - math::sigmoid(short), math::sigmoid(over))
        });
    }

    fn uses_theta(&self) -> bool {
        true
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Loss> = Entry {
    info: Info {
        name: "two_thresholds",
        summary: "one threshold for positives and one for negatives, a band between",
        source: "Chen and others 2025 (SCFF, arXiv 2409.11593), equation 3",
        params: &[
            Param::real("band", "how far the negatives' threshold lies above the positives'", 1.0, -4.0, 4.0),
            Param::real("pull", "share of the positives' goodness that is added to the loss", 0.0, 0.0, 0.25),
        ],
    },
    build: |args| Box::new(TwoThresholds { band: args.f32("band"), pull: args.f32("pull") }),
};
