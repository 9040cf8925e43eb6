//! Data: images with labels, from inside the program, from files, or from a user's picture.

mod cifar;
mod decode;
mod error;
mod folder;
mod idx;
mod order;
mod picture;
mod sets;
mod source;

pub use error::DataError;
pub use folder::{Broken, PictureRules};
pub use order::Order;
pub use picture::{Prepared, prepare};
pub use sets::{FoundFile, KNOWN, KnownSet, Place, RemoteFile, sha256};
pub use source::{Source, load_test, load_train};

use std::fmt;
use std::ops::Range;

/// The shape of an image: rows of pixels, pixels in a row, numbers a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers a pixel: 1 for grey, 3 for colour.
    pub channels: usize,
}

impl Shape {
    /// Numbers an image.
    pub fn features(&self) -> usize {
        self.height * self.width * self.channels
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}×{}", self.height, self.width, self.channels)
    }
}

/// Images with labels, all checked: as many of one as of the other, at least one, every label below the classes.
#[derive(Clone, Debug)]
pub struct Dataset {
    name: String,
    images: Vec<u8>,
    labels: Vec<u8>,
    classes: usize,
    shape: Shape,
    class_names: Vec<String>,
    left_out: Vec<String>,
}

impl Dataset {
    /// Takes images (rows of `shape.features()` levels, one after another: line after line of pixels, a pixel's channels
    /// side by side) and their labels.
    ///
    /// # Errors
    /// [`DataError`] when the counts differ, there is no row, `classes` is not 2 to 256, or a label is not below it.
    pub fn new(
        name: impl Into<String>,
        images: Vec<u8>,
        labels: Vec<u8>,
        classes: usize,
        shape: Shape,
    ) -> Result<Self, DataError> {
        let name = name.into();
        if !(2..=256).contains(&classes) {
            return Err(DataError::Classes { name, came: classes });
        }
        let rows = images.len().checked_div(shape.features()).unwrap_or(0);
        if rows * shape.features() != images.len() || rows != labels.len() {
            return Err(DataError::Counts { name, images: rows, labels: labels.len() });
        }
        if rows == 0 {
            return Err(DataError::Empty { name });
        }
        if let Some(row) = labels.iter().position(|label| usize::from(*label) >= classes) {
            return Err(DataError::Label { name, row, label: labels[row], classes });
        }
        Ok(Self { name, images, labels, classes, shape, class_names: Vec::new(), left_out: Vec::new() })
    }

    /// The same images, with a name for every class.
    ///
    /// # Panics
    /// When there are not as many names as classes.
    #[track_caller]
    pub fn with_class_names(self, class_names: Vec<String>) -> Self {
        assert_eq!(class_names.len(), self.classes, "one name a class");
        Self { class_names, ..self }
    }

    /// The names of the classes; none where they have numbers only.
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// What a class is called: its name where the data have names, else its number.
    pub fn class_name(&self, class: usize) -> String {
        self.class_names.get(class).cloned().unwrap_or_else(|| class.to_string())
    }

    /// Files that could not be read and were left out, each with the reason.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Never: a data set has at least one image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The levels of image `row`: line after line of pixels, a pixel's channels side by side.
    pub fn row(&self, row: usize) -> &[u8] {
        let features = self.shape.features();
        &self.images[row * features..(row + 1) * features]
    }

    /// The label of image `row`.
    pub fn label(&self, row: usize) -> u8 {
        self.labels[row]
    }

    /// All labels.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The shape of its images.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// A copy of some of its rows.
    ///
    /// # Errors
    /// [`DataError::Empty`] when there are none.
    ///
    /// # Panics
    /// When the range reaches beyond the rows.
    #[track_caller]
    pub fn select(&self, rows: Range<usize>) -> Result<Self, DataError> {
        let features = self.shape.features();
        let images = self.images[rows.start * features..rows.end * features].to_vec();
        let some = Self::new(self.name.clone(), images, self.labels[rows].to_vec(), self.classes, self.shape)?;
        Ok(Self { class_names: self.class_names.clone(), ..some })
    }

    /// The same images with left and right exchanged; the labels stay.
    pub fn mirrored(&self) -> Self {
        let Shape { width, channels, .. } = self.shape;
        let mut out = self.clone();
        for line in out.images.chunks_mut((width * channels).max(1)) {
            mirror(line, channels);
        }
        out
    }

    /// Cuts off the last `rows` as a set of their own: the validation split of a training set.
    ///
    /// # Errors
    /// [`DataError::Split`] when nothing would be left of one of them.
    pub fn split_tail(mut self, rows: usize) -> Result<(Self, Self), DataError> {
        if rows == 0 || rows >= self.len() {
            return Err(DataError::Split { name: self.name.clone(), rows, of: self.len() });
        }
        let kept = self.len() - rows;
        let images = self.images.split_off(kept * self.shape.features());
        let labels = self.labels.split_off(kept);
        self.images.shrink_to_fit();
        let class_names = self.class_names.clone();
        let tail = Self { name: self.name.clone(), images, labels, class_names, left_out: Vec::new(), ..self };
        Ok((self, tail))
    }
}

/// Exchanges left and right of one line of pixels, whose channels lie side by side.
pub(crate) fn mirror<T>(line: &mut [T], channels: usize) {
    let width = line.len() / channels.max(1);
    for x in 0..width / 2 {
        for c in 0..channels {
            line.swap(x * channels + c, (width - 1 - x) * channels + c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { height: 1, width: 2, channels: 1 };

    fn set(images: usize, labels: &[u8], classes: usize) -> Result<Dataset, String> {
        let images = (0..images * 2).map(|i| i as u8).collect();
        Dataset::new("toy", images, labels.to_vec(), classes, SHAPE).map_err(|e| e.to_string())
    }

    #[test]
    fn the_tail_is_cut_off() {
        let (head, tail) = set(3, &[0, 1, 0], 2).unwrap().split_tail(1).unwrap();
        assert_eq!((head.len(), tail.len()), (2, 1));
        assert_eq!((head.row(1), tail.row(0)), (&[2, 3][..], &[4, 5][..]));
        assert_eq!(head.select(1..2).unwrap().label(0), 1);
    }

    #[test]
    fn a_mirrored_set_has_its_sides_exchanged_and_its_labels_kept() {
        let shape = Shape { height: 2, width: 3, channels: 2 };
        let set = Dataset::new("toy", (0..24).collect(), vec![1, 0], 2, shape).unwrap();
        let mirrored = set.mirrored();
        assert_eq!(mirrored.row(0), [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7]);
        assert_eq!((mirrored.labels(), mirrored.mirrored().row(1)), (set.labels(), set.row(1)));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert_eq!(set(3, &[0, 1], 2).unwrap_err(), "toy: 3 images but 2 labels; expected one label for each image");
        assert_eq!(set(0, &[], 2).unwrap_err(), "toy: no images; expected at least one");
        assert_eq!(set(1, &[2], 2).unwrap_err(), "toy: label 2 of image 0 is out of range; expected 0 to 1");
        assert_eq!(set(1, &[0], 0).unwrap_err(), "toy: 0 classes; expected 2 to 256");
        let error = set(2, &[0, 1], 2).unwrap().split_tail(2).unwrap_err().to_string();
        assert_eq!(error, "toy: cannot hold out 2 of its 2 images; expected data.validation from 1 to 1");
    }
}
