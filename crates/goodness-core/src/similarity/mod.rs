//! Similarities: an extra local term on how alike a layer finds the samples of a batch.
//!
//! Samples of one class should look alike to a layer, samples of two classes should not. The term sees the cosines between
//! the activities of every two samples; goodness sees each sample alone. A similarity is added by one new file here and
//! its line in [`CATALOGUE`].

mod contrastive;
mod matching;
mod none;

pub use contrastive::Contrastive;
pub use matching::Matching;
pub use none::NoSimilarity;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// A function of the cosines between the samples of a batch and their labels, with its derivative.
pub trait Similarity: Send + Sync {
    /// Whether there is anything to compute.
    fn is_active(&self) -> bool {
        true
    }

    /// Whether the mean of a row's activities is subtracted before cosines are taken.
    fn centred(&self) -> bool;

    /// Writes each sample's share of the term and `slopes[i][j]` = ∂L/∂cᵢⱼ + ∂L/∂cⱼᵢ, where L is the mean of the shares.
    ///
    /// # Shapes
    /// `cosines`, `slopes`: samples × samples, symmetric. `labels`: one a sample, and the number of classes. `loss`: one a
    /// sample.
    fn score(&self, cosines: Rows<'_>, labels: (&[u8], usize), loss: &mut [f32], slopes: RowsMut<'_>);
}

/// Every similarity there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Similarity>] = &[none::ENTRY, matching::ENTRY, contrastive::ENTRY];
