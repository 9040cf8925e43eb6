//! What can be wrong with data.

use std::io;
use std::path::PathBuf;

use super::Shape;

/// Rows and columns in words.
fn pixels((height, width): &(usize, usize)) -> String {
    format!("{height}×{width}")
}

fn colour(channels: &usize) -> &'static str {
    if *channels == 1 { "grey" } else { "colour" }
}

/// Data that cannot be used: where, what was expected, what came.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Neither a known set nor a folder.
    #[error("no data set is called {name:?}{hint}; there are {known}, or give a folder of data")]
    UnknownSet {
        /// The name that came.
        name: String,
        /// A near name, in words.
        hint: String,
        /// The names there are.
        known: String,
    },
    /// A known set that is not on this machine.
    #[error("the data set {name:?} is not here; looked in {looked}; `goodness data get {name}` downloads it")]
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
    /// A file of a set is missing.
    #[error("{}: there is no {name}", folder.display())]
    NoFile {
        /// The folder.
        folder: PathBuf,
        /// The file that was looked for.
        name: &'static str,
    },
    /// A folder of nothing that is known.
    #[error(
        "{}: no data that can be read; expected IDX files (train-images-idx3-ubyte, …), CIFAR batches (data_batch_1.bin, … \
         or train.bin and test.bin), or a folder of PNG or JPEG pictures for each class",
        folder.display()
    )]
    NoFormat {
        /// The folder.
        folder: PathBuf,
    },
    /// A key that is for folders of pictures alone.
    #[error("data.{key} is for folders of pictures; {name} has images of {shape} as it is")]
    NotForPictures {
        /// The set.
        name: String,
        /// The key.
        key: &'static str,
        /// The shape of its images.
        shape: Shape,
    },
    /// A CIFAR batch that ends within an image.
    #[error(
        "{}: {came} bytes are {} images of {record} bytes and {} bytes more: it is cut short",
        path.display(), came / record, came % record
    )]
    Batch {
        /// The file.
        path: PathBuf,
        /// Bytes of a label and an image.
        record: u64,
        /// Bytes that are there.
        came: u64,
    },
    /// A known set, or a file of it, with too few images, or too many.
    #[error(
        "{name}: {came} images, expected {expected}: {}",
        if came < expected { "some are missing" } else { "there are more than there should be" }
    )]
    Count {
        /// The file, or the set's folder.
        name: String,
        /// Images that it has.
        expected: usize,
        /// Images that are there.
        came: usize,
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
    /// A picture of a folder that cannot be read.
    #[error("{}: cannot read it as a PNG or JPEG picture: {reason}; data.broken = \"skip\" leaves such files out", path.display())]
    BrokenPicture {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// Pictures of several sizes.
    #[error(
        "{}: a picture of {} pixels, but {} has {}; data.size brings all to one size",
        path.display(), pixels(came), first.display(), pixels(expected)
    )]
    MixedSizes {
        /// The file.
        path: PathBuf,
        /// Its rows of pixels, and the pixels in a row.
        came: (usize, usize),
        /// The first picture of the folder.
        first: PathBuf,
        /// Its rows of pixels, and the pixels in a row.
        expected: (usize, usize),
    },
    /// Grey and colour pictures.
    #[error(
        "{}: a {} picture, but {} is {}; data.channels = 1 makes all grey, 3 makes all colour",
        path.display(), colour(came), first.display(), colour(expected)
    )]
    MixedChannels {
        /// The file.
        path: PathBuf,
        /// Its numbers a pixel.
        came: usize,
        /// The first picture of the folder.
        first: PathBuf,
        /// Its numbers a pixel.
        expected: usize,
    },
    /// A class without a picture.
    #[error("{}: no PNG or JPEG picture that can be read; every class needs one in the training part", folder.display())]
    NoPicture {
        /// The class's folder.
        folder: PathBuf,
    },
    /// A class of the test part that the training part does not have.
    #[error("{}: no class of the training part is called {name:?}{hint}; it has {known}", folder.display())]
    UnknownClass {
        /// The test part.
        folder: PathBuf,
        /// The class.
        name: String,
        /// A near name, in words.
        hint: String,
        /// The classes there are.
        known: String,
    },
    /// A picture with nothing on it.
    #[error("{}: the picture is blank: every pixel has about the same brightness", path.display())]
    Blank {
        /// The file.
        path: PathBuf,
    },
}
