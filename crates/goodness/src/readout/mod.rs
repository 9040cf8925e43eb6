//! Readouts: from what the layers say to a score for every class.
//!
//! A readout is added by one new file here and its line in [`CATALOGUE`].

mod class_goodness;
mod label_sweep;
mod linear;

pub use class_goodness::ClassGoodness;
pub use label_sweep::LabelSweep;
pub use linear::Linear;

use goodness_core::catalogue::Entry;
use goodness_core::{Rows, RowsMut};
use goodness_engine::Matrix;

/// What a readout looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// One pass for each label, the label written in: pass k is rows `k·images .. (k+1)·images`.
    EveryLabel,
    /// One pass with the neutral code.
    Neutral,
}

/// Which goodness a readout can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerClass {
    /// One number a class.
    Yes,
    /// One number a row.
    No,
}

/// What a layer made of the passes.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Goodness: rows × 1, or rows × classes.
    pub goodness: Rows<'a>,
    /// Normalised activities: rows × units; no rows for a readout that does not look at them.
    pub x: Rows<'a>,
}

/// What a readout learns from: a neutral pass that has just been read.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Normalised activities of each layer: images × units.
    pub x: &'a [Matrix],
    /// The true labels.
    pub labels: &'a [u8],
    /// What the readout said: images × classes.
    pub scores: Rows<'a>,
    /// What the schedule says now.
    pub gain: f32,
    /// Number of this update, from 1.
    pub step: u64,
}

/// From what the layers say to a score for every class. Scores are ≥ 0; the largest is the prediction.
pub trait Readout: Send + Sync {
    /// Which passes it looks at.
    fn pass(&self) -> Pass;

    /// The first layer it looks at, from 0.
    fn from(&self) -> usize;

    /// Whether it looks at activities, or at goodness alone.
    fn reads_activities(&self) -> bool {
        false
    }

    /// Whether the goodness that it reads is one number a class, one number a row, or not read at all.
    fn reads_goodness(&self) -> Option<PerClass>;

    /// Gets its weights for layers of these widths; called once, before anything is read.
    fn prepare(&mut self, _widths: &[usize], _classes: usize) {}

    /// Adds what layer number `layer` says to `scores` (images × classes).
    fn read(&self, layer: usize, seen: Seen<'_>, scores: RowsMut<'_>);

    /// Turns the sums into scores.
    fn finish(&self, _scores: RowsMut<'_>) {}

    /// Whether it has weights to train.
    fn learns(&self) -> bool {
        false
    }

    /// Trains its weights by one step.
    fn learn(&mut self, _lesson: Lesson<'_>) {}

    /// Its weights, one matrix (classes × units) for each layer it looks at.
    fn weights(&self) -> Vec<&Matrix> {
        Vec::new()
    }

    /// Its weights, to be restored.
    fn weights_mut(&mut self) -> Vec<&mut Matrix> {
        Vec::new()
    }

    /// What its optimizer remembers, to be saved in checkpoints.
    fn memory(&self) -> Vec<&Matrix> {
        Vec::new()
    }

    /// Its weights and then what its optimizer remembers, to be restored.
    fn all_mut(&mut self) -> Vec<&mut Matrix> {
        Vec::new()
    }
}

/// Every readout there is.
pub const CATALOGUE: &[Entry<dyn Readout>] = &[label_sweep::ENTRY, linear::ENTRY, class_goodness::ENTRY];
