//! Goodness: one number for a row of activities, to be high for positives and low for negatives (Hinton 2022, section 2).
//!
//! A goodness is added by one new file here and its line in [`CATALOGUE`].

mod class_log_sum_exp;
mod class_mean;
mod class_mean_of_squares;
mod mean_activity;
mod mean_of_squares;
mod minimised_sum_of_squares;
mod place_mean_of_squares;
mod power_mean;
mod sum_of_squares;
mod top_k;

pub use class_log_sum_exp::ClassLogSumExp;
pub use class_mean::ClassMean;
pub use class_mean_of_squares::ClassMeanOfSquares;
pub use mean_activity::MeanActivity;
pub use mean_of_squares::MeanOfSquares;
pub use minimised_sum_of_squares::MinimisedSumOfSquares;
pub use place_mean_of_squares::PlaceMeanOfSquares;
pub use power_mean::PowerMean;
pub use sum_of_squares::SumOfSquares;
pub use top_k::TopK;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// A function of a row of activities `h`, with its derivative.
///
/// # Shapes
/// `h`, `dh`: rows × width. `g`, `dg`: one number a row, or rows × classes when it is [per class](Self::per_class), or rows
/// × places when it is [per place](Self::per_place). Rows do not see one another.
pub trait Goodness: Send + Sync {
    /// Whether it gives one number for every class instead of one for the row. The number of classes is what the shapes
    /// say: numbers of `g` by rows of `h`.
    fn per_class(&self) -> bool {
        false
    }

    /// Whether it gives one number for every place of a map instead of one for the row. A place's units lie side by side;
    /// the number of places is what the shapes say. Where there are no maps a row is one place.
    fn per_place(&self) -> bool {
        false
    }

    /// Writes the goodness of each row of `h` to `g`.
    fn score(&self, h: Rows<'_>, g: &mut [f32]);

    /// Writes `dh[r][j] = Σ dg[r] · ∂g[r]/∂h[r][j]`: carries a derivative by goodness back to the activities.
    fn pull_back(&self, h: Rows<'_>, dg: &[f32], dh: RowsMut<'_>);

    /// The threshold θ to use for rows of `width` when the recipe names none.
    fn theta(&self, width: usize) -> f32;
}

/// Every goodness there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Goodness>] = &[
    sum_of_squares::ENTRY,
    mean_of_squares::ENTRY,
    minimised_sum_of_squares::ENTRY,
    mean_activity::ENTRY,
    power_mean::ENTRY,
    top_k::ENTRY,
    place_mean_of_squares::ENTRY,
    class_mean::ENTRY,
    class_mean_of_squares::ENTRY,
    class_log_sum_exp::ENTRY,
];

/// Calls `visit(row, class, units of the class's group)` for every group of every row; `numbers` is rows × classes. Units of
/// a place are such a group too.
fn each_group(h: Rows<'_>, numbers: usize, mut visit: impl FnMut(usize, usize, &[f32])) {
    let classes = numbers / h.len().max(1);
    let units = h.width() / classes.max(1);
    for (r, row) in h.iter().enumerate() {
        (0..classes).for_each(|k| visit(r, k, &row[k * units..(k + 1) * units]));
    }
}

/// `dh[r] = factor · dg[r] · h[r]`, which is what every goodness made of squares comes to.
fn pull_back_squares(factor: f32, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
    for (r, row) in h.iter().enumerate() {
        let slope = factor * dg[r];
        dh.row_mut(r).iter_mut().zip(row).for_each(|(d, h)| *d = slope * h);
    }
}
