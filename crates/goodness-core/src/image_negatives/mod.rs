//! Image negatives: negatives made of the batch's images, without any label.
//!
//! What a layer should find unusual is then the image itself. An image negative is added by one new file here and its
//! line in [`CATALOGUE`].

mod hybrid_mask;
mod noise;
mod self_contrast;
mod shuffle;

pub use hybrid_mask::HybridMask;
pub use noise::Noise;
pub use self_contrast::SelfContrast;
pub use shuffle::Shuffle;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rng::Rng;
use crate::rows::Rows;

/// The images of a batch.
///
/// # Shapes
/// `images`: rows × (height · width · channels), line after line, channels last.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The images, one a row.
    pub images: Rows<'a>,
    /// Height, width and channels of each.
    pub shape: (usize, usize, usize),
}

impl Batch<'_> {
    /// A row other than `row`, uniformly drawn; `row` itself where it is alone.
    fn another(&self, row: usize, rng: &mut Rng) -> usize {
        match self.images.len() as u32 {
            0 | 1 => row,
            rows => (row + 1 + rng.below(rows - 1) as usize) % rows as usize,
        }
    }
}

/// A way to make a negative out of a batch's images.
pub trait ImageNegatives: Send + Sync {
    /// Whether layer number `layer` (from 0) reads negatives that are made for it, of the images or of what the layer below
    /// made of them; else it reads what the layer below made of its own negatives.
    fn anew(&self, layer: usize) -> bool {
        layer == 0
    }

    /// Writes the negative of image number `row` to `out`; `scratch` holds two images' worth of numbers.
    fn fill(&self, batch: Batch<'_>, row: usize, rng: &mut Rng, scratch: &mut [f32], out: &mut [f32]);
}

/// Every image negative there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn ImageNegatives>] =
    &[hybrid_mask::ENTRY, self_contrast::ENTRY, shuffle::ENTRY, noise::ENTRY];
