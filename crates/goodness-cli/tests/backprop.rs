//! `goodness train --rule backprop`.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Home;

#[test]
fn the_twin_trains_alone_and_leaves_its_figures() {
    let home = Home::new();
    let said = home.ok(&["train", "toy.toml", "--rule", "backprop", "--epochs", "6", "--out", "run"]);
    assert!(
        said.contains("the twin by backpropagation, 2 layers and a softmax") && said.contains("epoch   6/6"),
        "{said}"
    );
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(home.path("run/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["rule"], "backprop");
    assert_eq!(summary["recipe"], "toy-backprop");
    assert!(summary["test_error"].as_f64().unwrap() < 40.0, "{summary}");
    assert_eq!(fs::read_to_string(home.path("run/metrics.jsonl")).unwrap().lines().count(), 6);
    let again = home.ok(&[
        "train",
        "toy.toml",
        "--rule",
        "backprop",
        "--form",
        "checkpointing",
        "--epochs",
        "6",
        "--json",
        "--threads",
        "1",
    ]);
    let again: serde_json::Value = serde_json::from_str(again.lines().last().unwrap()).unwrap();
    assert_eq!(again["test_error"], summary["test_error"], "the form does not change the result");
    assert!(home.path("runs/toy-backprop-1/summary.json").exists());
}

#[test]
fn what_has_no_twin_is_refused() {
    let home = Home::new();
    let unseen = ["--set", "negatives=\"noise\"", "--set", "readout=\"linear\"", "--set", "overlay=\"none\""];
    let (code, said) = home.refused(&[&["train", "toy.toml", "--rule", "backprop"][..], &unseen].concat());
    assert_eq!(code, 1);
    assert!(said.contains("has no backpropagation twin") && said.contains("\"label_sweep\""), "{said}");
    let (code, said) = home.refused(&["train", "toy.toml", "--plain"]);
    assert_eq!(code, 2);
    assert!(said.contains("--form and --plain: expected with --rule backprop alone"), "{said}");
}
