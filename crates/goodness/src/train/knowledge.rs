//! What each layer knows by itself: how many validation samples it would misread if it were asked alone.
//!
//! A layer whose goodness is read answers by its own goodness. One that is read through its activities answers by the
//! nearest class mean: the class whose mean activity, over the first training samples, lies closest to the sample's.

use goodness_core::{Rows, math};
use goodness_engine::{Matrix, product};

use super::trainer::Trainer;
use crate::data::Dataset;
use crate::network::Network;

/// Training samples whose activities make the class means.
const SAMPLES: usize = 10_000;

impl Trainer {
    /// The error of each layer alone on the validation split, in percent.
    pub(super) fn layer_errors(&self) -> Vec<f64> {
        let (network, data) = (self.network(), self.validation_set());
        let by_goodness = !network.readout.reads_activities() || network.readout.pass().writes_labels();
        let wrong = self.pool().run(|| match by_goodness {
            true => wrong_by_goodness(network, data),
            false => wrong_by_means(network, data, &means(network, self.training_set())),
        });
        wrong.into_iter().map(|wrong| 100.0 * wrong as f64 / data.len() as f64).collect()
    }
}

fn wrong_by_goodness(network: &Network, data: &Dataset) -> Vec<usize> {
    let (classes, mut wrong) = (network.classes, vec![0; network.layers.len()]);
    let mut row = vec![0.0; classes];
    network.read_all(data, network.layers.len(), |first, walk, scores| {
        for (wrong, g) in wrong.iter_mut().zip(&walk.g) {
            for r in 0..scores.len() {
                match g.width() {
                    1 => (0..classes).for_each(|k| row[k] = g.data()[k * scores.len() + r]),
                    _ => row.copy_from_slice(g.rows().row(r)),
                }
                *wrong += usize::from(math::argmax(&row) != usize::from(data.label(first + r)));
            }
        }
    });
    wrong
}

/// The mean of each class in what is seen of each layer (classes × its numbers), and half its square, which the nearest one is found by.
fn means(network: &Network, data: &Dataset) -> Vec<(Matrix, Vec<f32>)> {
    let zeros = |seen: usize| Matrix::zeros(network.classes, seen);
    let mut sums: Vec<Matrix> = network.seen().map(zeros).collect();
    let mut counts = vec![0.0f32; network.classes];
    let first = data.select(0..SAMPLES.min(data.len()));
    let first = first.as_ref().unwrap_or(data);
    network.read_all(first, network.layers.len(), |row0, walk, scores| {
        for r in 0..scores.len() {
            let label = usize::from(first.label(row0 + r));
            counts[label] += 1.0;
            for (l, sums) in sums.iter_mut().enumerate() {
                let x = walk.seen(l).rows().row(r);
                sums.rows_mut().row_mut(label).iter_mut().zip(x).for_each(|(s, x)| *s += x);
            }
        }
    });
    let mean = |mut sum: Matrix| {
        let mut rows = sum.rows_mut();
        (0..rows.len()).for_each(|k| rows.row_mut(k).iter_mut().for_each(|s| *s /= counts[k].max(1.0)));
        let halves = sum.rows().iter().map(|m| 0.5 * math::sum_of_squares(m)).collect();
        (sum, halves)
    };
    sums.into_iter().map(mean).collect()
}

fn wrong_by_means(network: &Network, data: &Dataset, means: &[(Matrix, Vec<f32>)]) -> Vec<usize> {
    let mut wrong = vec![0; network.layers.len()];
    let mut near = Matrix::default();
    network.read_all(data, network.layers.len(), |first, walk, scores| {
        for (l, (wrong, (means, halves))) in wrong.iter_mut().zip(means).enumerate() {
            near.resize(scores.len(), means.len());
            product::forward(walk.seen(l).rows(), means.rows(), near.rows_mut());
            *wrong += misread(near.rows(), halves, |r| usize::from(data.label(first + r)));
        }
    });
    wrong
}

/// How many rows are nearest to another class than their own: argmin |x − m|² = argmax x·m − |m|²/2.
fn misread(products: Rows<'_>, halves: &[f32], label: impl Fn(usize) -> usize) -> usize {
    let best = |row: &[f32]| {
        let near: Vec<f32> = row.iter().zip(halves).map(|(x, half)| x - half).collect();
        math::argmax(&near)
    };
    products.iter().enumerate().filter(|(r, row)| best(row) != label(*r)).count()
}
