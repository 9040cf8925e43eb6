//! What has been measured: one small JSON file a part, whole or not there, so that a comparison goes on where it stood.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use goodness::files::write_whole;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{CompareError, Setup};

/// The parts of a comparison that are done.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The parts in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`CompareError::Other`] when a comparison of other settings is kept there; [`CompareError::File`] with what the
    /// system said.
    pub fn open(folder: &Path, setup: &Setup) -> Result<Self, CompareError> {
        let store = Self { folder: folder.to_path_buf() };
        let parts = folder.join("parts");
        fs::create_dir_all(&parts).map_err(|reason| CompareError::File { path: parts, reason })?;
        let own = [
            ("the recipe", setup.keys()),
            ("--budget", setup.budget.name().to_string()),
            ("--threads", setup.threads.to_string()),
            ("the program's version", env!("CARGO_PKG_VERSION").to_string()),
        ];
        let own: Vec<(String, String)> = own.map(|(what, value)| (what.to_string(), value)).into();
        match store.read::<Vec<(String, String)>>("settings")? {
            None => store.put("settings", &own)?,
            Some(kept) => own.iter().zip(&kept).try_for_each(|(asked, kept)| store.same(asked, kept))?,
        }
        Ok(store)
    }

    /// The parts that were left in `folder`, whatever their settings, to be looked at.
    pub fn kept(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    fn same(&self, asked: &(String, String), kept: &(String, String)) -> Result<(), CompareError> {
        let (asked, kept) = (&asked.1, &kept.1);
        if asked == kept {
            return Ok(());
        }
        let (what, [asked, kept]) = match asked.contains('\n') {
            true => ("the recipe", first_difference(asked, kept)),
            false => ("an option", [asked.clone(), kept.clone()]),
        };
        Err(CompareError::Other { path: self.folder.clone(), what, kept, asked })
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.join("parts").join(format!("{part}.json"))
    }

    /// What part `part` measured, if it is done.
    pub fn get<T: DeserializeOwned>(&self, part: &str) -> Option<T> {
        self.read(part).ok().flatten()
    }

    /// Whether part `part` is done.
    pub fn has(&self, part: &str) -> bool {
        self.path(part).is_file()
    }

    fn read<T: DeserializeOwned>(&self, part: &str) -> Result<Option<T>, CompareError> {
        let path = self.path(part);
        match fs::read_to_string(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(reason) => Err(CompareError::File { path, reason }),
            Ok(text) => match serde_json::from_str(&text) {
                Ok(value) => Ok(Some(value)),
                Err(e) => Err(CompareError::File { path, reason: e.into() }),
            },
        }
    }

    /// Keeps what a part measured.
    ///
    /// # Errors
    /// [`CompareError::File`] with what the system said.
    pub fn put<T: Serialize>(&self, part: &str, value: &T) -> Result<(), CompareError> {
        let path = self.path(part);
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from);
        let written = text.and_then(|text| write_whole(&path, (text + "\n").as_bytes()));
        written.map_err(|reason| CompareError::File { path, reason })
    }
}

/// The first line in which two texts differ.
fn first_difference(a: &str, b: &str) -> [String; 2] {
    let differ = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    differ.map_or([a.len().to_string(), b.len().to_string()], |(a, b)| [a.to_string(), b.to_string()])
}
