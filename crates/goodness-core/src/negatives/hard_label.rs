//! # Hard label
//!
//! P(k) = s_kᵖ / Σ_{j≠y} s_jᵖ for k ≠ y, 0 for k = y  (Hinton 2022, section 3.3 and released code: s the readout's
//! probabilities, p = 1)
//!
//! s is what the readout says now: class probabilities of a `linear` readout, summed goodnesses of a `label_sweep`.
//! Cost: K powers a sample, and whatever the scores cost: a sweep through the first layer alone (`layers = 1`) costs next
//! to nothing, because its product is shared by all labels. The power p sharpens (above 1) or flattens (below 1; 0 is
//! [`WrongLabel`](super::WrongLabel)). Where every wrong score vanishes or is not finite, the draw is uniform.
//!
//! ```
//! use goodness_core::negatives::{HardLabel, Negatives};
//! use goodness_core::{Rng, Rows};
//! // Of three classes one is the true one and one has no score: the third is drawn.
//! let (scores, mut negatives) = (Rows::new(&[0.7, 0.0, 0.3, 0.0, 0.6, 0.4], 2, 3), [0; 2]);
//! HardLabel { power: 1.0, layers: 0 }.fill(&[0, 2], 3, Some(scores), &mut Rng::keyed(1, 0, 0), &mut negatives);
//! assert_eq!(negatives, [2, 1]);
//! ```

use super::{Negatives, uniform_wrong};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math::pow;
use crate::rng::Rng;
use crate::rows::Rows;

/// A wrong label that the network finds likely.
#[derive(Clone, Copy, Debug)]
pub struct HardLabel {
    /// p: scores are raised to it.
    pub power: f32,
    /// How many layers' scores count, from the first; 0 for all.
    pub layers: usize,
}

impl HardLabel {
    fn draw(&self, label: u8, scores: &[f32], rng: &mut Rng) -> u8 {
        let wrong = || scores.iter().enumerate().filter(|(k, _)| *k != usize::from(label));
        let top = wrong().fold(0.0f32, |top, (_, s)| top.max(*s));
        // Relative to the largest, so that no power overflows or vanishes for all.
        let weight = |s: f32| if s > 0.0 { pow(s / top, self.power) } else { 0.0 };
        let total: f32 = wrong().map(|(_, s)| weight(*s)).sum();
        let mut left = rng.unit() * total;
        if !(total > 0.0 && total.is_finite()) {
            return uniform_wrong(label, scores.len(), rng);
        }
        let mut last = label;
        for (k, s) in wrong().filter(|(_, s)| weight(**s) > 0.0) {
            last = k as u8;
            left -= weight(*s);
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

impl Negatives for HardLabel {
    fn looks_at(&self) -> usize {
        self.layers.checked_sub(1).map_or(usize::MAX, |below| below + 1)
    }

    fn fill(&self, labels: &[u8], classes: usize, scores: Option<Rows<'_>>, rng: &mut Rng, negatives: &mut [u8]) {
        for (r, (negative, label)) in negatives.iter_mut().zip(labels).enumerate() {
            *negative = match scores {
                Some(scores) => self.draw(*label, scores.row(r), rng),
                None => uniform_wrong(*label, classes, rng),
            };
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Negatives> = Entry {
    info: Info {
        name: "hard_label",
        summary: "a wrong label drawn by what the readout finds likely now",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.3, and the released code",
        params: &[
            Param::real("power", "scores are raised to it before the draw", 1.0, 0.0, 64.0),
            Param::whole("layers", "how many layers' scores count, from the first; 0 for all", 0.0, 0.0, 1000.0),
        ],
    },
    build: |args| Box::new(HardLabel { power: args.f32("power"), layers: args.get("layers") as usize }),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(power: f32, scores: &[f32], label: u8) -> [u32; 4] {
        let mut counts = [0; 4];
        let mut rng = Rng::keyed(1, 0, 0);
        for _ in 0..40_000 {
            counts[usize::from(HardLabel { power, layers: 0 }.draw(label, scores, &mut rng))] += 1;
        }
        counts
    }

    #[test]
    fn draws_follow_the_scores_of_the_wrong_labels() {
        let [a, b, c, d] = counts(1.0, &[0.9, 0.01, 0.03, 0.06], 0);
        assert_eq!(a, 0);
        assert!(b.abs_diff(4_000) < 300 && c.abs_diff(12_000) < 500 && d.abs_diff(24_000) < 500, "{b} {c} {d}");
    }

    #[test]
    fn the_power_flattens() {
        let [.., c, d] = counts(0.5, &[0.0, 0.9, 0.16, 0.64], 1);
        assert!(c.abs_diff(13_333) < 500 && d.abs_diff(26_667) < 500, "{c} {d}");
    }

    #[test]
    fn scores_that_say_nothing_mean_uniform() {
        for hostile in [[1.0, 0.0, 0.0, 0.0], [f32::NAN; 4], [f32::INFINITY; 4]] {
            let [a, rest @ ..] = counts(1.0, &hostile, 0);
            assert_eq!(a, 0);
            assert!(rest.iter().all(|c| c.abs_diff(13_333) < 500), "{hostile:?}: {rest:?}");
        }
    }
}
