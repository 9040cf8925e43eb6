//! Why a call was refused. Whatever comes back, the network is as it was before the call.

/// What a network refuses to learn from, or to read.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The sample has another number of values.
    #[error("the sample has {came} values, the network reads {expected}")]
    Length {
        /// Inputs of the network.
        expected: usize,
        /// Values that came.
        came: usize,
    },
    /// A value is not a number, or too large to be squared and summed.
    #[error("value {index} of the sample is {value}: expected a finite number within ±1e15")]
    Value {
        /// Its place in the sample, from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// Networks in whole numbers read whole numbers.
    #[error("a network in {precision} reads whole numbers, the sample is in f32")]
    Reals {
        /// Precision of the network.
        precision: &'static str,
    },
    /// There is no such class.
    #[error("label {label}: the network has classes 0 to {}", classes.saturating_sub(1))]
    Label {
        /// The label that came.
        label: u8,
        /// Classes of the network.
        classes: usize,
    },
    /// The network has no weights yet.
    #[error("the network has not been started: call start(seed), or restore a saved state")]
    Blank,
    /// Goodness is no longer finite; the step was not taken.
    #[error("layer {layer}, step {step}: goodness is not finite; restore the last saved state and lower the rate")]
    Diverged {
        /// The layer, from 0.
        layer: usize,
        /// Samples learned before.
        step: u32,
    },
}
