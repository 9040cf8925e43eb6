//! An overlay that has been fitted to images: which inputs its code takes, and what the code adds to the others.

use std::ops::Range;

use goodness_core::Rng;
use goodness_core::overlay::{Overlay, Place};
use goodness_engine::Matrix;

use crate::data::Shape;

/// An overlay for images of one shape in a number of classes.
pub struct Code {
    overlay: Box<dyn Overlay>,
    shape: Shape,
    classes: usize,
    /// What each number of the code adds to an image: C × features; no rows where the code has inputs of its own.
    patterns: Matrix,
}

impl Code {
    /// Fits `overlay` to images of `shape` in `classes` classes.
    pub fn new(overlay: Box<dyn Overlay>, shape: Shape, classes: usize) -> Self {
        let mut code = Self { overlay, shape, classes, patterns: Matrix::default() };
        if code.place() == Place::Over {
            code.patterns = code.drawn(shape.features(), &mut Rng::keyed(0, Rng::WEIGHTS, 0));
        }
        code
    }

    /// C: how many numbers a code has; 0 where labels are not written.
    pub fn width(&self) -> usize {
        self.overlay.width(self.classes)
    }

    /// Where it enters the input.
    pub fn place(&self) -> Place {
        self.overlay.place()
    }

    /// Inputs of the first layer: the pixels, and what stands behind them.
    pub fn inputs(&self) -> usize {
        self.shape.features() + inputs_behind(&*self.overlay, self.classes)
    }

    /// The inputs that the pixels are written to.
    pub(super) fn pixels(&self) -> Range<usize> {
        0..self.shape.features()
    }

    /// The inputs that belong to the code alone.
    pub(super) fn own(&self) -> Range<usize> {
        match self.place() {
            Place::First => 0..self.width(),
            Place::After | Place::Learned(_) => self.shape.features()..self.inputs(),
            Place::Over => 0..0,
        }
    }

    /// What each number of the code adds to an image: C × features; no rows where the code has inputs of its own.
    pub(super) fn patterns(&self) -> &Matrix {
        &self.patterns
    }

    /// The vectors that learning starts from: C × width of a vector; empty where nothing is learned.
    pub(crate) fn start(&self, rng: &mut Rng) -> Matrix {
        match self.place() {
            Place::Learned(width) => self.drawn(width, rng),
            _ => Matrix::default(),
        }
    }

    fn drawn(&self, width: usize, rng: &mut Rng) -> Matrix {
        let (Shape { height, width: across, channels }, mut all) = (self.shape, Matrix::zeros(self.width(), width));
        let mut rows = all.rows_mut();
        (0..rows.len()).for_each(|t| self.overlay.pattern_into(t, (height, across, channels), rng, rows.row_mut(t)));
        all
    }

    /// The row of [`codes_into`](Self::codes_into) that a label has; `None` is the neutral code.
    pub(super) fn row_of(&self, label: Option<u8>) -> usize {
        label.map_or(self.classes, usize::from)
    }

    /// Writes the code of every label, and the neutral one below them: classes + 1 × C.
    pub(super) fn codes_into(&self, codes: &mut Matrix) {
        codes.resize(self.classes + 1, self.width());
        let mut rows = codes.rows_mut();
        (0..self.classes).for_each(|label| self.overlay.label_into(label as u8, rows.row_mut(label)));
        self.overlay.neutral_into(rows.row_mut(self.classes));
    }
}

/// Inputs that the code of an overlay needs behind the pixels.
pub(crate) fn inputs_behind(overlay: &dyn Overlay, classes: usize) -> usize {
    match overlay.place() {
        Place::After => overlay.width(classes),
        Place::Learned(width) => width,
        Place::First | Place::Over => 0,
    }
}
