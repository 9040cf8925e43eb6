//! What a report is made of.

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

/// How often goodness lay where, for positives and for negatives of one layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// The layer, from 1.
    pub layer: usize,
    /// The threshold, where the loss has one.
    pub theta: Option<f64>,
    /// Borders of the bins: one more than there are bins.
    pub edges: Vec<f64>,
    /// Positives in each bin.
    pub positive: Vec<u32>,
    /// Negatives in each bin.
    pub negative: Vec<u32>,
}

/// How often each class was taken for each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// Number of classes.
    pub classes: usize,
    /// classes × classes: a row for each true class, a column for each predicted one.
    pub counts: Vec<u32>,
}

/// What a first-layer unit looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightImage {
    /// The unit, from 0.
    pub unit: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers a pixel.
    pub channels: usize,
    /// Of the first weights, how many are a label's, which lies over the pixels there.
    pub label: usize,
    /// Its weights, as the image's pixels lie.
    pub values: Vec<f32>,
}

/// A sample as it is, and as training sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Augmented {
    /// Its levels.
    pub original: Vec<u8>,
    /// The levels of each draw.
    pub draws: Vec<Vec<u8>>,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers a pixel.
    pub channels: usize,
    /// Its label.
    pub label: usize,
}

/// A sample, and what convolutional layers make of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureMaps {
    /// Its levels.
    pub pixels: Vec<u8>,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers a pixel.
    pub channels: usize,
    /// Its label.
    pub label: usize,
    /// The layers that are shown, first to last.
    pub layers: Vec<LayerMaps>,
}

/// A layer's maps of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerMaps {
    /// The layer, from 1.
    pub layer: usize,
    /// One map for each group of channels that is shown; where there are no groups, all channels, then the strongest ones.
    pub groups: Vec<MeanMap>,
}

/// Channels of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channels {
    /// All of them.
    All,
    /// Those of a class.
    Class(usize),
    /// One, from 1.
    One(usize),
}

/// The mean activity of some channels, place by place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeanMap {
    /// Which channels.
    pub of: Channels,
    /// Lines of places.
    pub height: usize,
    /// Places in a line.
    pub width: usize,
    /// The numbers, line after line.
    pub values: Vec<f32>,
}

/// A sample that the network gets wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// Its levels.
    pub pixels: Vec<u8>,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers a pixel.
    pub channels: usize,
    /// Its label.
    pub truth: usize,
    /// The class that won.
    pub predicted: usize,
    /// Score of its label.
    pub truth_score: f32,
    /// Score of the class that won.
    pub predicted_score: f32,
    /// Sum of the scores of all classes; none where one is below 0, and no score is a share of them.
    pub all_scores: Option<f32>,
}
