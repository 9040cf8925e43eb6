//! The sets that are known by name. One is added by one line in [`KNOWN`].

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::source::{Format, Part};
use super::{DataError, cifar, idx};

/// A set that is known by name.
#[derive(Clone, Copy, Debug)]
pub struct KnownSet {
    /// Its name in recipes.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// Number of classes.
    pub classes: usize,
    /// What they are called, where their files do not say: a name each, or none where a class is its number.
    pub class_names: &'static [&'static str],
    /// Images of the training and of the test part.
    pub images: (usize, usize),
    /// Whether it is inside the program.
    pub bundled: bool,
    /// Folders it is looked for in, after `$GOODNESS_DATA/<name>` and `data/<name>`.
    pub folders: &'static [&'static str],
    /// Where it can be downloaded.
    pub home: &'static str,
    /// The files that are there.
    pub remote: &'static [RemoteFile],
    pub(super) format: Format,
}

/// A file to download.
#[derive(Clone, Copy, Debug)]
pub struct RemoteFile {
    /// Its name.
    pub name: &'static str,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: &'static str,
}

/// Every known set.
pub const KNOWN: &[KnownSet] = &[
    KnownSet {
        name: "mnist",
        summary: "handwritten digits, 28×28 grey; LeCun, Cortes and Burges, CC BY-SA 3.0; inside the program",
        classes: 10,
        class_names: &[],
        images: (60_000, 10_000),
        bundled: true,
        folders: &[],
        home: "https://ossci-datasets.s3.amazonaws.com/mnist/",
        remote: &[
            RemoteFile {
                name: "train-images-idx3-ubyte.gz",
                bytes: 9_912_422,
                sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            },
            RemoteFile {
                name: "train-labels-idx1-ubyte.gz",
                bytes: 28_881,
                sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            },
            RemoteFile {
                name: "t10k-images-idx3-ubyte.gz",
                bytes: 1_648_877,
                sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            },
            RemoteFile {
                name: "t10k-labels-idx1-ubyte.gz",
                bytes: 4_542,
                sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            },
        ],
        format: Format::Idx,
    },
    KnownSet {
        name: "fashion",
        summary: "pieces of clothing, 28×28 grey; Zalando, MIT; Debian's package dataset-fashion-mnist has it",
        classes: 10,
        class_names: &[
            "t-shirt",
            "trousers",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ],
        images: (60_000, 10_000),
        bundled: false,
        folders: &["/usr/share/datasets/fashion-mnist"],
        home: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        remote: &[
            RemoteFile {
                name: "train-images-idx3-ubyte.gz",
                bytes: 26_421_880,
                sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            },
            RemoteFile {
                name: "train-labels-idx1-ubyte.gz",
                bytes: 29_515,
                sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            },
            RemoteFile {
                name: "t10k-images-idx3-ubyte.gz",
                bytes: 4_422_102,
                sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            },
            RemoteFile {
                name: "t10k-labels-idx1-ubyte.gz",
                bytes: 5_148,
                sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            },
        ],
        format: Format::Idx,
    },
    KnownSet {
        name: "cifar10",
        summary: "things and animals, 32×32 colour; Krizhevsky 2009, who states no licence",
        classes: 10,
        class_names: &["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
        images: (50_000, 10_000),
        bundled: false,
        folders: &["/usr/share/datasets/cifar10"],
        home: "https://www.cs.toronto.edu/~kriz/",
        remote: &[RemoteFile {
            name: "cifar-10-binary.tar.gz",
            bytes: 170_052_171,
            sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        }],
        format: Format::Cifar(&cifar::TEN),
    },
    KnownSet {
        name: "cifar100",
        summary: "a hundred kinds of things and animals, 32×32 colour; Krizhevsky 2009, who states no licence",
        classes: 100,
        class_names: &[],
        images: (50_000, 10_000),
        bundled: false,
        folders: &["/usr/share/datasets/cifar100"],
        home: "https://www.cs.toronto.edu/~kriz/",
        remote: &[RemoteFile {
            name: "cifar-100-binary.tar.gz",
            bytes: 168_513_733,
            sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        }],
        format: Format::Cifar(&cifar::HUNDRED),
    },
];

/// The files of MNIST and of sets like it.
pub(super) const FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

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
        let found = |name: &&'static str| checksum(&self.file(&folder, name)?);
        let files = self.format.files().iter().map(found).collect::<Result<_, _>>()?;
        Ok(Place::Folder(folder, files))
    }

    /// The files that make the set, and beside them what names its classes.
    pub fn files(&self) -> Vec<&'static str> {
        let names = match self.format {
            Format::Cifar(cifar) => Some(cifar.names),
            _ => None,
        };
        self.format.files().into_iter().chain(names).collect()
    }

    /// Images of a part.
    pub(super) fn count(&self, part: Part) -> usize {
        match part {
            Part::Train => self.images.0,
            Part::Test => self.images.1,
        }
    }

    fn file(&self, folder: &Path, name: &'static str) -> Result<PathBuf, DataError> {
        match self.format {
            Format::Idx => idx::file(folder, name),
            _ => Some(folder.join(name))
                .filter(|path| path.is_file())
                .ok_or_else(|| DataError::NoFile { folder: folder.to_path_buf(), name }),
        }
    }

    pub(super) fn looked(&self) -> Vec<PathBuf> {
        let own = std::env::var_os("GOODNESS_DATA").map(|home| Path::new(&home).join(self.name));
        let local = [Path::new("data").join(self.name)];
        own.into_iter().chain(local).chain(self.folders.iter().map(PathBuf::from)).collect()
    }

    pub(super) fn folder(&self) -> Option<PathBuf> {
        let first = *self.format.files().first()?;
        self.looked().into_iter().find(|folder| self.file(folder, first).is_ok())
    }
}

fn checksum(path: &Path) -> Result<FoundFile, DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(FoundFile { name, sha256: sha256(path)? })
}

/// SHA-256 of a file's bytes, in hexadecimal.
///
/// # Errors
/// [`DataError::Unreadable`] with what the system said.
pub fn sha256(path: &Path) -> Result<String, DataError> {
    let unreadable = |reason| DataError::Unreadable { path: path.to_path_buf(), reason };
    let mut file = File::open(path).map_err(unreadable)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            read => hash.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_says_where_it_comes_from() {
        for set in KNOWN {
            assert!(set.home.ends_with('/') && !set.remote.is_empty(), "{}", set.name);
            assert!(set.remote.iter().all(|f| f.sha256.len() == 64 && f.bytes > 0), "{}", set.name);
            assert!([0, set.classes].contains(&set.class_names.len()), "{}", set.name);
        }
        assert_eq!(KNOWN[2].files().last(), Some(&"batches.meta.txt"));
    }
}
