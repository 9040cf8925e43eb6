//! The similarity term of a batch: cosines between its samples, and the way back from them to the activities.

use goodness_core::similarity::Similarity;
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::{Matrix, par, product};

/// Buffers of the term; one serves all layers in turn.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// Activities at length 1: samples × units.
    unit: Matrix,
    /// Their lengths before.
    lengths: Vec<f32>,
    /// samples × samples.
    cosines: Matrix,
    slopes: Matrix,
    /// Each sample's share of the term.
    pub(super) loss: Vec<f32>,
    /// Derivative by the activities: samples × units; no rows where there is no term.
    pub(super) dh: Matrix,
}

const ROWS: usize = 32;

impl Likeness {
    /// Computes the term for the activities `h` of samples with `labels` in `classes` classes.
    pub(super) fn compute(&mut self, term: &dyn Similarity, h: Rows<'_>, (labels, classes): (&[u8], usize)) {
        let samples = if term.is_active() { h.len() } else { 0 };
        [&mut self.unit, &mut self.dh].into_iter().for_each(|m| m.resize(samples, h.width()));
        [&mut self.cosines, &mut self.slopes].into_iter().for_each(|m| m.resize(samples, samples));
        self.lengths.resize(samples, 0.0);
        self.loss.resize(samples, 0.0);
        if samples == 0 {
            return;
        }
        let parts = (h, self.unit.rows_mut(), self.lengths.as_mut_slice());
        par::each_block(samples, ROWS, parts, |_, (h, mut unit, lengths): (Rows<'_>, RowsMut<'_>, &mut [f32])| {
            (0..h.len()).for_each(|r| lengths[r] = stretch(h.row(r), term.centred(), unit.row_mut(r)));
        });
        product::forward(self.unit.rows(), self.unit.rows(), self.cosines.rows_mut());
        term.score(self.cosines.rows(), (labels, classes), &mut self.loss, self.slopes.rows_mut());
        // The slopes are symmetric, so their transpose, which this product takes, is themselves.
        product::gradient(self.slopes.rows(), self.unit.rows(), self.dh.rows_mut());
        let parts = (self.unit.rows(), self.dh.rows_mut(), self.lengths.as_slice());
        par::each_block(samples, ROWS, parts, |_, (unit, mut dh, lengths): (Rows<'_>, RowsMut<'_>, &[f32])| {
            (0..unit.len()).for_each(|r| back(unit.row(r), lengths[r], term.centred(), dh.row_mut(r)));
        });
    }
}

/// Writes `h`, less its mean where wanted, at length 1; returns the length it had.
fn stretch(h: &[f32], centred: bool, unit: &mut [f32]) -> f32 {
    let mean = if centred { math::sum(h) / h.len() as f32 } else { 0.0 };
    unit.iter_mut().zip(h).for_each(|(u, h)| *u = h - mean);
    let length = 1e-8 + math::length(unit);
    unit.iter_mut().for_each(|u| *u /= length);
    length
}

/// Turns the derivative by a unit vector into that by the activities it was made of.
fn back(unit: &[f32], length: f32, centred: bool, d: &mut [f32]) {
    let along = math::dot(unit, d);
    d.iter_mut().zip(unit).for_each(|(d, u)| *d = (*d - along * u) / length);
    if centred {
        let mean = math::sum(d) / d.len() as f32;
        d.iter_mut().for_each(|d| *d -= mean);
    }
}

#[cfg(test)]
mod tests {
    use goodness_core::Rng;
    use goodness_core::similarity::{Contrastive, Matching};

    use super::*;

    #[test]
    fn the_slope_is_the_slope() {
        let (samples, units, labels) = (6, 5, [0, 1, 0, 2, 1, 0]);
        let mut rng = Rng::keyed(1, 0, 0);
        let h: Vec<f32> = (0..samples * units).map(|_| rng.unit()).collect();
        let terms: [Box<dyn Similarity>; 2] =
            [Box::new(Matching { weight: 3.0 }), Box::new(Contrastive { weight: 3.0, temperature: 0.5 })];
        for term in terms {
            let total = |h: &[f32]| -> (f64, Vec<f32>) {
                let mut work = Likeness::default();
                work.compute(&*term, Rows::new(h, samples, units), (&labels, 3));
                let mean = work.loss.iter().map(|l| f64::from(*l)).sum::<f64>() / samples as f64;
                (mean, work.dh.data().to_vec())
            };
            let (_, slope) = total(&h);
            for (i, slope) in slope.iter().enumerate() {
                let moved = |d: f32| {
                    let mut moved = h.clone();
                    moved[i] += d;
                    total(&moved).0
                };
                let numeric = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                assert!((numeric - f64::from(*slope)).abs() < 5e-3, "{i}: {slope} {numeric}");
            }
        }
    }
}
