//! Goodness: one number for a row of activities, to be high for positives and low for negatives (Hinton 2022, section 2).
//!
//! A goodness is added by one new file here and its line in [`CATALOGUE`].

mod mean_of_squares;
mod sum_of_squares;

pub use mean_of_squares::MeanOfSquares;
pub use sum_of_squares::SumOfSquares;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// A function of a row of activities `h`, with its derivative.
///
/// # Shapes
/// `h`, `dh`: rows × width. `g`, `dg`: one number a row. Rows do not see one another.
pub trait Goodness: Send + Sync {
    /// Writes the goodness of each row of `h` to `g`.
    fn score(&self, h: Rows<'_>, g: &mut [f32]);

    /// Writes `dh[r][j] = dg[r] · ∂g[r]/∂h[r][j]`: carries a derivative by goodness back to the activities.
    fn pull_back(&self, h: Rows<'_>, dg: &[f32], dh: RowsMut<'_>);

    /// The threshold θ to use for rows of `width` when the recipe names none.
    fn theta(&self, width: usize) -> f32;
}

/// Every goodness there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Goodness>] = &[sum_of_squares::ENTRY, mean_of_squares::ENTRY];

/// `dh[r] = factor · dg[r] · h[r]`, which is what every goodness made of squares comes to.
fn pull_back_squares(factor: f32, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
    for (r, row) in h.iter().enumerate() {
        let slope = factor * dg[r];
        dh.row_mut(r).iter_mut().zip(row).for_each(|(d, h)| *d = slope * h);
    }
}
