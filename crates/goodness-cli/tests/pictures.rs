//! A folder of one's own pictures, from training to prediction, and what is said of a folder that will not do.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Home;
use image::{Rgb, RgbImage};

const RECIPE: &str = "name = \"own\"\n[data]\nset = \"own\"\nvalidation = 12\n[network]\nlayers = [40, 30]\n\
                      [train]\noptimizer = { name = \"adam\", rate = 0.005 }\nepochs = 12\nbatch = 12\n";

/// Red, green and blue pictures of 8×8, forty of each.
fn home() -> Home {
    let home = Home::new();
    for (k, colour) in ["blue", "green", "red"].iter().enumerate() {
        fs::create_dir_all(home.path(&format!("own/{colour}"))).unwrap();
        for i in 0..40u32 {
            let noise = |x: u32, y: u32| ((x * 37 + y * 91 + i * 53) % 90) as u8;
            let pixel = |x, y| Rgb(std::array::from_fn(|c| if c == 2 - k { 160 + noise(x, y) } else { noise(x, y) }));
            RgbImage::from_fn(8, 8, pixel).save(home.path(&format!("own/{colour}/{i:02}.png"))).unwrap();
        }
    }
    fs::write(home.path("own.toml"), RECIPE).unwrap();
    home
}

#[test]
fn own_pictures_are_learned_and_told_apart() {
    let home = home();
    let out = home.ok(&["train", "own.toml", "--out", "run"]);
    assert!(out.contains("192-40-30") && out.contains("96 training and 12 validation samples of own"), "{out}");
    let json = home.ok(&["eval", "run/model.safetensors", "--json"]);
    let eval: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((eval["samples"].as_u64(), eval["error"].as_f64()), (Some(12), Some(0.0)), "{json}");
    let said = home.ok(&["predict", "run/model.safetensors", "own/green/07.png"]);
    assert!(said.starts_with("own/green/07.png: 1\n"), "{said}");
    let page = fs::read_to_string(home.path("run/report.html")).unwrap();
    assert!(page.contains("green"), "classes go by their names");
    assert!(home.ok(&["report", "run"]).contains("report.html"));
    let changed =
        ["shift=1", "padding=reflect", "mirror=0.5", "crop=0.5", "brightness=0.2", "saturation=0.2", "cutout=2"];
    let sets: Vec<&str> = changed.iter().flat_map(|key| ["--set", *key]).collect();
    let args = |out| [&["train", "own.toml", "--epochs", "2", "--out", out][..], &sets].concat();
    home.ok(&args("first"));
    home.ok(&[&args("second")[..], &["--threads", "1"]].concat());
    let model = |run: &str| fs::read(home.path(run).join("model.safetensors")).unwrap();
    assert_eq!(model("first"), model("second"));
    let page = fs::read_to_string(home.path("first/report.html")).unwrap();
    assert!(page.contains("What training sees") && page.contains("a draw of red"));
}

#[test]
fn pictures_that_will_not_do_are_named() {
    let home = home();
    RgbImage::new(9, 7).save(home.path("own/green/wide.png")).unwrap();
    let (code, error) = home.refused(&["train", "own.toml"]);
    assert!(
        code == 1 && error.contains("wide.png: a picture of 7×9 pixels, but ") && error.contains("data.size"),
        "{error}"
    );
    let out = home.ok(&["train", "own.toml", "--epochs", "1", "--set", "size=6", "--set", "data.channels=1"]);
    assert!(out.contains("36-40-30"), "{out}");
    fs::remove_file(home.path("own/green/wide.png")).unwrap();
    let path = home.path("own/red/03.png");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let (code, error) = home.refused(&["train", "own.toml"]);
    assert!(code == 1 && error.contains("own/red/03.png: cannot read it as a PNG or JPEG picture:"), "{error}");
    assert!(error.contains("data.broken = \"skip\" leaves such files out"), "{error}");
    let (code, _, said) = home.run(&["train", "own.toml", "--epochs", "1", "--set", "broken=skip"]);
    assert!(code == 0 && said.contains("left out: own/red/03.png: "), "{said}");
}
