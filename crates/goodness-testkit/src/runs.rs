//! Whole training runs on small data.
#![allow(clippy::unwrap_used)]

use goodness::train::{Flow, Outcome};
use goodness::{Recipe, Trainer};

use crate::toy;

const TOY: &str = r#"
name = "toy"
[data]
shift = 1
[network]
layers = [13, 11]
[train]
negatives = "hard_label"
penalty = "peer_normalization"
optimizer = { name = "adam", rate = 0.01 }
epochs = 3
batch = 17
"#;

/// A recipe of two layers on small pictures, with settings as `--set` takes them.
///
/// # Panics
/// When it is refused.
pub fn recipe(settings: &[&str]) -> Recipe {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy.toml");
    std::fs::write(&path, TOY).unwrap();
    let settings: Vec<String> = settings.iter().map(|s| s.to_string()).collect();
    Recipe::load_with(&path.to_string_lossy(), &settings).unwrap()
}

/// Its trainer, on pictures with colours where it asks for them.
///
/// # Panics
/// When the recipe does not fit them.
pub fn trainer(recipe: &Recipe, threads: usize) -> Trainer {
    let pictures = if recipe.data.saturation > 0.0 { toy::colours } else { toy::pictures };
    Trainer::new(recipe, pictures(101, 3, 1), pictures(31, 3, 2), threads).unwrap()
}

/// The same after it has run to its end.
///
/// # Panics
/// When it does not get there.
pub fn trained(recipe: &Recipe, threads: usize) -> Trainer {
    let mut trainer = trainer(recipe, threads);
    assert_eq!(trainer.run(|_| Flow::Continue).unwrap(), Outcome::Finished);
    trainer
}
