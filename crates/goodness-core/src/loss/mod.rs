//! Losses: how far the goodness of a positive and of its negative are from where they should be.
//!
//! A loss is added by one new file here and its line in [`CATALOGUE`].

mod hinge;
mod logistic;
mod swish_symba;
mod symba;
mod two_thresholds;

pub use hinge::Hinge;
pub use logistic::Logistic;
pub use swish_symba::SwishSymba;
pub use symba::Symba;
pub use two_thresholds::TwoThresholds;

#[cfg(feature = "std")]
use crate::catalogue::Entry;

/// The goodnesses of a batch of pairs and the threshold between them.
///
/// # Shapes
/// `g_pos[r]` and `g_neg[r]` belong to the same sample.
#[derive(Clone, Copy, Debug)]
pub struct Pairs<'a> {
    /// Goodness of each positive.
    pub g_pos: &'a [f32],
    /// Goodness of its negative.
    pub g_neg: &'a [f32],
    /// Goodness above this means positive; losses that compare the two do not read it.
    pub theta: f32,
}

/// Where a loss writes: its value and its two derivatives, one number a pair.
#[derive(Debug)]
pub struct Slopes<'a> {
    /// L of each pair.
    pub loss: &'a mut [f32],
    /// ∂L/∂g⁺ of each pair.
    pub d_pos: &'a mut [f32],
    /// ∂L/∂g⁻ of each pair.
    pub d_neg: &'a mut [f32],
}

/// A function of the two goodnesses of a pair, with its derivatives. Pairs do not see one another; the step averages.
pub trait Loss: Send + Sync {
    /// Writes each pair's loss and its derivatives by both goodnesses.
    fn score(&self, pairs: Pairs<'_>, slopes: Slopes<'_>);

    /// Whether the loss compares each goodness with the threshold θ.
    fn uses_theta(&self) -> bool;
}

/// Every loss there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Loss>] =
    &[logistic::ENTRY, symba::ENTRY, swish_symba::ENTRY, hinge::ENTRY, two_thresholds::ENTRY];

/// Runs a formula `(g⁺, g⁻) → (L, ∂L/∂g⁺, ∂L/∂g⁻)` over all pairs.
fn each_pair(pairs: Pairs<'_>, slopes: Slopes<'_>, formula: impl Fn(f32, f32) -> (f32, f32, f32)) {
    let goodnesses = pairs.g_pos.iter().zip(pairs.g_neg);
    let outputs = slopes.loss.iter_mut().zip(slopes.d_pos).zip(slopes.d_neg);
    for ((g_pos, g_neg), ((loss, d_pos), d_neg)) in goodnesses.zip(outputs) {
        (*loss, *d_pos, *d_neg) = formula(*g_pos, *g_neg);
    }
}
