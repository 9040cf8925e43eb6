//! What is normal, learned from normal samples alone: one layer gives a sample more goodness than a corruption of it.
//!
//! The loss is the cross-entropy of the goodnesses of both, "which of the two is the sample", as between the labels of a
//! [`Net`](crate::Net). How far the goodness of a new sample is from that of the normal ones, in deviations and on either
//! side, says how unusual it is.

use crate::budget::assert_fits;
use crate::corrupt::corrupt;
use crate::error::Error;
use crate::precision::{Precision, Reads};
use crate::row::Unit;
use crate::rule::Rule;
use crate::sample::{self, Value};
use goodness_core::{Rng, math};

/// Samples after which old ones are forgotten as new ones come.
const WINDOW: u32 = 1024;

/// One layer of `UNITS` units that learns which samples of `INPUTS` values are normal.
///
/// ```
/// use goodness_edge::{Baseline, Rule};
/// use goodness_core::Rng;
/// // Two bumps a sample, and noise.
/// let wave = |i: u64| -> [f32; 24] {
///     let mut rng = Rng::keyed(5, 0, i);
///     core::array::from_fn(|at| if at % 12 < 3 { 3.0 } else { 0.0 } + 0.3 * rng.normal())
/// };
/// let mut usual = Baseline::<f32, f32, 24, 16>::blank();
/// usual.start(1, Rule::new());
/// (0..800).try_for_each(|i| usual.learn(&wave(i)))?;
/// usual.forget_band();
/// (800..1000).try_for_each(|i| usual.follow(&wave(i)))?;
/// let mut other = wave(1000);
/// other[12..].fill(0.0);
/// assert!(usual.score(&wave(1000))?.abs() < usual.score(&other)?.abs());
/// # Ok::<(), goodness_edge::Error>(())
/// ```
#[derive(Debug)]
pub struct Baseline<W: Precision, X: Value, const INPUTS: usize, const UNITS: usize> {
    pub(crate) units: [Unit<W, INPUTS>; UNITS],
    /// Activities for the sample, and for its corruption.
    h: [[W::Activity; UNITS]; 2],
    corrupted: [X; INPUTS],
    /// Mean and variance of the goodness of normal samples, and how many there were.
    band: (f32, f32, u32),
    rule: Rule,
    seed: u64,
    step: u32,
    started: bool,
}

impl<W: Reads<X>, X: Value, const INPUTS: usize, const UNITS: usize> Baseline<W, X, INPUTS, UNITS> {
    /// Bytes of memory for training; the stack of a call comes on top.
    pub const TRAIN_BYTES: usize = size_of::<Self>();

    /// Stops the compiler when it needs more than `budget` bytes.
    pub const fn fits(budget: usize) {
        assert_fits(Self::TRAIN_BYTES, budget);
    }

    /// Without weights, for a `static`.
    pub const fn blank() -> Self {
        const { assert!(INPUTS > 0 && UNITS > 0, "a baseline needs inputs and units") };
        Self {
            units: [Unit::BLANK; UNITS],
            h: [[W::SILENCE; UNITS]; 2],
            corrupted: [X::ZERO; INPUTS],
            band: (0.0, 0.0, 0),
            rule: Rule::NONE,
            seed: 0,
            step: 0,
            started: false,
        }
    }

    /// Draws fresh weights; the same seed gives the same bits on every processor.
    pub fn start(&mut self, seed: u64, rule: Rule) {
        let mut rng = Rng::keyed(seed, Rng::WEIGHTS, 0);
        self.units.iter_mut().for_each(|unit| unit.draw(&mut rng));
        (self.band, self.rule) = ((0.0, 0.0, 0), rule);
        (self.seed, self.step, self.started) = (seed, 0, true);
    }

    /// Learns a normal sample.
    ///
    /// # Errors
    /// [`Error`] for a sample or a baseline that nothing can be learned from; nothing has changed then.
    pub fn learn(&mut self, x: &[X]) -> Result<(), Error> {
        let g = self.look(x)?;
        let mut rng = Rng::keyed(self.seed, Rng::ROUNDING, u64::from(self.step));
        corrupt(x, &mut self.corrupted, &mut rng);
        let negative = goodness(&self.units, &self.corrupted, &mut self.h[1]);
        if !W::is_finite(negative) {
            return Err(Error::Diverged { layer: 0, step: self.step });
        }
        self.widen(W::real(g));
        let mut dg = [W::ZERO; 2];
        W::loss_slopes(&[g, negative], 0, self.rule.temperature, &mut dg);
        let share = W::share(self.rule.rates[0], UNITS);
        let Self { units, h, corrupted, .. } = self;
        for (x, (h, dg)) in [x, &corrupted[..]].into_iter().zip(h.iter().zip(dg)) {
            let scale = W::scale(x);
            for (unit, h) in units.iter_mut().zip(h) {
                let slope = W::slope(dg, *h, share);
                if slope != W::ZERO {
                    W::step_bias(&mut unit.bias, slope);
                    W::step_image(&mut unit.inputs, x, scale, slope, &mut rng);
                }
            }
        }
        self.step = self.step.wrapping_add(1);
        Ok(())
    }

    /// Notes the goodness of a normal sample without learning it: while weights change, goodness does.
    ///
    /// # Errors
    /// [`Error`] for a sample or a baseline that cannot be read.
    pub fn follow(&mut self, x: &[X]) -> Result<(), Error> {
        let g = self.look(x)?;
        self.widen(W::real(g));
        Ok(())
    }

    /// Forgets the goodness of samples seen so far; call it between learning and following.
    pub fn forget_band(&mut self) {
        self.band = (0.0, 0.0, 0);
    }

    /// How far from normal a sample is, in deviations; far on either side is unusual. 0 while nothing is known.
    ///
    /// # Errors
    /// [`Error`] for a sample or a baseline that cannot be read.
    pub fn score(&mut self, x: &[X]) -> Result<f32, Error> {
        let g = W::real(self.look(x)?);
        let deviation = math::sqrt(self.band.1);
        Ok(if deviation > 0.0 { (g - self.band.0) / deviation } else { 0.0 })
    }

    /// How it learns from here on; only the first rate and the temperature count.
    pub fn rule_mut(&mut self) -> &mut Rule {
        &mut self.rule
    }

    /// Samples learned since the start.
    pub fn step(&self) -> u32 {
        self.step
    }

    fn look(&mut self, x: &[X]) -> Result<W::Number, Error> {
        if !self.started {
            return Err(Error::Blank);
        }
        sample::check(x, INPUTS)?;
        let g = goodness(&self.units, x, &mut self.h[0]);
        if W::is_finite(g) { Ok(g) } else { Err(Error::Diverged { layer: 0, step: self.step }) }
    }

    fn widen(&mut self, g: f32) {
        let (mean, variance, count) = &mut self.band;
        *count = count.saturating_add(1).min(WINDOW);
        let (share, off) = (1.0 / *count as f32, g - *mean);
        *mean += share * off;
        *variance += share * (off * (g - *mean) - *variance);
    }
}

/// Goodness of a sample; leaves the activities in `h`.
fn goodness<W: Reads<X>, X: Value, const INPUTS: usize>(
    units: &[Unit<W, INPUTS>],
    x: &[X],
    h: &mut [W::Activity],
) -> W::Number {
    let (scale, mut squares) = (W::scale(x), W::NO_SQUARES);
    for (unit, h) in units.iter().zip(h) {
        *h = W::activity(W::image(&unit.inputs, x, scale), W::WEIGHT, 0, unit.bias);
        squares = W::add_square(squares, *h);
    }
    W::goodness(squares, units.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn wave(i: u32) -> [f32; 24] {
        let mut rng = Rng::keyed(5, 0, u64::from(i));
        core::array::from_fn(|at| if at % 12 < 3 { 3.0 } else { 0.0 } + 0.3 * rng.normal())
    }

    #[test]
    fn what_differs_from_all_that_was_learned_scores_high() {
        let mut usual = Baseline::<f32, f32, 24, 16>::blank();
        usual.start(1, Rule::new());
        (0..800).for_each(|i| usual.learn(&wave(i)).unwrap());
        usual.forget_band();
        (800..1000).for_each(|i| usual.follow(&wave(i)).unwrap());
        let mut mean = |spoil: fn(&mut [f32; 24])| -> f32 {
            let score = |i| {
                let mut x = wave(i);
                spoil(&mut x);
                usual.score(&x).unwrap().abs()
            };
            (1000..1100).map(score).sum::<f32>() / 100.0
        };
        let (normal, other) = (mean(|_| {}), mean(|x| x[12..].fill(0.0)));
        assert!(normal < 1.2 && other > 3.0 * normal, "{normal} {other}");
    }

    #[test]
    fn refusals_change_nothing() {
        let mut usual = Baseline::<f32, f32, 24, 16>::blank();
        assert_eq!(usual.learn(&wave(0)), Err(Error::Blank));
        usual.start(1, Rule::new());
        let digest = usual.digest();
        let error = usual.learn(&[f32::NAN; 24]).unwrap_err().to_string();
        assert_eq!(error, "value 0 of the sample is NaN: expected a finite number within ±1e15");
        assert_eq!(usual.score(&[0.0; 23]), Err(Error::Length { expected: 24, came: 23 }));
        assert_eq!((usual.score(&wave(0)), usual.digest(), usual.step()), (Ok(0.0), digest, 0));
        usual.learn(&wave(0)).unwrap();
        assert_ne!(usual.digest(), digest);
    }
}
