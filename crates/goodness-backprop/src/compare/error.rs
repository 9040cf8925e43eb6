//! What can end a comparison.

use std::io;
use std::path::PathBuf;

use goodness::data::DataError;
use goodness::recipe::RecipeError;
use goodness::train::TrainError;
use goodness_engine::PoolError;

use crate::TwinError;

/// A comparison that cannot start or go on. What was measured before is kept.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The watcher stopped it.
    #[error("interrupted")]
    Interrupted,
    /// More memory would be needed than there is.
    #[error(
        "the comparison would not fit into memory: {what} is forecast to take {forecast} MiB, and there are {there} MiB; \
         expected narrower layers, or a smaller train.batch"
    )]
    Memory {
        /// Its largest part.
        what: String,
        /// MiB that it would take.
        forecast: u64,
        /// MiB that there are.
        there: u64,
    },
    /// The folder holds another comparison.
    #[error(
        "{}: a comparison of other settings is kept here ({what} is {kept}, asked for {asked}); \
         name another folder with --out", path.display()
    )]
    Other {
        /// The folder.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What it is there.
        kept: String,
        /// What was asked for.
        asked: String,
    },
    /// A file of the comparison cannot be read or written.
    #[error("{}: cannot use it: {reason}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system or the reader said.
        reason: io::Error,
    },
    /// A recipe that both rules train, but of which a row cannot be measured.
    #[error(
        "recipe {recipe:?} cannot be compared: {key} = {came:?}; {hint}, or goodness train with either --rule alone"
    )]
    NoRow {
        /// The recipe.
        recipe: String,
        /// The key that stands in the way.
        key: &'static str,
        /// Its value.
        came: String,
        /// What is in the way, and what could be compared.
        hint: &'static str,
    },
    /// A process of its own failed.
    #[error("the process that measures the memory of {what} failed: {reason}")]
    Child {
        /// What it measured.
        what: String,
        /// What it said.
        reason: String,
    },
    /// The twin.
    #[error(transparent)]
    Twin(#[from] TwinError),
    /// The layers that learn by themselves.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A recipe made from the recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// No threads.
    #[error(transparent)]
    Pool(#[from] PoolError),
}
