//! Recipes by which something would never learn, though nothing would break: each is refused, with the two keys.
#![allow(clippy::unwrap_used)]

use goodness::Recipe;
use goodness_testkit::toy::{refused, with};

#[test]
fn what_could_never_learn_is_refused() {
    let classes = "loss = \"cross_entropy\"";
    for (train, network, first, second) in [
        (
            classes,
            "goodness = \"class_mean_of_squares\"\nprojection = \"linear\"",
            "network.projection = \"linear\"",
            "network.goodness = \"class_mean_of_squares\"",
        ),
        ("", "projection = \"linear\"", "network.projection = \"linear\"", "network.goodness = \"mean_of_squares\""),
        (classes, "goodness = \"class_mean\"\nfields = [[2, 1], [1, 1]]", "network.fields", "network.goodness"),
        (
            &format!("{classes}\nbatch = 1"),
            "goodness = \"class_mean\"\nnormalize = \"batch\"",
            "network.normalize = \"batch\"",
            "train.batch = 1",
        ),
        ("theta = -2.0\nloss = \"logistic\"", "", "train.theta = -2", "network.goodness = \"mean_of_squares\""),
        (
            "theta = 2.0\nloss = \"logistic\"",
            "goodness = \"minimised_sum_of_squares\"",
            "train.theta = 2",
            "network.goodness = \"minimised_sum_of_squares\"",
        ),
    ] {
        let error = refused(&with(train, network, ""));
        let start = format!("r.toml: {first} and {second}");
        assert!(error.starts_with(&start) && error.contains(" clash: "), "{error}");
    }
    let below = with("theta = -2.0\nloss = \"logistic\"", "goodness = \"minimised_sum_of_squares\"", "");
    Recipe::parse("r.toml", &below).unwrap();
    for projection in ["random", "cosine"] {
        let moves = format!("goodness = \"class_mean_of_squares\"\nprojection = \"{projection}\"");
        Recipe::parse("r.toml", &with(classes, &moves, "")).unwrap();
    }
}

#[test]
fn negatives_that_would_hear_nothing_are_refused() {
    for (train, network, first, second) in [
        (
            "negatives = { name = \"hard_label\", layers = 1 }",
            "readout = { name = \"label_sweep\", from = 2 }",
            "network.readout = \"label_sweep\"",
            "train.negatives = \"hard_label\"",
        ),
        (
            "negatives = \"hard_label\"",
            "goodness = \"minimised_sum_of_squares\"",
            "network.goodness = \"minimised_sum_of_squares\"",
            "train.negatives = \"hard_label\"",
        ),
        (
            "negatives = { name = \"self_contrast\", every = 1 }\ndropout = 0.1",
            "overlay = \"none\"\nreadout = \"ridge\"",
            "train.dropout = 0.1",
            "train.negatives = \"self_contrast\"",
        ),
    ] {
        let error = refused(&with(train, network, ""));
        assert!(error.starts_with(&format!("r.toml: {first} and {second} clash: ")), "{error}");
    }
    let advised = "negatives = \"hard_label\"\nadviser = \"linear\"";
    Recipe::parse("r.toml", &with(advised, "goodness = \"minimised_sum_of_squares\"", "")).unwrap();
}
