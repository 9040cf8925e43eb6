//! What a report is made of.

use serde::{Deserialize, Serialize};

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
