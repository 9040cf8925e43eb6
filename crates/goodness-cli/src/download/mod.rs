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
use part::{End, Part};

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
            fetch(&format!("{}/{}", base.trim_end_matches('/'), file.name), &path, file)?;
        }
        if archive {
            unpack::tar_gz(&path, wanted.files, folder)?;
            fs::remove_file(&path).with_context(|| format!("{}: cannot remove it", path.display()))?;
        }
    }
    Ok(())
}

/// Downloads one file to `path`.
fn fetch(url: &str, path: &Path, file: &RemoteFile) -> Result<()> {
    let mut part = Part::beside(path, file.bytes);
    let bar = bar(url);
    for attempt in 1.. {
        let before = part.len();
        let end = part.grow(url, &mut |bytes, of| {
            bar.set_length(of);
            bar.set_position(bytes);
        });
        let stop = match end {
            Ok(End::Whole) => break,
            Ok(End::Cut { came, .. }) if attempt < ATTEMPTS && came > before => continue,
            Ok(End::Cut { came: 0, of }) => format!("{url}: none of its {of} bytes came"),
            Ok(End::Cut { of, .. }) => format!("{url}: cut short of its {of} bytes"),
            Err(e) => format!("{e:#}"),
        };
        bar.finish_and_clear();
        match part.len() {
            0 => bail!("{stop}"),
            kept => bail!("{stop}; {kept} bytes are kept, and the same command goes on from there"),
        }
    }
    bar.finish_and_clear();
    let (expected, came) = (file.sha256, sha256(part.path())?);
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
    const KEPT: &str = "are kept, and the same command goes on from there";

    fn sum_of(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, bytes).unwrap();
        sha256(&path).unwrap()
    }

    fn remote(name: &'static str, bytes: &[u8]) -> RemoteFile {
        RemoteFile { name, bytes: bytes.len() as u64, sha256: sum_of(bytes).leak() }
    }

    /// Downloads from a server that answers as told.
    fn fetched(server: &Server, folder: &Path) -> Result<(), String> {
        fetch(&server.url("file"), &folder.join("file"), &remote("file", BODY)).map_err(|e| format!("{e:#}"))
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
        assert_eq!(error, format!("{}: cut short of its 100000 bytes; 40000 bytes {KEPT}", server.url("file")));
        assert_eq!(names(folder.path()), ["file.part"]);
        let server = Server::start(vec![Answer::Whole(BODY.to_vec())]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!((server.ranges(), names(folder.path())), (vec![Some(40_000)], vec!["file".to_string()]));
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), BODY);
    }

    #[test]
    fn a_cut_is_seen_where_the_server_names_no_length() {
        let folder = tempfile::tempdir().unwrap();
        let server =
            Server::start(vec![Answer::NoLength(BODY.to_vec(), 40_000), Answer::NoLength(BODY.to_vec(), 60_000)]);
        fetched(&server, folder.path()).unwrap();
        assert_eq!(server.ranges(), [None, Some(40_000)]);
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), BODY);
    }

    #[test]
    fn what_is_kept_is_said_whatever_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(vec![Answer::Cut(BODY.to_vec(), 0)]);
        let error = fetched(&server, folder.path()).unwrap_err();
        assert_eq!(error, format!("{}: none of its 100000 bytes came", server.url("file")));
        let server = Server::start(vec![Answer::Cut(BODY.to_vec(), 25_000), Answer::Status("503 Service Unavailable")]);
        let error = fetched(&server, folder.path()).unwrap_err();
        let kept = format!("; 25000 bytes {KEPT}");
        let busy = "the server answers 503 Service Unavailable; expected the file";
        assert_eq!(error, format!("{}: {busy}{kept}", server.url("file")));
        let url = server.url("file");
        drop(server);
        let error = fetch(&url, &folder.path().join("file"), &remote("file", BODY)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{url}: cannot reach it: ")) && error.ends_with(&kept), "{error}");
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
        let server = Server::start(vec![Answer::Status("404 Not Found")]);
        let error = fetched(&server, folder.path()).unwrap_err();
        assert_eq!(error, format!("{}: the server answers 404 Not Found; expected the file", server.url("file")));
        let url = server.url("file");
        drop(server);
        let error = fetch(&url, &folder.path().join("file"), &remote("file", BODY)).unwrap_err().to_string();
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
        let remote = [remote("x.tar.gz", &archive)];
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
