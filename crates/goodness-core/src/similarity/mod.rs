//! Similarities: an extra local term on how alike a layer finds the samples of a batch.
//!
//! Samples of one class should look alike to a layer, samples of two classes should not. The term sees the cosines between
//! the activities of every two samples, or between what a linear map, learned by the same term, makes of them; goodness
//! sees each sample alone. A similarity is added by one new file here and
//! its line in [`CATALOGUE`].

mod contrastive;
mod matching;
mod none;

pub use contrastive::Contrastive;
pub use matching::Matching;
pub use none::NoSimilarity;

#[cfg(feature = "std")]
use crate::catalogue::{Entry, Param};
use crate::rows::{Rows, RowsMut};

/// A function of the cosines between the samples of a batch and their labels, with its derivative.
pub trait Similarity: Send + Sync {
    /// Whether there is anything to compute.
    fn is_active(&self) -> bool {
        true
    }

    /// Numbers that a learned linear map makes of a row's activities before cosines are taken; 0 where they are taken of
    /// the activities themselves.
    ///
    /// The map learns with its layer, by this term alone, and is no part of the network: nobody reads it.
    fn map(&self) -> usize {
        0
    }

    /// Whether the mean of what cosines are taken of is subtracted from every row before.
    fn centred(&self) -> bool;

    /// Writes each sample's share of the term and `slopes[i][j]` = ∂L/∂cᵢⱼ + ∂L/∂cⱼᵢ, where L is the mean of the shares.
    ///
    /// # Shapes
    /// `cosines`, `slopes`: samples × samples, symmetric. `labels`: one a sample, and the number of classes. `loss`: one a
    /// sample.
    fn score(&self, cosines: Rows<'_>, labels: (&[u8], usize), loss: &mut [f32], slopes: RowsMut<'_>);
}

/// The parameter of those that take cosines through a learned map.
#[cfg(feature = "std")]
const MAP: Param = Param::whole("map", "numbers that a learned linear map makes first; 0: no map", 0.0, 0.0, 65536.0);

/// Every similarity there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Similarity>] = &[none::ENTRY, matching::ENTRY, contrastive::ENTRY];
