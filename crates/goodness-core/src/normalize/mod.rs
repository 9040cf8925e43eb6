//! Normalisation: what of a layer's activity the next layer sees.
//!
//! Goodness is in the length of the activity vector, so the length is taken away: otherwise the next layer could read it
//! off and learn nothing (Hinton 2022, section 2). Every member is one factor a row, which lets the first layer apply
//! it after its product instead of before.

mod keep;
mod l2;
mod rms;
mod rms_above;

pub use keep::Keep;
pub use l2::L2;
pub use rms::Rms;
pub use rms_above::RmsAbove;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::math;
use crate::rows::{Rows, RowsMut};

/// A rescaling of rows: x̂ = scale(Σx², width) · x.
pub trait Normalize: Send + Sync {
    /// The factor for a row of `width` numbers whose squares add up to `sum_of_squares`.
    fn scale(&self, sum_of_squares: f32, width: usize) -> f32;

    /// The factor for an image, before the first layer.
    fn image_scale(&self, sum_of_squares: f32, width: usize) -> f32 {
        self.scale(sum_of_squares, width)
    }

    /// The derivative of [`scale`](Self::scale) by the sum of squares; 0 for a row of zeros. No layer that learns by itself
    /// needs it: it is for those who carry derivatives across layers.
    fn slope(&self, sum_of_squares: f32, width: usize) -> f32;

    /// What the squares of a rescaled row of `width` numbers add up to; `None` where rows keep their length.
    fn squares(&self, _width: usize) -> Option<f32> {
        None
    }

    /// Writes every row of `h`, rescaled, to `out` (rows × width).
    fn forward_into(&self, h: Rows<'_>, mut out: RowsMut<'_>) {
        for (r, row) in h.iter().enumerate() {
            let scale = self.scale(math::sum_of_squares(row), row.len());
            out.row_mut(r).iter_mut().zip(row).for_each(|(o, x)| *o = scale * x);
        }
    }
}

/// Every normalisation there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Normalize>] = &[rms::ENTRY, rms_above::ENTRY, l2::ENTRY, keep::ENTRY];
