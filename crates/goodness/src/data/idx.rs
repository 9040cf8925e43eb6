//! IDX files: the format of MNIST, plain or gzipped.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::sets::FILES;
use super::source::Part;
use super::{DataError, Dataset, Shape};

const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;
/// No set here is larger; a header that promises more is wrong, or hostile.
const MOST: u64 = 1 << 34;

/// Reads a part of a folder; without a word on the classes there are as many as the largest label says, 2 at least.
pub(super) fn read(name: &str, folder: &Path, part: Part, classes: Option<usize>) -> Result<Dataset, DataError> {
    let [train_images, train_labels, test_images, test_labels] = FILES;
    let (images, labels) = match part {
        Part::Train => (train_images, train_labels),
        Part::Test => (test_images, test_labels),
    };
    let (shape, levels) = self::images(&file(folder, images)?)?;
    let labels = self::labels(&file(folder, labels)?)?;
    let largest = labels.iter().max().map_or(0, |l| usize::from(*l));
    Dataset::new(name, levels, labels, classes.unwrap_or((largest + 1).max(2)), shape)
}

/// The file of this name, plain or gzipped.
pub(super) fn file(folder: &Path, name: &'static str) -> Result<PathBuf, DataError> {
    let candidates = [folder.join(name), folder.join(format!("{name}.gz"))];
    let found = candidates.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| DataError::Missing { folder: folder.to_path_buf(), name })
}

/// Images of a file: their shape and all grey levels.
pub(super) fn images(path: &Path) -> Result<(Shape, Vec<u8>), DataError> {
    let mut file = Idx::open(path, "images", IMAGES)?;
    let (count, height, width) = (file.number()?, file.number()?, file.number()?);
    if !(1..=4096).contains(&height) || !(1..=4096).contains(&width) {
        return Err(DataError::Size { path: path.to_path_buf(), height, width });
    }
    let shape = Shape { height: height as usize, width: width as usize, channels: 1 };
    let levels = file.rest(u64::from(count) * shape.features() as u64)?;
    Ok((shape, levels))
}

/// Labels of a file.
pub(super) fn labels(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut file = Idx::open(path, "labels", LABELS)?;
    let count = file.number()?;
    file.rest(u64::from(count))
}

struct Idx<'a> {
    path: &'a Path,
    reader: Box<dyn Read>,
    /// Bytes of header read so far.
    read: u64,
}

impl<'a> Idx<'a> {
    /// Opens the file, through gzip if its content says so, and checks its kind.
    fn open(path: &'a Path, kind: &'static str, magic: u32) -> Result<Self, DataError> {
        let unreadable = |reason| DataError::Unreadable { path: path.to_path_buf(), reason };
        let mut start = Vec::new();
        File::open(path).and_then(|f| f.take(2).read_to_end(&mut start)).map_err(unreadable)?;
        let file = BufReader::new(File::open(path).map_err(unreadable)?);
        let reader: Box<dyn Read> =
            if start == [0x1f, 0x8b] { Box::new(flate2::bufread::MultiGzDecoder::new(file)) } else { Box::new(file) };
        let mut idx = Self { path, reader, read: 0 };
        let came = idx.number()?;
        if came != magic {
            return Err(DataError::Magic { path: path.to_path_buf(), kind, expected: magic, came });
        }
        Ok(idx)
    }

    /// The next big-endian number of the header.
    fn number(&mut self) -> Result<u32, DataError> {
        let mut bytes = Vec::new();
        let unreadable = |reason| DataError::Unreadable { path: self.path.to_path_buf(), reason };
        self.reader.by_ref().take(4).read_to_end(&mut bytes).map_err(unreadable)?;
        self.read += bytes.len() as u64;
        match <[u8; 4]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(u32::from_be_bytes(bytes)),
            Err(_) => Err(self.length(self.read - bytes.len() as u64 + 4, self.read)),
        }
    }

    /// The `expected` bytes after the header, no more and no fewer.
    fn rest(mut self, expected: u64) -> Result<Vec<u8>, DataError> {
        if expected > MOST {
            return Err(self.length(expected, MOST));
        }
        // Grows with what is there, not with what the header promises.
        let mut bytes = Vec::new();
        let unreadable = |reason| DataError::Unreadable { path: self.path.to_path_buf(), reason };
        self.reader.by_ref().take(expected + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 != expected {
            return Err(self.length(self.read + expected, self.read + bytes.len() as u64));
        }
        Ok(bytes)
    }

    fn length(&self, expected: u64, came: u64) -> DataError {
        let what = if came < expected { "it is cut short" } else { "there is more after the last one" };
        DataError::Length { path: self.path.to_path_buf(), expected, came, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn with(bytes: &[u8], read: impl Fn(&Path) -> Result<usize, DataError>) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let place = format!("{}: ", path.display());
        read(&path).map_err(|e| e.to_string().replace(&place, ""))
    }

    fn file(magic: u32, numbers: &[u32], rest: usize) -> Vec<u8> {
        let head = std::iter::once(&magic).chain(numbers).flat_map(|n| n.to_be_bytes());
        head.chain(std::iter::repeat_n(7, rest)).collect()
    }

    fn read_images(bytes: &[u8]) -> Result<usize, String> {
        with(bytes, |path| images(path).map(|(_, levels)| levels.len()))
    }

    #[test]
    fn plain_and_gzipped_files_are_read() {
        let plain = file(IMAGES, &[2, 2, 3], 12);
        assert_eq!(read_images(&plain), Ok(12));
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&plain).unwrap();
        assert_eq!(read_images(&gz.finish().unwrap()), Ok(12));
        assert_eq!(with(&file(LABELS, &[5], 5), |p| labels(p).map(|l| l.len())), Ok(5));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |bytes: &[u8]| read_images(bytes).unwrap_err();
        assert_eq!(said(&file(IMAGES, &[2, 2, 3], 11)), "its header promises 28 bytes, it has 27: it is cut short");
        let long = "its header promises 28 bytes, it has 29: there is more after the last one";
        assert_eq!(said(&file(IMAGES, &[2, 2, 3], 13)), long);
        let labels = "expected an IDX file of images (magic 0x00000803), its first bytes are 0x00000801";
        assert_eq!(said(&file(LABELS, &[2], 2)), labels);
        assert_eq!(said(&file(IMAGES, &[2, 0, 3], 0)), "images of 0×3 pixels; expected 1×1 to 4096×4096");
        assert_eq!(said(&[0, 0, 8]), "its header promises 4 bytes, it has 3: it is cut short");
        assert!(said(&file(IMAGES, &[u32::MAX, 4096, 4096], 9)).starts_with("its header promises 72057"));
        assert!(labels_of_nowhere().starts_with("nowhere/labels: cannot read it"));
    }

    fn labels_of_nowhere() -> String {
        labels(Path::new("nowhere/labels")).unwrap_err().to_string()
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), image: bool) {
            let magic = if image { IMAGES } else { LABELS };
            let all: Vec<u8> = magic.to_be_bytes().into_iter().chain(bytes).collect();
            let _ = read_images(&all);
            let _ = with(&all, |path| labels(path).map(|l| l.len()));
        }
    }
}
