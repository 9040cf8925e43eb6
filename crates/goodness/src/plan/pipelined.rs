//! # Pipelined
//!
//! Every layer learns at every step, like [`Simultaneous`](super::Simultaneous) and to the same bits, but layers that follow
//! one another form stages, each on a thread of its own: while a stage learns from one batch, the stage below already
//! learns from the next.
//!
//! Nothing is stale. What layer l reads of batch t is what the layer below made of it with the weights that it had after
//! batch t − 1, whoever computes it and when; and nothing ever comes back down. So what would ask later layers while a
//! batch is drawn or learned (negatives drawn by scores, a readout that learns, collaboration) is refused.
//!
//! For the same reason a layer may learn from several batches in a row before the next one learns from the first of them.
//! Its weights and the optimizer's moments, twelve bytes a weight, then stay in the processor's cache from batch to batch,
//! where those of all layers together would not fit. Backpropagation cannot: it needs all layers for every batch.
//!
//! Cost: the work of the simultaneous plan, and memory for 2 · `stages` − 1 groups of `in_a_row` batches on their way.
//!
//! ```
//! use goodness::plan::{Pipeline, Pipelined, Plan};
//! let plan = Pipelined { pipeline: Pipeline { stages: 2, in_a_row: 4 } };
//! assert_eq!((plan.epochs(10, 3), plan.learning(0, 10, 3)), (10, 0..3));
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info, Param};

use super::{Pipeline, Plan};

/// All layers at once, stage by stage on different threads.
#[derive(Clone, Copy, Debug)]
pub struct Pipelined {
    /// Its stages.
    pub pipeline: Pipeline,
}

impl Plan for Pipelined {
    fn epochs(&self, epochs: usize, _layers: usize) -> usize {
        epochs
    }

    fn learning(&self, _epoch: usize, _epochs: usize, layers: usize) -> Range<usize> {
        0..layers
    }

    fn pipeline(&self) -> Option<Pipeline> {
        Some(self.pipeline)
    }

    fn progress(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch, epochs)
    }
}

pub(super) const ENTRY: Entry<dyn Plan> = Entry {
    info: Info {
        name: "pipelined",
        summary: "every layer learns at every step, groups of layers on different threads",
        source: "Hinton 2022, section 8; to the bits of the simultaneous plan",
        params: &[
            Param::whole("stages", "stages, 0 for one on each thread", 0.0, 0.0, 1024.0),
            Param::whole("in_a_row", "batches that a layer learns from before the next one does", 1.0, 1.0, 1024.0),
        ],
    },
    build: |args| {
        let pipeline = Pipeline { stages: args.get("stages") as usize, in_a_row: args.get("in_a_row") as usize };
        Box::new(Pipelined { pipeline })
    },
};
