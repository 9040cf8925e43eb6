//! # Muon
//!
//! M ← μM + (1−μ)G, D = μM + (1−μ)G, W ← W − gain·ε ( rms · √max(units, inputs) · orthogonal(D) + wd·W )
//! (Jordan and others 2024; the size of a step and the decay as in Liu and others 2025, arXiv 2502.16982, section 2.2)
//!
//! A matrix of weights moves as one: its gradient, smoothed, becomes a matrix whose singular values are all near 1, so a layer
//! learns as much in directions that few samples ask for as in those that most do. What is no matrix of a layer's own weights
//! (biases, heads, projections, vectors of labels) moves as with [`Adam`]. Cost: products of some twenty times the cube of the
//! matrix's smaller side and twice its square by the larger one, whatever the batch; one number remembered of a weight.
//!
//! The core has no matrix product: who moves a matrix [gathers](Orthogonal::gather), makes D orthogonal, and
//! [applies](Orthogonal::apply).
//!
//! ```
//! use goodness_core::optim::{Adam, Moment, Muon, Optimizer};
//! let adam = Adam { rate: 0.5, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0 };
//! let muon = Muon { adam, momentum: 0.5, rounds: 5, rms: 0.5 };
//! let rule = muon.orthogonal().expect("a matrix moves as one");
//! let (mut w, mut memory, mut direction) = ([1.0, 1.0, 1.0, 1.0], [0.0; 4], [0.0; 4]);
//! rule.gather(&[8.0, 0.0, 0.0, 0.0], &mut memory, &mut direction);
//! assert_eq!((memory[0], direction[0]), (4.0, 6.0));
//! // The rows (1, 0, 0, 0) of one unit are orthonormal: their root mean square is 1/2, and that of the step 0.5 · 0.5.
//! rule.apply(muon.pace(Moment { step: 1, gain: 1.0 }), (1, 4), &[1.0, 0.0, 0.0, 0.0], &mut w);
//! assert_eq!(w, [0.5, 1.0, 1.0, 1.0]);
//! ```

use super::{Adam, Memory, Moment, Optimizer, Pace};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// Momentum, orthogonalised, for matrices, and Adam for all else.
#[derive(Clone, Copy, Debug)]
pub struct Muon {
    /// What moves all that is no matrix; its rate and its decay are those of matrices too.
    pub adam: Adam,
    /// μ, the share of the average that stays.
    pub momentum: f32,
    /// Rounds of Newton and Schulz's iteration.
    pub rounds: usize,
    /// The root mean square of a matrix's step, in rates.
    pub rms: f32,
}

/// How a matrix moves as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orthogonal {
    /// μ, the share of the average that stays.
    pub momentum: f32,
    /// Rounds of Newton and Schulz's iteration.
    pub rounds: usize,
    /// The root mean square of a matrix's step, in rates.
    pub rms: f32,
}

impl Orthogonal {
    /// Numbers remembered for each weight of a matrix; they start at 0.
    pub const SLOTS: usize = 1;

    /// Smooths a gradient, and writes the direction that is then made orthogonal. One number a weight each.
    pub fn gather(&self, gradient: &[f32], memory: &mut [f32], direction: &mut [f32]) {
        let (stays, comes) = (self.momentum, 1.0 - self.momentum);
        for ((d, g), m) in direction.iter_mut().zip(gradient).zip(memory) {
            *m = stays * *m + comes * g;
            *d = stays * *m + comes * g;
        }
    }

    /// Moves weights, of a matrix of so many units and inputs, against the same numbers of its orthogonal direction.
    pub fn apply(&self, pace: Pace, (units, inputs): (usize, usize), direction: &[f32], weights: &mut [f32]) {
        let size = pace.rate * self.rms * math::sqrt(units.max(inputs) as f32);
        weights.iter_mut().zip(direction).for_each(|(w, d)| *w -= size * d + pace.decay * *w);
    }
}

impl Optimizer for Muon {
    fn slots(&self) -> usize {
        self.adam.slots()
    }

    fn pace(&self, at: Moment) -> Pace {
        self.adam.pace(at)
    }

    fn update(&self, pace: Pace, weights: &mut [f32], gradient: &[f32], memory: Memory<'_>) {
        self.adam.update(pace, weights, gradient, memory);
    }

    fn rate(&self) -> f32 {
        self.adam.rate
    }

    fn orthogonal(&self) -> Option<Orthogonal> {
        let Self { momentum, rounds, rms, .. } = *self;
        Some(Orthogonal { momentum, rounds, rms })
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Optimizer> = Entry {
    info: Info {
        name: "muon",
        summary: "a matrix of weights moves as one, by orthogonalised momentum; all else by Adam",
        source: "Jordan and others 2024 (Muon); Liu and others 2025 (arXiv 2502.16982), section 2.2",
        params: &[
            Param::real("rate", "step size", 0.002, 0.0, 1.0),
            Param::real("rms", "root mean square of a matrix's step, in rates", 0.2, 0.0, 10.0),
            Param::real("momentum", "share of the average that stays", 0.95, 0.0, 0.9999),
            Param::whole("rounds", "rounds of Newton and Schulz's iteration", 5.0, 1.0, 6.0),
            Param::real("weight_decay", "pull of a weight towards 0", 0.0, 0.0, 1.0),
        ],
    },
    build: |args| {
        let [rate, rms, momentum, weight_decay] =
            ["rate", "rms", "momentum", "weight_decay"].map(|name| args.f32(name));
        let adam = Adam { rate, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay };
        Box::new(Muon { adam, momentum, rounds: args.get("rounds") as usize, rms })
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_an_average_and_the_direction_is_ahead_of_it() {
        let rule = Orthogonal { momentum: 0.5, rounds: 5, rms: 0.2 };
        let (mut memory, mut direction) = ([0.0], [0.0]);
        for (average, ahead) in [(0.5, 0.75), (0.75, 0.875), (0.875, 0.9375)] {
            rule.gather(&[1.0], &mut memory, &mut direction);
            assert_eq!((memory[0], direction[0]), (average, ahead));
        }
    }

    #[test]
    fn a_step_has_the_size_it_should_and_decay_pulls() {
        let adam = Adam { rate: 0.5, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.5 };
        let muon = Muon { adam, momentum: 0.9, rounds: 5, rms: 0.25 };
        let (rule, pace) =
            (muon.orthogonal().expect("a matrix moves as one"), muon.pace(Moment { step: 3, gain: 0.5 }));
        let mut weights = [8.0, 0.0];
        // Two of a matrix's numbers: 0.25 · (0.25 · √16 · o + 0.5 · w).
        rule.apply(pace, (2, 16), &[1.0, -1.0], &mut weights);
        assert_eq!(weights, [8.0 - 0.25 - 1.0, 0.25]);
    }
}
