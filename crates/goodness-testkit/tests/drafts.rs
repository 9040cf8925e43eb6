//! Recipes that have not been measured yet: whatever is read from `recipes/drafts/` is legal, and a small version of it
//! learns; so are the published networks that members can be put together to.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use goodness::core::Rows;
use goodness::data::{Dataset, Shape};
use goodness::recipe::BUILTIN;
use goodness::train::{Flow, Outcome};
use goodness::{Recipe, Trainer};
use goodness_testkit::toy;

/// The recipes in a folder.
fn recipes(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut recipes: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    recipes.sort();
    recipes
}

fn drafts() -> Vec<PathBuf> {
    recipes("recipes/drafts")
}

/// The recipe with a few units or channels a layer, a few epochs and a small batch.
fn small(path: &Path) -> Recipe {
    let path = path.to_str().unwrap();
    let layers = vec![20; Recipe::load(path).unwrap().network.layers.len()];
    let settings = [format!("layers={layers:?}"), "epochs=3".into(), "batch=10".into(), "validate_every=0".into()];
    Recipe::load_with(path, &settings).unwrap()
}

/// Noise of the shape of the recipe's data.
fn data(recipe: &Recipe) -> Dataset {
    let shape = match recipe.data.set.as_str() {
        "cifar10" => Shape { height: 32, width: 32, channels: 3 },
        _ => Shape { height: 28, width: 28, channels: 1 },
    };
    toy::noise(20, 10, shape)
}

/// Trains a recipe and checks that every layer has moved and its loss is a number.
fn learns(recipe: &Recipe, data: Dataset) {
    let mut trainer = Trainer::new(recipe, data.clone(), data, 2).unwrap();
    let weights = |trainer: &Trainer| -> Vec<Vec<f32>> {
        trainer.network().layers.iter().map(|layer| Rows::data(&layer.weights.rows()).to_vec()).collect()
    };
    let start = weights(&trainer);
    assert_eq!(trainer.run(|_| Flow::Continue).unwrap(), Outcome::Finished, "{}", recipe.name);
    for (l, (start, end)) in start.iter().zip(weights(&trainer)).enumerate() {
        assert!(*start != end && end.iter().all(|w| w.is_finite()), "{}: layer {} has not learned", recipe.name, l + 1);
    }
}

#[test]
fn what_is_no_draft_comes_with_the_library() {
    for path in recipes("recipes") {
        let known = BUILTIN.iter().any(|b| path.file_stem().is_some_and(|stem| stem == b.name));
        assert!(known, "{}: in no list: measure it, or let it wait in recipes/drafts", path.display());
    }
}

#[test]
fn drafts_are_written_as_they_are_read() {
    assert!(!drafts().is_empty());
    for path in drafts() {
        let recipe = Recipe::load(path.to_str().unwrap()).unwrap();
        assert_eq!(path.file_stem().unwrap().to_str(), Some(recipe.name.as_str()));
        assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
        assert!(recipe.expected.is_empty(), "{}: what has been measured belongs to the library", recipe.name);
    }
}

#[test]
fn small_versions_of_drafts_learn() {
    for recipe in drafts().iter().map(|path| small(path)) {
        learns(&recipe, data(&recipe));
    }
}

/// Published networks on maps, each by the members and keys that it is put together from.
const PUBLISHED: [(&str, &str, &str); 8] = [
    (
        "deeper-forward",
        "normalize = \"group\"\nresidual = \"add\"\ngoodness = \"class_mean\"\nreadout = { name = \"class_goodness\", from = 3 }",
        "loss = \"cross_entropy\"",
    ),
    (
        "cwcomp",
        "normalize = \"batch\"\ngoodness = \"class_mean_of_squares\"",
        "loss = \"cross_entropy\"\nplan = { name = \"windowed\", overlap = 0.5 }",
    ),
    (
        "asge",
        "projection = \"random\"\nview = { name = \"rms\", cells = 2 }\ngoodness = \"class_mean\"\nnormalize = \"layer\"",
        "loss = \"cross_entropy\"",
    ),
    (
        "dtg-ff",
        "projection = \"random\"\nview = { name = \"average\", cells = 1 }\ngoodness = \"class_mean\"\n\
         normalize = { name = \"group\", groups = 5 }\nreadout = \"fusion\"",
        "loss = { name = \"learned_temperature\", low = 0.1, high = 2.0 }",
    ),
    (
        "hcl-ff",
        "normalize = \"group\"\nresidual = \"concatenate\"\ngoodness = \"class_mean\"\n\
         readout = { name = \"class_goodness\", from = 4 }",
        "loss = \"cross_entropy\"\nhierarchy = \"cifar10\"\n\
         similarity = { name = \"contrastive\", map = 8 }\nsimilarity_view = { name = \"average\", cells = 2 }",
    ),
    (
        "scff",
        "normalize = \"triangle\"\ngoodness = \"place_mean_of_squares\"\nview = { name = \"average\", cells = 2 }\nreadout = \"ridge\"",
        "loss = { name = \"two_thresholds\", pull = 0.01 }\ntheta = \"auto\"\nplan = { name = \"windowed\", overlap = 0 }\n\
         negatives = { name = \"self_contrast\", every = 2 }",
    ),
    (
        "predsim",
        "projection = \"linear\"\nview = { name = \"average\", cells = 2 }\ngoodness = \"class_mean\"\nnormalize = \"batch\"",
        "loss = \"cross_entropy\"\nsimilarity = { name = \"matching\", weight = 99, map = 8 }\nsimilarity_view = \"deviation\"",
    ),
    (
        "waves",
        "overlay = \"waves\"\ngoodness = \"mean_of_squares\"",
        "loss = \"logistic\"\ntheta = \"auto\"\nnegatives = \"wrong_label\"",
    ),
];

/// Two places a side at the top, and, in one of them, channels that see a group alone.
fn published((name, network, train): &(&str, &str, &str)) -> Recipe {
    let groups = if *name == "cwcomp" { 10 } else { 1 };
    let text = format!(
        "name = \"{name}\"\n[network]\nlayers = [10, 20, 20, 20]\nconvolutions = [{{ side = 3 }}, {{ side = 3, groups = \
         {groups} }}, {{ side = 3, stride = 2 }}, {{ side = 3, pool = 2 }}]\n{network}\n[train]\n{train}\nepochs = 8\nbatch = 10\n"
    );
    Recipe::parse(name, &text).unwrap()
}

#[test]
fn published_networks_are_legal_and_learn() {
    let data = toy::noise(20, 10, Shape { height: 8, width: 8, channels: 3 });
    for network in &PUBLISHED {
        learns(&published(network), data.clone());
        let halves = published(network).with(&["precision=bf16".into()]).unwrap();
        learns(&halves, data.clone());
    }
}
