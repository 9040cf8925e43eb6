//! Negatives: the wrong label that is written into a copy of each sample.
//!
//! Whatever a generator draws from, the true label must never come out: the conformance suite counts. A generator is
//! added by one new file here and its line in [`CATALOGUE`].

mod hard_label;
mod wrong_label;

pub use hard_label::HardLabel;
pub use wrong_label::WrongLabel;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rng::Rng;
use crate::rows::Rows;

/// A way to choose a wrong label for every sample.
///
/// # Shapes
/// `labels`, `negatives`: one a sample. `scores`: samples × classes.
pub trait Negatives: Send + Sync {
    /// How many layers' scores [`fill`](Self::fill) reads, from the first: 0 for none, `usize::MAX` for all there are.
    fn looks_at(&self) -> usize;

    /// Writes a label other than `labels[r]` to `negatives[r]`, for every row.
    ///
    /// `scores`, there when [`looks_at`](Self::looks_at) is not 0, holds for every class how likely the network
    /// thinks it now; numbers ≥ 0, not necessarily adding up to 1.
    fn fill(&self, labels: &[u8], classes: usize, scores: Option<Rows<'_>>, rng: &mut Rng, negatives: &mut [u8]);
}

/// Every generator of negatives there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Negatives>] = &[wrong_label::ENTRY, hard_label::ENTRY];

/// Uniform over the `classes − 1` labels that are not `label`.
fn uniform_wrong(label: u8, classes: usize, rng: &mut Rng) -> u8 {
    let draw = rng.below(classes as u32 - 1) as u8;
    if draw >= label { draw + 1 } else { draw }
}
