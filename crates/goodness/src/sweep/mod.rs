//! Sweeps: many trials of a recipe, compared on the validation split, losers stopped early.
//!
//! Successive halving (Jamieson and Talwalkar 2016): all trials train to the first rung, the best share of them goes on to
//! the next. Everything is kept in a folder, so a sweep that was killed goes on where it stood. The test set is never read.

mod outcome;
mod spec;

pub use outcome::{Influence, Outcome, TrialResult};
pub use spec::{Settings, Spec, Values, varied};

use std::path::{Path, PathBuf};

use crate::data::{self, DataError};
use crate::files::write_whole;
use crate::recipe::{Recipe, RecipeError};
use crate::run::{RunError, RunFolder};
use crate::train::{EpochRecord, Event, Flow, TrainError, Trainer};

/// A sweep that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The sweep file.
    #[error("{origin}: {reason}")]
    Spec {
        /// Where the text came from.
        origin: String,
        /// What was expected and what came.
        reason: String,
    },
    /// The folder holds another sweep.
    #[error("{}: holds a sweep of another file; name another folder with --out", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// A file that cannot be written.
    #[error("{}: cannot write it: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// A trial's recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The data set.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A trial's folder.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A trial's training.
    #[error(transparent)]
    Train(#[from] TrainError),
}

/// A sweep with its folder.
#[derive(Debug)]
pub struct Sweep {
    spec: Spec,
    folder: PathBuf,
    threads: usize,
}

/// What happens in a sweep.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A trial reached a rung.
    Reached {
        /// The trial, from 0, and how many still run.
        trial: usize,
        /// Epochs done.
        epochs: usize,
        /// Its settings.
        settings: &'a [String],
        /// Validation error in percent; none when it broke down.
        error: Option<f64>,
    },
    /// Trials were compared.
    Rung {
        /// Epochs they had.
        epochs: usize,
        /// How many go on, of how many.
        passed: (usize, usize),
    },
    /// A step was done; return [`Flow::Stop`] to stop the sweep.
    Step,
}

impl Sweep {
    /// A sweep of the file's text in `folder`, which is made, or gone on with if the same text made it.
    ///
    /// # Errors
    /// [`SweepError`] when the text is not a sweep or the folder is not this one's.
    pub fn open(origin: &str, text: &str, folder: &Path, threads: usize) -> Result<Self, SweepError> {
        let spec = Spec::parse(origin, text)?;
        let kept = folder.join("sweep.toml");
        match std::fs::read_to_string(&kept) {
            Ok(before) if before != text => return Err(SweepError::Foreign { path: folder.to_path_buf() }),
            Ok(_) => {}
            Err(_) => {
                let unwritable = |path: &Path| {
                    let path = path.to_path_buf();
                    move |reason| SweepError::Unwritable { path, reason }
                };
                std::fs::create_dir_all(folder).map_err(unwritable(folder))?;
                write_whole(&kept, text.as_bytes()).map_err(unwritable(&kept))?;
            }
        }
        Ok(Self { spec, folder: folder.to_path_buf(), threads })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs what is left to run. `None` when `watch` stopped it.
    ///
    /// # Errors
    /// [`SweepError`]; what the trials have reached is kept. A trial that breaks down is a loser, not an error.
    pub fn run(&self, mut watch: impl FnMut(Progress<'_>) -> Flow + Send) -> Result<Option<Outcome>, SweepError> {
        let trials = self.spec.trials();
        let mut results: Vec<TrialResult> = trials.iter().map(|s| TrialResult::new(s.clone())).collect();
        let mut alive: Vec<usize> = (0..trials.len()).collect();
        for (rung, epochs) in self.spec.rungs.iter().enumerate() {
            for trial in &alive {
                let Some(error) = self.advance(*trial, &trials[*trial], *epochs, &mut watch)? else { return Ok(None) };
                results[*trial].reached(*epochs, error);
                watch(Progress::Reached { trial: *trial, epochs: *epochs, settings: &trials[*trial], error });
            }
            if rung + 1 == self.spec.rungs.len() {
                break;
            }
            let before = alive.len();
            alive.sort_by(|a, b| results[*a].rank(&results[*b]));
            alive.truncate(((before as f64 * self.spec.keep).ceil() as usize).max(1));
            alive.retain(|trial| results[*trial].error.is_some());
            alive.sort_unstable();
            watch(Progress::Rung { epochs: *epochs, passed: (alive.len(), before) });
        }
        let outcome = Outcome::new(self.spec.recipe.clone(), results);
        let page = self.folder.join("report.html");
        write_whole(&page, outcome.render().as_bytes())
            .map_err(|reason| SweepError::Unwritable { path: page, reason })?;
        Ok(Some(outcome))
    }

    /// Trains a trial until it has `epochs` behind it; gives its validation error there, and nothing when stopped.
    fn advance(
        &self,
        trial: usize,
        settings: &[String],
        epochs: usize,
        watch: &mut (impl FnMut(Progress<'_>) -> Flow + Send),
    ) -> Result<Option<Option<f64>>, SweepError> {
        let path = self.folder.join(format!("trial-{trial}"));
        if path.join("broken").exists() {
            return Ok(Some(None));
        }
        let recipe = Recipe::load_with(&self.spec.recipe, settings)?;
        let folder = RunFolder::continued(&path, &recipe)?;
        if let Some(error) = error_at(&folder.epochs()?, epochs) {
            return Ok(Some(error));
        }
        let (train, validation) = data::load_train(&recipe.data)?.split_tail(recipe.data.validation)?;
        let mut trainer = Trainer::new(&recipe, train, validation, self.threads)?;
        if folder.checkpoint().exists() {
            trainer.restore(&folder.checkpoint()).map_err(RunError::from)?;
        }
        while trainer.history().len() < epochs.min(trainer.epochs()) {
            let mut stopped = false;
            let went = trainer.run(|event| match event {
                Event::Epoch { .. } => Flow::Stop,
                Event::Warning { .. } => Flow::Continue,
                Event::Step { .. } => {
                    stopped = watch(Progress::Step) == Flow::Stop;
                    if stopped { Flow::Stop } else { Flow::Continue }
                }
            });
            if let Err(TrainError::Diverged { .. }) = went {
                let mark = path.join("broken");
                write_whole(&mark, b"").map_err(|reason| SweepError::Unwritable { path: mark, reason })?;
                return Ok(Some(None));
            }
            went?;
            folder.keep(&trainer)?;
            if stopped {
                return Ok(None);
            }
        }
        Ok(Some(trainer.history().last().and_then(|e| e.validation_error)))
    }
}

/// The validation error of epoch number `epochs`, where it was measured.
fn error_at(history: &[EpochRecord], epochs: usize) -> Option<Option<f64>> {
    history.iter().find(|e| e.epoch == epochs).and_then(|e| e.validation_error).map(Some)
}
