//! Where data come from: known sets by name, any other by folder.
//!
//! A known set is added by one line in [`KNOWN`].

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{DataError, Dataset, Shape, idx};
use crate::recipe::did_you_mean;

/// A set that is known by name.
#[derive(Clone, Copy, Debug)]
pub struct KnownSet {
    /// Its name in recipes.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// Number of classes.
    pub classes: usize,
    /// Whether it is inside the program.
    pub bundled: bool,
    /// Folders it is looked for in, after `$GOODNESS_DATA/<name>` and `data/<name>`.
    pub folders: &'static [&'static str],
}

/// Every known set.
pub const KNOWN: &[KnownSet] = &[
    KnownSet {
        name: "mnist",
        summary: "handwritten digits, 28×28 grey; LeCun, Cortes and Burges, CC BY-SA 3.0; inside the program",
        classes: 10,
        bundled: true,
        folders: &[],
    },
    KnownSet {
        name: "fashion",
        summary: "pieces of clothing, 28×28 grey; Zalando, MIT; Debian's package dataset-fashion-mnist has it",
        classes: 10,
        bundled: false,
        folders: &["/usr/share/datasets/fashion-mnist"],
    },
];

const MNIST: Shape = Shape { height: 28, width: 28, channels: 1 };
const TRAIN: (&str, &str) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
const TEST: (&str, &str) = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

/// One file of a known set and its checksum.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal; of a bundled file, of the original.
    pub sha256: String,
}

/// Where a known set was found, or not.
#[derive(Clone, Debug)]
pub enum Place {
    /// Inside the program.
    Bundled(Vec<FoundFile>),
    /// In a folder.
    Folder(PathBuf, Vec<FoundFile>),
    /// Nowhere; these folders were looked in.
    Nowhere(Vec<PathBuf>),
}

impl KnownSet {
    /// Looks for the set.
    ///
    /// # Errors
    /// [`DataError`] when a file that is there cannot be read or is damaged.
    pub fn find(&self) -> Result<Place, DataError> {
        if self.bundled {
            let checked = |f: &goodness_mnist::File| {
                f.original().map(|_| FoundFile { name: f.name.to_string(), sha256: f.sha256.to_string() })
            };
            return Ok(Place::Bundled(goodness_mnist::FILES.iter().map(checked).collect::<Result<_, _>>()?));
        }
        let Some(folder) = self.folder() else { return Ok(Place::Nowhere(self.looked())) };
        let names = [TRAIN.0, TRAIN.1, TEST.0, TEST.1];
        let files = names.iter().map(|name| checksum(&file(&folder, name)?)).collect::<Result<_, _>>()?;
        Ok(Place::Folder(folder, files))
    }

    fn looked(&self) -> Vec<PathBuf> {
        let own = std::env::var_os("GOODNESS_DATA").map(|home| Path::new(&home).join(self.name));
        let local = [Path::new("data").join(self.name)];
        own.into_iter().chain(local).chain(self.folders.iter().map(PathBuf::from)).collect()
    }

    fn folder(&self) -> Option<PathBuf> {
        self.looked().into_iter().find(|folder| file(folder, TRAIN.0).is_ok())
    }
}

/// The training part of a known set or of a folder of IDX files.
///
/// # Errors
/// [`DataError`] naming the file, what was expected and what came.
pub fn load_train(source: &str) -> Result<Dataset, DataError> {
    load(source, TRAIN, goodness_mnist::train)
}

/// The test part of a known set or of a folder of IDX files. Read it once, when all choices are made.
///
/// # Errors
/// [`DataError`] naming the file, what was expected and what came.
pub fn load_test(source: &str) -> Result<Dataset, DataError> {
    load(source, TEST, goodness_mnist::test)
}

type Bundled = fn() -> Result<goodness_mnist::Set, goodness_mnist::Error>;

fn load(source: &str, names: (&'static str, &'static str), bundled: Bundled) -> Result<Dataset, DataError> {
    let Some(known) = KNOWN.iter().find(|set| set.name == source) else {
        return folder(source, names);
    };
    if known.bundled {
        let set = bundled()?;
        return Dataset::new(known.name, set.images, set.labels, known.classes, MNIST);
    }
    let looked = || known.looked().iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
    match known.folder() {
        Some(folder) => read(known.name, &folder, names, Some(known.classes)),
        None => Err(DataError::NotHere { name: known.name.to_string(), looked: looked() }),
    }
}

fn folder(source: &str, names: (&'static str, &'static str)) -> Result<Dataset, DataError> {
    let path = Path::new(source);
    if !path.is_dir() {
        let sets = || KNOWN.iter().map(|set| set.name);
        let known = sets().collect::<Vec<_>>().join(", ");
        let hint = did_you_mean(source, sets());
        return Err(DataError::UnknownSet { name: source.to_string(), hint, known });
    }
    read(source, path, names, None)
}

/// Reads images and labels; without a word on the classes there are as many as the largest label says, 2 at least.
fn read(
    name: &str,
    folder: &Path,
    (images, labels): (&'static str, &'static str),
    classes: Option<usize>,
) -> Result<Dataset, DataError> {
    let (shape, levels) = idx::images(&file(folder, images)?)?;
    let labels = idx::labels(&file(folder, labels)?)?;
    let largest = labels.iter().max().map_or(0, |l| usize::from(*l));
    Dataset::new(name, levels, labels, classes.unwrap_or((largest + 1).max(2)), shape)
}

/// The file of this name, plain or gzipped.
fn file(folder: &Path, name: &'static str) -> Result<PathBuf, DataError> {
    let candidates = [folder.join(name), folder.join(format!("{name}.gz"))];
    let found = candidates.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| DataError::Missing { folder: folder.to_path_buf(), name })
}

fn checksum(path: &Path) -> Result<FoundFile, DataError> {
    let bytes = std::fs::read(path).map_err(|reason| DataError::Unreadable { path: path.to_path_buf(), reason })?;
    let sha256 = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    Ok(FoundFile { name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(), sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mnist_is_inside() {
        let (train, test) = (load_train("mnist").unwrap(), load_test("mnist").unwrap());
        assert_eq!((train.len(), test.len(), train.classes()), (60_000, 10_000, 10));
        assert_eq!(&train.labels()[..5], [5, 0, 4, 1, 9]);
    }

    #[test]
    fn a_wrong_source_is_said() {
        let said = |source: &str| load_train(source).unwrap_err().to_string();
        assert!(said("mnits").starts_with("no data set is called \"mnits\" — did you mean \"mnist\"?"));
        let folder = tempfile::tempdir().unwrap();
        let missing = said(&folder.path().to_string_lossy());
        assert!(
            missing.ends_with("there is neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz"),
            "{missing}"
        );
    }

    #[test]
    fn a_folder_is_a_set() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write(TEST.0, &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]);
        write(TEST.1, &[0, 0, 8, 1, 0, 0, 0, 2, 0, 4]);
        let set = load_test(&folder.path().to_string_lossy()).unwrap();
        assert_eq!((set.len(), set.classes(), set.row(1)), (2, 5, &[3, 4][..]));
    }
}
