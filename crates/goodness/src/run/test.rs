//! What a network makes of a test set.

use goodness_core::math;
use goodness_engine::{Matrix, Pool};

use crate::data::Dataset;
use crate::network::Network;
use crate::report::{Confusion, Mistake};

/// Mistakes that are shown.
const MISTAKES: usize = 24;

/// The scores of the test set, computed once.
#[derive(Clone, Debug)]
pub struct Test {
    scores: Matrix,
    labels: Vec<u8>,
}

impl Test {
    /// Reads the test set.
    pub fn read(network: &Network, pool: &Pool, test: &Dataset) -> Self {
        Self { scores: pool.run(|| network.scores(test)), labels: test.labels().to_vec() }
    }

    /// The same after the mirror image of every image has been read too: a class's score is the mean of its two (flip
    /// test-time averaging). For images whose mirror image is of the same class.
    pub fn flipped(&self, network: &Network, pool: &Pool, test: &Dataset) -> Self {
        let mut scores = pool.run(|| network.scores(&test.mirrored()));
        scores.data_mut().iter_mut().zip(self.scores.data()).for_each(|(mean, own)| *mean = 0.5 * (*mean + own));
        Self { scores, labels: self.labels.clone() }
    }

    /// Every class's score of every image: images × classes.
    pub fn scores(&self) -> &Matrix {
        &self.scores
    }

    fn predictions(&self) -> impl Iterator<Item = (usize, usize, &[f32])> + '_ {
        let rows = self.scores.rows().iter();
        self.labels.iter().zip(rows).map(|(label, row)| (usize::from(*label), math::argmax(row), row))
    }

    /// Share of samples whose best class is not their label, in percent.
    pub fn error(&self) -> f64 {
        let wrong = self.predictions().filter(|(truth, best, _)| truth != best).count();
        100.0 * wrong as f64 / self.labels.len() as f64
    }

    /// How often each class was taken for each other.
    pub fn confusion(&self) -> Confusion {
        let classes = self.scores.width();
        let mut counts = vec![0; classes * classes];
        self.predictions().for_each(|(truth, best, _)| counts[truth * classes + best] += 1);
        Confusion { classes, counts }
    }

    /// The mistakes with the largest gap between the class that won and the true one.
    pub(super) fn mistakes(&self, test: &Dataset) -> Vec<Mistake> {
        let shape = test.shape();
        let wrong = self.predictions().enumerate().filter(|(_, (truth, best, _))| truth != best);
        let mistake = |(r, (truth, predicted, row)): (usize, (usize, usize, &[f32]))| Mistake {
            pixels: test.row(r).to_vec(),
            height: shape.height,
            width: shape.width,
            channels: shape.channels,
            truth,
            predicted,
            truth_score: row[truth],
            predicted_score: row[predicted],
            all_scores: row.iter().all(|s| *s >= 0.0).then(|| row.iter().sum()),
        };
        let mut all: Vec<Mistake> = wrong.map(mistake).collect();
        let gap = |m: &Mistake| m.predicted_score - m.truth_score;
        all.sort_by(|a, b| gap(b).total_cmp(&gap(a)));
        all.truncate(MISTAKES);
        all
    }
}
