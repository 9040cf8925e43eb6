//! What a network has besides its first layer, wherever that is kept.

use crate::precision::Precision;
use crate::row::Unit;
use crate::rule::Rule;
use goodness_core::Rng;

/// The second layer, the rule, and the place in the stream of random numbers: seed and step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<W: Precision, const FIRST: usize, const SECOND: usize> {
    pub(crate) second: [Unit<W, FIRST>; SECOND],
    pub(crate) rule: Rule,
    pub(crate) seed: u64,
    pub(crate) step: u32,
    pub(crate) started: bool,
}

impl<W: Precision, const FIRST: usize, const SECOND: usize> Head<W, FIRST, SECOND> {
    /// Bytes in a saved state.
    pub(crate) const BYTES: usize = 8 + 4 + 4 + 4 + 2 + SECOND * Unit::<W, FIRST>::BYTES;

    pub(crate) const BLANK: Self =
        Self { second: [Unit::BLANK; SECOND], rule: Rule::NONE, seed: 0, step: 0, started: false };

    /// Draws fresh weights for the second layer.
    pub(crate) fn start(&mut self, seed: u64, rule: Rule) {
        let mut rng = Rng::keyed(seed, Rng::WEIGHTS, 1);
        self.second.iter_mut().for_each(|unit| unit.draw(&mut rng));
        self.rule = rule;
        (self.seed, self.step, self.started) = (seed, 0, true);
    }
}
