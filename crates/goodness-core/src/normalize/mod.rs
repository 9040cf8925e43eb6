//! Normalisation: what of a layer's activity the next layer sees.
//!
//! Goodness is in the length of the activity vector, so the length is taken away: otherwise the next layer could read it
//! off and learn nothing (Hinton 2022, section 2).
//!
//! An image is multiplied by one factor, which lets the first layer apply it after its product instead of before. What a
//! layer passes on is multiplied by one factor too, or standardised: row by row, or channel by channel. No member has
//! anything to learn, and no derivative passes any of them.

mod batch;
mod group;
mod keep;
mod l2;
mod layer;
mod rms;
mod rms_above;
mod triangle;

pub use batch::{Batch, gather, moments, standards};
pub use group::Group;
pub use keep::Keep;
pub use l2::L2;
pub use layer::Layer;
pub use rms::Rms;
pub use rms_above::RmsAbove;
pub use triangle::{Triangle, above_mean, at_place};

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::math;
use crate::rows::{Rows, RowsMut};

/// How the channels of a layer lie in its rows, and what is known of them.
///
/// A row is `blocks` pictures side by side, each of `places` places with its own channels last: channel b·n + c, with n
/// channels a block, is number (b·places + place)·n + c. The units of a dense layer are channels at one place.
#[derive(Clone, Copy, Debug)]
pub struct Channels<'a> {
    /// Pictures in a row: one a class, where goodness is read class by class.
    pub blocks: usize,
    /// Places of a picture.
    pub places: usize,
    /// The mean of each channel and the inverse of its deviation: 2 × channels; none where nobody asks for them.
    pub known: Rows<'a>,
}

impl Default for Channels<'_> {
    /// Units of a dense layer of which nothing is known.
    fn default() -> Self {
        Self { blocks: 1, places: 1, known: Rows::new(&[], 0, 0) }
    }
}

/// What rows become between two layers: x̂ = scale(Σx², width) · x, unless a member says otherwise.
pub trait Normalize: Send + Sync {
    /// The factor for a row of `width` numbers whose squares add up to `sum_of_squares`; 1 of a member that is no factor.
    fn scale(&self, _sum_of_squares: f32, _width: usize) -> f32 {
        1.0
    }

    /// The factor for an image, before the first layer.
    fn image_scale(&self, sum_of_squares: f32, width: usize) -> f32 {
        self.scale(sum_of_squares, width)
    }

    /// Whether one factor is all that happens to a row. A network whose layers settle together knows no other kind.
    fn is_factor(&self) -> bool {
        true
    }

    /// The derivative of [`scale`](Self::scale) by the sum of squares; 0 for a row of zeros. No layer that learns by itself
    /// needs it: it is for those who carry derivatives across layers.
    fn slope(&self, _sum_of_squares: f32, _width: usize) -> f32 {
        0.0
    }

    /// What the squares of a rescaled row of `width` numbers add up to; `None` where that is not the same for all rows.
    fn squares(&self, _width: usize) -> Option<f32> {
        None
    }

    /// The share of a layer's running statistics that stays when those of a batch are added at update number `step`, from
    /// 1; `None` of a member that asks for no statistics.
    fn stays(&self, _step: u64) -> Option<f32> {
        None
    }

    /// Normalises a row where it stands.
    fn row(&self, row: &mut [f32], _channels: Channels<'_>) {
        let scale = self.scale(math::sum_of_squares(row), row.len());
        row.iter_mut().for_each(|x| *x *= scale);
    }

    /// Normalises rows where they stand.
    fn forward(&self, mut h: RowsMut<'_>, channels: Channels<'_>) {
        (0..h.len()).for_each(|r| self.row(h.row_mut(r), channels));
    }

    /// Writes every row of `h`, normalised, to `out` (rows × width).
    fn forward_into(&self, h: Rows<'_>, channels: Channels<'_>, mut out: RowsMut<'_>) {
        for (r, row) in h.iter().enumerate() {
            out.row_mut(r).copy_from_slice(row);
            self.row(out.row_mut(r), channels);
        }
    }
}

/// Every normalisation there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Normalize>] =
    &[rms::ENTRY, rms_above::ENTRY, l2::ENTRY, layer::ENTRY, group::ENTRY, batch::ENTRY, triangle::ENTRY, keep::ENTRY];
