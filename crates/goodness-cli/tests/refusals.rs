//! Wrong input: one clear message, the right exit code, nothing lost.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Home;

#[test]
fn recipes_that_are_none() {
    let home = Home::new();
    let (code, err) = home.refused(&["train", "mnits"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: no recipe is called \"mnits\" — did you mean \"mnist\"?"), "{err}");
    let (code, err) = home.refused(&["train", "nowhere.toml"]);
    assert!(code == 2 && err.contains("nowhere.toml: cannot read the recipe"), "{err}");
    let (code, err) = home.refused(&["train", "toy.toml", "--set", "train.epoch=3"]);
    assert!(code == 2 && err.contains("unknown key \"epoch\" in [train] — did you mean \"epochs\"?"), "{err}");
    let (code, err) = home.refused(&["train", "toy.toml", "--set", "epochs"]);
    assert!(code == 2 && err.contains("expected key=value"), "{err}");
    let (code, err) = home.refused(&["train", "toy.toml", "--epochs", "0"]);
    assert!(code == 2 && err.contains("train.epochs = 0"), "{err}");
    assert_eq!(home.refused(&["train", "--no-such-flag"]).0, 2);
}

#[test]
fn data_that_do_not_fit() {
    let home = Home::new();
    let (_, err) = home.refused(&["train", "toy.toml", "--set", "data.set=mnits"]);
    assert!(err.contains("no data set is called \"mnits\" — did you mean \"mnist\"?"), "{err}");
    for rule in ["forward-forward", "backprop"] {
        let (code, err) = home.refused(&["train", "toy.toml", "--set", "batch=601", "--rule", rule]);
        assert!(code == 2 && err.contains("train.batch = 601: at most the 600 training samples"), "{rule}: {err}");
    }
    let (_, err) = home.refused(&["train", "toy.toml", "--set", "validation=700"]);
    assert!(err.contains("cannot hold out 700 of its 700 images"), "{err}");
    let labels = home.path("set/train-labels-idx1-ubyte");
    let whole = fs::read(&labels).unwrap();
    fs::write(&labels, &whole[..300]).unwrap();
    let (_, err) = home.refused(&["train", "toy.toml"]);
    assert!(err.contains("its header promises 708 bytes, it has 300: it is cut short"), "{err}");
    fs::remove_file(&labels).unwrap();
    let (_, err) = home.refused(&["train", "toy.toml"]);
    assert!(err.contains("neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz"), "{err}");
    assert!(!home.path("runs").exists(), "a run folder was made for nothing");
}

#[test]
fn a_test_part_that_does_not_fit_is_refused_before_and_after_training() {
    let home = Home::new();
    home.ok(&["train", "toy.toml", "--epochs", "1", "--out", "done"]);
    home.ok(&["train", "toy.toml", "--epochs", "1", "--out", "begun"]);
    fs::remove_file(home.path("begun/summary.json")).unwrap();
    let before = ["train toy.toml", "train toy.toml --dry-run", "train toy.toml --rule backprop", "resume begun"];
    let after = ["report done", "eval done/model.safetensors"];
    let refused = |commands: &[&str], why: &str| {
        for command in commands {
            let (code, err) = home.refused(&command.split(' ').collect::<Vec<_>>());
            assert!(code == 1 && err.ends_with(&format!("{why}\n")), "{command}: {err}");
        }
    };
    let change = |file: &str, at: usize, bytes: &[u8]| {
        let whole = fs::read(home.path(file)).unwrap();
        let changed = [&whole[..at], bytes, &whole[at + bytes.len()..]].concat();
        fs::write(home.path(file), changed).unwrap();
        whole
    };
    let images = "set/t10k-images-idx3-ubyte";
    let whole = change(images, 8, &[0, 0, 0, 4, 0, 0, 0, 16]);
    let shape = "set: its images are 4×16×1, the network reads 8×8×1";
    refused(&before, &format!("error: the test part does not fit the training part: {shape}"));
    refused(&["compare toy.toml"], shape);
    refused(&after, &format!("error: {shape}"));
    fs::write(home.path(images), whole).unwrap();
    change("set/t10k-labels-idx1-ubyte", 9, &[4]);
    refused(&before, "set: it has 5 classes, the network knows 3");
    refused(&after, "set: it has 5 classes, the network knows 3");
    fs::remove_file(home.path(images)).unwrap();
    refused(&before, "set: there is neither t10k-images-idx3-ubyte nor t10k-images-idx3-ubyte.gz");
    assert!(!home.path("runs").exists() && !home.path("compare").exists(), "a folder was made for nothing");
}

#[test]
fn folders_that_cannot_be() {
    let home = Home::new();
    fs::create_dir(home.path("there")).unwrap();
    let (code, err) = home.refused(&["train", "toy.toml", "--out", "there"]);
    assert!(code == 1 && err.contains("there: the folder exists already"), "{err}");
    let (_, err) = home.refused(&["train", "toy.toml", "--out", "toy.toml/run"]);
    assert!(err.contains("cannot write it"), "{err}");
    let (_, err) = home.refused(&["resume", "there"]);
    assert!(err.contains("not the folder of a run: it has no recipe.toml"), "{err}");
    let (_, err) = home.refused(&["report", "nowhere"]);
    assert!(err.contains("there is no such folder"), "{err}");
    home.ok(&["train", "toy.toml", "--epochs", "1", "--out", "run"]);
    let (_, err) = home.refused(&["compare-recipes", "run", "--html", "toy.toml/all.html"]);
    assert!(err.contains("toy.toml/all.html: cannot be written"), "{err}");
    // What `compare` asks its processes comes on standard input; here there is nothing.
    let (_, err) = home.refused(&["measure-memory"]);
    assert!(err.contains("standard input: expected what `compare` asks"), "{err}");
}

#[test]
fn models_that_are_none() {
    let home = Home::new();
    home.ok(&["train", "toy.toml", "--epochs", "1", "--out", "run"]);
    let (_, err) = home.refused(&["eval", "run/recipe.toml"]);
    assert!(err.contains("not a goodness model, or cut short"), "{err}");
    let (_, err) = home.refused(&["eval", "run/model.safetensors", "--data", "mnist"]);
    assert!(err.contains("its images are 28×28×1") && err.contains("reads 8×8×1"), "{err}");
    let (_, err) = home.refused(&["predict", "no.safetensors", "a.png"]);
    assert!(err.contains("no.safetensors: cannot read it"), "{err}");
    let (_, err) = home.refused(&["eval", "run/checkpoint/state.safetensors"]);
    assert!(err.contains("its format is \"goodness-checkpoint/1\", this version reads \"goodness-model/1\""), "{err}");
}

#[test]
fn a_family_that_is_none() {
    let home = Home::new();
    let (code, err) = home.refused(&["catalogue", "losses"]);
    assert!(code == 2 && err.contains("[possible values: goodness, loss, class_loss"), "{err}");
    assert!(err.contains("a similar value exists: 'loss'"), "{err}");
}

#[test]
fn a_run_that_breaks_down_says_where() {
    let home = Home::new();
    let settings = [
        "train",
        "toy.toml",
        "--set",
        "optimizer.rate=1",
        "--set",
        "goodness=sum_of_squares",
        "--set",
        "activation=relu_straight",
    ];
    let (code, _, err) = home.run(&settings);
    // Whether it breaks down or not, it must not panic or end in silence.
    assert!(code == 0 || (code == 1 && err.contains("broke down in step")), "{code}: {err}");
}
