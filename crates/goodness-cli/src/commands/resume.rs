//! `goodness resume`

use std::path::PathBuf;

use anyhow::Result;
use goodness::run::RunFolder;
use goodness::train::Trainer;

use super::{load_to_train, print_json, print_line, train};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  goodness resume runs/mnist-1\n\nThe weights end up the same, bit for bit, as those of \
                        a run that was never interrupted."
)]
pub(crate) struct Args {
    /// The run's folder
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Threads that compute; 0 means one for each core. The result does not depend on it
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Print the summary as JSON on the last line of standard output
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let folder = RunFolder::open(&args.run)?;
    if let Some(summary) = folder.summary() {
        eprintln!("{}: already done, nothing to resume", folder.path().display());
        if args.json {
            print_json(&summary)?;
        }
        return Ok(Done::Fully);
    }
    let recipe = folder.recipe()?;
    let (training, validation) = load_to_train(&recipe)?;
    let mut trainer = Trainer::new(&recipe, training, validation, args.threads)?;
    if folder.checkpoint().exists() {
        trainer.restore(&folder.checkpoint())?;
    } else if !args.json {
        print_line("no checkpoint yet: starting from the beginning")?;
    }
    train::train(trainer, &folder, args.json)
}
