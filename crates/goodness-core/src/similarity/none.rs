//! # No similarity
//!
//! Every sample is judged alone.

use super::Similarity;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rows::{Rows, RowsMut};

/// No term between samples.
#[derive(Clone, Copy, Debug)]
pub struct NoSimilarity;

impl Similarity for NoSimilarity {
    fn is_active(&self) -> bool {
        false
    }

    fn centred(&self) -> bool {
        false
    }

    fn score(&self, _cosines: Rows<'_>, _labels: (&[u8], usize), loss: &mut [f32], mut slopes: RowsMut<'_>) {
        loss.fill(0.0);
        slopes.data_mut().fill(0.0);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Similarity> = Entry {
    info: Info { name: "none", summary: "every sample is judged alone", source: "-", params: &[] },
    build: |_| Box::new(NoSimilarity),
};
