//! The committed comparisons are what the command makes of the parts that were measured.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use goodness::Recipe;
use goodness::recipe::BUILTIN;
use goodness_backprop::compare::{self, Budget, Setup, Store};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The recipes that have been compared: folders beside their pages.
fn compared() -> Vec<String> {
    let folders = fs::read_dir(docs().join("compare")).unwrap();
    folders.map(|f| f.unwrap().file_name().into_string().unwrap()).collect()
}

/// The default recipe has the short name.
fn page(recipe: &str) -> PathBuf {
    let name = if recipe == BUILTIN[0].name { "compare.md".to_string() } else { format!("compare-{recipe}.md") };
    docs().join(name)
}

#[test]
fn every_page_is_what_the_command_makes_of_its_parts() {
    let all = compared();
    assert!(all.iter().any(|name| name == BUILTIN[0].name), "the default recipe is not among {all:?}");
    for name in all {
        let recipe = Recipe::load(&name).unwrap();
        let store = Store::kept(&docs().join("compare").join(&name));
        let setup = Setup { recipe, seeds: 3, budget: Budget::Epochs, threads: 0 };
        let settings: Vec<(String, String)> = store.get("settings").unwrap();
        assert_eq!(settings[0].1, setup.keys(), "{name}: the recipe that was compared is another one now");
        for (_, part) in compare::parts(&setup) {
            assert!(store.has(&part), "{name}: part {part} was not measured");
        }
        let text = fs::read_to_string(page(&name)).unwrap();
        let made = compare::page(&setup, &store).markdown();
        assert_eq!(text.trim_end(), made.trim_end(), "make {} anew", page(&name).display());
    }
}
