//! # Logistic
//!
//! L = ln(1 + e^−(g⁺−θ)/T) + ln(1 + e^(g⁻−θ)/T)  (Hinton 2022, section 2, equation 1: −log of the probabilities that the
//! positive is positive and the negative is negative)
//!
//! ∂L/∂g⁺ = −σ(−(g⁺−θ)/T)/T, ∂L/∂g⁻ = σ((g⁻−θ)/T)/T. Cost: two exponentials a pair. Choose it to follow the paper;
//! it needs a threshold that suits the goodness.
//!
//! ```
//! use goodness_core::loss::{Logistic, Loss, Pairs, Slopes};
//! let (mut loss, mut d_pos, mut d_neg) = ([0.0], [0.0], [0.0]);
//! let pairs = Pairs { g_pos: &[2.0], g_neg: &[2.0], theta: 2.0 };
//! Logistic { temperature: 1.0 }.score(pairs, Slopes { loss: &mut loss, d_pos: &mut d_pos, d_neg: &mut d_neg });
//! assert_eq!((d_pos, d_neg), ([-0.5], [0.5]));
//! ```

use super::{Loss, Pairs, Slopes, each_pair};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math::{sigmoid, softplus};

/// Two logistic losses, one on each side of the threshold.
#[derive(Clone, Copy, Debug)]
pub struct Logistic {
    /// T, in units of goodness: distances from θ are divided by it.
    pub temperature: f32,
}

impl Loss for Logistic {
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>) {
        let (theta, t) = (pairs.theta, self.temperature);
        each_pair(pairs, slopes, |g_pos, g_neg| {
            let (short, over) = ((theta - g_pos) / t, (g_neg - theta) / t);
            (softplus(short) + softplus(over), -sigmoid(short) / t, sigmoid(over) / t)
        });
    }

    fn uses_theta(&self) -> bool {
        true
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Loss> = Entry {
    info: Info {
        name: "logistic",
        summary: "positives above the threshold, negatives below it: the paper's",
        source: "Hinton 2022 (arXiv 2212.13345), section 2",
        params: &[Param::real("temperature", "goodness differences are divided by it", 1.0, 1e-3, 1e6)],
    },
    build: |args| Box::new(Logistic { temperature: args.f32("temperature") }),
};
