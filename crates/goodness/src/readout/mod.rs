//! Readouts: from what the layers say to a score for every class.
//!
//! A readout is added by one new file here and its line in [`CATALOGUE`].

mod average;
mod class_goodness;
mod fusion;
mod label_sweep;
mod linear;
mod ridge;

pub use average::Average;
pub use class_goodness::ClassGoodness;
pub use fusion::Fusion;
pub use label_sweep::LabelSweep;
pub use linear::{Descent, Linear};
pub use ridge::{Moments, Ridge};

use goodness_core::catalogue::Entry;
use goodness_core::{Rows, RowsMut};
use goodness_engine::Matrix;

use crate::lift::seen;

/// What a readout looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// One pass for each label, the label written in: pass k is rows `k·images .. (k+1)·images`.
    EveryLabel,
    /// One pass with the neutral code.
    Neutral,
    /// Those of [`EveryLabel`](Self::EveryLabel), then the neutral one.
    Both,
}

impl Pass {
    /// Passes an image takes, with `classes` classes.
    pub fn count(self, classes: usize) -> usize {
        match self {
            Self::EveryLabel => classes,
            Self::Neutral => 1,
            Self::Both => classes + 1,
        }
    }

    /// The label of pass number `pass`; `None` for the neutral code.
    pub(crate) fn label(self, pass: usize, classes: usize) -> Option<u8> {
        (self != Self::Neutral && pass < classes).then_some(pass as u8)
    }

    /// Whether labels are written into the images.
    pub(crate) fn writes_labels(self) -> bool {
        self != Self::Neutral
    }
}

/// What a readout is made for.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// Numbers that are seen of each layer: its units, or what the network's view makes of them.
    pub widths: &'a [usize],
    /// Number of classes.
    pub classes: usize,
    /// Whether goodness is one number a class.
    pub per_class: bool,
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
    /// What is seen of the normalised activities: rows × its numbers; no rows for a readout that does not look at them.
    pub x: Rows<'a>,
}

/// What a readout learns from: passes that have just been read.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Normalised activities of each layer: rows × units, the neutral pass last.
    pub x: &'a [Matrix],
    /// What the network's view makes of them: rows × its numbers; no columns where they are seen as they are.
    pub views: &'a [Matrix],
    /// Goodness of each layer: rows × 1, or rows × classes.
    pub g: &'a [Matrix],
    /// The true labels.
    pub labels: &'a [u8],
    /// What the readout summed up: blocks · images × classes.
    pub sums: Rows<'a>,
    /// What the schedule says now.
    pub gain: f32,
    /// Number of this update, from 1.
    pub step: u64,
}

impl<'a> Lesson<'a> {
    /// What is seen of the neutral pass through layer number `layer`: images × its numbers.
    pub fn neutral(&self, layer: usize) -> Rows<'a> {
        let x = seen(&self.x[layer], &self.views[layer]).rows();
        x.split_at(x.len() - self.labels.len()).1
    }
}

/// From what the layers say to a score for every class; the largest is the prediction.
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

    /// Gets its weights for these layers; called once, before anything is read.
    fn prepare(&mut self, _layers: Layers<'_>) {}

    /// Sums it takes of each image's classes: more than one where it reads in two ways.
    fn blocks(&self) -> usize {
        1
    }

    /// Adds what layer number `layer` says to `sums` (blocks · images × classes, a block after another).
    fn read(&self, layer: usize, seen: Seen<'_>, sums: RowsMut<'_>);

    /// Turns the sums into scores (images × classes).
    fn finish(&self, sums: Rows<'_>, mut scores: RowsMut<'_>) {
        scores.data_mut().copy_from_slice(sums.data());
    }

    /// Whether it has weights to train.
    fn learns(&self) -> bool {
        false
    }

    /// Trains its weights by one step.
    fn learn(&mut self, _lesson: Lesson<'_>) {}

    /// An empty account of the training set's activities, where the readout is solved for rather than trained.
    fn moments(&self) -> Option<Moments> {
        None
    }

    /// Takes its weights from what the training set's neutral pass came to.
    fn solve(&mut self, _moments: Moments) {}

    /// Its weights: of most, one matrix (classes × what is seen) for each layer it looks at. A ridge has a row of biases
    /// (1 × classes) after these; a fusion has one matrix, a row of classes for each layer and one of biases.
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
pub const CATALOGUE: &[Entry<dyn Readout>] =
    &[label_sweep::ENTRY, linear::ENTRY, class_goodness::ENTRY, fusion::ENTRY, ridge::ENTRY, average::ENTRY];
