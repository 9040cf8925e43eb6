//! Memory: each network in a process of its own, which trains a few steps on made-up images and says what it took.

use goodness::Recipe;
use goodness::data::{Dataset, Shape};
use goodness::train::{Bytes, Objective, Trainer};
use goodness_core::catalogue::find;
use goodness_core::{negatives, optim};
use goodness_engine::gradient::numbers_packed;
use goodness_engine::memory;
use serde::{Deserialize, Serialize};

use super::{CompareError, Setup};
use crate::{Choices, Form, Twin};

/// What a process is asked to measure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ask {
    /// The recipe, in whole.
    pub recipe: String,
    /// Layers, all of the same width.
    pub depth: usize,
    /// Their width.
    pub width: usize,
    /// Samples in a batch.
    pub batch: usize,
    /// The twin, and in which form; none for layers that learn by themselves.
    pub twin: Option<Choices>,
    /// Height, width and channels of the images.
    pub shape: (usize, usize, usize),
    /// Number of classes.
    pub classes: usize,
    /// Threads that compute.
    pub threads: usize,
}

/// What it measured, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The most that the whole process ever had.
    pub peak: u64,
    /// What the trainer is made of after the last step.
    pub bytes: Bytes,
}

/// Steps that a process trains.
const STEPS: usize = 3;

/// Rows that layers which learn by themselves read together when negatives ask for scores.
const ASKED: usize = 256;

/// Widest layers that are measured: deep networks of wider ones would not fit most machines.
const WIDEST: usize = 1000;

impl Ask {
    /// What it is, in words.
    pub fn name(&self) -> String {
        let rule = self.twin.map_or("Forward-Forward", |c| c.form.name());
        format!("{rule} with {} layers of {} units and batches of {}", self.depth, self.width, self.batch)
    }

    fn recipe(&self) -> Result<Recipe, CompareError> {
        let layers = vec![self.width; self.depth];
        let settings = [
            format!("network.layers={layers:?}"),
            "network.fields=".to_string(),
            format!("train.batch={}", self.batch),
        ];
        Ok(Recipe::parse("recipe", &self.recipe)?.with(&settings)?)
    }

    /// Bytes that the trainer will need at least, from the shapes alone.
    pub fn forecast(&self) -> u64 {
        let inputs = self.shape.0 * self.shape.1 * self.shape.2;
        let (slots, asked, whole) = Recipe::parse("recipe", &self.recipe).map_or((2, 0, false), |r| of_recipe(&r));
        let first = inputs * self.width;
        let one = self.width * self.width;
        let weights = first + one * (self.depth - 1);
        let largest = first.max(if self.depth > 1 { one } else { 0 });
        let activities = self.batch * self.width;
        let form = self.twin.map(|c| c.form);
        let packed = |rows: usize| numbers_packed(rows, self.width, self.width.max(inputs));
        let (gradients, kept) = match form {
            // Negatives that ask for scores have a row for every label, of some samples at a time, in each layer they look at.
            None => {
                let rows = (self.classes * self.batch).min(ASKED);
                let asked = rows * self.width * (asked.min(3) + usize::from(asked > 1));
                (packed(2 * self.batch), 6 * activities + asked)
            }
            Some(Form::Full) => (largest + packed(self.batch), (self.depth + 3) * activities),
            Some(Form::Accumulation { parts }) => {
                let packed = packed(self.batch / parts.max(1));
                (weights + largest + packed, (self.depth + 3) * activities / parts.max(1))
            }
            Some(Form::Checkpointing) => {
                let segment = form.unwrap_or_default().segment(self.depth);
                (largest + packed(self.batch), (2 * segment + 3) * activities)
            }
        };
        // A matrix that moves as one: its direction, that made orthogonal, four squares of its smaller side, and their product.
        let turning = if whole { 2 * largest + 4 * one + packed(self.width) } else { 0 };
        4 * (weights * (1 + slots) + gradients + turning + kept + self.batch * inputs) as u64
    }
}

/// Numbers that the optimizer remembers of a weight, layers that negatives look at, and whether matrices move as one.
fn of_recipe(recipe: &Recipe) -> (usize, usize, bool) {
    let optimizer = recipe.train.optimizer.build(optim::CATALOGUE);
    let asked = find(negatives::CATALOGUE, &recipe.train.negatives.name)
        .filter(|_| Objective::new(&recipe.train.loss).passes() == 2)
        .map_or(0, |entry| (entry.build)(&recipe.train.negatives.args).looks_at());
    (optimizer.slots_of_matrix(), asked, optimizer.orthogonal().is_some())
}

/// Measures in this process.
///
/// # Errors
/// [`CompareError`] when the network cannot be trained.
pub fn measure(ask: &Ask) -> Result<Measured, CompareError> {
    let recipe = ask.recipe()?;
    let (train, validation) = (made_up(ask, STEPS * ask.batch)?, made_up(ask, 1)?);
    let bytes = match ask.twin {
        None => {
            let mut trainer = Trainer::new(&recipe, train, validation, ask.threads)?;
            (0..STEPS).try_for_each(|_| trainer.watched_step().map(|_| ()))?;
            trainer.bytes()
        }
        Some(choices) => {
            let mut twin = Twin::new(&recipe, choices, train, validation, ask.threads)?;
            (0..STEPS).try_for_each(|_| twin.watched_step().map(|_| ()))?;
            twin.bytes()
        }
    };
    Ok(Measured { peak: memory::peak_bytes().unwrap_or(0), bytes })
}

/// Images of noise.
fn made_up(ask: &Ask, rows: usize) -> Result<Dataset, CompareError> {
    let (height, width, channels) = ask.shape;
    let shape = Shape { height, width, channels };
    let levels = (0..rows * shape.features()).map(|i| (i * i % 251) as u8).collect();
    let labels = (0..rows).map(|r| (r % ask.classes) as u8).collect();
    Ok(Dataset::new("noise", levels, labels, ask.classes, shape)?)
}

/// Depths that are measured at the recipe's batch, and batches at the middle depth.
const DEPTHS: [usize; 4] = [4, 8, MIDDLE, 64];
const MIDDLE: usize = 16;
const BATCHES: [usize; 2] = [64, 1024];

/// Every network that is measured: depth and batch.
pub(super) fn sizes(setup: &Setup) -> Vec<(usize, usize)> {
    let own = setup.recipe.train.batch;
    let by_depth = DEPTHS.iter().map(|depth| (*depth, own));
    by_depth.chain(BATCHES.iter().filter(|b| **b != own).map(|batch| (MIDDLE, *batch))).collect()
}

/// The name of the part that measures one of them, for layers that learn by themselves or one of the twin's forms.
pub(super) fn part((depth, batch): (usize, usize), form: Option<Form>) -> String {
    let rule = match form {
        None => "ff",
        Some(Form::Full) => "full",
        Some(Form::Accumulation { .. }) => "accumulation",
        Some(Form::Checkpointing) => "checkpointing",
    };
    format!("memory-{depth}-{batch}-{rule}")
}

/// Layers that learn by themselves, and the twin's forms.
pub(super) fn forms() -> impl Iterator<Item = Option<Form>> {
    std::iter::once(None).chain(Form::ALL.map(Some))
}

/// What a part asks for.
pub(super) fn ask(
    setup: &Setup,
    (depth, batch): (usize, usize),
    twin: Option<Choices>,
    (shape, classes): (Shape, usize),
) -> Ask {
    Ask {
        recipe: setup.recipe.to_toml(),
        depth,
        width: width(setup, classes),
        batch,
        twin,
        shape: (shape.height, shape.width, shape.channels),
        classes,
        threads: setup.threads,
    }
}

/// The width of the layers: that of the recipe's widest, as far as deep networks of it fit, each class with as many units.
pub(super) fn width(setup: &Setup, classes: usize) -> usize {
    (setup.widest().min(WIDEST) / classes * classes).max(classes)
}

/// Refuses a comparison whose largest process would not fit into `there` bytes.
///
/// # Errors
/// [`CompareError::Memory`] with the forecast.
pub fn check(setup: &Setup, about: (Shape, usize), there: u64) -> Result<(), CompareError> {
    let asks = sizes(setup).into_iter().flat_map(|size| {
        let twin = |form: Option<Form>| form.map(|form| Choices { form, ..Choices::default() });
        forms().map(move |form| ask(setup, size, twin(form), about))
    });
    let Some((forecast, largest)) = asks.map(|ask| (ask.forecast(), ask)).max_by_key(|(bytes, _)| *bytes) else {
        return Ok(());
    };
    if forecast <= there {
        return Ok(());
    }
    Err(CompareError::Memory { what: largest.name(), forecast: forecast >> 20, there: there >> 20 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forecast_is_close_to_what_a_trainer_is_made_of() {
        let recipe = "name = 'a'\n[network]\nlayers = [9]\n[train]\nnegatives = 'hard_label'";
        let choices = |form| Some(Choices { form, ..Choices::default() });
        let twins = Form::ALL.map(choices);
        for twin in std::iter::once(None).chain(twins) {
            for depth in [2, 5, 9] {
                let ask = Ask {
                    recipe: recipe.to_string(),
                    depth,
                    width: 60,
                    batch: 128,
                    twin,
                    shape: (6, 6, 1),
                    classes: 3,
                    threads: 1,
                };
                let bytes = measure(&ask).unwrap().bytes;
                let whole = bytes.weights + bytes.optimizer + bytes.activities + bytes.gradients;
                let ratio = ask.forecast() as f64 / whole as f64;
                assert!((0.7..1.4).contains(&ratio), "{}: {ratio} of {bytes:?}", ask.name());
            }
        }
    }
}
