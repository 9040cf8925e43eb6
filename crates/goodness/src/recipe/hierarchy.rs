//! `train.hierarchy`: a known name, or the super-class of each class, level by level.

use toml::Value;

use super::RecipeError;
use super::read::Section;
use crate::hierarchy::{CATALOGUE, Hierarchy};

/// Reads a hierarchy; an empty one where none is given.
pub(super) fn read(train: &Section<'_>) -> Result<Hierarchy, RecipeError> {
    let value = match train.table.get("hierarchy") {
        None | Some(Value::String(_) | Value::Table(_)) => {
            return Ok(*train.choice("hierarchy", CATALOGUE, "none")?.build(CATALOGUE));
        }
        Some(value) => value,
    };
    let levels = value.as_array().and_then(|levels| levels.iter().map(level).collect::<Option<Vec<_>>>());
    let fits = levels.filter(|levels| levels.iter().all(|level| level.len() == levels[0].len()));
    fits.map(Hierarchy).ok_or_else(|| {
        let expected = "a name of `goodness catalogue hierarchy`, or for each level the super-class of each class, from 0, \
                        none left out, two at least and fewer than classes, such as [[0, 0, 1, 1]]";
        train.bad("hierarchy", &value.to_string(), expected)
    })
}

/// The super-classes of a level: numbers from 0 of which none is left out.
fn level(value: &Value) -> Option<Vec<u8>> {
    let number = |v: &Value| v.as_integer().and_then(|i| u8::try_from(i).ok());
    let level = value.as_array()?.iter().map(number).collect::<Option<Vec<u8>>>()?;
    let last = *level.iter().max()?;
    let fits = last > 0 && usize::from(last) + 1 < level.len() && (0..=last).all(|s| level.contains(&s));
    fits.then_some(level)
}

/// Writes it as lists.
pub(super) fn write(hierarchy: &Hierarchy) -> String {
    format!("{:?}", hierarchy.0)
}
