//! Files out of an archive.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::bufread::GzDecoder;
use goodness::files::write_whole;

/// Writes the files called `wanted`, whatever folder they are in, to `folder`; nothing else is taken.
pub(super) fn tar_gz(path: &Path, wanted: &[&str], folder: &Path) -> Result<()> {
    let unreadable = || format!("{}: cannot unpack it", path.display());
    let file = File::open(path).with_context(unreadable)?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut missing = wanted.to_vec();
    for entry in archive.entries().with_context(unreadable)? {
        let mut entry = entry.with_context(unreadable)?;
        let inside = entry.path().with_context(unreadable)?.into_owned();
        let Some(at) = missing.iter().position(|name| inside.file_name().is_some_and(|f| f == *name)) else {
            continue;
        };
        let to = folder.join(missing.swap_remove(at));
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).with_context(unreadable)?;
        write_whole(&to, &bytes).with_context(|| format!("{}: cannot write it", to.display()))?;
    }
    match missing.first() {
        Some(name) => bail!("{}: there is no {name} in it", path.display()),
        None => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A gzipped archive of files.
    pub(in super::super) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(gz);
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, *bytes).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn what_is_no_archive_or_lacks_a_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar.gz");
        let said = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            format!("{:#}", tar_gz(&path, &["x"], folder.path()).unwrap_err())
        };
        assert!(said(b"no archive").contains("a.tar.gz: cannot unpack it: "));
        let whole = archive(&[("y", &[7; 5000])]);
        assert!(said(&whole).ends_with("a.tar.gz: there is no x in it"));
        assert!(said(&whole[..whole.len() - 12]).contains("a.tar.gz: "));
    }
}
