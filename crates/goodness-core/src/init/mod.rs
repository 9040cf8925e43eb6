//! Initial weights.

mod fan_in_normal;
mod fan_in_uniform;

pub use fan_in_normal::FanInNormal;
pub use fan_in_uniform::FanInUniform;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rng::Rng;

/// Where the weights of a layer start.
pub trait Init: Send + Sync {
    /// Fills the weights of units that read `fan_in` inputs each, and their biases.
    fn fill(&self, fan_in: usize, rng: &mut Rng, weights: &mut [f32], biases: &mut [f32]);
}

/// Every initialisation there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Init>] = &[fan_in_normal::ENTRY, fan_in_uniform::ENTRY];
