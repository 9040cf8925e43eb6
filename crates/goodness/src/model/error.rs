//! What can be wrong with a model file.

use std::path::PathBuf;

/// A model or checkpoint file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The system would not read it.
    #[error("{}: cannot read it: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The system would not write it.
    #[error("{}: cannot write it: {reason}; what was there before is untouched", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The content is not what it should be.
    #[error("{}: not a goodness model, or cut short: {reason}", path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Written by another version.
    #[error("{}: its format is {came:?}, this version reads {expected:?}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The format that this version reads.
        expected: String,
        /// The format that it has.
        came: String,
    },
    /// A tensor that is missing or has another shape.
    #[error("{}: tensor {tensor}: expected shape {expected:?}, found {came}", path.display())]
    WrongShape {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// Its shape by the recipe.
        expected: Vec<usize>,
        /// What is there.
        came: String,
    },
    /// A weight that is no number.
    #[error("{}: tensor {tensor}: number {index} is {value}, expected finite numbers", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// Where in the tensor.
        index: usize,
        /// What it is.
        value: f32,
    },
    /// A checkpoint of another experiment.
    #[error("{}: it belongs to another recipe or data set: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
}
