//! The published figures are those that were measured.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use goodness::Recipe;
use goodness::recipe::BUILTIN;
use goodness::report::{Comparison, Group};
use goodness::run::RunFolder;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn measured() -> Comparison {
    let mut all = Comparison::default();
    RunFolder::done_in(&docs().join("results")).unwrap().into_iter().for_each(|run| all.add(run));
    all
}

/// A number of a recipe's `[expected]`, as it is printed.
fn expected(group: &Group, key: &str) -> String {
    let recipe = Recipe::load(&group.recipe).unwrap();
    let number = |v: &toml::Value| v.as_float().or_else(|| v.as_integer().map(|i| i as f64));
    recipe.expected.get(key).and_then(number).map_or("-".to_string(), |x| format!("{x:.2}"))
}

#[test]
fn the_table_is_what_the_command_makes_of_the_summaries() {
    let table = fs::read_to_string(docs().join("results.md")).unwrap();
    assert_eq!(table.trim_end(), measured().markdown().trim_end(), "make docs/results.md anew");
}

#[test]
fn the_readme_quotes_what_was_measured() {
    let readme = fs::read_to_string(docs().join("../README.md")).unwrap();
    for group in &measured().groups {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}`", group.recipe)));
        let (row, error) = (row.unwrap_or_default(), group.test_error().unwrap().to_string());
        assert!(row.contains(&format!("| {error} |")), "{}: README has {row:?}, measured {error}", group.recipe);
    }
}

#[test]
fn every_recipe_expects_what_was_measured() {
    let all = measured();
    for builtin in BUILTIN {
        let group = all.groups.iter().find(|g| g.recipe == builtin.name);
        let Some(group) = group else { panic!("{}: no run of it in docs/results", builtin.name) };
        let error = group.test_error().unwrap();
        assert_eq!(expected(group, "test_error"), format!("{:.2}", error.mean), "{}", builtin.name);
        assert_eq!(expected(group, "seeds"), format!("{:.2}", group.runs.len() as f64), "{}", builtin.name);
        let sd = error.sd.map_or("-".to_string(), |sd| format!("{sd:.2}"));
        assert_eq!(expected(group, "sd"), sd, "{}", builtin.name);
        for (key, measured) in [("seconds", group.seconds()), ("peak_mebibytes", group.peak_mebibytes())] {
            assert_eq!(expected(group, key), format!("{:.2}", measured.unwrap().round()), "{}: {key}", builtin.name);
        }
    }
}
