//! A file that is not whole yet.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ureq::http::{Response, StatusCode};
use ureq::{Body, BodyReader};

use super::agent::agent;

/// `name.part`.
pub(super) struct Part {
    path: PathBuf,
    /// Bytes that there should be, where the server does not say.
    bytes: u64,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All bytes are there.
    Whole,
    /// Some are missing.
    Cut {
        /// Bytes that are there.
        came: u64,
        /// Bytes that there should be.
        of: u64,
    },
}

/// Called with the bytes that are there and the bytes that there should be.
type Watch<'a> = &'a mut dyn FnMut(u64, u64);

impl Part {
    /// The part of the file `path`, which should have so many bytes.
    pub(super) fn beside(path: &Path, bytes: u64) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        Self { path: path.with_file_name(name), bytes }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that are there.
    pub(super) fn len(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |m| if m.is_file() { m.len() } else { 0 })
    }

    /// Throws it away.
    pub(super) fn forget(&mut self) {
        // What cannot be removed is found again, and its sum with it.
        let _ = fs::remove_file(&self.path);
    }

    /// Asks for what is missing and appends it.
    pub(super) fn grow(&mut self, url: &str, watch: Watch<'_>) -> Result<End> {
        let had = self.len();
        let mut request = agent(url).get(url);
        if had > 0 {
            request = request.header("Range", format!("bytes={had}-"));
        }
        let answer = request.call().with_context(|| format!("{url}: cannot reach it"));
        let answer = answer.map_err(|e| anyhow::anyhow!("{e:#}"))?;
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(&answer, had) => self.append(answer, had, watch),
            StatusCode::OK => self.append(answer, 0, watch),
            StatusCode::RANGE_NOT_SATISFIABLE if is_all(&answer, had) => Ok(End::Whole),
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if had > 0 => {
                fs::remove_file(&self.path).with_context(|| format!("{}: cannot remove it", self.path.display()))?;
                self.grow(url, watch)
            }
            status => bail!("{url}: the server answers {status}; expected the file"),
        }
    }

    /// Writes the answer's bytes behind the first `had` ones.
    fn append(&self, answer: Response<Body>, had: u64, watch: Watch<'_>) -> Result<End> {
        let of = answer.body().content_length().map_or(self.bytes, |rest| had + rest);
        let unwritable = || format!("{}: cannot write it", self.path.display());
        let mut options = OpenOptions::new();
        let options = if had > 0 { options.append(true) } else { options.write(true).create(true).truncate(true) };
        let mut file = options.open(&self.path).with_context(unwritable)?;
        let mut reader = answer.into_body().into_with_config().limit(u64::MAX).reader();
        let came = had + copy(&mut reader, &mut file, |bytes| watch(had + bytes, of)).with_context(unwritable)?;
        file.sync_all().with_context(unwritable)?;
        Ok(if came >= of { End::Whole } else { End::Cut { came, of } })
    }
}

/// Copies until the server ends or breaks off, and says how many bytes; an error is the disk's.
fn copy(reader: &mut BodyReader<'_>, file: &mut File, mut watch: impl FnMut(u64)) -> std::io::Result<u64> {
    let (mut bytes, mut buffer) = (0, vec![0; 1 << 16]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) | Err(_) => return Ok(bytes),
            Ok(read) => {
                file.write_all(&buffer[..read])?;
                bytes += read as u64;
                watch(bytes);
            }
        }
    }
}

/// The value of Content-Range.
fn range(answer: &Response<Body>) -> &str {
    answer.headers().get("Content-Range").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a part of the file begins at byte `had`.
fn starts_at(answer: &Response<Body>, had: u64) -> bool {
    range(answer).starts_with(&format!("bytes {had}-"))
}

/// Whether the file has `had` bytes and no more.
fn is_all(answer: &Response<Body>, had: u64) -> bool {
    range(answer) == format!("bytes */{had}")
}
