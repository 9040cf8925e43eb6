//! # Greedy
//!
//! One layer after another, `epochs` each: a trained layer is frozen and what it makes of every sample, computed once,
//! is the next layer's input. The pairs are drawn once and stay, as in the public tutorials. Cost: an epoch passes and moves
//! one layer alone; what that layer reads of every pair is kept in memory.
//!
//! ```
//! use goodness::plan::{Greedy, Plan};
//! let learning: Vec<_> = (0..Greedy.epochs(2, 2)).map(|epoch| Greedy.learning(epoch, 2, 2)).collect();
//! assert_eq!(learning, [0..1, 0..1, 1..2, 1..2]);
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info};

use super::Plan;

/// One layer after another.
#[derive(Clone, Copy, Debug)]
pub struct Greedy;

impl Plan for Greedy {
    fn epochs(&self, epochs: usize, layers: usize) -> usize {
        epochs * layers
    }

    fn learning(&self, epoch: usize, epochs: usize, _layers: usize) -> Range<usize> {
        let layer = epoch / epochs.max(1);
        layer..layer + 1
    }

    fn keeps_pairs(&self) -> bool {
        true
    }

    fn progress(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch % epochs.max(1), epochs)
    }
}

pub(super) const ENTRY: Entry<dyn Plan> = Entry {
    info: Info {
        name: "greedy",
        summary: "one layer after another; a trained one is frozen and passed once",
        source: "mpezeshki/pytorch_forward_forward, main.py",
        params: &[],
    },
    build: |_| Box::new(Greedy),
};
