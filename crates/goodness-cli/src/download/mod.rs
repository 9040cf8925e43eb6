//! Downloads that are whole, right, or not there.
//!
//! A file grows as `name.part`. A cut connection is taken up again where it stopped, now or by the next command; only a
//! file with the right SHA-256 is renamed to its name.

mod agent;
mod part;
mod unpack;

use std::fs;
use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result, bail};
use goodness::data::{RemoteFile, sha256};
use goodness::files::put_in_place;
use indicatif::{ProgressBar, ProgressStyle};

use crate::progress::thousands;
use part::Part;

/// What a set needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Files to download.
    pub(crate) remote: &'a [RemoteFile],
    /// Files that the set is read from; those of an archive are taken out of it.
    pub(crate) files: &'a [&'static str],
}

/// How often a cut connection is taken up again, as long as something came.
const ATTEMPTS: usize = 5;

/// Downloads a set from `base` into `folder`.
pub(crate) fn set(base: &str, wanted: Wanted<'_>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{}: cannot make the folder", folder.display()))?;
    for file in wanted.remote {
        let path = folder.join(file.name);
        let archive = file.name.ends_with(".tar.gz");
        if archive && wanted.files.iter().all(|name| folder.join(name).is_file()) {
            eprintln!("{}: its files are there", file.name);
            continue;
        }
        if path.is_file() && sha256(&path)? == file.sha256 {
            eprintln!("{}: there", file.name);
        } else {
            fetch(&format!("{}/{}", base.trim_end_matches('/'), file.name), &path, file.sha256)?;
        }
        if archive {
            unpack::tar_gz(&path, wanted.files, folder)?;
            fs::remove_file(&path).with_context(|| format!("{}: cannot remove it", path.display()))?;
        }
    }
    Ok(())
}

/// Downloads one file to `path`.
fn fetch(url: &str, path: &Path, expected: &str) -> Result<()> {
    let mut part = Part::beside(path);
    let bar = bar(url);
    for attempt in 1.. {
        let before = part.len();
        let end = part.grow(url, &mut |bytes, of| {
            of.iter().for_each(|of| bar.set_length(*of));
            bar.set_position(bytes);
        })?;
        let (came, of) = match end {
            part::End::Whole => break,
            part::End::Cut { came, of } => (came, of),
        };
        if attempt == ATTEMPTS || came <= before {
            bar.finish_and_clear();
            let of = of.map_or_else(String::new, |of| format!(" of {of}"));
            bail!("{url}: cut after {came}{of} bytes, which are kept; the same command goes on from there");
        }
    }
    bar.finish_and_clear();
    let came = sha256(part.path())?;
    if came != expected {
        part.forget();
        bail!("{url}: its SHA-256 is wrong: expected {expected}, came {came}; the file is not kept");
    }
    put_in_place(part.path(), path).with_context(|| format!("{}: cannot write it", path.display()))?;
    eprintln!("{}: {} bytes, SHA-256 as expected", path.display(), thousands(fs::metadata(path)?.len() as f64));
    Ok(())
}

const BAR: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} ETA {eta}";

/// A bar on standard error where that is a terminal; a line elsewhere.
fn bar(url: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        eprintln!("downloading {url}");
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
    let name = url.rsplit('/').next().unwrap_or(url);
    ProgressBar::new(0).with_style(style).with_message(name.to_string())
}

#[cfg(test)]
#[path = "../../tests/common/server.rs"]
mod server;

#[cfg(test)]
mod tests {
    use super::server::{Answer, Server};
    use super::*;

    const BODY: &[u8] = &[42; 100_000];

    fn sum_of(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, bytes).unwrap();
        sha256(&path).unwrap()
    }

    /// Downloads from a server that answers as told; then what it was asked for, and what is in the folder.
    fn fetched(server: &Server, folder: &Path) -> Result<(), String> {
        fetch(&server.url("file"), &folder.join("file"), &sum_of(BODY)).map_err(|e| format!("{e:#}"))
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(BAR).is_ok());
    }

    #[test]
    fn a_whole_file_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(vec![Answer::Whole(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), BODY);
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_cut_is_taken_up_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let cut = |at| Answer::Cut(BODY.to_vec(), at);
        let server = Server::start(vec![cut(40_000), cut(30_000), Answer::Whole(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!(server.ranges(), [None, Some(40_000), Some(70_000)]);
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), BODY);
    }

    #[test]
    fn a_cut_that_stays_is_taken_up_by_the_next_command() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(vec![Answer::Cut(BODY.to_vec(), 40_000), Answer::Cut(BODY.to_vec(), 0)]);
        let error = fetched(&server, folder.path()).unwrap_err();
        let kept = "cut after 40000 of 100000 bytes, which are kept; the same command goes on from there";
        assert_eq!(error, format!("{}: {kept}", server.url("file")));
        assert_eq!(names(folder.path()), ["file.part"]);
        let server = Server::start(vec![Answer::Whole(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!((server.ranges(), names(folder.path())), (vec![Some(40_000)], vec!["file".to_string()]));
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), BODY);
    }

    #[test]
    fn a_server_that_knows_no_ranges_starts_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file.part"), vec![1; 500]).unwrap();
        let server = Server::start(vec![Answer::NoRange(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), BODY);
    }

    #[test]
    fn what_was_whole_before_is_not_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file.part"), BODY).unwrap();
        let server = Server::start(vec![Answer::Whole(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["file"]);
        // More than there is cannot be right; it is thrown away.
        fs::write(folder.path().join("file.part"), [BODY, BODY].concat()).unwrap();
        let server = Server::start(vec![Answer::Whole(BODY.to_vec()), Answer::Whole(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!(server.ranges(), [Some(200_000), None]);
    }

    #[test]
    fn a_wrong_file_is_refused_with_both_sums() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(vec![Answer::Whole(b"other".to_vec())]);
        let error = fetched(&server, folder.path()).unwrap_err();
        let (right, wrong) = (sum_of(BODY), sum_of(b"other"));
        let said = format!("its SHA-256 is wrong: expected {right}, came {wrong}; the file is not kept");
        assert_eq!(error, format!("{}: {said}", server.url("file")));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_that_is_not_there_and_a_server_that_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(vec![Answer::Missing]);
        let error = fetched(&server, folder.path()).unwrap_err();
        assert_eq!(error, format!("{}: the server answers 404 Not Found; expected the file", server.url("file")));
        let url = server.url("file");
        drop(server);
        let error = fetch(&url, &folder.path().join("file"), "").unwrap_err().to_string();
        assert!(error.starts_with(&format!("{url}: cannot reach it: ")), "{error}");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_disk_that_will_not_have_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("file.part")).unwrap();
        let server = Server::start(vec![Answer::Whole(BODY.to_vec())]);
        let error = fetched(&server, folder.path()).unwrap_err();
        assert!(error.contains("file.part: cannot write it: "), "{error}");
        fs::remove_dir(folder.path().join("file.part")).unwrap();
        fs::create_dir(folder.path().join("file")).unwrap();
        let server = Server::start(vec![Answer::Whole(BODY.to_vec())]);
        let error = fetched(&server, folder.path()).unwrap_err();
        assert!(error.contains("file: cannot write it: "), "{error}");
    }

    #[test]
    fn an_archive_leaves_its_files_and_is_not_fetched_twice() {
        let folder = tempfile::tempdir().unwrap();
        let archive = unpack::tests::archive(&[("a/one.bin", b"1"), ("a/two.bin", b"22"), ("a/../evil", b"no")]);
        let sum = sum_of(&archive).leak();
        let remote = [RemoteFile { name: "x.tar.gz", sha256: sum }];
        let wanted = Wanted { remote: &remote, files: &["one.bin", "two.bin"] };
        let server = Server::start(vec![Answer::Whole(archive)]);
        let url = server.url("");
        set(&url, wanted, folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["one.bin", "two.bin"]);
        assert_eq!(fs::read(folder.path().join("two.bin")).unwrap(), b"22");
        // The server has no second answer.
        set(&url, wanted, folder.path()).unwrap();
        let missing = Wanted { remote: &remote, files: &["three.bin"] };
        assert!(set(&url, missing, folder.path()).is_err());
    }
}
