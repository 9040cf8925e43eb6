//! # Two thresholds
//!
//! L = softplus(θ⁺ − g⁺) + softplus(g⁻ − θ⁻), θ± = θ ∓ band/2  (Chen and others 2025, SCFF, equation 3; their θ⁺ < θ⁻)
//!
//! ∂L/∂g⁺ = −σ(θ⁺ − g⁺), ∂L/∂g⁻ = σ(g⁻ − θ⁻). In the band between the two neither is asked for much; a negative band asks
//! for a margin, and 0 is the logistic loss. Cost: two exponentials a pair.

use super::{Loss, Pairs, Slopes, each_pair};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// One threshold for positives, one for negatives.
#[derive(Clone, Copy, Debug)]
pub struct TwoThresholds {
    /// θ⁻ − θ⁺.
    pub band: f32,
}

impl Loss for TwoThresholds {
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>) {
        let (theta, half) = (pairs.theta, 0.5 * self.band);
        each_pair(pairs, slopes, |g_pos, g_neg| {
            let (short, over) = (theta - half - g_pos, g_neg - theta - half);
            (math::softplus(short) + math::softplus(over), -math::sigmoid(short), math::sigmoid(over))
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
        params: &[Param::real("band", "how far the negatives' threshold lies above the positives'", 1.0, -4.0, 4.0)],
    },
    build: |args| Box::new(TwoThresholds { band: args.f32("band") }),
};
