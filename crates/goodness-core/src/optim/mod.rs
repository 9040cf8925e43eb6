//! Optimizers: how a weight follows its gradient. Every layer has its own.

mod adam;
mod muon;
mod smoothed_sgd;

pub use adam::Adam;
pub use muon::{Muon, Orthogonal};
pub use smoothed_sgd::SmoothedSgd;

#[cfg(feature = "std")]
use crate::catalogue::Entry;

/// The moment of an update.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Number of this update, from 1.
    pub step: u64,
    /// What the schedule says now: the rate is multiplied by it.
    pub gain: f32,
}

/// What is the same for every weight that an update moves, computed once: an update is told so for a few hundred weights
/// at a time. Made by [`Optimizer::pace`]; what its numbers mean is the optimizer's own affair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Number of the update, from 1.
    pub step: u64,
    /// ε, times what the schedule says.
    pub rate: f32,
    /// The pull of a weight towards 0.
    pub decay: f32,
    /// What each number remembered of a weight is multiplied by where it is read.
    pub scales: [f32; 2],
}

impl Pace {
    /// The same without weight decay: biases have none.
    pub fn still(self) -> Self {
        Self { decay: 0.0, ..self }
    }
}

/// What an optimizer remembers of each weight: up to two numbers. A slice not asked for is empty.
#[derive(Debug)]
pub struct Memory<'a> {
    /// The first number of each weight.
    pub first: &'a mut [f32],
    /// The second number of each weight.
    pub second: &'a mut [f32],
}

/// A rule that moves weights against their gradient.
///
/// # Shapes
/// `weights`, `gradient` and each slice of memory in use: one number a weight. Weights do not see one another in `update`.
pub trait Optimizer: Send + Sync {
    /// Numbers remembered for each weight: 0, 1 or 2. All start at 0.
    fn slots(&self) -> usize;

    /// What every update of a moment has in common.
    fn pace(&self, at: Moment) -> Pace;

    /// Moves `weights` against `gradient`.
    fn update(&self, pace: Pace, weights: &mut [f32], gradient: &[f32], memory: Memory<'_>);

    /// The rate at gain 1.
    fn rate(&self) -> f32;

    /// How a layer's matrix of weights moves, where it moves as one; [`update`](Self::update) is for all else then. `None` where
    /// weights see one another nowhere.
    fn orthogonal(&self) -> Option<Orthogonal> {
        None
    }

    /// Numbers remembered for each weight of such a matrix.
    fn slots_of_matrix(&self) -> usize {
        self.orthogonal().map_or(self.slots(), |_| Orthogonal::SLOTS)
    }
}

/// Every optimizer there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Optimizer>] = &[smoothed_sgd::ENTRY, adam::ENTRY, muon::ENTRY];
