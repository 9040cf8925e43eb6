//! What is worth knowing about a layer's epoch, added up step by step.

use goodness_core::{Rows, math};
use serde::{Deserialize, Serialize};

use super::error::TrainError;
use super::record::LayerRecord;

/// Sums over the pairs that a layer has seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayerSums {
    pairs: u64,
    loss: f64,
    g_pos: f64,
    g_neg: f64,
    /// Pairs whose positive has the higher goodness.
    apart: u64,
    /// Whether some step saw no unit speak for any positive.
    silent: bool,
    /// The units that some positive has excited.
    awake: Awake,
}

/// Which units are awake: a bit each, for there may be many. Files have them one by one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<bool>", into = "Vec<bool>")]
struct Awake {
    units: usize,
    words: Vec<u64>,
}

impl Awake {
    /// Wakes the units that have a mean activity.
    fn wake(&mut self, mean_h: &[f32]) {
        self.units = mean_h.len();
        self.words.resize(mean_h.len().div_ceil(64), 0);
        for (word, means) in self.words.iter_mut().zip(mean_h.chunks(64)) {
            *word |= means.iter().rev().fold(0, |bits, mean| bits << 1 | u64::from(*mean > 0.0));
        }
    }

    /// How many sleep.
    fn asleep(&self) -> usize {
        self.units - self.words.iter().map(|word| word.count_ones() as usize).sum::<usize>()
    }
}

impl From<Vec<bool>> for Awake {
    fn from(units: Vec<bool>) -> Self {
        let mut awake = Self::default();
        awake.wake(&units.iter().map(|awake| f32::from(*awake)).collect::<Vec<_>>());
        awake
    }
}

impl From<Awake> for Vec<bool> {
    fn from(awake: Awake) -> Self {
        (0..awake.units).map(|unit| awake.words[unit / 64] >> (unit % 64) & 1 == 1).collect()
    }
}

impl LayerSums {
    /// The sums of one step: of pairs when `g` has two rows a sample (positives, then negatives), of each the mean over
    /// places; else of class goodnesses, where the true class stands for the positive and the best of the others for the
    /// negative.
    pub(super) fn of(loss: &[f32], g: Rows<'_>, mean_h: &[f32], labels: &[u8]) -> Self {
        let mut sums =
            Self { pairs: loss.len() as u64, loss: loss.iter().map(|x| f64::from(*x)).sum(), ..Self::default() };
        sums.silent = mean_h.iter().all(|m| *m == 0.0);
        let mean = |r: usize| math::sum(g.row(r)) / g.width().max(1) as f32;
        let sides = |r: usize| match g.len() == loss.len() {
            true => contest(g.row(r), usize::from(labels[r])),
            false => (mean(r), mean(loss.len() + r)),
        };
        for (g_pos, g_neg) in (0..loss.len()).map(sides) {
            sums.g_pos += f64::from(g_pos);
            sums.g_neg += f64::from(g_neg);
            sums.apart += u64::from(g_pos > g_neg);
        }
        sums
    }

    /// Adds a step, in which the units had these mean activities over the positives.
    pub(crate) fn add(&mut self, step: &Self, mean_h: &[f32]) {
        self.pairs += step.pairs;
        self.loss += step.loss;
        self.g_pos += step.g_pos;
        self.g_neg += step.g_neg;
        self.apart += step.apart;
        self.awake.wake(mean_h);
    }

    /// Whether step number `step` of layer number `layer` went well (both from 0).
    ///
    /// # Errors
    /// [`TrainError::Diverged`] with the number that shows that it did not.
    pub(super) fn check(&self, layer: usize, step: u64) -> Result<(), TrainError> {
        let sums = [("loss", self.loss), ("goodness of positives", self.g_pos), ("goodness of negatives", self.g_neg)];
        let broken = sums.into_iter().find(|(_, value)| !value.is_finite());
        let silent = self.pairs > 0 && self.silent && self.g_pos == 0.0 && self.g_neg == 0.0;
        let broken = broken.or(silent.then_some(("goodness of every row", 0.0)));
        broken
            .map_or(Ok(()), |(what, value)| Err(TrainError::Diverged { layer: layer + 1, step: step + 1, what, value }))
    }

    /// The averages, for layer number `layer` (from 0).
    pub(crate) fn record(&self, layer: usize) -> LayerRecord {
        let pairs = self.pairs.max(1) as f64;
        LayerRecord {
            layer: layer + 1,
            loss: self.loss / pairs,
            goodness_pos: self.g_pos / pairs,
            goodness_neg: self.g_neg / pairs,
            separation: self.apart as f64 / pairs,
            dead: self.awake.asleep() as f64 / self.awake.units.max(1) as f64,
            validation_error: None,
        }
    }
}

/// The goodness of the true class, and the highest of the others.
fn contest(g: &[f32], label: usize) -> (f32, f32) {
    let others = g.iter().enumerate().filter(|(k, _)| *k != label);
    (g[label], others.map(|(_, g)| *g).fold(f32::NEG_INFINITY, f32::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stay_awake_and_travel_one_by_one() {
        let mut awake = Awake::default();
        let means = |every: usize| (0..130).map(|u| if u % every == 0 { 0.5 } else { 0.0 }).collect::<Vec<f32>>();
        awake.wake(&means(10));
        assert_eq!(awake.asleep(), 130 - 13);
        awake.wake(&means(13));
        let units: Vec<bool> = awake.clone().into();
        assert_eq!(units, (0..130).map(|u| u % 10 == 0 || u % 13 == 0).collect::<Vec<_>>());
        assert_eq!(awake.asleep(), units.iter().filter(|awake| !**awake).count());
        let text = serde_json::to_string(&awake).unwrap();
        assert!(text.starts_with("[true,false,"), "{text}");
        assert_eq!(serde_json::from_str::<Awake>(&text).unwrap(), awake);
    }
}
