//! The monitor: what the epochs so far give cause to worry about, layer by layer, each with its likely cure.
//!
//! A warning is a function of the history alone, so a resumed run warns of the same things at the same epochs.

use super::record::{EpochRecord, LayerRecord};

/// Positives whose goodness falls below this share of what it was at first: it is on its way to 0.
const COLLAPSED: f64 = 1e-3;
/// With more than this share of its units dead a layer has lost half of itself.
const MANY_DEAD: f64 = 0.5;
/// Chance tells half of the pairs apart; this is hardly more.
const HARDLY_APART: f64 = 0.6;
/// A layer that tells so few more pairs apart than in its first epoch has learned nothing.
const NO_PROGRESS: f64 = 0.02;
/// Share of what the loss had gained that has been lost again.
const LOST_AGAIN: f64 = 0.1;
/// A layer should not tell so many fewer pairs apart than the layer below, which is what it learns from.
const BEHIND: f64 = 0.1;
/// Epochs that a layer is given before it is judged by what it has learned.
const GRACE: usize = 3;

/// Something that goes wrong in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symptom {
    Collapse,
    Dead,
    Inseparable,
    Rising,
    Behind,
}

const SYMPTOMS: [Symptom; 5] =
    [Symptom::Collapse, Symptom::Dead, Symptom::Inseparable, Symptom::Rising, Symptom::Behind];

/// Every warning that the epochs give, in the order in which it came up; each once for each layer.
pub(super) fn warnings(history: &[EpochRecord]) -> Vec<String> {
    let mut seen: Vec<(usize, Symptom)> = Vec::new();
    let mut texts = Vec::new();
    for end in 1..=history.len() {
        for record in &history[end - 1].layers {
            let past = Past { epochs: &history[..end], layer: record.layer };
            for symptom in SYMPTOMS.into_iter().filter(|s| past.shows(*s)) {
                if !seen.contains(&(record.layer, symptom)) {
                    seen.push((record.layer, symptom));
                    texts.push(symptom.text(record));
                }
            }
        }
    }
    texts
}

/// What one layer has been through.
struct Past<'a> {
    epochs: &'a [EpochRecord],
    layer: usize,
}

impl<'a> Past<'a> {
    fn records(&self) -> impl DoubleEndedIterator<Item = &'a LayerRecord> + use<'a> {
        let layer = self.layer;
        self.epochs.iter().flat_map(|e| &e.layers).filter(move |l| l.layer == layer)
    }

    fn shows(&self, symptom: Symptom) -> bool {
        let (Some(first), Some(now)) = (self.records().next(), self.records().next_back()) else { return false };
        let learned = self.records().take(GRACE).count() == GRACE;
        match symptom {
            Symptom::Collapse => first.goodness_pos > 0.0 && now.goodness_pos.abs() < COLLAPSED * first.goodness_pos,
            Symptom::Dead => now.dead > MANY_DEAD,
            Symptom::Inseparable => {
                learned && now.separation < HARDLY_APART && now.separation - first.separation < NO_PROGRESS
            }
            Symptom::Rising => self.loss_rises(first, now),
            Symptom::Behind => learned && self.below().is_some_and(|below| now.separation < below.separation - BEHIND),
        }
    }

    /// Whether the loss has risen three times in a row, and by more than a share of all that it had gained.
    fn loss_rises(&self, first: &LayerRecord, now: &LayerRecord) -> bool {
        let last: Vec<f64> = self.records().rev().take(4).map(|l| l.loss).collect();
        let least = self.records().map(|l| l.loss).fold(f64::INFINITY, f64::min);
        let rises = last.len() == 4 && last.windows(2).all(|w| w[0] > w[1]);
        rises && now.loss - least > LOST_AGAIN * (first.loss - least).abs()
    }

    /// The layer below, in the same epoch.
    fn below(&self) -> Option<&'a LayerRecord> {
        self.epochs.last()?.layers.iter().find(|l| l.layer + 1 == self.layer)
    }
}

impl Symptom {
    fn text(self, now: &LayerRecord) -> String {
        let (layer, apart, dead) = (now.layer, 100.0 * now.separation, 100.0 * now.dead);
        match self {
            Self::Collapse => format!(
                "layer {layer}: the goodness of positives sinks to 0; try a smaller train.optimizer.rate, a higher \
                 train.theta or a loss without threshold"
            ),
            Self::Dead => format!(
                "layer {layer}: {dead:.0} % of its units never speak; try train.penalty = \"peer_normalization\" or a \
                 smaller rate"
            ),
            Self::Inseparable => format!(
                "layer {layer}: positives win only {apart:.0} % of the pairs, as at first; try another loss, \
                 train.theta = \"auto\" or another rate"
            ),
            Self::Rising => format!(
                "layer {layer}: its loss has risen three epochs in a row; try a smaller train.optimizer.rate or a \
                 schedule that falls"
            ),
            Self::Behind => format!(
                "layer {layer}: it tells fewer pairs apart ({apart:.0} %) than the layer below; try train.plan = \
                 \"windowed\" or fewer layers"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy(layer: usize, epoch: usize) -> LayerRecord {
        let gain = 1.0 - 0.7f64.powi(epoch as i32);
        let (goodness_pos, goodness_neg) = (1.0 + gain, 1.0 - gain);
        let (loss, separation) = (1.0 - gain, 0.5 + 0.45 * gain);
        LayerRecord { layer, loss, goodness_pos, goodness_neg, separation, dead: 0.05, validation_error: None }
    }

    fn epochs(count: usize, spoil: impl Fn(usize, &mut LayerRecord)) -> Vec<EpochRecord> {
        let layers = |epoch| {
            let mut layers = vec![healthy(1, epoch), healthy(2, epoch)];
            layers.iter_mut().for_each(|l| spoil(epoch, l));
            layers
        };
        let of = |epoch| EpochRecord {
            epoch: epoch + 1,
            seconds: 1.0,
            samples_per_second: 1.0,
            rate: 1.0,
            validation_error: None,
            layers: layers(epoch),
        };
        (0..count).map(of).collect()
    }

    /// The warnings when `spoil` changes the second layer.
    fn of_second(spoil: impl Fn(usize, &mut LayerRecord)) -> Vec<String> {
        let second = |epoch: usize, l: &mut LayerRecord| {
            if l.layer == 2 {
                spoil(epoch, l);
            }
        };
        warnings(&epochs(8, second))
    }

    #[test]
    fn a_healthy_run_gives_no_cause() {
        assert!(warnings(&epochs(50, |_, _| {})).is_empty());
        assert!(warnings(&epochs(1, |_, l| l.separation = 0.4)).is_empty(), "one epoch proves nothing");
    }

    #[test]
    fn every_symptom_is_named_once() {
        let cases: [(Vec<String>, &str); 5] = [
            (of_second(|e, l| l.goodness_pos = if e > 2 { 1e-5 } else { 1.0 }), "goodness of positives sinks"),
            (of_second(|_, l| l.dead = 0.7), "70 % of its units never speak"),
            (warnings(&epochs(8, |_, l| l.separation = if l.layer == 2 { 0.51 } else { 0.55 })), "as at first"),
            (of_second(|e, l| l.loss = if e > 3 { e as f64 } else { l.loss }), "risen three epochs"),
            (of_second(|_, l| l.separation *= 0.8), "than the layer below"),
        ];
        for (warnings, want) in cases {
            let hits = warnings.iter().filter(|w| w.starts_with("layer 2: ") && w.contains(want)).count();
            assert_eq!(hits, 1, "{want}: {warnings:?}");
        }
        assert_eq!(of_second(|_, l| l.dead = 0.7).len(), 1);
    }
}
