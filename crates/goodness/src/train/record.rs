//! What training says of itself: the figures of a run, of an epoch, of a layer.

use serde::{Deserialize, Serialize};

/// The figures of a run. Errors are in percent; an unknown peak is 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The recipe's name.
    pub recipe: String,
    /// Where all randomness came from.
    pub seed: u64,
    /// Threads that computed.
    pub threads: usize,
    /// Epochs done.
    pub epochs: usize,
    /// Weights and biases.
    pub parameters: usize,
    /// Error on the test set, read once at the end.
    pub test_error: Option<f64>,
    /// Last error measured on the validation split.
    pub validation_error: Option<f64>,
    /// Error on the test set by the mean of the scores of an image and of its mirror image, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_error_flipped: Option<f64>,
    /// The same on the validation split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_error_flipped: Option<f64>,
    /// Seconds of training, without reading the validation and test sets.
    pub train_seconds: f64,
    /// Training samples a second.
    pub samples_per_second: f64,
    /// Most memory that the process ever had.
    pub peak_memory_bytes: u64,
    /// The rule of learning.
    pub rule: String,
    /// Which layers learned when.
    pub plan: String,
    /// How classes were read.
    pub readout: String,
    /// The data set.
    pub data: String,
    /// Version of this library.
    pub version: String,
    /// Error of each layer alone on the validation split.
    #[serde(default)]
    pub layer_errors: Vec<f64>,
    /// The threshold of each layer, where the loss has one.
    #[serde(default)]
    pub thresholds: Vec<f64>,
    /// What gives cause to worry.
    pub warnings: Vec<String>,
}

/// An epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Its number, from 1.
    pub epoch: usize,
    /// Seconds of training.
    pub seconds: f64,
    /// Training samples a second.
    pub samples_per_second: f64,
    /// The rate of its last step; of the first layer that learned, where layers have windows of their own.
    pub rate: f64,
    /// Error on the validation split in percent, where it was measured.
    pub validation_error: Option<f64>,
    /// The layers that learned.
    pub layers: Vec<LayerRecord>,
}

/// A layer in an epoch: averages over its pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerRecord {
    /// Its number, from 1.
    pub layer: usize,
    /// Loss.
    pub loss: f64,
    /// Goodness of positives.
    pub goodness_pos: f64,
    /// Goodness of negatives.
    pub goodness_neg: f64,
    /// Share of pairs whose positive has the higher goodness.
    pub separation: f64,
    /// Share of units that no positive excited.
    pub dead: f64,
    /// Its error on the validation split when it is asked alone, in percent, where that was measured and its goodness tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_error: Option<f64>,
}
