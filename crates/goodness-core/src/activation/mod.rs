//! Activations: what a unit puts out, and what a derivative becomes on its way back through it.

mod relu;
mod relu_straight;

pub use relu::Relu;
pub use relu_straight::ReluStraight;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// A non-linearity on rows.
///
/// # Shapes
/// All views are rows × width.
pub trait Activation: Send + Sync {
    /// Turns `z` into the activities `h` in place.
    fn forward(&self, z: RowsMut<'_>);

    /// Turns `dh` into `dz` in place, given the activities.
    fn pull_back(&self, h: Rows<'_>, dh: RowsMut<'_>);
}

/// Every activation there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Activation>] = &[relu::ENTRY, relu_straight::ENTRY];

fn rectify(mut z: RowsMut<'_>) {
    // The comparison keeps NaN, which max would turn into 0: a run that diverges must show it.
    z.data_mut().iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x });
}
