//! Penalties: what else a layer should care about, from what it can see itself.

mod none;
mod peer_normalization;

pub use none::NoPenalty;
pub use peer_normalization::PeerNormalization;

#[cfg(feature = "std")]
use crate::catalogue::Entry;

/// An extra local term on the activities of the positives, with one running number a unit.
///
/// # Shapes
/// All slices hold one number a unit.
pub trait Penalty: Send + Sync {
    /// Whether there is anything to compute.
    fn is_active(&self) -> bool {
        true
    }

    /// Where every unit's running number starts.
    fn initial_state(&self) -> f32;

    /// Moves the running numbers towards `mean_h`, the batch mean of each unit's positive activity, then writes the
    /// derivative by the activity of each unit, the same for every positive row.
    fn slope_into(&self, mean_h: &[f32], state: &mut [f32], slope: &mut [f32]);

    /// Whether the derivative passes through the activation, so that silent units do not feel it.
    fn gated(&self) -> bool;
}

/// Every penalty there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Penalty>] = &[none::ENTRY, peer_normalization::ENTRY];
