//! How a network is doing, from what its own steps saw.

use crate::precision::Precision;
use crate::verdict::best;
use crate::work::Work;
use core::fmt;

/// What is counted while a network learns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counters<W: Precision, const FIRST: usize, const SECOND: usize> {
    quiet: ([u8; FIRST], [u8; SECOND]),
    hits: u32,
    goodness: [W::Number; 2],
}

impl<W: Precision, const FIRST: usize, const SECOND: usize> Counters<W, FIRST, SECOND> {
    pub(crate) const BLANK: Self = Self { quiet: ([0; FIRST], [0; SECOND]), hits: 0, goodness: [W::ZERO; 2] };

    /// Counts what a step sees, before it learns; returns what the network takes the sample for.
    pub(crate) fn note_step<const CLASSES: usize>(&mut self, work: &Work<W, FIRST, SECOND, CLASSES>, label: u8) -> u8 {
        let (g, own) = (&work.g[1], usize::from(label));
        let said = best(g, None) as u8;
        W::blend(&mut self.goodness[0], g[own]);
        W::blend(&mut self.goodness[1], g[best(g, Some(own))]);
        self.hits = self.hits - (self.hits >> 8) + if said == label { 1 << 16 } else { 0 };
        let count = |quiet: &mut u8, spoke: bool| *quiet = if spoke { 0 } else { quiet.saturating_add(1) };
        self.quiet.0.iter_mut().enumerate().for_each(|(j, quiet)| count(quiet, work.spoke(j, label)));
        self.quiet.1.iter_mut().enumerate().for_each(|(j, quiet)| count(quiet, work.spoke_second(j, label)));
        said
    }

    pub(crate) fn report(&self, step: u32, at_limit: usize, weights: usize) -> Health {
        let silent = |quiet: &[u8]| quiet.iter().filter(|q| **q == u8::MAX).count();
        Health {
            step,
            units: [FIRST, SECOND],
            silent: [silent(&self.quiet.0), silent(&self.quiet.1)],
            goodness: self.goodness.map(W::real_mean),
            accuracy: self.hits as f32 / (1u32 << 24) as f32,
            at_limit,
            weights,
        }
    }
}

/// A network's health; means run over about the last 256 samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Health {
    /// Samples learned.
    pub step: u32,
    /// Units of each layer.
    pub units: [usize; 2],
    /// Units that said nothing for the true label of the last 255 samples, of each layer.
    pub silent: [usize; 2],
    /// Mean goodness, both layers together, of the true label, and of the best wrong one.
    pub goodness: [f32; 2],
    /// Share of samples that were read rightly before they were learned.
    pub accuracy: f32,
    /// Weights that can grow no further.
    pub at_limit: usize,
    /// All weights.
    pub weights: usize,
}

/// What ails a network, and what to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Symptom {
    /// Half of a layer's units or more have fallen silent.
    Silent {
        /// The layer, from 0.
        layer: usize,
        /// Silent units.
        silent: usize,
        /// Its units.
        units: usize,
    },
    /// Goodness is near 0 for every label.
    Collapsed {
        /// Mean goodness of the true label.
        goodness: f32,
    },
    /// The true label is no better than the best wrong one.
    NoGap {
        /// How much better it is on average.
        gap: f32,
    },
    /// More than one weight in fifty is at its limit.
    AtLimit {
        /// Weights at their limit.
        at_limit: usize,
        /// All weights.
        weights: usize,
    },
}

impl Health {
    /// Mean lead of the true label over the best wrong one.
    pub fn gap(&self) -> f32 {
        self.goodness[0] - self.goodness[1]
    }

    /// The gravest symptom, when there is one; `None` before 512 samples, which say too little.
    pub fn symptom(&self) -> Option<Symptom> {
        if self.step < 512 {
            return None;
        }
        let silent = |layer: usize| 2 * self.silent[layer] >= self.units[layer] && self.units[layer] > 0;
        match () {
            () if self.goodness[0] < 0.01 => Some(Symptom::Collapsed { goodness: self.goodness[0] }),
            () if silent(0) => Some(self.silence(0)),
            () if silent(1) => Some(self.silence(1)),
            () if 50 * self.at_limit > self.weights => {
                Some(Symptom::AtLimit { at_limit: self.at_limit, weights: self.weights })
            }
            () if self.gap() <= 0.0 => Some(Symptom::NoGap { gap: self.gap() }),
            () => None,
        }
    }

    fn silence(&self, layer: usize) -> Symptom {
        Symptom::Silent { layer, silent: self.silent[layer], units: self.units[layer] }
    }
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent { layer, silent, units } => {
                write!(f, "layer {layer}: {silent} of {units} units have fallen silent; halve its rate and start again")
            }
            Self::Collapsed { goodness } => {
                write!(f, "goodness has collapsed to {goodness:.3}; start again with a lower rate")
            }
            Self::NoGap { gap } => {
                write!(f, "true labels lead by {gap:.2}, no more than wrong ones; are labels and samples matched?")
            }
            Self::AtLimit { at_limit, weights } => {
                write!(f, "{at_limit} of {weights} weights are at their limit; lower the temperature or use i16")
            }
        }
    }
}
