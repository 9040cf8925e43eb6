//! The messages of recipes whose layers convolve, are normalised channel by channel, or are seen through views.
#![allow(clippy::unwrap_used)]

use goodness::Recipe;
use goodness_testkit::toy::{refused, with};

#[test]
fn groups_of_channels_must_fit() {
    let no_classes = refused(&with("", "normalize = \"group\"", ""));
    let key = "r.toml: network.normalize = \"group\" and ";
    let reason = "network.goodness = \"mean_of_squares\" clash: a group is a class's, and this goodness has no classes: set groups";
    assert_eq!(no_classes, format!("{key}{reason}"));
    let projected = refused(&with("", "normalize = \"group\"\ngoodness = \"class_mean\"\nprojection = \"linear\"", ""));
    assert!(
        projected.starts_with(&format!("{key}network.projection = \"linear\" clash: a group is a class's")),
        "{projected}"
    );
    let groups = "normalize = { name = \"group\", groups = 2 }";
    let odd = refused(&with("", groups, ""));
    assert!(
        odd.starts_with("r.toml: network.normalize.groups = 2 and network.layers with 5 clash: every layer's"),
        "{odd}"
    );
    let own = refused(&with("", &format!("{groups}\ngoodness = \"class_mean\""), ""));
    let start = "r.toml: network.normalize.groups = 2 and network.goodness = \"class_mean\" clash: where goodness is read class";
    assert!(own.starts_with(start), "{own}");
    assert!(refused(&with("", "normalize = { name = \"batch\", stays = 1 }", "")).contains("from 0 to 0.999"));
}

#[test]
fn convolutions_are_read_and_what_does_not_go_with_them_is_named() {
    let clash = |network: &str| refused(&with("", &format!("convolutions = [{{ side = 3 }}]\n{network}"), ""));
    for (network, rest) in [
        ("", "network.overlay = \"one_hot\" clash: few units or none would see the label"),
        ("precision = \"int8\"", "network.precision = \"int8\" clash: squares of places are multiplied"),
    ] {
        let error = clash(network);
        assert!(error.starts_with(&format!("r.toml: network.convolutions and {rest}")), "{error}");
    }
    let fields = clash("fields = [[1, 1], [1, 1]]\noverlay = \"waves\"");
    let says = "r.toml: network.convolutions and network.fields clash: places share their weights or have their own";
    assert_eq!(fields, says);
    let many = refused(&with("", "convolutions = [{ side = 3 }, { side = 3 }, { side = 3 }]", ""));
    let says = "network.convolutions (3 of them) and network.layers (2 of them) clash: every convolution is a layer";
    assert!(many.contains(says), "{many}");
    for (given, says) in [
        ("3", "network.convolutions = 3: expected one table a convolutional layer"),
        ("[3]", "network.convolutions = [3]: expected one table"),
        ("[{}]", "network.convolutions[1].side is missing: expected the side of a square"),
        ("[{ side = 3 }, { side = 4 }]", "network.convolutions[2].side = 4: expected an odd number"),
        ("[{ side = 3, pool = 0 }]", "network.convolutions[1].pool = 0: expected a whole number from 1 to 64"),
        ("[{ side = 3, strid = 2 }]", "unknown key \"strid\" in [network.convolutions[1]] — did you mean \"stride\"?"),
        ("[{ side = 3, pooling = \"max\" }]", "pooling = \"max\": expected \"average\" or \"largest\""),
    ] {
        let error = refused(&with("", &format!("convolutions = {given}"), ""));
        assert!(error.contains(says), "{error}");
    }
    let network = "convolutions = [{ side = 5, stride = 2, groups = 2 }, { side = 3, padding = 0, pool = 2, pooling = \
                   \"largest\" }]\noverlay = \"waves\"";
    let recipe = Recipe::parse("r.toml", &with("", network, "")).unwrap();
    let first = recipe.network.convolutions[0];
    assert_eq!((first.side, first.stride, first.padding, first.pool, first.groups), (5, 2, 2, 1, 2));
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
}

#[test]
fn views_that_nobody_needs_are_named() {
    let maps = "convolutions = [{ side = 3 }]\ngoodness = \"class_mean\"";
    let clash = |train: &str, network: &str| refused(&with(train, network, ""));
    for (train, network, says) in [
        (
            "",
            "view = \"rms\"",
            "network.view = \"rms\" and network.convolutions (none) clash: a dense layer has a single",
        ),
        (
            "similarity = \"matching\"\nsimilarity_view = \"deviation\"",
            "",
            "train.similarity_view = \"deviation\" and network.convolutions (none) clash: a dense layer",
        ),
        (
            "",
            &format!("{maps}\nview = \"average\""),
            "network.view = \"average\" and network.projection = \"none\" clash: nobody looks through the view",
        ),
        (
            "similarity_view = \"rms\"",
            maps,
            "train.similarity_view = \"rms\" and train.similarity = \"none\" clash: nobody looks through the view",
        ),
        ("", "head = 8", "network.head = 8 and network.projection = \"none\" clash: nobody reads the head"),
        (
            "",
            "view = { name = \"rms\", cells = 65 }",
            "network.view (rms): cells = 65: expected a whole number from 1 to 64",
        ),
    ] {
        let error = clash(train, network);
        assert!(error.contains(says), "{error}");
    }
    let network = format!("{maps}\nprojection = \"linear\"\nview = {{ name = \"rms\", cells = 2 }}");
    let train = "similarity = \"matching\"\nsimilarity_view = \"deviation\"";
    let recipe = Recipe::parse("r.toml", &with(train, &network, "")).unwrap();
    assert_eq!((recipe.network.view.name.as_str(), recipe.train.similarity_view.name.as_str()), ("rms", "deviation"));
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
}
