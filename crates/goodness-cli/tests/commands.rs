//! The real binary, verb by verb.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Home;

#[test]
fn train_leaves_a_run_that_can_be_read_everywhere() {
    let home = Home::new();
    let out = home.ok(&["train", "toy.toml", "--json", "--seed", "3"]);
    let summary: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    for key in ["recipe", "seed", "threads", "epochs", "parameters", "test_error", "validation_error", "train_seconds"]
    {
        assert!(!summary[key].is_null(), "{key} is missing");
    }
    assert!(
        summary["samples_per_second"].as_f64().unwrap() > 0.0 && summary["peak_memory_bytes"].as_u64().unwrap() > 0
    );
    assert_eq!((summary["recipe"].as_str(), summary["seed"].as_u64()), (Some("toy"), Some(3)));
    for file in [
        "recipe.toml",
        "metrics.jsonl",
        "checkpoint/state.safetensors",
        "model.safetensors",
        "summary.json",
        "report.html",
    ] {
        assert!(home.path("runs/toy-1").join(file).is_file(), "{file}");
    }
    assert_eq!(fs::read_to_string(home.path("runs/toy-1/metrics.jsonl")).unwrap().lines().count(), 4);
    // The resolved recipe reproduces the run, bit for bit, with another number of threads.
    home.ok(&["train", "runs/toy-1/recipe.toml", "--threads", "1", "--out", "again"]);
    let model = |run: &str| fs::read(home.path(run).join("model.safetensors")).unwrap();
    assert_eq!(model("runs/toy-1"), model("again"));
    // What the summary says is what evaluation finds.
    let eval = home.ok(&["eval", "again/model.safetensors", "--json"]);
    let eval: serde_json::Value = serde_json::from_str(&eval).unwrap();
    assert_eq!(eval["error"], summary["test_error"]);
    assert!(home.ok(&["eval", "again/model.safetensors"]).contains("class 2:"));
    assert!(home.ok(&["report", "runs/toy-1"]).trim_end().ends_with("report.html"));
    assert!(home.ok(&["resume", "runs/toy-1", "--json"]).contains("\"test_error\""));
}

#[test]
fn plain_output_has_one_block_an_epoch_and_no_escapes() {
    let home = Home::new();
    let out = home.ok(&["train", "toy.toml", "--set", "epochs=2"]);
    assert_eq!(out.lines().filter(|l| l.starts_with("epoch ")).count(), 2);
    assert_eq!(out.lines().filter(|l| l.starts_with("  layer ")).count(), 4);
    assert!(out.contains("test error") && !out.contains('\u{1b}'), "{out}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let home = Home::new();
    let out = home.ok(&["train", "toy.toml", "--dry-run", "--set", "loss.alpha=3"]);
    assert!(out.contains("loss = { name = \"swish_symba\", alpha = 3.0 }"), "{out}");
    assert!(!home.path("runs").exists());
}

#[test]
fn predict_reads_pictures_of_any_size() {
    let home = Home::new();
    home.ok(&["train", "toy.toml", "--out", "run"]);
    // A dark bar on light paper, where class 0 has its bright row.
    let bar = |x: u32, y: u32| if (10..20).contains(&y) && x > 4 { image::Luma([20u8]) } else { image::Luma([240u8]) };
    image::GrayImage::from_fn(80, 80, bar).save(home.path("bar.png")).unwrap();
    let out = home.ok(&["predict", "run/model.safetensors", "bar.png"]);
    assert!(
        out.contains("inverted: the border is light") && out.contains("read 80×80 pixels") && out.contains("→"),
        "{out}"
    );
    let json = home.ok(&["predict", "run/model.safetensors", "bar.png", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["scores"].as_array().unwrap().len(), 3);
    // One that cannot be read does not keep the others from being read.
    fs::write(home.path("no.png"), "no").unwrap();
    let (code, out, err) = home.run(&["predict", "run/model.safetensors", "no.png", "bar.png"]);
    assert_eq!(code, 1);
    assert!(out.contains("bar.png") && err.contains("no.png: cannot read it as a PNG or JPEG"), "{err}");
    assert!(err.contains("1 of 2 pictures could not be read"), "{err}");
    image::GrayImage::from_pixel(9, 9, image::Luma([7])).save(home.path("blank.png")).unwrap();
    let (_, err) = home.refused(&["predict", "run/model.safetensors", "blank.png"]);
    assert!(err.contains("blank.png: the picture is blank: every pixel has about the same brightness"), "{err}");
}

#[test]
fn lists_list() {
    let home = Home::new();
    assert!(home.ok(&["recipes"]).contains("mnist (the default)"));
    assert!(home.ok(&["recipes", "--json"]).contains("\"hinton-supervised\""));
    assert!(home.ok(&["recipes", "show", "tutorial"]).contains("name = \"tutorial\""));
    assert!(home.ok(&["catalogue"]).contains("swish_symba"));
    assert!(home.ok(&["catalogue", "plan", "--json"]).contains("\"greedy\""));
    assert!(home.ok(&["data"]).contains("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"));
    assert!(home.ok(&["data", "--json"]).contains("\"mnist\""));
    assert!(home.ok(&["completions", "bash"]).contains("_goodness"));
}

#[test]
fn every_verb_has_help_with_an_example() {
    let home = Home::new();
    let verbs = [
        "train",
        "resume",
        "eval",
        "predict",
        "recipes",
        "catalogue",
        "data",
        "report",
        "compare-recipes",
        "sweep",
        "find-rate",
        "bench",
        "completions",
    ];
    for verb in verbs {
        let help = home.ok(&["help", verb]);
        assert!(help.contains("Example") && help.contains(&format!("goodness {verb}")), "{verb}: {help}");
    }
}

#[test]
fn a_rate_is_found() {
    let home = Home::new();
    let out = home.ok(&["find-rate", "toy.toml", "--steps", "60"]);
    assert!(out.contains("layer 2") && out.contains("one rate for all layers"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let json = home.ok(&["find-rate", "toy.toml", "--steps", "9", "--json"]);
    let row: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!((row["layer"].as_u64(), row["rates"].as_array().map(Vec::len)), (Some(1), Some(9)));
    let (code, error) = home.refused(&["find-rate", "toy.toml", "--low", "2"]);
    assert!(code == 2 && error.contains("--low 2 --high 1: expected 0 < low < high"), "{error}");
    let (code, error) = home.refused(&["find-rate", "toy.toml", "--steps", "1"]);
    assert!(code == 2 && error.contains("--steps 1: expected at least 2"), "{error}");
}

#[test]
fn runs_are_put_beside_one_another() {
    let home = Home::new();
    for seed in ["1", "2"] {
        home.ok(&["train", "toy.toml", "--seed", seed]);
    }
    let table = home.ok(&["compare-recipes", "runs", "--html", "page.html"]);
    assert!(table.lines().count() == 2 && table.contains(" ± "), "{table}");
    assert!(fs::read_to_string(home.path("page.html")).unwrap().contains("toy seed 2"));
    assert!(home.ok(&["compare-recipes", "runs/toy-1", "--markdown"]).contains("\n| recipe |"));
    assert_eq!(home.ok(&["compare-recipes", "runs", "--json"]).lines().count(), 2);
    fs::write(home.path("runs/toy-2/summary.json"), "{}").unwrap();
    let (code, error) = home.refused(&["compare-recipes", "runs"]);
    assert!(code == 1 && error.contains("summary.json: cannot read it"), "{error}");
    let (code, error) = home.refused(&["compare-recipes", "."]);
    assert!(code == 1 && error.contains("no run that is done"), "{error}");
}

#[test]
fn the_machine_is_measured() {
    let home = Home::new();
    let args = ["bench", "--quick", "--threads", "1", "--only", "peak", "--only", "memory"];
    let out = home.ok(&[&args[..], &["--json", "--plot", "bench.svg"]].concat());
    let rows: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let figures = |row: &serde_json::Value| ["low", "median", "high"].map(|of| row["value"][of].as_f64().unwrap());
    let mut names: Vec<_> =
        rows.iter().map(|row| (row["what"].as_str().unwrap(), row["unit"].as_str().unwrap())).collect();
    assert_eq!(names[0], ("1 thread", "GFLOP/s"));
    // Not every processor multiplies halves.
    names.retain(|name| *name != ("1 thread bf16", "GFLOP/s"));
    for (n, what) in
        ["2 layers of 1000", "4 layers of 1000", "2 convolutions of 40", "4 convolutions of 40"].iter().enumerate()
    {
        assert!(names[n + 1].0.starts_with(what) && names[n + 1].1 == "MiB", "{names:?}");
    }
    assert_eq!(names.len(), 5);
    for [low, median, high] in rows.iter().map(figures) {
        assert!(0.0 < low && low <= median && median <= high, "{out}");
    }
    let picture = fs::read_to_string(home.path("bench.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("4 layers"), "{picture}");
    let table = home.ok(&["bench", "--quick", "--only", "startup"]);
    assert!(table.contains("goodness train mnist") && table.lines().all(|l| l.chars().count() <= 80), "{table}");
}

#[test]
fn what_cannot_be_measured_is_said() {
    let home = Home::new();
    let (code, error) = home.refused(&["bench", "--only", "kernel"]);
    assert!(code == 2 && error.contains("kernels") && error.contains("invalid value 'kernel'"), "{error}");
    let (code, error) = home.refused(&["bench", "--plot", "nowhere/bench.svg"]);
    assert!(
        code == 2 && error.contains("--plot nowhere/bench.svg: expected a file in a folder that is there"),
        "{error}"
    );
    let (code, error) = home.refused(&["bench", "--answer", "the time"]);
    assert!(code == 1 && error.contains("no process knows how to measure \"the time\""), "{error}");
}
