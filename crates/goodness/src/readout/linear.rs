//! # Linear softmax
//!
//! p = softmax( Σ over layers ≥ `from` of x̂ₗ Sₗᵀ ) on one pass with the neutral label  (Hinton 2022, section 3.3)
//!
//! S is trained by the cross-entropy of p: ∂L/∂Sₗ = (p − y)ᵀ x̂ₗ / B, by smoothed descent as released, or, with `beta2`
//! above 0, by Adam, which wants a `rate` near 0.001: it does not let units that are seldom active lag behind. The
//! gradient stops at S: no layer feels it. S starts at 0 and has no bias, as released. Cost: one pass, whatever the number
//! of classes, and a product with S.
//!
//! ```
//! use goodness::core::{Rows, RowsMut, optim::SmoothedSgd};
//! use goodness::readout::{Descent, Layers, Linear, Readout, Seen};
//! let descent = Descent::Smoothed(SmoothedSgd { rate: 0.1, smoothing: 0.9, weight_decay: 0.0 });
//! let (mut linear, mut sums) = (Linear::new(0, descent), [0.0; 2]);
//! linear.prepare(Layers { widths: &[2], classes: 2, per_class: false });
//! linear.weights_mut()[0].data_mut().copy_from_slice(&[1.0, 0.0, 2.0, 3.0]);
//! let seen = Seen { goodness: Rows::new(&[], 0, 0), x: Rows::new(&[4.0, 1.0], 1, 2) };
//! linear.read(0, seen, RowsMut::new(&mut sums, 1, 2));
//! assert_eq!(sums, [4.0, 11.0]);
//! ```

use goodness_core::catalogue::{Entry, Info, Param};
use goodness_core::optim::{Adam, Memory, Moment, Optimizer, SmoothedSgd};
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::{Matrix, product};

use super::{Layers, Lesson, Pass, PerClass, Readout, Seen};

/// How the softmax learns.
#[derive(Clone, Copy, Debug)]
pub enum Descent {
    /// Smoothed descent.
    Smoothed(SmoothedSgd),
    /// Adam.
    Adam(Adam),
}

impl Descent {
    fn optimizer(&self) -> &dyn Optimizer {
        match self {
            Self::Smoothed(sgd) => sgd,
            Self::Adam(adam) => adam,
        }
    }
}

/// A softmax on the normalised activities of a neutral pass.
#[derive(Clone, Debug)]
pub struct Linear {
    from: usize,
    descent: Descent,
    weights: Vec<Matrix>,
    means: Vec<Matrix>,
    squares: Vec<Matrix>,
    slope: Matrix,
    gradient: Matrix,
}

impl Linear {
    /// A readout of the layers from number `from`, from 0.
    pub fn new(from: usize, descent: Descent) -> Self {
        let (weights, means, squares) = (Vec::new(), Vec::new(), Vec::new());
        Self { from, descent, weights, means, squares, slope: Matrix::default(), gradient: Matrix::default() }
    }

    /// Trains the weights by one step, given the logits of each image.
    pub(super) fn follow(&mut self, logits: Rows<'_>, lesson: Lesson<'_>) {
        slope_into(logits, lesson.labels, &mut self.slope);
        let optimizer = self.descent.optimizer();
        let pace = optimizer.pace(Moment { step: lesson.step, gain: lesson.gain });
        let slope: Rows<'_> = self.slope.rows();
        for (index, weights) in self.weights.iter_mut().enumerate() {
            self.gradient.resize(weights.len(), weights.width());
            product::gradient(slope, lesson.neutral(self.from + index), self.gradient.rows_mut());
            let second = self.squares.get_mut(index).map_or(&mut [][..], Matrix::data_mut);
            let memory = Memory { first: self.means[index].data_mut(), second };
            optimizer.update(pace, weights.data_mut(), self.gradient.data(), memory);
        }
    }
}

/// Writes (p − y) / B, where p is the softmax of each row of logits.
pub(super) fn slope_into(logits: Rows<'_>, labels: &[u8], slope: &mut Matrix) {
    slope.resize(logits.len(), logits.width());
    let share = 1.0 / logits.len() as f32;
    let mut slope = slope.rows_mut();
    slope.data_mut().copy_from_slice(logits.data());
    for (r, label) in labels.iter().enumerate() {
        let row = slope.row_mut(r);
        math::softmax(row);
        row.iter_mut().for_each(|p| *p *= share);
        row[usize::from(*label)] -= share;
    }
}

impl Readout for Linear {
    fn pass(&self) -> Pass {
        Pass::Neutral
    }

    fn from(&self) -> usize {
        self.from
    }

    fn reads_activities(&self) -> bool {
        true
    }

    fn reads_goodness(&self) -> Option<PerClass> {
        None
    }

    fn prepare(&mut self, layers: Layers<'_>) {
        let zeros = |width: &usize| Matrix::zeros(layers.classes, *width);
        self.weights = layers.widths.iter().skip(self.from).map(zeros).collect();
        self.means = self.weights.clone();
        self.squares = if self.descent.optimizer().slots() > 1 { self.weights.clone() } else { Vec::new() };
    }

    fn read(&self, layer: usize, seen: Seen<'_>, sums: RowsMut<'_>) {
        if let Some(index) = layer.checked_sub(self.from) {
            product::add_forward(seen.x, self.weights[index].rows(), sums);
        }
    }

    fn finish(&self, sums: Rows<'_>, mut scores: RowsMut<'_>) {
        scores.data_mut().copy_from_slice(sums.data());
        (0..scores.len()).for_each(|r| math::softmax(scores.row_mut(r)));
    }

    fn learns(&self) -> bool {
        true
    }

    fn learn(&mut self, lesson: Lesson<'_>) {
        self.follow(lesson.sums, lesson);
    }

    fn weights(&self) -> Vec<&Matrix> {
        self.weights.iter().collect()
    }

    fn weights_mut(&mut self) -> Vec<&mut Matrix> {
        self.weights.iter_mut().collect()
    }

    fn memory(&self) -> Vec<&Matrix> {
        self.means.iter().chain(&self.squares).collect()
    }

    fn all_mut(&mut self) -> Vec<&mut Matrix> {
        self.weights.iter_mut().chain(&mut self.means).chain(&mut self.squares).collect()
    }
}

pub(super) const ENTRY: Entry<dyn Readout> = Entry {
    info: Info {
        name: "linear",
        summary: "softmax on the normalised activities of one neutral pass, trained by its own gradient",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.3, and the released code",
        params: &[
            Param::whole("from", "first layer that counts, from 1", 2.0, 1.0, 1000.0),
            Param::real("rate", "step size", 0.1, 0.0, 100.0),
            Param::real("smoothing", "share of the running gradient that stays", 0.9, 0.0, 0.9999),
            Param::real("weight_decay", "pull of a weight towards 0", 0.003, 0.0, 1.0),
            Param::real("beta2", "Adam's memory of the square; 0 for smoothed descent", 0.0, 0.0, 0.999_999),
        ],
    },
    build: |args| {
        let [rate, smoothing, weight_decay] = ["rate", "smoothing", "weight_decay"].map(|name| args.f32(name));
        let descent = match args.f32("beta2") {
            0.0 => Descent::Smoothed(SmoothedSgd { rate, smoothing, weight_decay }),
            beta2 => Descent::Adam(Adam { rate, beta1: smoothing, beta2, eps: 1e-8, weight_decay }),
        };
        Box::new(Linear::new(args.get("from") as usize - 1, descent))
    },
};
