//! What the network knows, and what each layer knows by itself: how many validation samples it would misread if it were
//! asked alone.
//!
//! A layer whose goodness is read answers by its own goodness. One that is read through its activities answers by the
//! nearest class mean: the class whose mean activity, over the first training samples, lies closest to the sample's.

use goodness_core::math;
use goodness_engine::{Matrix, product};

use super::trainer::Trainer;
use crate::data::Dataset;
use crate::network::{Network, misread};

/// Training samples whose activities make the class means.
const SAMPLES: usize = 10_000;

/// Errors on the validation split, in percent.
pub(super) struct Knowledge {
    /// Of the network.
    pub(super) error: f64,
    /// Of each layer that was read, asked alone; nothing where goodness does not tell.
    pub(super) alone: Vec<f64>,
}

impl Trainer {
    /// Reads the validation split through the first `depth` layers, once. Call it inside the pool.
    pub(super) fn validate(&self, depth: usize) -> Knowledge {
        let (network, data) = (self.network(), self.validation_set());
        let (mut wrong, mut alone) = (0, vec![0; if goodness_tells(network) { depth } else { 0 }]);
        network.read_all(data, depth, |first, walk, scores| {
            let labels = &data.labels()[first..][..scores.len()];
            wrong += misread(scores.rows(), labels);
            let by_layer = alone.iter_mut().zip(&walk.g);
            by_layer.for_each(|(wrong, g)| *wrong += misread_by_goodness(g, network.classes, labels));
        });
        Knowledge { error: percent(wrong, data), alone: alone.into_iter().map(|wrong| percent(wrong, data)).collect() }
    }

    /// The error of each layer alone on the validation split, in percent: as it was read when the layer had learned all it
    /// did, or else as it is read now.
    pub(super) fn layer_errors(&self) -> Vec<f64> {
        let (network, data) = (self.network(), self.validation_set());
        let record = |l| self.history().iter().rev().find_map(|e| e.layers.iter().find(|record| record.layer == l));
        let known = (1..=network.layers.len()).map(|l| record(l)?.validation_error);
        known.collect::<Option<Vec<f64>>>().unwrap_or_else(|| {
            self.pool().run(|| match goodness_tells(network) {
                true => self.validate(network.layers.len()).alone,
                false => errors_by_means(network, data, &means(network, self.training_set())),
            })
        })
    }
}

/// Whether a layer's own goodness says which class it sees.
fn goodness_tells(network: &Network) -> bool {
    !network.readout.reads_activities() || network.readout.pass().writes_labels()
}

/// How many samples another class than their own wins: by goodness of each label's pass, or by that of each class.
fn misread_by_goodness(g: &Matrix, classes: usize, labels: &[u8]) -> usize {
    let mut row = vec![0.0; classes];
    let wrong = |(r, label): &(usize, &u8)| {
        match g.width() {
            1 => (0..classes).for_each(|k| row[k] = g.data()[k * labels.len() + r]),
            _ => row.copy_from_slice(g.rows().row(*r)),
        }
        math::argmax(&row) != usize::from(**label)
    };
    labels.iter().enumerate().filter(wrong).count()
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

fn errors_by_means(network: &Network, data: &Dataset, means: &[(Matrix, Vec<f32>)]) -> Vec<f64> {
    let mut wrong = vec![0; network.layers.len()];
    let mut near = Matrix::default();
    network.read_all(data, network.layers.len(), |first, walk, scores| {
        for (l, (wrong, (means, halves))) in wrong.iter_mut().zip(means).enumerate() {
            near.resize(scores.len(), means.len());
            product::forward(walk.seen(l).rows(), means.rows(), near.rows_mut());
            // The nearest: argmin |x − m|² = argmax x·m − |m|²/2.
            let mut rows = near.rows_mut();
            (0..rows.len()).for_each(|r| rows.row_mut(r).iter_mut().zip(halves).for_each(|(x, half)| *x -= half));
            *wrong += misread(near.rows(), &data.labels()[first..][..scores.len()]);
        }
    });
    wrong.into_iter().map(|wrong| percent(wrong, data)).collect()
}

fn percent(wrong: usize, data: &Dataset) -> f64 {
    100.0 * wrong as f64 / data.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::ahead::tests::set;
    use super::*;
    use crate::recipe::Recipe;
    use crate::train::Flow;

    /// A trainer that has done all its epochs.
    fn trained(network: &str, train: &str) -> Trainer {
        let text =
            format!("name = \"x\"\n[network]\nlayers = [20, 10]\n{network}\n[train]\nepochs = 2\nbatch = 16\n{train}");
        let mut trainer = Trainer::new(&Recipe::parse("x", &text).unwrap(), set(60), set(31), 2).unwrap();
        trainer.run(|_| Flow::Continue).unwrap();
        trainer
    }

    /// What the layers know now.
    fn now(trainer: &Trainer) -> Vec<f64> {
        trainer.pool().run(|| trainer.validate(2).alone)
    }

    #[test]
    fn every_epoch_knows_the_layers_that_learned_in_it() {
        let mut trainer = trained("", "");
        let epochs = trainer.history().to_vec();
        assert!(epochs.iter().all(|e| e.layers.len() == 2 && e.layers.iter().all(|l| l.validation_error.is_some())));
        let last: Vec<f64> = epochs[1].layers.iter().filter_map(|l| l.validation_error).collect();
        assert_eq!((&now(&trainer), &trainer.summary(None).layer_errors), (&last, &last));
        assert_eq!(epochs[1].validation_error, Some(100.0 * trainer.validation_error()));
    }

    #[test]
    fn what_no_epoch_knows_is_read_in_the_end() {
        for train in ["plan = \"greedy\"\nvalidate_every = 0", "plan = \"windowed\"\nvalidate_every = 3"] {
            let trainer = trained("", train);
            let first = trainer.history().iter().rev().find_map(|e| e.layers.iter().find(|l| l.layer == 1)).unwrap();
            assert_eq!(first.validation_error, None, "{train}");
            assert_eq!(trainer.summary(None).layer_errors, now(&trainer), "{train}");
        }
    }

    #[test]
    fn where_activities_are_read_the_nearest_means_tell() {
        let trainer = trained("readout = \"ridge\"", "");
        assert!(trainer.history().iter().flat_map(|e| &e.layers).all(|l| l.validation_error.is_none()));
        assert_eq!(trainer.summary(None).layer_errors.len(), 2);
    }

    #[test]
    fn a_trainer_that_is_done_holds_no_room_for_steps() {
        for plan in ["simultaneous", "greedy", "pipelined"] {
            let trainer = trained("", &format!("plan = \"{plan}\""));
            assert_eq!((trainer.bytes().activities, trainer.bytes().gradients), (0, 0), "{plan}");
            assert!(trainer.kept.is_none());
        }
    }
}
