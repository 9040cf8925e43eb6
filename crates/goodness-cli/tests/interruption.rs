//! Ctrl-C and SIGKILL: nothing is lost, and the end has the same bits.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod common;

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::Home;

fn start(home: &Home, args: &[&str]) -> Child {
    home.goodness().args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
}

/// Waits until the run has written its recipe, which is when there is something to resume.
fn wait_for_folder(home: &Home, run: &str) {
    let start = Instant::now();
    while !home.path(run).join("recipe.toml").exists() {
        assert!(start.elapsed() < Duration::from_secs(20), "no run folder");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_run_killed_at_any_moment_resumes_to_the_same_bits() {
    let home = Home::new();
    let whole = Instant::now();
    home.ok(&["train", "toy.toml", "--epochs", "120", "--out", "whole"]);
    let whole_time = whole.elapsed();
    let model = |run: &str| fs::read(home.path(run).join("model.safetensors")).unwrap();
    for moment in 0..10u32 {
        let run = format!("killed-{moment}");
        let mut child = start(&home, &["train", "toy.toml", "--epochs", "120", "--out", &run]);
        wait_for_folder(&home, &run);
        std::thread::sleep(whole_time * moment / 12);
        child.kill().unwrap();
        child.wait().unwrap();
        home.ok(&["resume", &run, "--threads", "1"]);
        assert_eq!(model("whole"), model(&run), "killed after {moment}/12 of the time");
        let metrics = fs::read_to_string(home.path(&run).join("metrics.jsonl")).unwrap();
        assert_eq!(metrics.lines().count(), 120);
    }
}

#[test]
fn ctrl_c_writes_a_checkpoint_and_says_how_to_go_on() {
    let home = Home::new();
    let child = start(&home, &["train", "toy.toml", "--epochs", "100000", "--out", "run"]);
    wait_for_folder(&home, "run");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("interrupted") && said.contains("goodness resume run"), "{said}");
    assert!(home.path("run/checkpoint/state.safetensors").exists());
    let report = home.ok(&["report", "run"]);
    assert!(report.contains("report.html"));
}

/// A limit on file sizes fails writes as a full disk does.
#[test]
fn a_full_disk_leaves_no_half_written_file() {
    let home = Home::new();
    let limited = |blocks: u32, args: &str| {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {} {args}", env!("CARGO_BIN_EXE_goodness"));
        let output =
            std::process::Command::new("sh").args(["-c", &script]).current_dir(home.path("")).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = limited(20, "train toy.toml --out full");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("state.safetensors: cannot write it") && said.contains("is untouched"), "{said}");
    let left: Vec<_> = fs::read_dir(home.path("full/checkpoint")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    // A run that has a checkpoint keeps it, and goes on when there is room again.
    let mut child = start(&home, &["train", "toy.toml", "--epochs", "100000", "--out", "run"]);
    wait_for_folder(&home, "run");
    std::thread::sleep(Duration::from_millis(500));
    child.kill().unwrap();
    child.wait().unwrap();
    let checkpoint = home.path("run/checkpoint/state.safetensors");
    let before = fs::read(&checkpoint).unwrap();
    let (code, said) = limited(20, "resume run");
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(before, fs::read(&checkpoint).unwrap());
}

#[test]
fn a_run_that_is_trained_and_cannot_be_finished_says_how_to_go_on() {
    let home = Home::new();
    let whole = home.ok(&["train", "toy.toml", "--out", "run"]);
    let page = home.path("run/report.html");
    fs::remove_file(home.path("run/summary.json")).unwrap();
    fs::remove_file(&page).unwrap();
    fs::create_dir(&page).unwrap();
    let (code, error) = home.refused(&["resume", "run"]);
    let said = "error: training is done and the checkpoint is written; `goodness resume run` goes on from there: \
                run/report.html: cannot write it: ";
    assert!(code == 1 && error.starts_with(said), "{error}");
    fs::remove_dir(&page).unwrap();
    let errors = |out: &str| out.lines().find(|line| line.starts_with("test error ")).map(String::from).unwrap();
    assert_eq!(errors(&home.ok(&["resume", "run"])), errors(&whole));
    assert!(page.is_file());
}

const SWEEP: &str = "recipe = \"toy.toml\"\ndraws = 6\nrungs = [2, 6, 20]\nkeep = 0.5\n[keys]\n\
                     optimizer.rate = { from = 0.0001, to = 0.1, log = true }\nbatch = [16, 64]\n";

#[test]
fn a_sweep_killed_at_any_moment_ends_with_the_same_table() {
    let home = Home::new();
    fs::write(home.path("s.toml"), SWEEP).unwrap();
    let started = Instant::now();
    let whole = home.ok(&["sweep", "s.toml", "--json", "--out", "whole"]);
    let whole_time = started.elapsed();
    assert_eq!(whole.lines().count(), 6);
    let ends: Vec<bool> = whole.lines().map(|l| l.contains("\"epochs\":20")).collect();
    assert_eq!(ends, [true, true, false, false, false, false]);
    for moment in 1..4u32 {
        let out = format!("killed-{moment}");
        let mut child = start(&home, &["sweep", "s.toml", "--out", &out]);
        std::thread::sleep(whole_time * moment / 4);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(home.ok(&["sweep", "s.toml", "--json", "--out", &out, "--threads", "1"]), whole);
    }
    assert!(fs::read_to_string(home.path("whole/report.html")).unwrap().contains("What mattered"));
    fs::write(home.path("s.toml"), SWEEP.replace("0.5", "0.4")).unwrap();
    let (code, error) = home.refused(&["sweep", "s.toml", "--out", "whole"]);
    assert!(code == 1 && error.contains("holds a sweep of another file"), "{error}");
}
