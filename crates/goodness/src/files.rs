//! Files that are whole or not there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` to `path` so that, whatever happens meanwhile, the file has either its old or its new content:
/// a temporary file beside it is filled, forced to disk and renamed.
///
/// # Errors
/// Whatever the system said; nothing that was at `path` is touched then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_by(path, |temporary| File::create(temporary)?.write_all(bytes))
}

/// The same with a file that `fill` writes under the name it is given.
///
/// # Errors
/// As for [`write_whole`], and what `fill` returns.
pub fn write_whole_by(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let written = fill(&temporary).and_then(|()| put_in_place(&temporary, path));
    if written.is_err() {
        // Best effort: the error that matters is the one that is returned.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Puts the finished file `from` in the place of `to`, in the same folder: forced to disk, then renamed.
///
/// # Errors
/// Whatever the system said; what is at `to` is untouched then.
pub fn put_in_place(from: &Path, to: &Path) -> io::Result<()> {
    File::open(from)?.sync_all()?;
    fs::rename(from, to)?;
    sync_folder(to)
}

/// Forces the rename itself to disk, where folders can be opened.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_content_survives_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_whole(&path, b"old").unwrap();
        // A folder in the temporary file's place makes the write fail.
        fs::create_dir(folder.path().join("a.json.tmp")).unwrap();
        assert!(write_whole(&path, b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::remove_dir(folder.path().join("a.json.tmp")).unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
