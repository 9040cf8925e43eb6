//! The recipes that are compared with other programs.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use goodness::Recipe;

#[test]
fn recipes_of_comparisons_are_read_and_do_nothing_else_meanwhile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/recipes");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let recipe = Recipe::load(file.to_str().unwrap()).unwrap();
        assert_eq!(file.file_stem().unwrap().to_str(), Some(recipe.name.as_str()));
        let train = &recipe.train;
        assert_eq!(train.validate_every, 0, "{}: the other side does not validate between epochs", recipe.name);
        assert_eq!((train.penalty.name.as_str(), recipe.data.shift), ("none", 0), "{}", recipe.name);
        assert_eq!(train.negatives.name, "wrong_label", "{}", recipe.name);
    }
}
