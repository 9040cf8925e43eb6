//! Every message that a wrong recipe gets.
#![allow(clippy::unwrap_used)]

use goodness::Recipe;
use goodness_testkit::toy::{refused, with};

#[test]
fn unknown_keys_are_offered_a_near_one() {
    assert_eq!(
        refused(&with("epoch = 3", "", "")),
        "r.toml: unknown key \"epoch\" in [train] — did you mean \"epochs\"?"
    );
    assert_eq!(
        refused(&with("", "goodnes = \"x\"", "")),
        "r.toml: unknown key \"goodnes\" in [network] — did you mean \"goodness\"?"
    );
    assert_eq!(refused("nam = \"x\""), "r.toml: unknown key \"nam\" in the recipe — did you mean \"name\"?");
    let top = "r.toml: unknown key \"convolution\" in the recipe — did you mean \"network.convolutions\"?";
    assert_eq!(refused("name = \"x\"\nconvolution = []"), top);
    let set = Recipe::parse("r.toml", &with("", "", "")).unwrap().with(&["epoch=3".to_string()]);
    assert!(set.unwrap_err().to_string().ends_with("\"epoch\" in the recipe — did you mean \"train.epochs\"?"));
    assert_eq!(refused(&with("", "", "zebra_crossing = 1")), "r.toml: unknown key \"zebra_crossing\" in [data]");
}

#[test]
fn values_are_checked_against_their_range() {
    assert_eq!(
        refused(&with("epochs = 0", "", "")),
        "r.toml: train.epochs = 0: expected a whole number from 1 to 1000000"
    );
    assert_eq!(
        refused(&with("batch = \"big\"", "", "")),
        "r.toml: train.batch = \"big\": expected a whole number from 1 to 16777216"
    );
    assert_eq!(refused(&with("", "", "shift = 1.5")), "r.toml: data.shift = 1.5: expected a whole number from 0 to 64");
    assert_eq!(
        refused(&with("", "", "deviation = 0")),
        "r.toml: data.deviation = 0: expected a number from 0.000001 to 1000000"
    );
    let layers = refused("name = \"x\"\n[network]\nlayers = []");
    assert!(
        layers.starts_with("r.toml: network.layers = []: expected 1 to 1000 layers of 1 to 65536 units"),
        "{layers}"
    );
    assert!(refused("name = \"x\"").starts_with("r.toml: network.layers is missing: expected"));
    assert!(refused("name = \"a/b\"").contains("run folders are called after it"));
    assert!(refused("[network]\nlayers = [5]").starts_with("r.toml: name is missing"));
    assert!(refused("name = ").starts_with("r.toml: not TOML: "));
    assert_eq!(
        refused("name = \"x\"\n[eval]\nflip = 1\n[network]\nlayers = [5]"),
        "r.toml: eval.flip = 1: expected true or false"
    );
    assert_eq!(
        refused("name = \"x\"\ntrain = 3\n[network]\nlayers = [5]"),
        "r.toml: train = 3: expected a section [train]"
    );
}

#[test]
fn pictures_are_read_by_rules() {
    let said = |key: &str| refused(&with("", "", key));
    assert_eq!(said("size = 5000"), "r.toml: data.size = 5000: expected a whole number from 0 to 4096");
    let channels = "r.toml: data.channels = 2: expected 1 for grey, 3 for colour, or 0 for what the pictures have";
    assert_eq!(said("channels = 2"), channels);
    assert_eq!(said("channels = 4"), "r.toml: data.channels = 4: expected a whole number from 0 to 3");
    assert_eq!(said("broken = \"mend\""), "r.toml: data.broken = \"mend\": expected \"refuse\" or \"skip\"");
    assert_eq!(said("test = 0.9"), "r.toml: data.test = 0.9: expected a number from 0.01 to 0.5");
    let rules = "set = \"p\"\nsize = 32\nchannels = 3\nbroken = \"skip\"\ntest = 0.25";
    let recipe = Recipe::parse("r.toml", &with("", "", rules)).unwrap();
    assert_eq!((recipe.data.pictures.size, recipe.data.pictures.channels), (Some(32), Some(3)));
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
}

#[test]
fn an_image_is_scaled_in_one_way() {
    let said = |keys: &str| refused(&with("", "", keys));
    assert_eq!(said("standardize = 1"), "r.toml: data.standardize = 1: expected true or false");
    let reason = "every image is brought to mean 0 and deviation 1 by its own numbers";
    for (key, value) in [("mean", 0.1), ("deviation", 0.3)] {
        let start = format!("r.toml: data.{key} = {value} and data.standardize = true clash: {reason}");
        assert_eq!(said(&format!("{key} = {value}\nstandardize = true")), start);
    }
    let recipe = Recipe::parse("r.toml", &with("", "", "standardize = true")).unwrap();
    assert!(recipe.data.standardize);
    assert_eq!(said("whiten = 4"), "r.toml: data.whiten = 4: expected an odd number, or 0 for none");
    assert_eq!(said("whiten = 13"), "r.toml: data.whiten = 13: expected a whole number from 0 to 11");
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
}

#[test]
fn changes_of_images_are_checked() {
    let said = |key: &str| refused(&with("", "", key));
    assert_eq!(said("crop = 0.01"), "r.toml: data.crop = 0.01: expected a number from 0.05 to 1");
    assert_eq!(said("brightness = 2"), "r.toml: data.brightness = 2: expected a number from 0 to 1");
    assert_eq!(said("contrast = -1"), "r.toml: data.contrast = -1: expected a number from 0 to 1");
    assert_eq!(said("saturation = 2"), "r.toml: data.saturation = 2: expected a number from 0 to 1");
    assert_eq!(said("hue = 0.6"), "r.toml: data.hue = 0.6: expected a number from 0 to 0.5");
    assert_eq!(said("grey = 2"), "r.toml: data.grey = 2: expected a number from 0 to 1");
    assert_eq!(said("cutout = 0.5"), "r.toml: data.cutout = 0.5: expected a whole number from 0 to 4096");
    let padding = "r.toml: data.padding = \"white\": expected \"zero\", \"reflect\" or \"edge\"";
    assert_eq!(said("padding = \"white\""), padding);
    let still = "r.toml: data.padding = \"reflect\" and data.shift = 0 clash: no image is moved beyond its border: set \
                 shift, turn, stretch or wave";
    assert_eq!(said("padding = \"reflect\"\nmirror = 0.5"), still);
    let mirroring = "r.toml: data.mirroring = \"both\": expected \"random\" or \"alternating\"";
    assert_eq!(said("mirroring = \"both\""), mirroring);
    let unequal = "r.toml: data.mirroring = \"alternating\" and data.mirror = 0 clash: an image that takes turns with its \
                   mirror image is mirrored half of the time";
    assert_eq!(said("mirroring = \"alternating\""), unequal);
    for (key, value) in [
        ("mirror", "1"),
        ("crop", "0.5"),
        ("brightness", "0.1"),
        ("saturation", "0.1"),
        ("grey", "0.1"),
        ("cutout", "2"),
    ] {
        let kept = refused(&with("plan = \"greedy\"", "", &format!("{key} = {value}")));
        let start = format!("r.toml: train.plan = \"greedy\" and data.{key} = {value} clash: ");
        assert!(kept.starts_with(&start), "{kept}");
    }
    let all = "shift = 2\ncrop = 0.5\npadding = \"edge\"\nbrightness = 0.1\ncontrast = 0.2\nsaturation = 0.3\nhue = 0.1\ngrey = 0.2\n\
         cutout = 4\n         mirror = 0.5\nmirroring = \"alternating\"";
    let recipe = Recipe::parse("r.toml", &with("", "", all)).unwrap();
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
}

#[test]
fn members_and_their_parameters_are_checked() {
    let loss = refused(&with("loss = \"logistc\"", "", ""));
    assert!(
        loss.starts_with("r.toml: train.loss = \"logistc\": no such member — did you mean \"logistic\"?; there are"),
        "{loss}"
    );
    for rates in ["[1.0]", "[1.0, -0.5]", "[1.0, 2000.0]", "0.5", "[1.0, \"low\"]"] {
        let expected = "expected for each of the 2 layers its share of the optimizer's rate, from 0 to 1000";
        let said = refused(&with(&format!("rates = {rates}"), "", ""));
        assert_eq!(said, format!("r.toml: train.rates = {rates}: {expected}"));
    }
    let recipe = Recipe::parse("r.toml", &with("rates = [1, 0.25]", "", "")).unwrap();
    assert_eq!(recipe.train.rates, [1.0, 0.25]);
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
    let parameter = refused(&with("optimizer = { name = \"adam\", speed = 1 }", "", ""));
    assert!(
        parameter.starts_with("r.toml: train.optimizer (adam): unknown parameter \"speed\": it takes rate"),
        "{parameter}"
    );
    let range = refused(&with("optimizer = { name = \"adam\", rate = -1 }", "", ""));
    assert_eq!(range, "r.toml: train.optimizer (adam): rate = -1: expected a number from 0 to 1");
    let word = refused(&with("loss = { name = \"symba\", alpha = \"four\" }", "", ""));
    assert_eq!(word, "r.toml: train.loss (symba): alpha = \"four\": expected a number");
    assert_eq!(
        refused(&with("loss = { name = 3 }", "", "")),
        "r.toml: train.loss.name = 3: expected the name of a member"
    );
    assert!(refused(&with("loss = 3", "", "")).contains("train.loss = 3: expected a member's name, or"));
}

#[test]
fn layers_that_settle_know_one_factor_a_row() {
    for normalize in ["batch", "layer"] {
        let text = format!("flow = \"recurrent\"\nnormalize = \"{normalize}\"");
        let said = refused(&with("", &text, ""));
        let start = format!("r.toml: network.flow = \"recurrent\" and network.normalize = \"{normalize}\" clash: ");
        assert_eq!(said, start + "its states are rows that are multiplied by one factor and nothing else");
    }
}

#[test]
fn keys_that_clash_are_both_named() {
    let readout = refused(&with("", "readout = { name = \"linear\", from = 3 }", ""));
    assert_eq!(
        readout,
        "r.toml: network.readout.from = 3 and network.layers (2 of them) clash: the readout would look at no layer"
    );
    let theta = refused(&with("theta = 2.0\nloss = \"symba\"", "", ""));
    assert!(theta.starts_with("r.toml: train.theta = 2 and train.loss = \"symba\" clash:"), "{theta}");
    let pairs = refused(&with("loss = \"symba\"", "goodness = \"class_mean\"", ""));
    assert!(
        pairs.starts_with("r.toml: network.goodness = \"class_mean\" and train.loss = \"symba\" clash:"),
        "{pairs}"
    );
    let read = refused(&with("", "goodness = \"class_mean\"\nreadout = \"label_sweep\"", ""));
    assert!(
        read.starts_with("r.toml: network.readout = \"label_sweep\" and network.goodness = \"class_mean\""),
        "{read}"
    );
    let negatives = refused(&with("negatives = \"wrong_label\"", "goodness = \"class_mean\"", ""));
    assert!(negatives.starts_with("r.toml: train.negatives and train.loss = \"cross_entropy\" clash:"), "{negatives}");
    let kept = refused(&with("plan = \"greedy\"", "goodness = \"class_mean\"", ""));
    assert!(kept.starts_with("r.toml: train.plan = \"greedy\" and train.loss = \"cross_entropy\" clash:"), "{kept}");
    let adviser = refused(&with("adviser = \"linear\"", "", ""));
    assert!(
        adviser.starts_with("r.toml: train.adviser = \"linear\" and train.negatives = \"wrong_label\" clash:"),
        "{adviser}"
    );
    let blind = refused(&with("negatives = \"hard_label\"\nadviser = { from = 3 }", "", ""));
    assert!(blind.starts_with("r.toml: train.adviser.from = 3 and network.layers (2 of them) clash:"), "{blind}");
    let hard = refused(&with("plan = \"greedy\"\nnegatives = \"hard_label\"", "", ""));
    assert!(hard.starts_with("r.toml: train.plan = \"greedy\" and train.negatives = \"hard_label\" clash:"), "{hard}");
    let shift = refused(&with("plan = \"greedy\"", "", "shift = 1"));
    assert!(shift.starts_with("r.toml: train.plan = \"greedy\" and data.shift = 1 clash:"), "{shift}");
    let linear = refused(&with("plan = \"greedy\"", "readout = \"linear\"", ""));
    assert!(linear.starts_with("r.toml: train.plan = \"greedy\" and network.readout = \"linear\" clash:"), "{linear}");
    let unseen = refused(&with("negatives = \"wrong_label\"", "overlay = \"none\"", ""));
    assert!(
        unseen.starts_with("r.toml: network.overlay = \"none\" and train.negatives = \"wrong_label\" clash:"),
        "{unseen}"
    );
    let average = refused(&with("average = 0.9", "readout = \"linear\"", ""));
    assert!(average.starts_with("r.toml: train.average = 0.9 and network.readout = \"linear\" clash:"), "{average}");
    let dropout = refused(&with("plan = \"greedy\"\ndropout = 0.1", "", ""));
    assert!(dropout.starts_with("r.toml: train.plan = \"greedy\" and train.dropout = 0.1 clash:"), "{dropout}");
    let turn = refused(&with("plan = \"greedy\"", "", "turn = 5"));
    assert!(turn.starts_with("r.toml: train.plan = \"greedy\" and data.turn = 5 clash:"), "{turn}");
    let bounds =
        refused(&with("loss = { name = \"learned_temperature\", low = 3.0 }", "goodness = \"class_mean\"", ""));
    assert!(bounds.starts_with("r.toml: train.loss.low = 3 and train.loss.high = 2 clash:"), "{bounds}");
    let fields = refused(&with("negatives = \"shuffle\"", "residual = \"concatenate\"\nfields = [[4, 1], [2, 1]]", ""));
    assert_eq!(
        fields,
        "r.toml: network.residual = \"concatenate\" and network.fields clash: fields lie on the grid of one layer below"
    );
    let rounded = refused(&with("", "precision = \"bf16\"\noverlay = \"waves\"\nfields = [[4, 1], [2, 1]]", ""));
    assert_eq!(
        rounded,
        "r.toml: network.fields and network.precision = \"bf16\" clash: fields are many small products of 32 bits"
    );
    let states = refused(&with("", "precision = \"int8\"\nflow = \"recurrent\"", ""));
    assert!(
        states.starts_with("r.toml: network.flow = \"recurrent\" and network.precision = \"int8\" clash:"),
        "{states}"
    );
    let two = refused(&with("", "residual = \"concatenate\"", ""));
    assert_eq!(
        two,
        "r.toml: network.residual = \"concatenate\" and network.layers (2 of them) clash: \
         only a third layer has two layers below it"
    );
    let alone = refused("name = \"x\"\n[network]\nlayers = [5]\n[train]\ncollaboration = \"below\"");
    assert_eq!(
        alone,
        "r.toml: train.collaboration = \"below\" and network.layers (1 of them) clash: there is no other layer"
    );
    let above = refused(&with("plan = \"greedy\"\ncollaboration = \"all\"", "", ""));
    assert!(above.starts_with("r.toml: train.plan = \"greedy\" and train.collaboration = \"all\" clash:"), "{above}");
    let images = refused(&with("negatives = \"hybrid_mask\"", "overlay = \"one_hot\"", ""));
    assert!(
        images.starts_with("r.toml: network.overlay = \"one_hot\" and train.negatives = \"hybrid_mask\" clash:"),
        "{images}"
    );
    let swept = refused(&with("negatives = \"hybrid_mask\"", "readout = \"label_sweep\"", ""));
    assert!(
        swept.starts_with("r.toml: network.readout = \"label_sweep\" and network.overlay = \"none\" clash:"),
        "{swept}"
    );
    let fused = refused(&with("", "readout = \"fusion\"", ""));
    assert!(
        fused.starts_with("r.toml: network.readout = \"fusion\" and network.goodness = \"mean_of_squares\" clash:"),
        "{fused}"
    );
    let both = refused(&with("negatives = \"shuffle\"", "readout = \"average\"", ""));
    assert!(both.starts_with("r.toml: network.readout = \"average\" and network.overlay = \"none\" clash:"), "{both}");
    let depth = refused(&with("", "readout = { name = \"average\", linear_from = 3 }", ""));
    assert!(
        depth.starts_with("r.toml: network.readout.linear_from = 3 and network.layers (2 of them) clash:"),
        "{depth}"
    );
    let auto = refused(&with("theta = \"auto\"\nloss = \"symba\"", "", ""));
    assert!(auto.starts_with("r.toml: train.theta = \"auto\" and train.loss = \"symba\" clash:"), "{auto}");
    let seen = with("", "fields = [[1, 1], [1, 1]]\noverlay = \"waves\"", "");
    assert_eq!(Recipe::parse("r.toml", &seen).unwrap().network.overlay.name, "waves");
    for overlay in ["one_hot", "appended", "embedding"] {
        let field = refused(&with("", &format!("fields = [[2, 1], [1, 1]]\noverlay = \"{overlay}\""), ""));
        let start = format!("r.toml: network.fields and network.overlay = \"{overlay}\" clash: few units or none");
        assert!(field.starts_with(&start), "{field}");
        let image = refused(&with("negatives = \"hybrid_mask\"", &format!("overlay = \"{overlay}\""), ""));
        assert!(image.contains("\" and train.negatives = \"hybrid_mask\" clash:"), "{image}");
    }
    let word = refused(&with("theta = \"high\"", "", ""));
    assert_eq!(word, "r.toml: train.theta = \"high\": expected a number from -1000000 to 1000000, or \"auto\"");
}

#[test]
fn what_does_not_go_with_a_readout_that_learns_last_is_named() {
    for (more, network, second) in [
        ("", "readout = \"label_sweep\"", "network.readout = \"label_sweep\""),
        ("negatives = \"wrong_label\"", "readout = \"ridge\"", "network.readout = \"ridge\""),
        ("negatives = \"hard_label\"", "readout = \"linear\"", "train.negatives = \"hard_label\""),
    ] {
        let error = refused(&with(&format!("plan = \"readout_last\"\n{more}"), network, ""));
        let start = format!("r.toml: train.plan = \"readout_last\" and {second} clash: ");
        assert!(error.starts_with(&start), "{error}");
    }
    let adviser = "plan = \"readout_last\"\nnegatives = \"hard_label\"\nadviser = \"linear\"";
    Recipe::parse("r.toml", &with(adviser, "readout = \"linear\"", "")).unwrap();
}

#[test]
fn what_does_not_go_with_iterations_is_named() {
    let recurrent = |train: &str, network: &str| refused(&with(train, &format!("flow = \"recurrent\"\n{network}"), ""));
    for (train, network, second) in [
        ("", "goodness = \"class_mean\"", "network.goodness = \"class_mean\""),
        ("", "overlay = \"one_hot\"", "network.overlay = \"one_hot\""),
        ("", "overlay = \"appended\"", "network.overlay = \"appended\""),
        ("", "overlay = \"embedding\"", "network.overlay = \"embedding\""),
        ("", "overlay = \"waves\"", "network.overlay = \"waves\""),
        ("loss = \"cross_entropy\"", "projection = \"linear\"", "network.projection = \"linear\""),
        ("", "fields = [[1, 1], [1, 1]]", "network.fields"),
        ("", "convolutions = [{ side = 3 }]", "network.convolutions"),
        ("negatives = \"hybrid_mask\"", "", "train.negatives = \"hybrid_mask\""),
        ("similarity = \"matching\"", "", "train.similarity = \"matching\""),
        ("dropout = 0.1", "", "train.dropout = 0.1"),
        ("rates = [1, 0.5]", "", "train.rates"),
        ("plan = \"greedy\"", "", "train.plan = \"greedy\""),
        ("plan = \"windowed\"", "", "train.plan = \"windowed\""),
        ("plan = \"pipelined\"", "", "train.plan = \"pipelined\""),
        ("plan = \"readout_last\"", "", "train.plan = \"readout_last\""),
    ] {
        let error = recurrent(train, network);
        let start = format!("r.toml: network.flow = \"recurrent\" and {second} clash: ");
        assert!(error.starts_with(&start), "{error}");
    }
    let order = refused(&with("", "flow = { name = \"recurrent\", from = 6 }", ""));
    assert!(order.starts_with("r.toml: network.flow.from = 6 and network.flow.to = 5 clash:"), "{order}");
    let short = refused(&with("", "flow = { name = \"recurrent\", iterations = 4 }", ""));
    assert!(short.starts_with("r.toml: network.flow.to = 5 and network.flow.iterations = 4 clash:"), "{short}");
    let loss = recurrent("loss = \"cross_entropy\"", "");
    assert!(loss.contains("network.goodness = \"mean_of_squares\" and train.loss = \"cross_entropy\""), "{loss}");
    let fitting = with("negatives = \"hard_label\"\nadviser = \"linear\"", "flow = \"recurrent\"", "");
    let fitting = Recipe::parse("r.toml", &fitting).unwrap();
    assert_eq!((fitting.network.overlay.name.as_str(), fitting.network.readout.name.as_str()), ("none", "label_sweep"));
    assert_eq!(Recipe::parse("again", &fitting.to_toml()).unwrap(), fitting);
    let mixed = refused(&with("", "flow = \"recurrent\"\nreadout = \"average\"", ""));
    assert!(
        mixed.starts_with("r.toml: network.flow = \"recurrent\" and network.readout = \"average\" clash:"),
        "{mixed}"
    );
    let both = refused(&with("collaboration = \"below\"", "flow = \"recurrent\"", ""));
    assert!(
        both.starts_with("r.toml: network.flow = \"recurrent\" and train.collaboration = \"below\" clash:"),
        "{both}"
    );
    let twice = refused(&with("", "flow = \"recurrent\"\nresidual = \"concatenate\"", ""));
    assert!(
        twice.starts_with("r.toml: network.flow = \"recurrent\" and network.residual = \"concatenate\" clash:"),
        "{twice}"
    );
}

#[test]
fn what_stages_would_have_to_ask_of_later_ones_is_refused() {
    let collaboration = "negatives = \"wrong_label\"\ncollaboration = \"below\"";
    for (train, network, second, reason) in [
        ("negatives = \"hard_label\"", "", "train.negatives = \"hard_label\"", "these negatives ask all layers"),
        (
            "negatives = \"wrong_label\"",
            "readout = \"linear\"",
            "network.readout = \"linear\"",
            "a readout that learns",
        ),
        (collaboration, "", "train.collaboration = \"below\"", "the other layers are at other batches"),
    ] {
        let error = refused(&with(&format!("plan = \"pipelined\"\n{train}"), network, ""));
        let start = format!("r.toml: train.plan = \"pipelined\" and {second} clash: {reason}");
        assert!(error.starts_with(&start), "{error}");
    }
    let adviser = "plan = \"pipelined\"\nnegatives = \"hard_label\"\nadviser = \"linear\"";
    let error = refused(&with(adviser, "", ""));
    assert!(error.contains("train.plan = \"pipelined\" and train.negatives = \"hard_label\" clash"), "{error}");
    let joined = "name = \"x\"\n[network]\nlayers = [9, 9, 9]\nresidual = \"concatenate\"\n[train]\nplan = \"pipelined\"\n\
                  negatives = \"wrong_label\"";
    let error = refused(joined);
    let start = "r.toml: train.plan = \"pipelined\" and network.residual = \"concatenate\" clash: ";
    assert!(error.starts_with(start), "{error}");
}

#[test]
fn advice_that_cannot_be_given_is_refused() {
    let unsolved = refused(&with("negatives = \"hard_label\"", "readout = \"ridge\"", ""));
    assert!(
        unsolved.starts_with("r.toml: network.readout = \"ridge\" and train.negatives = \"hard_label\" clash:"),
        "{unsolved}"
    );
    let adviser = refused(&with("negatives = \"hard_label\"\nadviser = \"ridge\"", "", ""));
    assert!(adviser.starts_with("r.toml: train.adviser = \"ridge\" and train.negatives = \"hard_label\""), "{adviser}");
    let misled = refused(&with("negatives = \"hard_label\"\nadviser = \"class_goodness\"", "", ""));
    assert!(
        misled.starts_with("r.toml: train.adviser = \"class_goodness\" and network.goodness = \"mean_of_squares\""),
        "{misled}"
    );
}
