//! # Readout last
//!
//! Every layer learns at every step for `epochs` epochs; then all stand still and the readout learns alone, for
//! `readout_epochs` more (Hinton 2022, section 3.2: first the hidden layers without labels, then the softmax).
//!
//! Cost: an epoch of layers is spared the pass that a readout learns from, one of the readout is that pass and nothing else.
//! Each part goes through the schedule once.
//!
//! ```
//! use goodness::plan::{Plan, ReadoutLast};
//! let plan = ReadoutLast { readout_epochs: 1 };
//! let learning: Vec<_> = (0..plan.epochs(2, 4)).map(|epoch| plan.learning(epoch, 2, 4)).collect();
//! assert_eq!((learning, plan.readout_from(2)), (vec![0..4, 0..4, 4..4], 2));
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info, Param};

use super::Plan;

/// First the layers, then the readout.
#[derive(Clone, Copy, Debug)]
pub struct ReadoutLast {
    /// Epochs in which the readout learns.
    pub readout_epochs: usize,
}

impl Plan for ReadoutLast {
    fn epochs(&self, epochs: usize, _layers: usize) -> usize {
        epochs + self.readout_epochs
    }

    fn learning(&self, epoch: usize, epochs: usize, layers: usize) -> Range<usize> {
        if epoch < epochs { 0..layers } else { layers..layers }
    }

    fn readout_from(&self, epochs: usize) -> usize {
        epochs
    }

    fn progress(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        if epoch < epochs { (epoch, epochs) } else { (epoch - epochs, self.readout_epochs) }
    }

    fn progress_of(&self, _layer: usize, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch.min(epochs.saturating_sub(1)), epochs)
    }
}

pub(super) const ENTRY: Entry<dyn Plan> = Entry {
    info: Info {
        name: "readout_last",
        summary: "every layer learns at every step; then they stand still and the readout learns",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.2",
        params: &[Param::whole("readout_epochs", "epochs in which the readout learns", 10.0, 1.0, 10_000.0)],
    },
    build: |args| Box::new(ReadoutLast { readout_epochs: args.get("readout_epochs") as usize }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readout_learns_when_the_layers_are_done() {
        let plan = ReadoutLast { readout_epochs: 3 };
        assert_eq!(plan.epochs(2, 4), 5);
        let learning: Vec<_> = (0..5).map(|e| plan.learning(e, 2, 4)).collect();
        assert_eq!((learning, plan.readout_from(2)), (vec![0..4, 0..4, 4..4, 4..4, 4..4], 2));
        let progress: Vec<_> = (0..5).map(|e| plan.progress(e, 2, 4)).collect();
        assert_eq!(progress, [(0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]);
    }
}
