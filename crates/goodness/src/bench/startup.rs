//! From nothing to the end of the first batch of the default job, in a process of its own.

use super::child::ask;
use super::{BenchError, Measurement, Row, Settings};
use crate::data;
use crate::recipe::{BUILTIN, Recipe};
use crate::run::Test;
use crate::train::{Event, Flow, Trainer};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "startup", summary: "from the start of the program to its first batch", run };

/// The question that the process answers to.
pub(super) const QUESTION: &str = "startup";

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let rounds: Result<Vec<_>, _> = (0..settings.rounds()).map(|_| ask(settings, QUESTION)).collect();
    Ok(vec![Row::plain(format!("goodness train {}", BUILTIN[0].name), "s", rounds?.into_iter().map(|a| a.seconds))])
}

/// Trains by the default recipe until a batch is done, after a look at the test part as the command has one. Its answer has no figures: what counts is when it comes.
pub(super) fn answer(threads: usize) -> Result<Vec<f64>, BenchError> {
    let recipe = Recipe::load(BUILTIN[0].name)?;
    let (train, validation) = data::load_train(&recipe.data)?.split_tail(recipe.data.validation)?;
    Test::check(&data::load_test(&recipe.data)?, &train)?;
    let mut trainer = Trainer::new(&recipe, train, validation, threads)?;
    trainer.run(|event| if matches!(event, Event::Step { .. }) { Flow::Stop } else { Flow::Continue })?;
    Ok(Vec::new())
}
