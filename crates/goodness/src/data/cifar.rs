//! CIFAR's binary batches: a byte or two of labels, then the red, the green and the blue plane of an image of 32×32.

use std::path::Path;

use super::source::Part;
use super::{DataError, Dataset, Shape};

/// A version of the format.
#[derive(Debug)]
pub(super) struct Cifar {
    /// The files of the training part.
    pub(super) train: &'static [&'static str],
    /// The file of the test part.
    pub(super) test: &'static [&'static str],
    /// Where the names of the classes stand, one a line.
    pub(super) names: &'static str,
    /// Bytes of labels before each image; the last one counts.
    labels: usize,
    classes: usize,
}

/// Ten classes in five batches and one.
pub(super) const TEN: Cifar = Cifar {
    train: &["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
    test: &["test_batch.bin"],
    names: "batches.meta.txt",
    labels: 1,
    classes: 10,
};
/// A hundred classes; before the class stands its kind, which is not read.
pub(super) const HUNDRED: Cifar =
    Cifar { train: &["train.bin"], test: &["test.bin"], names: "fine_label_names.txt", labels: 2, classes: 100 };

/// Every CIFAR image.
pub(super) const SHAPE: Shape = Shape { height: 32, width: 32, channels: 3 };

impl Cifar {
    /// The files of a part.
    pub(super) fn files(&self, part: Part) -> &'static [&'static str] {
        match part {
            Part::Train => self.train,
            Part::Test => self.test,
        }
    }

    /// Reads a part from a folder; `expected` is its number of images, where that is known: as many in every batch.
    pub(super) fn read(
        &self,
        name: &str,
        folder: &Path,
        part: Part,
        expected: Option<usize>,
    ) -> Result<Dataset, DataError> {
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        let files = self.files(part);
        for file in files {
            self.batch(folder, file, expected.map(|all| all / files.len()), (&mut images, &mut labels))?;
        }
        let set = Dataset::new(name, images, labels, self.classes, SHAPE)?;
        let text = std::fs::read_to_string(folder.join(self.names)).unwrap_or_default();
        let names: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect();
        Ok(if names.len() == self.classes { set.with_class_names(names) } else { set })
    }

    fn batch(
        &self,
        folder: &Path,
        name: &'static str,
        expected: Option<usize>,
        (images, labels): (&mut Vec<u8>, &mut Vec<u8>),
    ) -> Result<(), DataError> {
        let path = folder.join(name);
        if !path.is_file() {
            return Err(DataError::NoFile { folder: folder.to_path_buf(), name });
        }
        let bytes = std::fs::read(&path).map_err(|reason| DataError::Unreadable { path: path.clone(), reason })?;
        let record = self.labels + SHAPE.features();
        if bytes.is_empty() {
            return Err(DataError::Empty { name: path.display().to_string() });
        }
        if bytes.len() % record != 0 {
            return Err(DataError::Batch { path, record: record as u64, came: bytes.len() as u64 });
        }
        let came = bytes.len() / record;
        if let Some(expected) = expected.filter(|expected| *expected != came) {
            return Err(DataError::Count { name: path.display().to_string(), expected, came });
        }
        images.reserve_exact(came * SHAPE.features());
        for record in bytes.chunks_exact(record) {
            let (own, planes) = record.split_at(self.labels);
            labels.push(own[self.labels - 1]);
            interleave(planes, images);
        }
        Ok(())
    }
}

/// Appends an image whose channels lie one after the other, a pixel's channels side by side.
fn interleave(planes: &[u8], images: &mut Vec<u8>) {
    let pixels = SHAPE.height * SHAPE.width;
    (0..pixels).for_each(|p| images.extend((0..SHAPE.channels).map(|c| planes[c * pixels + p])));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record whose planes are `label`, 100 + `label` and 200.
    fn record(labels: &[u8]) -> Vec<u8> {
        let label = labels[labels.len() - 1];
        let plane = |level: u8| std::iter::repeat_n(level, 1024);
        labels.iter().copied().chain(plane(label)).chain(plane(100 + label)).chain(plane(200)).collect()
    }

    fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, bytes)| std::fs::write(folder.path().join(name), bytes).unwrap());
        folder
    }

    #[test]
    fn planes_become_pixels_and_the_last_label_counts() {
        let batch = [record(&[3]), record(&[9])].concat();
        let names = b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n".to_vec();
        let home = folder(&[("test_batch.bin", batch), ("batches.meta.txt", names)]);
        let set = TEN.read("ten", home.path(), Part::Test, None).unwrap();
        assert_eq!((set.labels(), set.classes(), set.class_name(9)), (&[3, 9][..], 10, "j".to_string()));
        assert_eq!(&set.row(1)[..4], &[9, 109, 200, 9]);
        let home = folder(&[("train.bin", record(&[19, 77]))]);
        let set = HUNDRED.read("hundred", home.path(), Part::Train, Some(1)).unwrap();
        assert_eq!((set.label(0), set.classes(), set.class_name(77)), (77, 100, "77".to_string()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |files: &[(&str, Vec<u8>)]| {
            let home = folder(files);
            let error = TEN.read("ten", home.path(), Part::Test, Some(2)).unwrap_err().to_string();
            error.replace(&home.path().display().to_string(), "home")
        };
        let cut = record(&[1])[..3000].to_vec();
        let expected =
            "home/test_batch.bin: 6073 bytes are 1 images of 3073 bytes and 3000 bytes more: it is cut short";
        assert_eq!(said(&[("test_batch.bin", [record(&[1]), cut].concat())]), expected);
        let empty = "home/test_batch.bin: no images; expected at least one";
        assert_eq!(said(&[("test_batch.bin", Vec::new())]), empty);
        assert_eq!(said(&[]), "home: there is no test_batch.bin");
        let short = "home/test_batch.bin: 1 images, expected 2: some are missing";
        assert_eq!(said(&[("test_batch.bin", record(&[1]))]), short);
        let long = "home/test_batch.bin: 3 images, expected 2: there are more than there should be";
        assert_eq!(said(&[("test_batch.bin", record(&[1]).repeat(3))]), long);
        let label = "ten: label 10 of image 0 is out of range; expected 0 to 9";
        assert_eq!(said(&[("test_batch.bin", record(&[10]).repeat(2))]), label);
    }
}
