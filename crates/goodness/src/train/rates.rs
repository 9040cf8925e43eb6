//! The rate range test (Smith 2017, arXiv 1506.01186, section 3.3): a fresh network is trained while the rate rises from
//! step to step, and every layer shows from which rate on it learns and at which it breaks.

use std::sync::Arc;

use goodness_core::schedule::Schedule;

use super::batch;
use super::error::TrainError;
use super::sums::LayerSums;
use super::trainer::Trainer;

/// What to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRange {
    /// The first rate, above 0.
    pub low: f64,
    /// The last rate, above the first.
    pub high: f64,
    /// Steps from the one to the other, at least 2; each is one batch.
    pub steps: usize,
}

/// Rates and what they did.
#[derive(Clone, Debug, PartialEq)]
pub struct RateTest {
    /// The rate of each step; fewer than asked for where numbers went wrong or the recipe's epochs ended.
    pub rates: Vec<f64>,
    /// The smoothed loss of each layer that learned, by its number from 1, step by step.
    pub layers: Vec<(usize, Vec<f64>)>,
    /// The rate at which numbers went wrong, if they did.
    pub broke: Option<f64>,
}

/// Share of the running mean of the loss that stays at each step.
const SMOOTHING: f64 = 0.9;
/// The suggestion is this share of the rate at which the loss is lowest, where it has all but stopped falling.
const BELOW_LOWEST: f64 = 1.0 / 3.0;
/// Share of all that the loss gained that must be lost again before a layer counts as broken.
const LOST: f64 = 0.5;

/// A gain that rises by the same factor from step to step.
struct Rising {
    first: f64,
    factor: f64,
}

impl Schedule for Rising {
    fn at(&self, step: u64, _total: u64) -> f32 {
        (self.first * self.factor.powf(step as f64)) as f32
    }
}

impl RateRange {
    fn rate(&self, step: usize) -> f64 {
        self.low * self.factor().powf(step as f64)
    }

    fn factor(&self) -> f64 {
        (self.high / self.low).powf(1.0 / (self.steps.max(2) - 1) as f64)
    }
}

impl Trainer {
    /// Trains from where this trainer stands, which should be the start, by a rate that rises through `range`. The trainer
    /// is of no other use afterwards.
    ///
    /// # Errors
    /// [`TrainError`]; numbers that go wrong end the test and are no error.
    pub fn find_rate(&mut self, range: RateRange) -> Result<RateTest, TrainError> {
        let own = f64::from(self.method.optimizer.rate()).max(f64::MIN_POSITIVE);
        self.method.schedule = Box::new(Rising { first: range.low / own, factor: range.factor() });
        let pool = Arc::clone(&self.pool);
        pool.run(|| self.rise(range))
    }

    fn rise(&mut self, range: RateRange) -> Result<RateTest, TrainError> {
        let mut test = RateTest { rates: Vec::new(), layers: Vec::new(), broke: None };
        self.renew_states();
        while test.rates.len() < range.steps && self.position.epoch < self.epochs() {
            self.freeze_below();
            let order = batch::order(&self.train, self.recipe.train.seed, self.position.epoch);
            for rows in order.rows().chunks(self.recipe.train.batch).take(range.steps - test.rates.len()) {
                let rate = range.rate(test.rates.len());
                self.position.sums = vec![LayerSums::default(); self.network.layers.len()];
                match self.step(rows, None) {
                    Err(TrainError::Diverged { .. }) => return Ok(RateTest { broke: Some(rate), ..test }),
                    done => done?,
                }
                test.rates.push(rate);
                self.learning().for_each(|l| test.note(l + 1, self.position.sums[l].record(l).loss));
            }
            (self.position.epoch, self.position.batch) = (self.position.epoch + 1, 0);
        }
        Ok(test)
    }
}

impl RateTest {
    fn note(&mut self, layer: usize, loss: f64) {
        let Some((_, losses)) = self.layers.iter_mut().find(|(l, _)| *l == layer) else {
            return self.layers.push((layer, vec![loss]));
        };
        let before = losses.last().copied().unwrap_or(loss);
        losses.push(SMOOTHING * before + (1.0 - SMOOTHING) * loss);
    }

    /// The step at which a layer's loss is lowest.
    fn lowest(losses: &[f64]) -> usize {
        (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap_or(0)
    }

    /// A rate at which a layer's loss falls fast and safely: a third of that at which it is lowest. None where it never fell.
    pub fn suggested(&self, losses: &[f64]) -> Option<f64> {
        let lowest = Self::lowest(losses);
        (lowest > 0).then(|| self.rates[lowest] * BELOW_LOWEST)
    }

    /// The rate at which a layer has lost half of what it had gained, or at which numbers went wrong.
    pub fn breaks_at(&self, losses: &[f64]) -> Option<f64> {
        let lowest = Self::lowest(losses);
        let (first, least) = (losses.first()?, losses[lowest]);
        // A loss that never fell has nothing to lose.
        let fell = first - least > 0.0;
        let lost = (lowest..losses.len()).filter(|_| fell).find(|i| losses[*i] - least > LOST * (first - least));
        lost.map(|i| self.rates[i]).or(self.broke)
    }

    /// The smallest of the layers' suggestions: one rate for all.
    pub fn overall(&self) -> Option<f64> {
        self.layers.iter().filter_map(|(_, losses)| self.suggested(losses)).reduce(f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_is_found() {
        let rates: Vec<f64> = (0..7).map(|i| 10f64.powi(i - 6)).collect();
        let losses = vec![1.0, 1.0, 0.8, 0.3, 0.2, 0.7, 5.0];
        let test = RateTest { rates, layers: vec![(1, losses.clone())], broke: Some(3.0) };
        assert!((test.overall().unwrap() - 0.01 / 3.0).abs() < 1e-9);
        assert_eq!(test.breaks_at(&losses), Some(0.1));
        assert_eq!(test.breaks_at(&losses[..5]), Some(3.0));
        assert_eq!((test.suggested(&[1.0, 2.0]), test.breaks_at(&[1.0, 2.0])), (None, Some(3.0)));
    }

    #[test]
    fn rates_rise_from_low_to_high() {
        let range = RateRange { low: 1e-4, high: 1.0, steps: 5 };
        let rates: Vec<f64> = (0..5).map(|i| range.rate(i)).collect();
        assert!((rates[0] - 1e-4).abs() < 1e-12 && (rates[2] - 1e-2).abs() < 1e-9 && (rates[4] - 1.0).abs() < 1e-9);
    }
}
