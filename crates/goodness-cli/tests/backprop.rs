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
fn convolutions_have_a_twin_that_trains_from_the_same_recipe() {
    let home = Home::new();
    let command = ["train", "toy.toml", "--rule", "backprop", "--epochs", "6", "--out", "run", "--json"];
    let by_batch = ["--set", "normalize=\"batch\"", "--set", "precision=\"bf16\""];
    let said = home.ok(&[&command[..], &common::MAPS, &by_batch].concat());
    let summary: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(summary["rule"], "backprop");
    // 6 squares of 3×3, 9 squares of 3×3 in 6 channels, 3 classes of 9 channels, and a bias each.
    assert_eq!(summary["parameters"], 6 * (9 + 1) + 9 * (54 + 1) + 3 * (9 + 1));
    let error = summary["test_error"].as_f64().unwrap();
    assert!(error < 10.0, "{error} % of rows that a person tells at sight were misread");
    let parts = ["--form", "accumulation"];
    let (code, said) = home.refused(&[&command[..], &common::MAPS, &by_batch, &parts].concat());
    assert_eq!(code, 1);
    assert!(said.contains("no twin by gradient accumulation: network.normalize = \"batch\" goes by"), "{said}");
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
