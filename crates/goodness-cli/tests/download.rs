//! `goodness data get` from a mirror on this machine.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "download")]

mod common;
#[path = "common/server.rs"]
mod server;

use std::fs;

use common::Home;
use server::{Answer, Server};

const FIRST: &str = "train-images-idx3-ubyte.gz";

fn get(home: &Home, mirror: &str) -> (i32, String) {
    home.refused(&["data", "get", "fashion", "--dir", "sets", "--mirror", mirror])
}

#[test]
fn a_mirror_with_other_files_is_refused() {
    let home = Home::new();
    let server = Server::start(vec![Answer::Whole(b"other".to_vec())]);
    let (code, error) = get(&home, &server.url("fashion/"));
    assert_eq!(code, 1);
    let url = server.url(&format!("fashion/{FIRST}"));
    let expected = "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84";
    let came = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";
    let said = format!("error: {url}: its SHA-256 is wrong: expected {expected}, came {came}; the file is not kept");
    assert!(error.starts_with(&format!("downloading {url}\n")) && error.contains(&said), "{error}");
    assert_eq!(fs::read_dir(home.path("sets/fashion")).unwrap().count(), 0);
}

#[test]
fn a_cut_is_kept_and_a_missing_file_is_said() {
    let home = Home::new();
    let body = vec![7; 50_000];
    let server = Server::start(vec![Answer::Cut(body.clone(), 20_000), Answer::Cut(body, 0)]);
    let (code, error) = get(&home, &server.url(""));
    assert!(code == 1 && error.contains(": cut short of its 50000 bytes; 20000 bytes are kept"), "{error}");
    assert_eq!(server.ranges(), [None, Some(20_000)]);
    let part = home.path("sets/fashion").join(format!("{FIRST}.part"));
    assert_eq!(fs::metadata(&part).unwrap().len(), 20_000);
    let server = Server::start(vec![Answer::Status("404 Not Found")]);
    let (code, error) = get(&home, &server.url(""));
    assert!(code == 1 && error.contains("the server answers 404 Not Found; expected the file"), "{error}");
    assert_eq!(fs::metadata(&part).unwrap().len(), 20_000);
}

#[test]
fn an_unpacked_set_is_not_asked_for_again() {
    let home = Home::new();
    fs::create_dir_all(home.path("sets/cifar10")).unwrap();
    let batches = (1..6).map(|n| format!("data_batch_{n}.bin"));
    for name in batches.chain(["test_batch.bin".into(), "batches.meta.txt".into()]) {
        fs::write(home.path("sets/cifar10").join(name), "").unwrap();
    }
    // No server listens there.
    let (code, out, error) = home.run(&["data", "get", "cifar10", "--dir", "sets", "--mirror", "http://127.0.0.1:9"]);
    assert_eq!((code, out.as_str()), (0, "cifar10: sets/cifar10\n"), "{error}");
    assert!(error.ends_with("recipes find it with GOODNESS_DATA=sets\n"), "{error}");
}

#[test]
fn what_is_no_mirror_or_no_set_is_said() {
    let home = Home::new();
    let (code, error) = get(&home, "ftp://example.org");
    let said = "error: --mirror ftp://example.org: expected a URL that starts with http:// or https://";
    assert!(code == 2 && error.starts_with(said), "{error}");
    for none in ["http://", "https:///sets", "http://a b"] {
        let (code, error) = get(&home, none);
        let said = format!("error: --mirror {none}: expected a URL that starts with http:// or https://");
        assert!(code == 2 && error.starts_with(&said), "{error}");
    }
    let (code, error) = home.refused(&["data", "get", "cifar"]);
    assert!(code == 2 && error.contains("possible values: mnist, fashion, cifar10, cifar100"), "{error}");
    fs::write(home.path("sets"), "a file").unwrap();
    let (code, error) = get(&home, "http://127.0.0.1:9");
    assert!(code == 1 && error.contains("sets/fashion: cannot make the folder: "), "{error}");
    let (_, error) = home.refused(&["train", "toy.toml", "--set", "data.set=cifar10"]);
    assert!(error.contains("the data set \"cifar10\" is not here; looked in data/cifar10"), "{error}");
    assert!(error.contains("`goodness data get cifar10` downloads it"), "{error}");
}

/// A limit on file sizes fails writes as a full disk does.
#[cfg(unix)]
#[test]
fn a_full_disk_is_named() {
    let home = Home::new();
    let server = Server::start(vec![Answer::Whole(vec![7; 200_000])]);
    let get = format!("data get fashion --dir sets --mirror {}", server.url(""));
    let script = format!("trap '' XFSZ; ulimit -f 20; exec {} {get}", env!("CARGO_BIN_EXE_goodness"));
    let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(home.path("")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("sets/fashion/{FIRST}.part: cannot write it: ")), "{said}");
    assert!(!home.path("sets/fashion").join(FIRST).exists());
}
