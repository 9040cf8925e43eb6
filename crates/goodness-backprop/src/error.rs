//! What can be wrong with a twin.

use goodness::train::{TrainError, Unfit};
use goodness_engine::PoolError;

/// A recipe that has no twin, or a twin that cannot be trained.
#[derive(Debug, thiserror::Error)]
pub enum TwinError {
    /// Nothing in the recipe is learned from labels, or activity does not move up once.
    #[error("recipe {recipe:?} has no backpropagation twin: {key} = {came:?}; {hint}")]
    NoTwin {
        /// The recipe.
        recipe: String,
        /// The key that stands in the way.
        key: &'static str,
        /// Its value.
        came: String,
        /// What would make a twin.
        hint: &'static str,
    },
    /// The twin has other forms, but not this one.
    #[error(
        "recipe {recipe:?} has no twin by {form}: network.normalize = {came:?} goes by the statistics of a whole batch, which \
         passes in parts there; expected full storage or activation checkpointing"
    )]
    NoForm {
        /// The recipe.
        recipe: String,
        /// The form.
        form: &'static str,
        /// Its normalisation.
        came: String,
    },
    /// A number went wrong.
    #[error("backpropagation broke down in step {step}: the loss is {value}; try a smaller train.optimizer.rate")]
    Diverged {
        /// The step, from 1.
        step: u64,
        /// The loss.
        value: f64,
    },
    /// The recipe and the data do not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// No threads.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The Forward-Forward side of a comparison.
    #[error(transparent)]
    Train(#[from] TrainError),
}
