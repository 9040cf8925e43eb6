//! Class losses: for goodnesses that give one number a class, how far the true class is from winning.
//!
//! They need neither negatives nor a threshold: the other classes of the same row are what the true one is compared
//! with. A class loss is added by one new file here and its line in [`CATALOGUE`].

mod cross_entropy;

pub use cross_entropy::CrossEntropy;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// A function of the class goodnesses of a row and its label, with its derivative. Rows do not see one another; the step
/// averages.
pub trait ClassLoss: Send + Sync {
    /// Writes each row's loss and its derivative by every class's goodness.
    ///
    /// # Shapes
    /// `g`, `dg`: rows × classes. `labels`, `loss`: one a row.
    fn score(&self, g: Rows<'_>, labels: &[u8], loss: &mut [f32], dg: RowsMut<'_>);
}

/// Every class loss there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn ClassLoss>] = &[cross_entropy::ENTRY];
