//! One unit: what it reads the input and the label with.

use crate::precision::Precision;
use goodness_core::Rng;

/// A unit of the first layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<W: Precision, const INPUTS: usize, const CLASSES: usize> {
    /// One weight an input.
    pub inputs: [W; INPUTS],
    /// One weight a label.
    pub code: [W; CLASSES],
    /// b.
    pub bias: W::Number,
}

/// A unit of the second layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit<W: Precision, const WIDTH: usize> {
    /// One weight a unit of the layer below.
    pub inputs: [W; WIDTH],
    /// b.
    pub bias: W::Number,
}

impl<W: Precision, const INPUTS: usize, const CLASSES: usize> Row<W, INPUTS, CLASSES> {
    /// All zeros.
    pub const BLANK: Self = Self { inputs: [W::WEIGHT; INPUTS], code: [W::WEIGHT; CLASSES], bias: W::ZERO };
    /// Bytes in a saved state.
    pub const BYTES: usize = (INPUTS + CLASSES) * W::BYTES.0 + W::BYTES.1;
}

impl<W: Precision, const WIDTH: usize> Unit<W, WIDTH> {
    /// All zeros.
    pub const BLANK: Self = Self { inputs: [W::WEIGHT; WIDTH], bias: W::ZERO };
    /// Bytes in a saved state.
    pub const BYTES: usize = WIDTH * W::BYTES.0 + W::BYTES.1;
}

impl<W: Precision, const INPUTS: usize, const CLASSES: usize> Row<W, INPUTS, CLASSES> {
    /// Draws fresh weights, those of labels too, and a bias of 0.
    pub(crate) fn draw(&mut self, rng: &mut Rng) {
        W::draw(rng, INPUTS + CLASSES, &mut self.inputs);
        W::draw(rng, INPUTS + CLASSES, &mut self.code);
        self.bias = W::ZERO;
    }
}

impl<W: Precision, const WIDTH: usize> Unit<W, WIDTH> {
    /// Draws fresh weights and a bias of 0.
    pub(crate) fn draw(&mut self, rng: &mut Rng) {
        W::draw(rng, WIDTH, &mut self.inputs);
        self.bias = W::ZERO;
    }
}
