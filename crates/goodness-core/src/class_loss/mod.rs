//! Class losses: for goodnesses that give one number a class, how far the true class is from winning.
//!
//! They need neither negatives nor a threshold: the other classes of the same row are what the true one is compared
//! with. A class loss is added by one new file here and its line in [`CATALOGUE`].

mod cross_entropy;
mod learned_temperature;
mod n_pair;

pub use cross_entropy::CrossEntropy;
pub use learned_temperature::LearnedTemperature;
pub use n_pair::NPair;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// Where a class loss writes: its value, one a row, and its derivative by every class's goodness, rows × classes.
#[derive(Debug)]
pub struct Slopes<'a> {
    /// L of each row.
    pub loss: &'a mut [f32],
    /// ∂L/∂g of each row.
    pub dg: RowsMut<'a>,
}

/// A function of the class goodnesses of a row and its label, with its derivative. Rows do not see one another; the step
/// averages.
pub trait ClassLoss: Send + Sync {
    /// Where the one number starts that the loss learns for each layer, if it learns one.
    fn knob(&self) -> Option<f32> {
        None
    }

    /// Writes each row's loss and its derivatives, and returns Σ over rows of ∂L/∂knob.
    ///
    /// # Shapes
    /// `g`: rows × classes. `labels`: one a row.
    fn score(&self, g: Rows<'_>, labels: &[u8], knob: f32, slopes: Slopes<'_>) -> f32;
}

/// Every class loss there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn ClassLoss>] = &[cross_entropy::ENTRY, learned_temperature::ENTRY, n_pair::ENTRY];
