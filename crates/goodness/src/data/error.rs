//! What can be wrong with data.

use std::io;
use std::path::PathBuf;

/// Data that cannot be used: where, what was expected, what came.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Neither a known set nor a folder.
    #[error("no data set is called {name:?}{hint}; there are {known}, or give a folder of IDX files")]
    UnknownSet {
        /// The name that came.
        name: String,
        /// A near name, in words.
        hint: String,
        /// The names there are.
        known: String,
    },
    /// A known set that is not on this machine.
    #[error("the data set {name:?} is not here; looked in {looked}")]
    NotHere {
        /// The set.
        name: String,
        /// The folders that were looked in.
        looked: String,
    },
    /// A file of a set is missing.
    #[error("{}: there is neither {name} nor {name}.gz", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The file that was looked for.
        name: &'static str,
    },
    /// The system would not read it.
    #[error("{}: cannot read it: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// Another kind of file.
    #[error("{}: expected an IDX file of {kind} (magic {expected:#010x}), its first bytes are {came:#010x}", path.display())]
    Magic {
        /// The file.
        path: PathBuf,
        /// Images or labels.
        kind: &'static str,
        /// The magic number of that kind.
        expected: u32,
        /// What is there.
        came: u32,
    },
    /// Shorter or longer than its header says.
    #[error("{}: its header promises {expected} bytes, it has {came}: {what}", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Bytes by the header.
        expected: u64,
        /// Bytes that are there.
        came: u64,
        /// Cut short, or too long.
        what: &'static str,
    },
    /// A header with an image size that cannot be.
    #[error("{}: images of {height}×{width} pixels; expected 1×1 to 4096×4096", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// Rows by the header.
        height: u32,
        /// Columns by the header.
        width: u32,
    },
    /// Images and labels do not belong together.
    #[error("{name}: {images} images but {labels} labels; expected one label for each image")]
    Counts {
        /// The set.
        name: String,
        /// How many images.
        images: usize,
        /// How many labels.
        labels: usize,
    },
    /// Nothing in it.
    #[error("{name}: no images; expected at least one")]
    Empty {
        /// The set.
        name: String,
    },
    /// A number of classes that cannot be.
    #[error("{name}: {came} classes; expected 2 to 256")]
    Classes {
        /// The set.
        name: String,
        /// How many.
        came: usize,
    },
    /// A label beyond the classes.
    #[error("{name}: label {label} of image {row} is out of range; expected 0 to {}", classes - 1)]
    Label {
        /// The set.
        name: String,
        /// The image, from 0.
        row: usize,
        /// Its label.
        label: u8,
        /// How many classes there are.
        classes: usize,
    },
    /// A split that leaves nothing.
    #[error("{name}: cannot hold out {rows} of its {of} images; expected data.validation from 1 to {}", of.saturating_sub(1))]
    Split {
        /// The set.
        name: String,
        /// Images to hold out.
        rows: usize,
        /// Images there are.
        of: usize,
    },
    /// The bundled data are damaged.
    #[error(transparent)]
    Bundled(#[from] goodness_mnist::Error),
    /// Not a picture that can be read.
    #[error("{}: cannot read it as a PNG or JPEG picture: {reason}", path.display())]
    NotAPicture {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// A picture with nothing on it.
    #[error("{}: the picture is blank: every pixel has about the same brightness", path.display())]
    Blank {
        /// The file.
        path: PathBuf,
    },
}
