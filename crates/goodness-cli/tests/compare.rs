//! `goodness compare`: the whole table on small data, interrupted, resumed, and refused.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::Home;

const ROWS: [&str; 11] = [
    "accuracy",
    "speed",
    "arithmetic",
    "memory",
    "depth",
    "features",
    "robustness",
    "data",
    "parallelism",
    "locality",
    "energy",
];

#[test]
fn the_table_has_every_row_and_is_not_measured_twice() {
    let home = Home::new();
    let args = ["compare", "toy.toml", "--seeds", "2", "--out", "out", "--set", "layers=[30, 30, 30]"];
    let (code, text, said) = home.run(&args);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("part 1/") && said.contains("look at out/compare.html"), "{said}");
    for row in ROWS {
        assert!(text.contains(&format!("{row}: ")), "{row} is missing:\n{text}");
    }
    assert!(
        text.contains("test error %, equal epochs (2 seeds)") && text.contains("activation checkpointing"),
        "{text}"
    );
    // The last of the row data is all there is: 600 training samples and 100 held out.
    assert!(text.contains("700 samples (4 epochs, batches of 32)"), "{text}");
    assert!(
        ["4", "8", "16", "64"].iter().all(|n| text.contains(&format!("{n} layers, batch 32, full storage"))),
        "{text}"
    );
    assert!(!text.contains("NaN") && !text.contains(" inf "), "{text}");
    let page = fs::read_to_string(home.path("out/compare.html")).unwrap();
    assert!(page.matches("<svg").count() >= 13 && !page.replace("http://www.w3.org/2000/svg", "").contains("http"));
    assert!(!page.contains("NaN") && !page.contains("=\"inf"));
    // The second time nothing is measured: the same numbers to the last digit.
    let seen = |part: &str| fs::metadata(home.path(&format!("out/parts/{part}.json"))).unwrap().modified().unwrap();
    let before = seen("seed-2");
    let again = home.ok(&[&args[..], &["--markdown"]].concat());
    assert_eq!(before, seen("seed-2"));
    assert!(again.starts_with("# Forward-Forward beside backpropagation: toy\n"), "{again}");
    let cells =
        |text: &str| text.split_whitespace().filter(|w| w.parse::<f64>().is_ok()).map(String::from).collect::<Vec<_>>();
    let table: Vec<String> = cells(&text);
    assert!(table.iter().all(|number| again.contains(number)));
    // What the recipe expects is no setting.
    let recipe = fs::read_to_string(home.path("toy.toml")).unwrap();
    fs::write(home.path("toy.toml"), recipe + "[expected]\ntest_error = 1.5\n").unwrap();
    home.ok(&args);
    // Other settings do not mix with what is kept.
    let (_, said) = home.refused(&["compare", "toy.toml", "--out", "out", "--set", "layers=[30, 30]"]);
    assert!(
        said.contains("out: a comparison of other settings is kept here (the recipe is layers = [30, 30, 30]"),
        "{said}"
    );
    assert!(said.contains("asked for layers = [30, 30]") && said.contains("--out"), "{said}");
    let (_, said) = home.refused(&[&args[..], &["--budget", "time"]].concat());
    assert!(said.contains("an option is epochs, asked for time"), "{said}");
    // A part that is damaged is named, not taken for something else.
    fs::write(home.path("out/parts/settings.json"), "[[").unwrap();
    let (_, said) = home.refused(&args);
    assert!(said.contains("out/parts/settings.json: cannot use it"), "{said}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_comparison_goes_on_where_it_stood() {
    let home = Home::new();
    let args = ["compare", "toy.toml", "--seeds", "1", "--out", "out"];
    let many = ["--set", "train.epochs=60"];
    let mut child = home.goodness().args(args).args(many).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !home.path("out/parts/pace.json").exists() {
        assert!(start.elapsed() < Duration::from_secs(120), "nothing was measured");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!home.path("out/compare.html").exists());
    let tuned = fs::read(home.path("out/parts/tune.json")).unwrap();
    home.ok(&[&args[..], &many].concat());
    assert_eq!(tuned, fs::read(home.path("out/parts/tune.json")).unwrap());
    assert!(home.path("out/compare.html").exists());
}

#[test]
fn what_cannot_be_compared_is_refused_before_anything_is_written() {
    let home = Home::new();
    let unseen = ["--set", "negatives=\"noise\"", "--set", "readout=\"linear\"", "--set", "overlay=\"none\""];
    let (_, said) = home.refused(&[&["compare", "toy.toml"][..], &unseen].concat());
    assert!(
        said.contains("has no backpropagation twin") && said.contains("network.readout = \"class_goodness\""),
        "{said}"
    );
    let (_, said) = home.refused(&["compare", "toy.toml", "--set", "normalize=\"batch\""]);
    assert!(
        said.contains("recipe \"toy\" cannot be compared: network.normalize = \"batch\"; the row memory has"),
        "{said}"
    );
    assert!(said.contains("such as \"layer\", or goodness train with either --rule alone"), "{said}");
    let (_, said) = home.refused(&[&["compare", "toy.toml"][..], &common::MAPS].concat());
    assert!(
        said.contains("cannot be compared: network.convolutions = \"2 layers\"; the rows memory and depth"),
        "{said}"
    );
    let (_, said) = home.refused(&["compare", "toy.toml", "--memory", "1"]);
    assert!(
        said.contains("would not fit into memory") && said.contains("layers of 60 units and batches of "),
        "{said}"
    );
    assert!(said.contains("is forecast to take ") && said.contains("there are 1 MiB"), "{said}");
    let (code, said) = home.refused(&["compare", "toy.toml", "--seeds", "0"]);
    assert_eq!(code, 2);
    assert!(said.contains("--seeds 0: expected at least 1"), "{said}");
    assert!(!home.path("compare").exists());
}
