#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::io::Read;

use sha2::{Digest, Sha256};

/// One original file.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its original name.
    pub name: &'static str,
    /// SHA-256 of the original, in hexadecimal.
    pub sha256: &'static str,
    /// Its size in bytes.
    pub bytes: usize,
    /// The original, cut after every [`PART`] bytes into parts that are compressed one by one.
    parts: &'static [&'static [u8]],
}

/// The four files: training images and labels, test images and labels.
pub const FILES: &[File; 4] = &[
    File {
        name: "train-images-idx3-ubyte",
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        bytes: 47_040_016,
        parts: &[include_bytes!("../files/train-images-1.xz"), include_bytes!("../files/train-images-2.xz")],
    },
    File {
        name: "train-labels-idx1-ubyte",
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        bytes: 60_008,
        parts: &[include_bytes!("../files/train-labels-idx1-ubyte.xz")],
    },
    File {
        name: "t10k-images-idx3-ubyte",
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        bytes: 7_840_016,
        parts: &[include_bytes!("../files/t10k-images-idx3-ubyte.xz")],
    },
    File {
        name: "t10k-labels-idx1-ubyte",
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        bytes: 10_008,
        parts: &[include_bytes!("../files/t10k-labels-idx1-ubyte.xz")],
    },
];

/// Bytes of an original in each part but the last.
const PART: usize = 23_520_016;

/// Bytes before the first pixel of an image file, and before the first label of a label file.
const HEADERS: (usize, usize) = (16, 8);

/// Images with their labels.
#[derive(Clone, Debug)]
pub struct Set {
    /// Grey levels, 28 × 28 an image, row after row, image after image; 0 is background.
    pub images: Vec<u8>,
    /// The digit of each image.
    pub labels: Vec<u8>,
}

/// The data inside the program are not the originals: the program file is damaged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A part does not decompress.
    #[error("the bundled {name} does not decompress: {reason}")]
    Damaged {
        /// The file.
        name: &'static str,
        /// What the decompressor said.
        reason: std::io::Error,
    },
    /// It decompresses to something else.
    #[error("the bundled {name} has SHA-256 {came}, expected {expected}")]
    Checksum {
        /// The file.
        name: &'static str,
        /// Of the original.
        expected: &'static str,
        /// Of what came out.
        came: String,
    },
}

/// The 60,000 training images.
///
/// # Errors
/// [`Error`] when the program file is damaged.
pub fn train() -> Result<Set, Error> {
    set(&FILES[0], &FILES[1])
}

/// The 10,000 test images.
///
/// # Errors
/// [`Error`] when the program file is damaged.
pub fn test() -> Result<Set, Error> {
    set(&FILES[2], &FILES[3])
}

fn set(images: &'static File, labels: &'static File) -> Result<Set, Error> {
    let (mut images, mut labels) = (images.original()?, labels.original()?);
    images.drain(..HEADERS.0);
    labels.drain(..HEADERS.1);
    Ok(Set { images, labels })
}

impl File {
    /// The original, byte for byte.
    ///
    /// # Errors
    /// [`Error`] when the program file is damaged.
    pub fn original(&self) -> Result<Vec<u8>, Error> {
        let bytes = self.decompress().map_err(|reason| Error::Damaged { name: self.name, reason })?;
        let came: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        if came == self.sha256 {
            Ok(bytes)
        } else {
            Err(Error::Checksum { name: self.name, expected: self.sha256, came })
        }
    }

    /// All parts, each on a thread of its own and to where it belongs, so that the whole is there once.
    fn decompress(&self) -> std::io::Result<Vec<u8>> {
        let mut all = vec![0; self.bytes];
        std::thread::scope(|scope| {
            let parts = self.parts.iter().zip(all.chunks_mut(PART));
            let threads: Vec<_> = parts.map(|(part, to)| scope.spawn(|| decompress(part, to))).collect();
            let panicked = |_| Err(std::io::Error::other("the decompressor panicked"));
            threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(panicked))
        })?;
        Ok(all)
    }
}

/// Fills `to`, exactly.
fn decompress(compressed: &[u8], to: &mut [u8]) -> std::io::Result<()> {
    let mut reader = lzma_rust2::XzReader::new(compressed, false);
    reader.read_exact(to)?;
    match reader.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(std::io::Error::other("there is more than expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_are_whole() {
        for (set, rows) in [(train().unwrap(), 60_000), (test().unwrap(), 10_000)] {
            assert_eq!((set.images.len(), set.labels.len()), (rows * 784, rows));
            assert!(set.labels.iter().all(|l| *l < 10));
        }
    }

    #[test]
    fn other_bytes_are_noticed() {
        let other = File { sha256: FILES[1].sha256, ..FILES[3] };
        let error = other.original().unwrap_err().to_string();
        assert!(error.contains("the bundled t10k-labels-idx1-ubyte has SHA-256 ff7bcfd4"), "{error}");
        let cut = File { parts: &[b"\xfd7zXZ\0 cut short"], ..FILES[3] };
        let error = cut.original().unwrap_err().to_string();
        assert!(error.starts_with("the bundled t10k-labels-idx1-ubyte does not decompress"), "{error}");
    }
}
