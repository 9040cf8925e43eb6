//! What a network makes of a test set.

use goodness_core::math;
use goodness_engine::{Matrix, Pool};

use super::TestError;
use crate::data::{Dataset, Shape};
use crate::network::Network;
use crate::recipe::did_you_mean;
use crate::report::{Confusion, Mistake};

/// Mistakes that are shown.
const MISTAKES: usize = 24;

/// The scores of the test set, computed once.
#[derive(Clone, Debug)]
pub struct Test {
    scores: Matrix,
    /// As the network numbers the classes.
    labels: Vec<u8>,
}

impl Test {
    /// Reads the test set. Where the network and the test set have names for their classes, classes of one name are one.
    ///
    /// # Errors
    /// [`TestError`] when the network reads images of another shape, or does not know a class.
    pub fn read(network: &Network, pool: &Pool, test: &Dataset) -> Result<Self, TestError> {
        let labels = labels(test, (network.shape, network.classes, &network.class_names))?;
        Ok(Self { scores: pool.run(|| network.scores(test)), labels })
    }

    /// Whether networks that learn from the training set can read the test set.
    ///
    /// # Errors
    /// [`TestError`] when its images have another shape, or the training set does not have a class of it.
    pub fn check(test: &Dataset, training: &Dataset) -> Result<(), TestError> {
        labels(test, (training.shape(), training.classes(), training.class_names())).map(drop)
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

/// The labels of the test set, by the numbers that a network for images of `shape` in `classes` classes of these `names`
/// gives the classes.
fn labels(test: &Dataset, (shape, classes, names): (Shape, usize, &[String])) -> Result<Vec<u8>, TestError> {
    let name = test.name().to_string();
    if test.shape() != shape {
        return Err(TestError::Shape { name, came: test.shape(), expected: shape });
    }
    if names.is_empty() || test.class_names().is_empty() {
        if test.classes() > classes {
            return Err(TestError::Classes { name, came: test.classes(), expected: classes });
        }
        return Ok(test.labels().to_vec());
    }
    let number = |class: &String| {
        let unknown = || TestError::UnknownClass {
            name: name.clone(),
            class: class.clone(),
            hint: did_you_mean(class, names.iter().map(String::as_str)),
            known: names.join(", "),
        };
        names.iter().position(|known| known == class).ok_or_else(unknown)
    };
    let numbers = test.class_names().iter().map(number).collect::<Result<Vec<_>, _>>()?;
    Ok(test.labels().iter().map(|label| numbers[usize::from(*label)] as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Recipe;

    const SHAPE: Shape = Shape { height: 2, width: 5, channels: 1 };

    /// An image of each of these classes.
    fn set(names: &[&str]) -> Dataset {
        let (images, labels) = (vec![9; names.len() * SHAPE.features()], (0..names.len() as u8).collect());
        let set = Dataset::new("own", images, labels, names.len(), SHAPE).unwrap();
        set.with_class_names(names.iter().map(ToString::to_string).collect())
    }

    fn nameless(classes: usize, shape: Shape) -> Dataset {
        Dataset::new("own", vec![9; shape.features()], vec![0], classes, shape).unwrap()
    }

    #[test]
    fn classes_go_by_their_names_where_both_have_names() {
        let recipe = Recipe::parse("toy", "name = 'toy'\n[network]\nlayers = [4]").unwrap();
        let mut network = Network::initial(&recipe, SHAPE, 3).unwrap();
        let pool = Pool::new(1).unwrap();
        let read = |network: &Network, test| Test::read(network, &pool, &test).unwrap().labels;
        assert_eq!(read(&network, set(&["emu", "cat"])), [0, 1], "the network has numbers only");
        network.class_names = ["cat", "dog", "emu"].map(String::from).to_vec();
        assert_eq!(read(&network, set(&["emu", "cat"])), [2, 0]);
        assert_eq!(read(&network, nameless(2, SHAPE)), [0]);
    }

    #[test]
    fn a_test_set_that_does_not_fit_is_said() {
        let training = set(&["cat", "dog", "emu"]);
        let said = |test| Test::check(&test, &training).unwrap_err().to_string();
        let wide = Shape { width: 6, ..SHAPE };
        assert_eq!(said(nameless(2, wide)), "own: its images are 2×6×1, the network reads 2×5×1");
        assert_eq!(said(nameless(4, SHAPE)), "own: it has 4 classes, the network knows 3");
        let unknown = "own: the network knows cat, dog, emu, and no class \"dogs\" — did you mean \"dog\"?";
        assert_eq!(said(set(&["cat", "dogs"])), unknown);
        assert!(Test::check(&nameless(3, SHAPE), &training).is_ok() && Test::check(&training, &training).is_ok());
    }
}
