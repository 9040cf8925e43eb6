//! Run folders: everything that a run leaves behind.
//!
//! | file | what it holds |
//! |---|---|
//! | `recipe.toml` | the recipe as resolved: it reproduces the run bit for bit |
//! | `metrics.jsonl` | one line an epoch |
//! | `checkpoint/state.safetensors` | enough to go on to the same bits |
//! | `model.safetensors` | the trained network, for evaluation and prediction |
//! | `summary.json` | the figures of the run |
//! | `report.html` | the run to look at |

mod error;
mod examine;
mod maps;
mod test;

pub use error::{RunError, TestError};
pub use examine::examine;
pub use test::Test;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::files::write_whole;
use crate::model::Model;
use crate::recipe::Recipe;
use crate::report::{EpochRecord, Report, Run, Summary};
use crate::train::Trainer;

/// A folder that holds one run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder of a new run: `out`, or the first free `runs/<recipe>-<number>`.
    ///
    /// # Errors
    /// [`RunError`] when `out` is already there, or the folder cannot be written.
    pub fn create(out: Option<&Path>, recipe: &Recipe) -> Result<Self, RunError> {
        let path = match out {
            Some(path) => claim(path)?,
            None => next_free(Path::new("runs"), &recipe.name)?,
        };
        let run = Self { path };
        run.make(&run.path.join("checkpoint"))?;
        run.write("recipe.toml", recipe.to_toml().as_bytes())?;
        Ok(run)
    }

    /// The folder `path` for a run of `recipe`: made, or taken as it is where it was begun before.
    ///
    /// # Errors
    /// [`RunError::Unwritable`] with what the system said.
    pub fn continued(path: &Path, recipe: &Recipe) -> Result<Self, RunError> {
        let run = Self { path: path.to_path_buf() };
        run.make(&run.path.join("checkpoint"))?;
        if !run.path.join("recipe.toml").is_file() {
            run.write("recipe.toml", recipe.to_toml().as_bytes())?;
        }
        Ok(run)
    }

    /// Opens the folder of a run that was begun before.
    ///
    /// # Errors
    /// [`RunError::NotARun`] when there is no `recipe.toml` in it.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        if path.join("recipe.toml").is_file() {
            return Ok(Self { path: path.to_path_buf() });
        }
        let reason = if path.exists() { "it has no recipe.toml" } else { "there is no such folder" };
        Err(RunError::NotARun { path: path.to_path_buf(), reason })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its recipe.
    ///
    /// # Errors
    /// [`RecipeError`](crate::recipe::RecipeError) when `recipe.toml` cannot be read.
    pub fn recipe(&self) -> Result<Recipe, crate::recipe::RecipeError> {
        Recipe::load(&self.path.join("recipe.toml").to_string_lossy())
    }

    /// Where its checkpoint is.
    pub fn checkpoint(&self) -> PathBuf {
        self.path.join("checkpoint").join("state.safetensors")
    }

    /// Where its model is, once it is done.
    pub fn model(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// The figures of the run, once it is done.
    pub fn summary(&self) -> Option<Summary> {
        let text = fs::read_to_string(self.path.join("summary.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The figures and the epochs, where they were kept, of a run that is done.
    ///
    /// # Errors
    /// [`RunError`] when `summary.json` or `metrics.jsonl` is not what a run writes.
    pub fn read_done(path: &Path) -> Result<Run, RunError> {
        let file = path.join("summary.json");
        let unreadable = |reason: io::Error| RunError::Unreadable { path: file.clone(), reason };
        let text = fs::read_to_string(&file).map_err(unreadable)?;
        let summary = serde_json::from_str(&text).map_err(|e| unreadable(e.into()))?;
        Ok(Run { summary, epochs: Self { path: path.to_path_buf() }.epochs()? })
    }

    /// The runs that are done in a folder: itself, or those in its folders, by name.
    ///
    /// # Errors
    /// [`RunError`] when the folder cannot be read, or a file is not what a run writes.
    pub fn done_in(folder: &Path) -> Result<Vec<Run>, RunError> {
        let done = |path: &Path| path.join("summary.json").is_file();
        if done(folder) {
            return Ok(vec![Self::read_done(folder)?]);
        }
        let unreadable = |reason| RunError::Unreadable { path: folder.to_path_buf(), reason };
        let mut inside: Vec<PathBuf> = fs::read_dir(folder).map_err(unreadable)?.flatten().map(|e| e.path()).collect();
        inside.retain(|path| done(path));
        inside.sort();
        inside.iter().map(|path| Self::read_done(path)).collect()
    }

    /// The epochs that were kept.
    ///
    /// # Errors
    /// [`RunError::Unreadable`] when `metrics.jsonl` is not what a run writes.
    pub fn epochs(&self) -> Result<Vec<EpochRecord>, RunError> {
        let path = self.path.join("metrics.jsonl");
        let metrics = fs::read_to_string(&path).unwrap_or_default();
        let epochs = metrics.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        epochs.map_err(|e| RunError::Unreadable { path, reason: e.into() })
    }

    /// Writes the checkpoint and the metrics of a run that stands where `trainer` stands.
    ///
    /// # Errors
    /// [`RunError`] with the file and what the system said; older files are untouched.
    pub fn keep(&self, trainer: &Trainer) -> Result<(), RunError> {
        trainer.save(&self.checkpoint())?;
        self.keep_epochs(trainer.history())
    }

    /// Writes the metrics alone.
    ///
    /// # Errors
    /// [`RunError`] with what the system said; what was there before is untouched.
    pub fn keep_epochs(&self, history: &[EpochRecord]) -> Result<(), RunError> {
        self.write("metrics.jsonl", lines(history).as_bytes())
    }

    /// Writes the model, the summary and the report of a run that is done.
    ///
    /// # Errors
    /// [`RunError`] with the file and what the system said.
    pub fn finish(&self, trainer: &Trainer, report: &Report) -> Result<(), RunError> {
        Model::save(trainer.network(), trainer.recipe(), &self.model())?;
        self.write_report(report)?;
        self.write_summary(&report.summary)
    }

    /// Writes `summary.json`, which says that the run is done.
    ///
    /// # Errors
    /// [`RunError`] with what the system said.
    pub fn write_summary(&self, summary: &Summary) -> Result<(), RunError> {
        let text = serde_json::to_string_pretty(summary).map_err(|e| self.unwritable("summary.json", e.into()))?;
        self.write("summary.json", (text + "\n").as_bytes())
    }

    /// Writes `report.html`.
    ///
    /// # Errors
    /// [`RunError`] with what the system said.
    pub fn write_report(&self, report: &Report) -> Result<(), RunError> {
        self.write("report.html", report.render().as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RunError> {
        write_whole(&self.path.join(name), bytes).map_err(|reason| self.unwritable(name, reason))
    }

    fn make(&self, folder: &Path) -> Result<(), RunError> {
        let unwritable = |reason| RunError::Unwritable { path: folder.to_path_buf(), reason };
        fs::create_dir_all(folder).map_err(unwritable)
    }

    fn unwritable(&self, name: &str, reason: io::Error) -> RunError {
        RunError::Unwritable { path: self.path.join(name), reason }
    }
}

fn lines(history: &[EpochRecord]) -> String {
    history.iter().filter_map(|record| serde_json::to_string(record).ok()).map(|line| line + "\n").collect()
}

/// Makes the folder that the user named, which must not be there yet.
fn claim(path: &Path) -> Result<PathBuf, RunError> {
    let unwritable = |reason| RunError::Unwritable { path: path.to_path_buf(), reason };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(unwritable)?;
    }
    match fs::create_dir(path) {
        Ok(()) => Ok(path.to_path_buf()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(RunError::Exists { path: path.to_path_buf() }),
        Err(reason) => Err(unwritable(reason)),
    }
}

fn next_free(runs: &Path, recipe: &str) -> Result<PathBuf, RunError> {
    let mut number = 1;
    loop {
        match claim(&runs.join(format!("{recipe}-{number}"))) {
            Err(RunError::Exists { .. }) => number += 1,
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_up_and_a_named_folder_must_be_new() {
        let home = tempfile::tempdir().unwrap();
        let runs = home.path().join("runs");
        assert!(next_free(&runs, "mnist").unwrap().ends_with("mnist-1"));
        assert!(next_free(&runs, "mnist").unwrap().ends_with("mnist-2"));
        let error = claim(&runs.join("mnist-1")).unwrap_err().to_string();
        assert!(error.contains("mnist-1: the folder exists already"), "{error}");
    }

    #[test]
    fn a_folder_that_is_no_run_is_said() {
        let home = tempfile::tempdir().unwrap();
        let error = RunFolder::open(home.path()).unwrap_err().to_string();
        assert!(error.ends_with("not the folder of a run: it has no recipe.toml"), "{error}");
        let error = RunFolder::open(&home.path().join("no")).unwrap_err().to_string();
        assert!(error.ends_with("there is no such folder"), "{error}");
    }
}
