//! Plans: which layers learn when.
//!
//! A plan is added by one new file here and its line in [`CATALOGUE`].

mod greedy;
mod pipelined;
mod readout_last;
mod simultaneous;
mod windowed;

pub use greedy::Greedy;
pub use pipelined::Pipelined;
pub use readout_last::ReadoutLast;
pub use simultaneous::Simultaneous;
pub use windowed::Windowed;

use std::ops::Range;

use goodness_core::catalogue::Entry;

/// A pipeline of layers: stages of layers that follow one another, each at other batches than the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Stages, where there are layers enough; 0 is one for each thread.
    pub stages: usize,
    /// Batches that a layer learns from in a row, before the next layer of its stage learns from the first of them.
    pub in_a_row: usize,
}

/// The order of learning.
pub trait Plan: Send + Sync {
    /// Epochs in all, when the recipe says `epochs` and the network has `layers` layers.
    fn epochs(&self, epochs: usize, layers: usize) -> usize;

    /// The layers that learn in epoch number `epoch` (from 0); those below are frozen, those above wait. Where
    /// none learns, the range is empty and at the end: all are frozen.
    fn learning(&self, epoch: usize, epochs: usize, layers: usize) -> Range<usize>;

    /// The epoch from which on a readout that learns does so.
    fn readout_from(&self, _epochs: usize) -> usize {
        0
    }

    /// Whether frozen layers are passed once and their output kept. Then every sample keeps the negative that it was
    /// given at first.
    fn keeps_pairs(&self) -> bool {
        false
    }

    /// How layers learn from different batches at the same time, if they do.
    fn pipeline(&self) -> Option<Pipeline> {
        None
    }

    /// Where epoch number `epoch` stands in the schedule: its number and how many there are before the rate starts anew.
    fn progress(&self, epoch: usize, epochs: usize, layers: usize) -> (usize, usize);

    /// The same for layer number `layer` alone, in an epoch in which it learns: what its own rate follows.
    fn progress_of(&self, _layer: usize, epoch: usize, epochs: usize, layers: usize) -> (usize, usize) {
        self.progress(epoch, epochs, layers)
    }
}

/// Every plan there is.
pub const CATALOGUE: &[Entry<dyn Plan>] =
    &[simultaneous::ENTRY, greedy::ENTRY, windowed::ENTRY, pipelined::ENTRY, readout_last::ENTRY];
