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
use crate::math;

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

/// Places whose losses are computed together.
const PLACES: usize = 64;

/// Asks `loss` of every place of every sample: a sample's loss is the mean over its places, and so are the derivatives.
///
/// # Shapes
/// `slopes.loss`: one a sample. All else: samples × places, the same places for every sample; one is the loss itself.
pub fn score_places(loss: &dyn Loss, pairs: Pairs<'_>, slopes: Slopes<'_>) {
    let places = pairs.g_pos.len() / slopes.loss.len().max(1);
    if places <= 1 {
        return loss.score(pairs, slopes);
    }
    let (mut part, share) = ([0.0; PLACES], 1.0 / places as f32);
    let Slopes { loss: whole, d_pos, d_neg } = slopes;
    for (sample, whole) in whole.iter_mut().enumerate() {
        *whole = 0.0;
        for first in (0..places).step_by(PLACES) {
            let count = PLACES.min(places - first);
            let at = sample * places + first..sample * places + first + count;
            let pairs = Pairs { g_pos: &pairs.g_pos[at.clone()], g_neg: &pairs.g_neg[at.clone()], ..pairs };
            let (part, d_pos, d_neg) = (&mut part[..count], &mut d_pos[at.clone()], &mut d_neg[at]);
            loss.score(pairs, Slopes { loss: &mut *part, d_pos: &mut *d_pos, d_neg: &mut *d_neg });
            *whole += share * math::sum(part);
            d_pos.iter_mut().chain(d_neg).for_each(|d| *d *= share);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every place by itself, then the mean.
    #[test]
    fn a_sample_has_the_mean_of_its_places() {
        const EACH: usize = PLACES + 7;
        let goodness: [f32; 4 * EACH] = core::array::from_fn(|i| (i * 37 % 101) as f32 / 25.0);
        let (g_pos, g_neg) = goodness.split_at(2 * EACH);
        let (mut loss, mut slopes) = ([f32::NAN; 2], [[f32::NAN; 2 * EACH]; 2]);
        let [d_pos, d_neg] = &mut slopes;
        let symba = Symba { alpha: 4.0 };
        score_places(&symba, Pairs { g_pos, g_neg, theta: 2.0 }, Slopes { loss: &mut loss, d_pos, d_neg });
        let (mut all, mut by) = ([f32::NAN; 2 * EACH], [[f32::NAN; 2 * EACH]; 2]);
        let [d_pos, d_neg] = &mut by;
        symba.score(Pairs { g_pos, g_neg, theta: 2.0 }, Slopes { loss: &mut all, d_pos, d_neg });
        for (loss, all) in loss.iter().zip(all.chunks(EACH)) {
            assert!((loss - all.iter().sum::<f32>() / EACH as f32).abs() < 1e-5, "{loss}");
        }
        for (d, one) in slopes.iter().flatten().zip(by.iter().flatten()) {
            assert!((d * EACH as f32 - one).abs() < 1e-5, "{d} {one}");
        }
    }
}
