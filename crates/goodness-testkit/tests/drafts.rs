//! Recipes that have not been measured yet: whatever is read from `recipes/` is legal, and a small version of it learns.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use goodness::core::Rows;
use goodness::data::{Dataset, Shape};
use goodness::recipe::BUILTIN;
use goodness::train::{Flow, Outcome};
use goodness::{Recipe, Trainer};
use goodness_testkit::toy;

/// Files in `recipes/` that the library does not have in it.
fn drafts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes");
    let known = |path: &Path| BUILTIN.iter().any(|b| path.file_stem().is_some_and(|stem| stem == b.name));
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut drafts: Vec<_> = files.filter(|path| !known(path)).collect();
    drafts.sort();
    drafts
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
fn learns(recipe: &Recipe) {
    let data = data(recipe);
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
    drafts().iter().for_each(|path| learns(&small(path)));
}
