//! Which data: a known set by name, or any folder, whose files tell the format.

use std::path::Path;

use super::folder::{self, PictureRules};
use super::sets::{self, KNOWN, KnownSet};
use super::{DataError, Dataset, Shape, cifar, idx};
use crate::recipe::{DataSpec, did_you_mean};

/// Training or test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Test,
}

/// What files a folder holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    /// MNIST's.
    Idx,
    /// CIFAR's.
    Cifar(&'static cifar::Cifar),
    /// A folder for each class.
    Pictures,
}

/// Where data come from, and how they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// A known set or a folder.
    pub set: String,
    /// How it is read, where it is a folder of pictures.
    pub pictures: PictureRules,
}

impl From<&str> for Source {
    fn from(set: &str) -> Self {
        Self { set: set.to_string(), pictures: PictureRules::default() }
    }
}

impl From<&DataSpec> for Source {
    fn from(spec: &DataSpec) -> Self {
        Self { set: spec.set.clone(), pictures: spec.pictures }
    }
}

/// The training part of a known set or of a folder.
///
/// # Errors
/// [`DataError`] naming the file, what was expected and what came.
pub fn load_train(source: impl Into<Source>) -> Result<Dataset, DataError> {
    load(&source.into(), Part::Train)
}

/// The test part of a known set or of a folder. Read it once, when all choices are made.
///
/// # Errors
/// [`DataError`] naming the file, what was expected and what came.
pub fn load_test(source: impl Into<Source>) -> Result<Dataset, DataError> {
    load(&source.into(), Part::Test)
}

fn load(source: &Source, part: Part) -> Result<Dataset, DataError> {
    let set = match KNOWN.iter().find(|set| set.name == source.set) {
        Some(known) => self::known(known, part)?,
        None => {
            let folder = folder(&source.set)?;
            let format = Format::of(folder).ok_or_else(|| DataError::NoFormat { folder: folder.to_path_buf() })?;
            if let Format::Pictures = format {
                return folder::read(&source.set, folder, part, &source.pictures);
            }
            format.read(&source.set, folder, part, None)?
        }
    };
    let PictureRules { size, channels, .. } = source.pictures;
    let unread = [("size", size), ("channels", channels)].into_iter().find(|(_, value)| value.is_some());
    match unread {
        Some((key, _)) => Err(DataError::NotForPictures { name: source.set.clone(), key, shape: set.shape() }),
        None => Ok(set),
    }
}

/// Reads a known set from wherever it is.
fn known(known: &KnownSet, part: Part) -> Result<Dataset, DataError> {
    if known.bundled {
        let set = if part == Part::Train { goodness_mnist::train()? } else { goodness_mnist::test()? };
        let shape = Shape { height: 28, width: 28, channels: 1 };
        return Dataset::new(known.name, set.images, set.labels, known.classes, shape);
    }
    let Some(folder) = known.folder() else {
        let looked = known.looked().iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(DataError::NotHere { name: known.name.to_string(), looked });
    };
    let set = known.format.read(known.name, &folder, part, Some(known))?;
    let (expected, came) = (known.count(part), set.len());
    if came != expected {
        return Err(DataError::Count { name: folder.display().to_string(), expected, came });
    }
    let nameless = set.class_names().is_empty() && !known.class_names.is_empty();
    Ok(if nameless { set.with_class_names(known.class_names.iter().map(ToString::to_string).collect()) } else { set })
}

/// The folder that is not a known set.
fn folder(source: &str) -> Result<&Path, DataError> {
    let path = Path::new(source);
    if path.is_dir() {
        return Ok(path);
    }
    let names = || KNOWN.iter().map(|set| set.name);
    let (known, hint) = (names().collect::<Vec<_>>().join(", "), did_you_mean(source, names()));
    Err(DataError::UnknownSet { name: source.to_string(), hint, known })
}

impl Format {
    /// The format that a folder's files have.
    fn of(folder: &Path) -> Option<Self> {
        let idx = sets::FILES.iter().any(|name| idx::file(folder, name).is_ok());
        let cifar = [&cifar::TEN, &cifar::HUNDRED].into_iter();
        let has = |c: &&cifar::Cifar| c.train.iter().chain(c.test).any(|name| folder.join(name).is_file());
        let first = if idx { Some(Self::Idx) } else { cifar.into_iter().find(has).map(Self::Cifar) };
        first.or_else(|| folder::is_one(folder).then_some(Self::Pictures))
    }

    /// The files of both parts; none where any name will do.
    pub(super) fn files(self) -> Vec<&'static str> {
        match self {
            Self::Idx => sets::FILES.to_vec(),
            Self::Cifar(cifar) => cifar.train.iter().chain(cifar.test).copied().collect(),
            Self::Pictures => Vec::new(),
        }
    }

    /// Reads a part, of a known set where it is one.
    fn read(self, name: &str, folder: &Path, part: Part, known: Option<&KnownSet>) -> Result<Dataset, DataError> {
        match self {
            Self::Idx => idx::read(name, folder, part, known.map(|set| set.classes)),
            Self::Cifar(cifar) => cifar.read(name, folder, part, known.map(|set| set.count(part))),
            Self::Pictures => folder::read(name, folder, part, &PictureRules::default()),
        }
    }
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
        let empty = said(&folder.path().to_string_lossy());
        assert!(empty.contains(": no data that can be read; expected IDX files (train-images-idx3-ubyte, …), CIFAR"));
        assert!(empty.ends_with("or a folder of PNG or JPEG pictures for each class"), "{empty}");
        let sized = Source { pictures: PictureRules { size: Some(9), ..PictureRules::default() }, .."mnist".into() };
        let error = load_train(sized).unwrap_err().to_string();
        assert_eq!(error, "data.size is for folders of pictures; mnist has images of 28×28×1 as it is");
    }

    #[test]
    fn files_tell_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        let source = folder.path().to_string_lossy().into_owned();
        write("test.bin", &[7; 3074]);
        let set = load_test(source.as_str()).unwrap();
        assert_eq!((set.len(), set.classes(), set.shape()), (1, 100, cifar::SHAPE));
        write(sets::FILES[2], &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]);
        write(sets::FILES[3], &[0, 0, 8, 1, 0, 0, 0, 2, 0, 4]);
        let set = load_test(source.as_str()).unwrap();
        assert_eq!((set.len(), set.classes(), set.row(1)), (2, 5, &[3, 4][..]));
        let missing = load_train(source.as_str()).unwrap_err().to_string();
        assert!(
            missing.ends_with("there is neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz"),
            "{missing}"
        );
    }
}
