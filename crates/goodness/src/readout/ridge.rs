//! # Ridge
//!
//! score = x̂ W + b on one neutral pass, where x̂ are the normalised activities of all layers ≥ `from` side by side and
//!
//! W = (C + λ I)⁻¹ D, b = ȳ − μ W, C = mean of (x̂ − μ)ᵀ(x̂ − μ), D = mean of (x̂ − μ)ᵀ(y − ȳ)
//!
//! over the training set as it is, and where training mirrors some images over the mirror image of each as well, y being
//! one-hot labels: the least squares solution, in closed form (Lin and others 2023, CaFo; De Vita and others 2023, µ-FF).
//! Nothing is trained alongside: it is solved for whenever the network is read. λ has the units of a squared activity;
//! normalised activities have a mean square of 1. Cost: with n units in all, n² multiply-adds a training sample and n³/3 for
//! the solution.
//!
//! ```
//! use goodness::core::Rows;
//! use goodness::core::catalogue::{Args, find};
//! use goodness::readout::{CATALOGUE, Layers, Readout};
//! let entry = find(CATALOGUE, "ridge").unwrap();
//! let args = Args::resolve(entry.info.params, &[("lambda".to_string(), 0.25)]).unwrap();
//! let mut ridge = (entry.build)(&args);
//! ridge.prepare(Layers { widths: &[1], classes: 2, per_class: false });
//! // One unit, 0 for class 0 and 1 for class 1: μ = ½, C = ¼, D = ∓¼.
//! let mut moments = ridge.moments().unwrap();
//! moments.add(&[Rows::new(&[0.0, 1.0], 2, 1)], &[0, 1]);
//! ridge.solve(moments);
//! let near = |a: &[f32], b: [f32; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
//! assert!(near(ridge.weights()[0].data(), [-0.5, 0.5]) && near(ridge.weights()[1].data(), [0.75, 0.25]));
//! ```

use goodness_core::catalogue::{Entry, Info, Param};
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, cholesky, product};

use super::{Layers, Pass, PerClass, Readout, Seen};
use crate::layer::sum_columns;

/// The least squares solution on the activities of a neutral pass.
#[derive(Clone, Debug)]
pub struct Ridge {
    from: usize,
    lambda: f64,
    /// Wᵀ of each layer that counts (classes × units), then b (1 × classes).
    weights: Vec<Matrix>,
}

/// Rows that are summed together at least: each sum reads and writes a product of all units with all units once.
const TOGETHER: usize = 256;

/// Sums over a data set of products of activities, from which a [`Ridge`] is solved.
#[derive(Clone, Debug)]
pub struct Moments {
    from: usize,
    samples: usize,
    widths: Vec<usize>,
    /// x̂ᵢᵀ x̂ⱼ for layers i ≥ j, row after row of the triangle of blocks.
    products: Vec<Matrix>,
    /// yᵀ x̂ of each layer: classes × units.
    targets: Vec<Matrix>,
    /// Σ x̂ of each layer.
    sums: Vec<Vec<f64>>,
    /// Samples of each class.
    counts: Vec<f64>,
    onehot: Matrix,
    column: Vec<f32>,
    /// Activities of each layer and labels that wait for others to be summed with.
    waiting: Vec<Vec<f32>>,
    labels: Vec<u8>,
}

impl Moments {
    fn new(from: usize, widths: &[usize], classes: usize) -> Self {
        let blocks = (0..widths.len()).flat_map(|i| (0..=i).map(move |j| (i, j)));
        Self {
            from,
            samples: 0,
            widths: widths.to_vec(),
            products: blocks.map(|(i, j)| Matrix::zeros(widths[i], widths[j])).collect(),
            targets: widths.iter().map(|w| Matrix::zeros(classes, *w)).collect(),
            sums: widths.iter().map(|w| vec![0.0; *w]).collect(),
            counts: vec![0.0; classes],
            onehot: Matrix::default(),
            column: Vec::new(),
            waiting: vec![Vec::new(); widths.len()],
            labels: Vec::new(),
        }
    }

    /// Adds samples: what is seen of the neutral pass through every layer (samples × its numbers), and their labels. Layers
    /// that were not passed count as silent.
    pub fn add(&mut self, x: &[Rows<'_>], labels: &[u8]) {
        let x = x.get(self.from..).unwrap_or_default();
        if self.labels.is_empty() && labels.len() >= TOGETHER {
            return self.sum(x, labels);
        }
        self.waiting.iter_mut().zip(x).for_each(|(waiting, own)| waiting.extend_from_slice(own.data()));
        self.labels.extend(labels);
        if self.labels.len() >= TOGETHER {
            self.sum_waiting();
        }
    }

    /// Sums what waits.
    fn sum_waiting(&mut self) {
        let (mut waiting, labels) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.labels));
        let passed = waiting.iter().zip(&self.widths).take_while(|(x, _)| !x.is_empty());
        let x: Vec<Rows<'_>> = passed.map(|(x, width)| Rows::new(x, labels.len(), *width)).collect();
        self.sum(&x, &labels);
        waiting.iter_mut().for_each(Vec::clear);
        self.waiting = waiting;
    }

    fn sum(&mut self, x: &[Rows<'_>], labels: &[u8]) {
        self.samples += labels.len();
        self.onehot.resize(labels.len(), self.counts.len());
        self.onehot.data_mut().fill(0.0);
        for (r, label) in labels.iter().enumerate() {
            self.onehot.rows_mut().row_mut(r)[usize::from(*label)] = 1.0;
            self.counts[usize::from(*label)] += 1.0;
        }
        for (i, own) in x.iter().enumerate() {
            for (j, other) in x[..=i].iter().enumerate() {
                product::add_gradient(*own, *other, self.products[i * (i + 1) / 2 + j].rows_mut());
            }
            product::add_gradient(self.onehot.rows(), *own, self.targets[i].rows_mut());
            self.column.resize(own.width(), 0.0);
            sum_columns(*own, &mut self.column);
            self.sums[i].iter_mut().zip(&self.column).for_each(|(s, c)| *s += f64::from(*c));
        }
    }

    /// μ of every unit, layer after layer.
    fn means(&self) -> Vec<f64> {
        self.sums.iter().flatten().map(|s| s / self.samples as f64).collect()
    }

    /// The lower triangle of C + λI, row after row. Products are let go of as they are read: they are as large.
    fn covariance(&mut self, means: &[f64], lambda: f64) -> Vec<f64> {
        let units = means.len();
        let starts: Vec<usize> = self.widths.iter().scan(0, |at, w| Some(std::mem::replace(at, *at + w))).collect();
        let mut all = vec![0.0; units * units];
        for (i, top) in starts.iter().enumerate() {
            for (j, left) in starts[..=i].iter().enumerate() {
                let products = std::mem::take(&mut self.products[i * (i + 1) / 2 + j]);
                for (r, row) in products.rows().iter().enumerate() {
                    let (at, mean) = ((top + r) * units + left, means[top + r]);
                    let cells = all[at..at + row.len()].iter_mut().zip(row.iter().zip(&means[*left..]));
                    cells.for_each(|(cell, (x, m))| *cell = f64::from(*x) / self.samples as f64 - mean * m);
                }
            }
        }
        (0..units).for_each(|u| all[u * units + u] += lambda);
        all
    }

    /// D of class `k`.
    fn target(&self, k: usize, means: &[f64]) -> Vec<f64> {
        let samples = self.samples as f64;
        let sums = self.targets.iter().flat_map(|t| t.rows().row(k));
        sums.zip(means).map(|(x, m)| f64::from(*x) / samples - m * self.counts[k] / samples).collect()
    }
}

impl Readout for Ridge {
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
        let widths = layers.widths.iter().skip(self.from);
        self.weights = widths.map(|w| Matrix::zeros(layers.classes, *w)).collect();
        self.weights.push(Matrix::zeros(1, layers.classes));
    }

    fn read(&self, layer: usize, seen: Seen<'_>, sums: RowsMut<'_>) {
        if let Some(index) = layer.checked_sub(self.from) {
            product::add_forward(seen.x, self.weights[index].rows(), sums);
        }
    }

    /// A least squares score may fall below 0; the scores of a row add up to 1, so cutting there never touches the best.
    fn finish(&self, sums: Rows<'_>, mut scores: RowsMut<'_>) {
        let biases = self.weights.last().map_or(&[][..], Matrix::data);
        for (r, sums) in sums.iter().enumerate() {
            let row = scores.row_mut(r).iter_mut().zip(sums.iter().zip(biases));
            row.for_each(|(p, (s, b))| *p = (s + b).max(0.0));
        }
    }

    fn moments(&self) -> Option<Moments> {
        let (biases, layers) = self.weights.split_last()?;
        let widths: Vec<usize> = layers.iter().map(Matrix::width).collect();
        Some(Moments::new(self.from, &widths, biases.width()))
    }

    fn solve(&mut self, mut moments: Moments) {
        moments.sum_waiting();
        let (means, classes) = (moments.means(), moments.counts.len());
        let mut factor = moments.covariance(&means, self.lambda);
        cholesky::factor(&mut factor, means.len());
        for k in 0..classes {
            let mut w = moments.target(k, &means);
            cholesky::solve(&factor, &mut w);
            let lift: f64 = w.iter().zip(&means).map(|(w, m)| w * m).sum();
            let bias = moments.counts[k] / moments.samples.max(1) as f64 - lift;
            let mut rest = w.as_slice();
            for weights in &mut self.weights[..moments.widths.len()] {
                let (own, after) = rest.split_at(weights.width());
                weights.rows_mut().row_mut(k).iter_mut().zip(own).for_each(|(to, w)| *to = *w as f32);
                rest = after;
            }
            self.weights[moments.widths.len()].data_mut()[k] = bias as f32;
        }
    }

    fn weights(&self) -> Vec<&Matrix> {
        self.weights.iter().collect()
    }

    fn weights_mut(&mut self) -> Vec<&mut Matrix> {
        self.weights.iter_mut().collect()
    }

    fn all_mut(&mut self) -> Vec<&mut Matrix> {
        self.weights_mut()
    }
}

pub(super) const ENTRY: Entry<dyn Readout> = Entry {
    info: Info {
        name: "ridge",
        summary: "least squares on all layers' activities, in closed form: one pass, nothing trained alongside",
        source: "Lin and others 2023 (CaFo, arXiv 2303.09728); De Vita and others 2023 (µ-FF)",
        params: &[
            Param::whole("from", "first layer that counts, from 1", 1.0, 1.0, 1000.0),
            Param::real(
                "lambda",
                "pull of the weights towards 0, against a mean square activity of 1",
                0.01,
                1e-6,
                1e3,
            ),
        ],
    },
    build: |args| {
        Box::new(Ridge { from: args.get("from") as usize - 1, lambda: args.get("lambda"), weights: Vec::new() })
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found() {
        // One unit that is 1 for class 1 and 0 for class 0, and one that says nothing: y₁ = x₀ exactly where λ is small.
        let layers = Layers { widths: &[2], classes: 2, per_class: false };
        let mut ridge = Ridge { from: 0, lambda: 1e-6, weights: Vec::new() };
        ridge.prepare(layers);
        let x = Matrix::from_vec(vec![0.0, 1.0, 1.0, 1.0, 1.0, -1.0, 0.0, -1.0], 4, 2);
        let mut moments = ridge.moments().unwrap();
        moments.add(&[x.rows()], &[0, 1, 1, 0]);
        ridge.solve(moments);
        let near =
            |m: &Matrix, want: [f32; 2]| m.rows().row(m.len() - 1).iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(near(&ridge.weights[0], [1.0, 0.0]) && near(&ridge.weights[1], [1.0, 0.0]), "{:?}", ridge.weights);
    }

    #[test]
    fn samples_may_come_one_by_one() {
        let layers = Layers { widths: &[3, 2, 2], classes: 3, per_class: false };
        let (rows, widths) = (TOGETHER + 40, [3, 2, 2]);
        let mut rng = goodness_core::Rng::keyed(1, 0, 0);
        let x = widths.map(|w| Matrix::from_vec((0..rows * w).map(|_| rng.unit()).collect(), rows, w));
        let labels: Vec<u8> = (0..rows).map(|r| (r % 3) as u8).collect();
        // The last layer is not passed: it counts as silent.
        let part = |l: usize, from: usize, to: usize| {
            Rows::new(&x[l].data()[from * widths[l]..to * widths[l]], to - from, widths[l])
        };
        let solved = |step: usize| {
            let mut ridge = Ridge { from: 0, lambda: 0.1, weights: Vec::new() };
            ridge.prepare(layers);
            let mut moments = ridge.moments().unwrap();
            for from in (0..rows).step_by(step) {
                let to = rows.min(from + step);
                moments.add(&[part(0, from, to), part(1, from, to)], &labels[from..to]);
            }
            ridge.solve(moments);
            ridge.weights
        };
        let whole = solved(rows);
        assert!(whole[0].data().iter().any(|w| w.abs() > 1e-3) && whole[2].data().iter().all(|w| *w == 0.0));
        for step in [1, 7, TOGETHER] {
            let apart = |(a, b): (&Matrix, &Matrix)| a.data().iter().zip(b.data()).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(solved(step).iter().zip(&whole).all(apart), "{step}");
        }
    }
}
