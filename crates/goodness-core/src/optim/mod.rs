//! Optimizers: how a weight follows its gradient. Every layer has its own.

mod adam;
mod smoothed_sgd;

pub use adam::Adam;
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
    /// Whether weight decay applies; it does not to biases.
    pub decays: bool,
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
/// `weights`, `gradient` and each slice of memory in use: one number a weight. Weights do not see one another.
pub trait Optimizer: Send + Sync {
    /// Numbers remembered for each weight: 0, 1 or 2. All start at 0.
    fn slots(&self) -> usize;

    /// Moves `weights` against `gradient`.
    fn update(&self, at: Moment, weights: &mut [f32], gradient: &[f32], memory: Memory<'_>);

    /// The rate at gain 1.
    fn rate(&self) -> f32;
}

/// Every optimizer there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Optimizer>] = &[smoothed_sgd::ENTRY, adam::ENTRY];
