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
    let (code, error) = home.refused(&["eval", "run/model.safetensors", "--data", "set"]);
    assert!(code == 1 && error.contains("set: its images are 8×8×1, the network reads 8×8×3"), "{error}");
    let json = home.ok(&["eval", "run/model.safetensors", "--json"]);
    let eval: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((eval["samples"].as_u64(), eval["error"].as_f64()), (Some(12), Some(0.0)), "{json}");
    let said = home.ok(&["predict", "run/model.safetensors", "own/green/07.png"]);
    assert!(said.starts_with("own/green/07.png: green\n") && said.contains("  → green  "), "{said}");
    assert!(home.ok(&["eval", "run/model.safetensors"]).contains("  class red: 0.00 %"));
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
fn scores_averaged_with_the_mirror_image_are_said_beside_those_without() {
    let home = home();
    let out = home.ok(&["train", "own.toml", "--out", "run", "--epochs", "2", "--set", "eval.flip=true"]);
    assert!(out.contains("averaged with the mirror image: test error "), "{out}");
    let json = |args: &[&str]| serde_json::from_str::<serde_json::Value>(home.ok(args).trim_end()).unwrap();
    let summary = json(&["resume", "run", "--json"]);
    let with = json(&["eval", "run/model.safetensors", "--flip", "--json"]);
    let without = json(&["eval", "run/model.safetensors", "--json"]);
    assert_eq!((&with["error"], &without["error"]), (&summary["test_error"], &summary["test_error"]));
    assert_eq!(with["error_flipped"], summary["test_error_flipped"]);
    assert!(without["error_flipped"].is_null() && summary["validation_error_flipped"].is_f64(), "{summary}");
    let page = fs::read_to_string(home.path("run/report.html")).unwrap();
    assert!(page.contains("test error, averaged with the mirror image"));
    // Averaged scores are the same whichever side is left; a network's own are not.
    let picture = image::open(home.path("own/green/07.png")).unwrap();
    picture.fliph().save(home.path("other.png")).unwrap();
    let scores = |more: &[&str]| {
        let of = |file: &str| {
            json(&[&["predict", "run/model.safetensors", file, "--json"], more].concat())["scores"].clone()
        };
        (of("own/green/07.png"), of("other.png"))
    };
    let (averaged, own) = (scores(&["--flip"]), scores(&[]));
    assert!(averaged.0 == averaged.1 && own.0 != own.1, "{averaged:?} {own:?}");
}

#[test]
fn the_report_of_convolutions_shows_maps_class_by_class() {
    let home = home();
    let sets = ["layers=[6, 6]", "convolutions=[{side=3}, {side=3, stride=2}]", "goodness=class_mean"];
    let sets: Vec<&str> = sets.iter().flat_map(|key| ["--set", *key]).collect();
    home.ok(&[&["train", "own.toml", "--epochs", "1", "--out", "run"][..], &sets].concat());
    let page = fs::read_to_string(home.path("run/report.html")).unwrap();
    // A sample of each of three classes, two layers, three groups of channels.
    assert_eq!(page.matches("<img alt=\"layer 2, channels of ").count(), 9);
    assert_eq!(page.matches("<td class=\"own\"><img alt=\"layer 1, channels of red\"").count(), 1);
    assert!(page.len() < 200_000, "{} bytes", page.len());
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
    image::GrayImage::new(8, 8).save(home.path("own/green/wide.png")).unwrap();
    let (_, error) = home.refused(&["train", "own.toml"]);
    assert!(
        error.contains("wide.png: a grey picture, but ") && error.contains("data.channels = 1 makes all grey"),
        "{error}"
    );
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

#[test]
fn a_model_knows_classes_by_their_names() {
    let home = home();
    home.ok(&["train", "own.toml", "--out", "run"]);
    let copy = |from: &str, to: &str| {
        fs::create_dir_all(home.path(to)).unwrap();
        for i in 0..40 {
            fs::copy(home.path(&format!("own/{from}/{i:02}.png")), home.path(&format!("{to}/{i:02}.png"))).unwrap();
        }
    };
    copy("green", "two/green");
    copy("red", "two/red");
    let said = home.ok(&["eval", "run/model.safetensors", "--data", "two"]);
    let classes =
        "error 0.00 % on 8 samples of two\n  class blue: no samples\n  class green: 0.00 %\n  class red: 0.00 %\n";
    assert!(said.ends_with(classes), "{said}");
    copy("red", "two/rde");
    let (code, error) = home.refused(&["eval", "run/model.safetensors", "--data", "two"]);
    let unknown = "error: two: the network knows blue, green, red, and no class \"rde\" — did you mean \"red\"?\n";
    assert_eq!((code, error.as_str()), (1, unknown));
}

#[test]
fn pictures_of_another_folder_are_read_by_the_rules_of_the_recipe() {
    let home = home();
    for class in ["blue", "green", "red"] {
        fs::create_dir_all(home.path(&format!("wide/{class}"))).unwrap();
        let picture = |i: u32| RgbImage::from_pixel(12 + i, 9, Rgb([100, 150, 200]));
        (0..6).for_each(|i| picture(i).save(home.path(&format!("wide/{class}/{i}.png"))).unwrap());
    }
    let rules = ["--set", "data.size=8", "--set", "data.channels=1", "--set", "data.test=0.5"];
    home.ok(&[&["train", "own.toml", "--epochs", "1", "--out", "run"][..], &rules].concat());
    let eval = |data: &str| home.ok(&["eval", "run/model.safetensors", "--data", data]);
    assert!(eval("wide").contains("on 9 samples of wide\n"), "half of all pictures, as in the recipe");
    assert!(eval("set").contains("on 200 samples of set\n"), "files that are no pictures are as they are");
}

#[test]
fn a_broken_picture_of_the_test_part_is_named_before_training() {
    let home = home();
    fs::create_dir_all(home.path("parts/test/red")).unwrap();
    fs::rename(home.path("own"), home.path("parts/train")).unwrap();
    fs::write(home.path("parts/test/red/bad.png"), "no picture").unwrap();
    for dry in [&[][..], &["--dry-run"]] {
        let (code, error) = home.refused(&[&["train", "own.toml", "--set", "data.set=parts"], dry].concat());
        assert!(code == 1 && error.contains("parts/test/red/bad.png: cannot read it as a PNG or JPEG"), "{error}");
    }
    assert!(!home.path("runs").exists());
}

/// CIFAR batches of `images` images each, whose colour tells the class.
fn cifar(home: &Home, folder: &str, images: usize) {
    fs::create_dir_all(home.path(folder)).unwrap();
    let plane = |class: usize, c: usize, i: usize| {
        (0..1024).map(move |p| ((p * 7 + i * 13) % 60 + if class % 3 == c { 150 } else { 20 * class }) as u8)
    };
    let record = |i: usize| std::iter::once((i % 10) as u8).chain((0..3).flat_map(move |c| plane(i % 10, c, i)));
    let batch: Vec<u8> = (0..images).flat_map(record).collect();
    let train = (1..6).map(|n| format!("data_batch_{n}.bin"));
    train.chain(["test_batch.bin".into()]).for_each(|name| fs::write(home.path(folder).join(name), &batch).unwrap());
}

#[test]
fn cifar_batches_are_learned_by_a_dense_network() {
    let home = home();
    cifar(&home, "batches", 20);
    let changed =
        ["data.set=batches", "optimizer.rate=0.0003", "shift=4", "mirror=0.5", "padding=reflect", "saturation=0.2"];
    let sets: Vec<&str> = changed.iter().flat_map(|key| ["--set", *key]).collect();
    let out = home.ok(&[&["train", "own.toml", "--epochs", "2"][..], &sets].concat());
    assert!(out.contains("3072-40-30") && out.contains("88 training and 12 validation samples of batches"), "{out}");
    let (_, error) = home.refused(&["train", "own.toml", "--set", "data.set=batches", "--set", "size=16"]);
    assert!(error.contains("data.size is for folders of pictures; batches has images of 32×32×3 as it is"), "{error}");
    let path = home.path("batches/data_batch_3.bin");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    let (_, error) = home.refused(&["train", "own.toml", "--set", "data.set=batches"]);
    assert!(error.contains("data_batch_3.bin: 61451 bytes are 19 images of 3073 bytes and 3064 bytes more"), "{error}");
    fs::write(&path, "").unwrap();
    let (_, error) = home.refused(&["train", "own.toml", "--set", "data.set=batches"]);
    assert!(error.contains("data_batch_3.bin: no images; expected at least one"), "{error}");
    fs::remove_file(&path).unwrap();
    let (_, error) = home.refused(&["train", "own.toml", "--set", "data.set=batches"]);
    assert!(error.contains("batches: there is no data_batch_3.bin"), "{error}");
    // A known set has as many images as everybody's, even where a batch ends with an image.
    cifar(&home, "data/cifar10", 20);
    let (_, error) = home.refused(&["train", "own.toml", "--set", "data.set=cifar10"]);
    assert!(error.contains("data/cifar10/data_batch_1.bin: 20 images, expected 10000: some are missing"), "{error}");
    let (_, error) = home.refused(&["train", "own.toml", "--set", "cutout=9"]);
    assert!(error.contains("data.cutout = 9: at most 8, for images of 8×8×3"), "{error}");
}
