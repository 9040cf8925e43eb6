//! # Simultaneous
//!
//! Every layer learns at every step, from what the layers below say at that step (Hinton 2022, released code). Cost: a step
//! passes and moves every layer once.
//!
//! ```
//! use goodness::plan::{Plan, Simultaneous};
//! assert_eq!((Simultaneous.epochs(10, 3), Simultaneous.learning(0, 10, 3)), (10, 0..3));
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info};

use super::Plan;

/// All layers at once.
#[derive(Clone, Copy, Debug)]
pub struct Simultaneous;

impl Plan for Simultaneous {
    fn epochs(&self, epochs: usize, _layers: usize) -> usize {
        epochs
    }

    fn learning(&self, _epoch: usize, _epochs: usize, layers: usize) -> Range<usize> {
        0..layers
    }

    fn progress(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch, epochs)
    }
}

pub(super) const ENTRY: Entry<dyn Plan> = Entry {
    info: Info {
        name: "simultaneous",
        summary: "every layer learns at every step",
        source: "Hinton 2022, released code, ffnew",
        params: &[],
    },
    build: |_| Box::new(Simultaneous),
};
