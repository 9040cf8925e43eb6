//! # Learned fusion
//!
//! p = softmax( Σ over layers ≥ `from` of wₗ ⊙ gₗ + b ) on one pass, one weight for each layer and class  (multi-layer fusion
//! of Gong, Staszewski and Xu 2026, ASGE)
//!
//! w and b are trained alongside by the cross-entropy of p: ∂L/∂wₗₖ = Σ (pₖ − yₖ) gₗₖ / B, smoothed descent. The gradient
//! stops at w and b: no layer feels it. w starts at 1 over the number of layers that count, b at 0, so that at first it
//! is the mean of the layers' goodnesses. Choose it when some layers know more than others. Cost: one pass, and K
//! multiply-adds for each layer.
//!
//! ```
//! use goodness::core::catalogue::{Args, find};
//! use goodness::core::{Rows, RowsMut};
//! use goodness::readout::{CATALOGUE, Layers, Readout, Seen};
//! let entry = find(CATALOGUE, "fusion").unwrap();
//! let mut fusion = (entry.build)(&Args::resolve(entry.info.params, &[]).unwrap());
//! fusion.prepare(Layers { widths: &[8, 8], classes: 2, per_class: true });
//! let mut sums = [0.0; 2];
//! for (layer, g) in [[4.0, 0.0], [2.0, 2.0]].iter().enumerate() {
//!     let seen = Seen { goodness: Rows::new(g, 1, 2), x: Rows::new(&[], 0, 0) };
//!     fusion.read(layer, seen, RowsMut::new(&mut sums, 1, 2));
//! }
//! assert_eq!(sums, [3.0, 1.0]);
//! ```

use goodness_core::catalogue::{Entry, Info, Param};
use goodness_core::optim::{Memory, Moment, Optimizer, SmoothedSgd};
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::Matrix;

use super::linear::slope_into;
use super::{Layers, Lesson, Pass, PerClass, Readout, Seen};

/// A weighted sum of the layers' class goodnesses.
#[derive(Clone, Debug)]
pub struct Fusion {
    from: usize,
    optimizer: SmoothedSgd,
    /// One row for each layer that counts, and the biases.
    weights: Matrix,
    memory: Matrix,
    slope: Matrix,
    gradient: Matrix,
}

impl Fusion {
    fn weight_of(&self, layer: usize) -> Option<&[f32]> {
        layer.checked_sub(self.from).map(|row| self.weights.rows().row(row))
    }

    fn biases(&self) -> &[f32] {
        self.weights.rows().row(self.weights.len() - 1)
    }

    fn gradient_into(&mut self, lesson: Lesson<'_>) {
        self.gradient.resize(self.weights.len(), self.weights.width());
        self.gradient.data_mut().fill(0.0);
        let (biases, mut gradient) = (self.weights.len() - 1, self.gradient.rows_mut());
        for (r, slope) in self.slope.rows().iter().enumerate() {
            for (row, g) in lesson.g[self.from..].iter().enumerate() {
                let pairs = slope.iter().zip(g.rows().row(r));
                gradient.row_mut(row).iter_mut().zip(pairs).for_each(|(d, (s, g))| *d += s * g);
            }
            gradient.row_mut(biases).iter_mut().zip(slope).for_each(|(d, s)| *d += s);
        }
    }
}

impl Readout for Fusion {
    fn pass(&self) -> Pass {
        Pass::Neutral
    }

    fn from(&self) -> usize {
        self.from
    }

    fn reads_goodness(&self) -> Option<PerClass> {
        Some(PerClass::Yes)
    }

    fn prepare(&mut self, layers: Layers<'_>) {
        let rows = layers.widths.len().saturating_sub(self.from);
        self.weights = Matrix::zeros(rows + 1, layers.classes);
        self.memory = self.weights.clone();
        self.weights.data_mut()[..rows * layers.classes].fill(1.0 / rows.max(1) as f32);
    }

    fn read(&self, layer: usize, seen: Seen<'_>, mut sums: RowsMut<'_>) {
        let Some(weights) = self.weight_of(layer) else { return };
        for (r, g) in seen.goodness.iter().enumerate() {
            sums.row_mut(r).iter_mut().zip(weights.iter().zip(g)).for_each(|(s, (w, g))| *s += w * g);
        }
    }

    fn finish(&self, sums: Rows<'_>, mut scores: RowsMut<'_>) {
        for (r, sums) in sums.iter().enumerate() {
            let row = scores.row_mut(r);
            row.iter_mut().zip(sums.iter().zip(self.biases())).for_each(|(p, (s, b))| *p = s + b);
            math::softmax(row);
        }
    }

    fn learns(&self) -> bool {
        true
    }

    fn learn(&mut self, lesson: Lesson<'_>) {
        // The bias is the same for all images, so it is added to the sums before the softmax.
        let mut logits = std::mem::take(&mut self.gradient);
        logits.resize(lesson.sums.len(), lesson.sums.width());
        for (r, sums) in lesson.sums.iter().enumerate() {
            let pairs = sums.iter().zip(self.biases());
            logits.rows_mut().row_mut(r).iter_mut().zip(pairs).for_each(|(l, (s, b))| *l = s + b);
        }
        slope_into(logits.rows(), lesson.labels, &mut self.slope);
        self.gradient = logits;
        self.gradient_into(lesson);
        let pace = self.optimizer.pace(Moment { step: lesson.step, gain: lesson.gain });
        let memory = Memory { first: self.memory.data_mut(), second: &mut [] };
        self.optimizer.update(pace, self.weights.data_mut(), self.gradient.data(), memory);
    }

    fn weights(&self) -> Vec<&Matrix> {
        vec![&self.weights]
    }

    fn weights_mut(&mut self) -> Vec<&mut Matrix> {
        vec![&mut self.weights]
    }

    fn memory(&self) -> Vec<&Matrix> {
        vec![&self.memory]
    }

    fn all_mut(&mut self) -> Vec<&mut Matrix> {
        vec![&mut self.weights, &mut self.memory]
    }
}

pub(super) const ENTRY: Entry<dyn Readout> = Entry {
    info: Info {
        name: "fusion",
        summary: "softmax of the layers' class goodnesses, each with a learned weight a class: one pass",
        source: "Gong, Staszewski and Xu 2026 (ASGE, arXiv 2509.12394), fusion of layers",
        params: &[
            Param::whole("from", "first layer that counts, from 1", 1.0, 1.0, 1000.0),
            Param::real("rate", "step size", 0.01, 0.0, 100.0),
            Param::real("smoothing", "share of the running gradient that stays", 0.9, 0.0, 0.9999),
            Param::real("weight_decay", "pull of a weight towards 0", 0.0, 0.0, 1.0),
        ],
    },
    build: |args| {
        let [rate, smoothing, weight_decay] = ["rate", "smoothing", "weight_decay"].map(|name| args.f32(name));
        let [weights, memory, slope, gradient] = [(); 4].map(|_| Matrix::default());
        let optimizer = SmoothedSgd { rate, smoothing, weight_decay };
        Box::new(Fusion { from: args.get("from") as usize - 1, optimizer, weights, memory, slope, gradient })
    },
};
