//! `goodness report`

use std::path::PathBuf;

use anyhow::Result;
use goodness::data;
use goodness::run::{RunFolder, Test, examine};
use goodness::train::Trainer;

use super::{load, print_line};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  goodness report runs/mnist-1\n\nThe report of an interrupted run shows what there is; \
                        only that of a finished one has test results."
)]
pub(crate) struct Args {
    /// The run's folder
    #[arg(value_name = "RUN")]
    run: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let folder = RunFolder::open(&args.run)?;
    let recipe = folder.recipe()?;
    let (training, validation) = load(&recipe)?;
    let mut trainer = Trainer::new(&recipe, training, validation, 0)?;
    trainer.restore(&folder.checkpoint())?;
    let done = folder.summary();
    let test_set = if done.is_some() { Some(data::load_test(&recipe.data)?) } else { None };
    let read = |set| Test::read(trainer.network(), trainer.pool(), set);
    let test = test_set.as_ref().map(read).transpose()?;
    let summary = done.unwrap_or_else(|| trainer.summary(None));
    let shown = test.as_ref().zip(test_set.as_ref());
    let (what, history) = ((trainer.network(), trainer.recipe()), trainer.history().to_vec());
    let report = examine(what, trainer.pool(), summary, history, trainer.validation_set(), shown);
    folder.write_report(&report)?;
    print_line(&folder.path().join("report.html").display().to_string())?;
    Ok(Done::Fully)
}
