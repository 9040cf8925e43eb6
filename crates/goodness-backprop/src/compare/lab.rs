//! Where parts are measured: the data, the threads, and training of either kind.

use goodness::data::{self, Dataset};
use goodness::train::{Event, Flow, Outcome, Trainer};
use goodness::{Recipe, train::EpochRecord};
use goodness_engine::product;
use serde::{Deserialize, Serialize};

use super::energy::Reading;
use super::memory::{Ask, Measured};
use super::{Budget, CompareError, Setup, Store};
use crate::{Choices, Twin};

/// Where a comparison stands.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The part that is measured.
    pub part: &'a str,
    /// Its number, from 1, and how many there are.
    pub number: (usize, usize),
    /// What is done in it now.
    pub what: &'a str,
    /// How much of that is done, from 0 to 1.
    pub share: f64,
}

/// Who looks on; called after every step of a training run.
pub type Watch<'a> = dyn FnMut(Progress<'_>) -> Flow + Send + 'a;

/// Measures memory in a process of its own.
pub type Child<'a> = dyn Fn(&Ask) -> Result<Measured, String> + 'a;

/// What a training run came to. Errors are in percent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Reached {
    pub(super) epochs: usize,
    pub(super) seconds: f64,
    pub(super) test_error: f64,
    pub(super) validation_error: f64,
    /// Seconds of training and the validation error, wherever it was read.
    pub(super) curve: Vec<(f64, f64)>,
    /// Energy of training and of reading the validation split, where it can be read.
    pub(super) joules: Option<f64>,
    /// Samples that training has seen.
    pub(super) samples: u64,
}

/// How fast a step is and what it takes.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Pace {
    pub(super) samples_per_second: f64,
    /// Multiply-adds of matrix products, a training sample.
    pub(super) multiply_adds: f64,
}

/// The candidates for the twin, and the best of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tuned {
    pub(super) tried: Vec<(Choices, f64)>,
    pub(super) best: Choices,
    pub(super) epochs: usize,
}

/// Both paces, and the twin's in its other forms.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Paces {
    pub(super) ff: Pace,
    pub(super) bp: Pace,
    pub(super) checkpointing: Pace,
    /// Multiply-adds of reading a sample.
    pub(super) reading: (f64, f64),
}

/// Where parts are measured.
pub struct Lab<'a> {
    /// What is compared.
    pub setup: &'a Setup,
    /// What has been measured.
    pub store: &'a Store,
    pub(super) train: Dataset,
    pub(super) validation: Dataset,
    pub(super) child: &'a Child<'a>,
    watch: &'a mut Watch<'a>,
    part: String,
    number: (usize, usize),
    /// Networks of the first seed, trained.
    learned: Option<(Trainer, Twin)>,
}

/// Steps before and while a step is timed.
const STEPS: (usize, usize) = (3, 15);

impl<'a> Lab<'a> {
    /// A lab with the recipe's data. `child` measures memory in a process of its own.
    ///
    /// # Errors
    /// [`CompareError::Data`] when there are none.
    pub fn new(
        setup: &'a Setup,
        store: &'a Store,
        child: &'a Child<'a>,
        watch: &'a mut Watch<'a>,
    ) -> Result<Self, CompareError> {
        let spec = &setup.recipe.data;
        let (train, validation) = data::load_train(spec)?.split_tail(spec.validation)?;
        Ok(Self { setup, store, train, validation, child, watch, part: String::new(), number: (0, 0), learned: None })
    }

    /// A part is about to be measured.
    pub(super) fn begin(&mut self, part: &str, number: (usize, usize)) -> Result<(), CompareError> {
        (self.part, self.number) = (part.to_string(), number);
        self.say("", 0.0)
    }

    /// Says what is done now.
    pub(super) fn say(&mut self, what: &str, share: f64) -> Result<(), CompareError> {
        match (self.watch)(Progress { part: &self.part, number: self.number, what, share }) {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(CompareError::Interrupted),
        }
    }

    /// The recipe with a seed of its own.
    pub(super) fn seeded(&self, seed: u64) -> Result<Recipe, CompareError> {
        Ok(self.setup.recipe.with(&[format!("train.seed={seed}")])?)
    }

    /// Layers that learn by themselves, trained.
    pub(super) fn forward_forward(
        &mut self,
        recipe: &Recipe,
        sets: (Dataset, Dataset),
    ) -> Result<Trainer, CompareError> {
        let mut trainer = Trainer::new(recipe, sets.0, sets.1, self.setup.threads)?;
        let (watch, part, number) = (&mut *self.watch, self.part.as_str(), self.number);
        let outcome = trainer.run(|event| look(watch, (part, number, "Forward-Forward"), &event))?;
        if outcome == Outcome::Stopped { Err(CompareError::Interrupted) } else { Ok(trainer) }
    }

    /// The twin, trained.
    pub(super) fn backprop(
        &mut self,
        recipe: &Recipe,
        choices: Choices,
        sets: (Dataset, Dataset),
    ) -> Result<Twin, CompareError> {
        let mut twin = Twin::new(recipe, choices, sets.0, sets.1, self.setup.threads)?;
        let (watch, part, number) = (&mut *self.watch, self.part.as_str(), self.number);
        let outcome = twin.run(|event| look(watch, (part, number, "backprop"), &event))?;
        if outcome == Outcome::Stopped { Err(CompareError::Interrupted) } else { Ok(twin) }
    }

    /// Copies of the training and the validation set.
    pub(super) fn sets(&self) -> (Dataset, Dataset) {
        (self.train.clone(), self.validation.clone())
    }

    /// The first `train` and `validation` samples, or all there are.
    pub(super) fn first(&self, train: usize, validation: usize) -> Result<(Dataset, Dataset), CompareError> {
        let (all, held) = (&self.train, &self.validation);
        Ok((all.select(0..train.min(all.len()))?, held.select(0..validation.min(held.len()))?))
    }

    /// What the tuning chose.
    pub(super) fn choices(&self) -> Choices {
        self.store.get::<Tuned>("tune").map(|t| t.best).unwrap_or_default()
    }

    /// Both networks of seed 1, trained by equal epochs; trained once, and again only by a comparison that was interrupted.
    pub(super) fn learned(&mut self) -> Result<&mut (Trainer, Twin), CompareError> {
        if self.learned.is_none() {
            let recipe = self.seeded(1)?;
            let trainer = self.forward_forward(&recipe, self.sets())?;
            let twin = self.backprop(&with_epochs(&recipe, self.setup.epochs())?, self.choices(), self.sets())?;
            self.learned = Some((trainer, twin));
        }
        self.learned.as_mut().ok_or(CompareError::Interrupted)
    }

    /// Keeps networks of seed 1 for rows to come.
    pub(super) fn remember(&mut self, trainer: Trainer, twin: Twin) {
        self.learned = Some((trainer, twin));
    }

    /// The test error of both, in percent.
    pub(super) fn test(&self) -> Result<Dataset, CompareError> {
        Ok(data::load_test(&self.setup.recipe.data)?)
    }

    /// Epochs that the twin gets by a budget.
    pub(super) fn twin_epochs(&self, budget: Budget) -> usize {
        let Some(paces) = self.store.get::<Paces>("pace") else { return self.setup.epochs() };
        let ratio = match budget {
            Budget::Epochs => 1.0,
            Budget::Time => paces.bp.samples_per_second / paces.ff.samples_per_second,
            Budget::Flops => paces.ff.multiply_adds / paces.bp.multiply_adds,
        };
        ((self.setup.epochs() as f64 * ratio).round() as usize).max(1)
    }
}

/// A recipe with another number of epochs, its layers learning all at once: the twin's.
pub(super) fn with_epochs(recipe: &Recipe, epochs: usize) -> Result<Recipe, CompareError> {
    let mut recipe = recipe.clone();
    recipe.train.epochs = epochs;
    Ok(recipe)
}

fn look(watch: &mut Watch<'_>, (part, number, what): (&str, (usize, usize), &str), event: &Event<'_>) -> Flow {
    let share = match event {
        Event::Step { epoch: (epoch, epochs), step: (step, steps), .. } => {
            ((epoch - 1) * steps + step) as f64 / (epochs * steps) as f64
        }
        _ => return Flow::Continue,
    };
    watch(Progress { part, number, what, share })
}

/// The seconds of training at which the validation error was read, and what it was.
pub(super) fn curve(history: &[EpochRecord]) -> Vec<(f64, f64)> {
    let mut seconds = 0.0;
    let read = |e: &EpochRecord| {
        seconds += e.seconds;
        Some((seconds, e.validation_error?))
    };
    history.iter().filter_map(read).collect()
}

/// Runs `work` and says what energy it took, where that can be read.
pub(super) fn with_energy<T>(work: impl FnOnce() -> Result<T, CompareError>) -> Result<(T, Option<f64>), CompareError> {
    let before = Reading::now();
    let done = work()?;
    let joules = before.and_then(|before| Some(Reading::now()?.since(&before)));
    Ok((done, joules))
}

/// Times steps of `batch` samples; `step` returns its seconds.
pub(super) fn pace(batch: usize, mut step: impl FnMut() -> Result<f64, CompareError>) -> Result<Pace, CompareError> {
    (0..STEPS.0).try_for_each(|_| step().map(|_| ()))?;
    let before = product::multiply_adds();
    let mut seconds: Vec<f64> = (0..STEPS.1).map(|_| step()).collect::<Result<_, _>>()?;
    let multiply_adds = (product::multiply_adds() - before) as f64 / (STEPS.1 * batch) as f64;
    seconds.sort_by(f64::total_cmp);
    // The median: a step that something else got in the way of does not count.
    Ok(Pace { samples_per_second: batch as f64 / seconds[STEPS.1 / 2].max(1e-9), multiply_adds })
}
