//! Readers meet arbitrary bytes: an error or a result, never a panic.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use goodness::model::Model;
use goodness::recipe::BUILTIN;
use goodness::train::Flow;
use goodness::{Recipe, Trainer};
use goodness_testkit::toy;
use proptest::prelude::*;

/// The bytes of a small model file.
static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text = "name = 'toy'\n[network]\nlayers = [5, 4]\n[train]\nepochs = 1\nbatch = 8";
    let recipe = Recipe::parse("toy", text).unwrap();
    let mut trainer = Trainer::new(&recipe, toy::pictures(32, 3, 1), toy::pictures(8, 3, 2), 1).unwrap();
    trainer.run(|_| Flow::Continue).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    std::fs::read(path).unwrap()
});

fn load(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, bytes).unwrap();
    if let Err(error) = Model::load(&path) {
        assert!(error.to_string().contains("model.safetensors"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn model_files_with_changed_bytes(changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6)) {
        let mut bytes = MODEL.clone();
        for (at, byte) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        load(&bytes);
    }

    #[test]
    fn model_files_of_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        load(&bytes);
    }

    #[test]
    fn recipes_of_any_text(text in ".{0,200}") {
        let _ = Recipe::parse("any", &text);
    }

    #[test]
    fn recipes_with_a_changed_line(which in 0..BUILTIN.len(), line in 0usize..60, with in "[a-z_ =\\[\\]{}.0-9\"-]{0,30}") {
        let mut lines: Vec<&str> = BUILTIN[which].text.lines().collect();
        let at = line % lines.len();
        lines[at] = &with;
        if let Ok(recipe) = Recipe::parse("changed", &lines.join("\n")) {
            prop_assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
        }
    }
}
