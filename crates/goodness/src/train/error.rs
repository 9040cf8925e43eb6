//! What can end a training run.

use goodness_engine::PoolError;

use crate::build::Unfit;
use crate::data::DataError;
use crate::model::ModelError;

/// A run that cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A number went wrong; nothing that was saved before is touched.
    #[error(
        "layer {layer} broke down in step {step}: {what} is {value}; try a smaller train.optimizer.rate, \
         or check that the data has contrast"
    )]
    Diverged {
        /// The layer, from 1.
        layer: usize,
        /// The step, from 1.
        step: u64,
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
    },
    /// The recipe and the data do not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// No threads.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// No data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A checkpoint that cannot be read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
}
