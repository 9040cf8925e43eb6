//! # Pipelined
//!
//! Every layer learns at every step, like [`Simultaneous`](super::Simultaneous) and to the same bits, but layers that follow
//! one another form stages, each on a thread of its own: while a stage learns from one batch, the stage below already
//! learns from the next.
//!
//! Nothing is stale. What layer l reads of batch t is what the layer below made of it with the weights that it had after
//! batch t − 1, whoever computes it and when; and nothing ever comes back down. So what would ask later layers while a
//! batch is drawn or learned (negatives drawn by scores, a readout that learns, collaboration) is refused.

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info};

use super::Plan;

/// All layers at once, stage by stage on different threads.
#[derive(Clone, Copy, Debug)]
pub struct Pipelined;

impl Plan for Pipelined {
    fn epochs(&self, epochs: usize, _layers: usize) -> usize {
        epochs
    }

    fn learning(&self, _epoch: usize, _epochs: usize, layers: usize) -> Range<usize> {
        0..layers
    }

    fn pipelines(&self) -> bool {
        true
    }

    fn stage(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch, epochs)
    }
}

pub(super) const ENTRY: Entry<dyn Plan> = Entry {
    info: Info {
        name: "pipelined",
        summary: "every layer learns at every step, groups of layers on different threads",
        source: "Hinton 2022, section 8; to the bits of the simultaneous plan",
        params: &[],
    },
    build: |_| Box::new(Pipelined),
};
