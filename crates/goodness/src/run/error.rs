//! What can be wrong with a run folder, and with a test set.

use std::io;
use std::path::PathBuf;

use crate::data::Shape;
use crate::model::ModelError;

/// A run folder that cannot be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The folder for a new run is there already.
    #[error("{}: the folder exists already; name another with --out, or go on with `goodness resume`", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// Not a run.
    #[error("{}: not the folder of a run: {reason}", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        reason: &'static str,
    },
    /// A file of the run is missing or is not what a run writes.
    #[error("{}: cannot read it: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system or the reader said.
        reason: io::Error,
    },
    /// The system would not write it.
    #[error("{}: cannot write it: {reason}; what was there before is untouched", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// A checkpoint or model that cannot be read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// A test set that does not fit the network, or the training set that the network is to learn from.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// Images of another shape.
    #[error("{name}: its images are {came}, the network reads {expected}")]
    Shape {
        /// The test set.
        name: String,
        /// Their shape.
        came: Shape,
        /// The shape that the network reads.
        expected: Shape,
    },
    /// More classes, which have numbers only.
    #[error("{name}: it has {came} classes, the network knows {expected}")]
    Classes {
        /// The test set.
        name: String,
        /// Its classes.
        came: usize,
        /// The classes that the network knows.
        expected: usize,
    },
    /// A class by a name that the network does not know.
    #[error("{name}: the network knows {known}, and no class {class:?}{hint}")]
    UnknownClass {
        /// The test set.
        name: String,
        /// The class.
        class: String,
        /// A near name, in words.
        hint: String,
        /// The classes that the network knows.
        known: String,
    },
}
