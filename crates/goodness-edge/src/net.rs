//! A network whose weights are all in memory.

use crate::budget::assert_fits;
use crate::error::Error;
use crate::head::Head;
use crate::health::{Counters, Health};
use crate::precision::{Precision, Reads};
use crate::row::Row;
use crate::rule::Rule;
use crate::sample::{self, Value};
use crate::verdict::{Verdict, verdict};
use crate::work::{Seen, Work};
use goodness_core::Rng;

/// Two layers of units, with everything a step needs.
///
/// `W` is the precision: `f32`, `i16` or `i8`. `SECOND` may be 0: a network of one layer. A network is large; put it in a
/// `static`, which costs no code and no stack, and [start](Self::start) it there.
///
/// ```
/// use goodness_edge::{Net, Rule};
/// const KIB: usize = 1024;
/// type Digits = Net<f32, 784, 32, 32, 10>;
/// const { Digits::fits(110 * KIB) };
/// static mut NEVER_MOVED: Digits = Digits::blank();
///
/// let mut net: Net<i16, 4, 16, 8, 2> = Net::blank();
/// net.start(7, Rule::new());
/// for i in 0..400u32 {
///     let label = (i % 2) as u8;
///     let sample: [u8; 4] = if label == 0 { [200, 180, 10, 0] } else { [0, 30, 190, 220] };
///     net.learn(&sample, label)?;
/// }
/// assert_eq!(net.predict(&[210u8, 170, 0, 5])?.label, 0);
/// # Ok::<(), goodness_edge::Error>(())
/// ```
///
/// A budget that is too small stops the compiler, with both figures:
///
/// ```compile_fail
/// const { goodness_edge::Net::<f32, 784, 32, 32, 10>::fits(100_000) };
/// ```
#[derive(Debug)]
pub struct Net<W: Precision, const INPUTS: usize, const FIRST: usize, const SECOND: usize, const CLASSES: usize> {
    pub(crate) first: [Row<W, INPUTS, CLASSES>; FIRST],
    pub(crate) head: Head<W, FIRST, SECOND>,
    work: Work<W, FIRST, SECOND, CLASSES>,
    counters: Counters<W, FIRST, SECOND>,
}

impl<W: Precision, const INPUTS: usize, const FIRST: usize, const SECOND: usize, const CLASSES: usize>
    Net<W, INPUTS, FIRST, SECOND, CLASSES>
{
    /// Bytes of memory for training: weights, activities and counters; the stack of a call comes on top.
    pub const TRAIN_BYTES: usize = size_of::<Self>();
    /// Multiply-adds of reading one sample under every label, the sample's product computed once.
    pub const SWEEP: usize = FIRST * (INPUTS + CLASSES) + CLASSES * FIRST * SECOND;
    /// Multiply-adds of as many whole passes as there are labels.
    pub const NAIVE_SWEEP: usize = CLASSES * (FIRST * (INPUTS + CLASSES) + FIRST * SECOND);

    /// Stops the compiler when the network needs more than `budget` bytes.
    pub const fn fits(budget: usize) {
        assert_fits(Self::TRAIN_BYTES, budget);
    }

    /// A network without weights: all zeros, so that a `static` of it takes no flash.
    pub const fn blank() -> Self {
        const { assert!(CLASSES >= 2 && CLASSES <= 256, "a network needs 2 to 256 classes") };
        const { assert!(INPUTS > 0 && INPUTS <= 65_536, "a network needs 1 to 65,536 inputs") };
        const { assert!(FIRST > 0, "the first layer needs a unit") };
        Self { first: [Row::BLANK; FIRST], head: Head::BLANK, work: Work::BLANK, counters: Counters::BLANK }
    }

    /// Draws fresh weights; the same seed gives the same bits on every processor.
    pub fn start(&mut self, seed: u64, rule: Rule) {
        let mut rng = Rng::keyed(seed, Rng::WEIGHTS, 0);
        self.first.iter_mut().for_each(|row| row.draw(&mut rng));
        self.head.start(seed, rule);
        self.counters = Counters::BLANK;
    }

    /// How it learns from here on; a schedule changes the rates.
    pub fn rule_mut(&mut self) -> &mut Rule {
        &mut self.head.rule
    }

    /// Learns one sample; returns what the network took it for before.
    ///
    /// # Errors
    /// [`Error`] for a sample, a label or a network that nothing can be learned from; nothing has changed then.
    pub fn learn<X: Value>(&mut self, x: &[X], label: u8) -> Result<u8, Error>
    where
        W: Reads<X>,
    {
        if usize::from(label) >= CLASSES {
            return Err(Error::Label { label, classes: CLASSES });
        }
        let seen = self.look(x)?;
        self.work.look_second(&self.head.second);
        self.check_goodness()?;
        let said = self.counters.note_step(&self.work, label);
        let mut rng = Rng::keyed(self.head.seed, Rng::ROUNDING, u64::from(self.head.step));
        self.work.judge(0, label, &self.head.rule);
        let share = W::share(self.head.rule.rates[0], FIRST);
        for (j, row) in self.first.iter_mut().enumerate() {
            self.work.teach(j, row, seen, &self.head.rule, share, &mut rng);
        }
        self.work.judge(1, label, &self.head.rule);
        self.work.teach_second(&mut self.head.second, &self.head.rule, &mut rng);
        self.head.step = self.head.step.wrapping_add(1);
        Ok(said)
    }

    /// Reads one sample through both layers.
    ///
    /// # Errors
    /// [`Error`] for a sample or a network that cannot be read.
    pub fn predict<X: Value>(&mut self, x: &[X]) -> Result<Verdict<W::Number>, Error>
    where
        W: Reads<X>,
    {
        self.look(x)?;
        self.work.look_second(&self.head.second);
        Ok(self.verdict(1))
    }

    /// Reads one sample, and asks the second layer only when the first one's best label leads by less than `enough`.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_early<X: Value>(&mut self, x: &[X], enough: W::Number) -> Result<Verdict<W::Number>, Error>
    where
        W: Reads<X>,
    {
        self.look(x)?;
        let first = self.verdict(0);
        if first.lead >= enough {
            return Ok(first);
        }
        self.work.look_second(&self.head.second);
        Ok(self.verdict(1))
    }

    /// Goodness of every label in the last sample read by both layers, the first layer's and that of both together.
    pub fn goodness(&self) -> &[[W::Number; CLASSES]; 2] {
        &self.work.g
    }

    /// Samples learned since the start.
    pub fn step(&self) -> u32 {
        self.head.step
    }

    /// How it is doing.
    pub fn health(&self) -> Health {
        let first = self.first.iter().flat_map(|row| row.inputs.iter().chain(&row.code));
        let weights = first.chain(self.head.second.iter().flat_map(|u| &u.inputs));
        let at_limit = weights.filter(|w| w.is_at_limit()).count();
        self.counters.report(self.head.step, at_limit, FIRST * (INPUTS + CLASSES) + FIRST * SECOND)
    }

    fn look<'a, X: Value>(&mut self, x: &'a [X]) -> Result<Seen<'a, X, W::Scale>, Error>
    where
        W: Reads<X>,
    {
        if !self.head.started {
            return Err(Error::Blank);
        }
        sample::check(x, INPUTS)?;
        let seen = Seen { x, scale: W::scale(x) };
        self.work.open();
        for (j, row) in self.first.iter().enumerate() {
            self.work.look(j, row, seen, self.head.rule.code);
        }
        self.work.close();
        Ok(seen)
    }

    pub(crate) fn forget_counts(&mut self) {
        self.counters = Counters::BLANK;
    }

    fn check_goodness(&self) -> Result<(), Error> {
        self.work.diverged().map_or(Ok(()), |layer| Err(Error::Diverged { layer, step: self.head.step }))
    }

    fn verdict(&self, layer: usize) -> Verdict<W::Number> {
        verdict(&self.work.g[layer], layer + 1, W::difference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_step_whose_goodness_is_not_finite_is_not_taken() {
        let mut net = Net::<f32, 4, 3, 2, 2>::blank();
        net.start(1, Rule::new());
        net.first[1].bias = 1e30;
        let before = net.digest();
        let error = net.learn(&[1u8, 2, 3, 4], 0).unwrap_err().to_string();
        let expected = "layer 0, step 0: goodness is not finite; restore the last saved state and lower the rate";
        assert_eq!((error.as_str(), net.digest()), (expected, before));
        net.first[1].bias = 0.0;
        net.head.second[0].bias = f32::NAN;
        assert_eq!(net.learn(&[1u8, 2, 3, 4], 0), Err(Error::Diverged { layer: 1, step: 0 }));
    }
}
