//! How much of the forward pass is kept for the way back.

/// A form of backpropagation. All three give the same gradients; they differ in memory and arithmetic. Where layers are
/// normalised by the statistics of a batch there is no accumulation: a part of the batch does not know those of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Every layer's activities are kept until the way back has come to it.
    #[default]
    Full,
    /// The batch goes through in parts, whose gradients are added up: activities of a part, gradients of all layers.
    Accumulation {
        /// Parts that a batch is cut into.
        parts: usize,
    },
    /// Activities are kept at the borders of segments of about √layers layers; within a segment they are computed again
    /// on the way back (Chen and others 2016, arXiv 1604.06174).
    Checkpointing,
}

impl Form {
    /// The three, as they are compared.
    pub const ALL: [Self; 3] = [Self::Full, Self::Accumulation { parts: 8 }, Self::Checkpointing];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full storage",
            Self::Accumulation { .. } => "gradient accumulation",
            Self::Checkpointing => "activation checkpointing",
        }
    }

    /// Layers in a segment of a network of `layers` layers: within it all activities are at hand on the way back.
    pub(crate) fn segment(self, layers: usize) -> usize {
        match self {
            Self::Checkpointing => (layers as f64).sqrt().ceil().max(1.0) as usize,
            Self::Full | Self::Accumulation { .. } => layers.max(1),
        }
    }

    /// Parts that a batch is cut into.
    pub(crate) fn parts(self) -> usize {
        match self {
            Self::Accumulation { parts } => parts.max(1),
            Self::Full | Self::Checkpointing => 1,
        }
    }
}
