//! What can end a measurement.

use crate::data::DataError;
use crate::recipe::RecipeError;
use crate::run::TestError;
use crate::train::TrainError;

/// A measurement that failed.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A recipe of a measurement.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// Its training, or no threads.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Its data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Its test part.
    #[error(transparent)]
    Test(#[from] TestError),
    /// A process that measures itself did not answer.
    #[error("the process that was to measure {question} gave no figures: {reason}")]
    Child {
        /// What it was asked.
        question: String,
        /// What came instead.
        reason: String,
    },
    /// The system does not say how large a process is.
    #[error("the size of a process is not known: expected VmHWM in /proc/self/status, which only Linux has")]
    Size,
    /// A question that no process knows.
    #[error(
        "no process knows how to measure {came:?}; expected \"startup\", \"memory:dense-4\" or \
         \"convolution:64-f32-forward\" and its like"
    )]
    Question {
        /// What it was asked.
        came: String,
    },
}

impl From<goodness_engine::PoolError> for BenchError {
    fn from(error: goodness_engine::PoolError) -> Self {
        Self::Train(error.into())
    }
}
