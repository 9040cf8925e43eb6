//! What can be wrong with a recipe.

use std::path::PathBuf;

/// A recipe that cannot be run: where, what was expected, what came.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// No recipe has this name.
    #[error("no recipe is called {name:?}{hint}; there are {known}, or give the path of a .toml file")]
    NoSuchRecipe {
        /// The name that came.
        name: String,
        /// A near name, in words.
        hint: String,
        /// The names there are.
        known: String,
    },
    /// The file could not be read.
    #[error("{}: cannot read the recipe: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The text is not TOML.
    #[error("{origin}: not TOML: {reason}")]
    Toml {
        /// Where the text came from.
        origin: String,
        /// The parser's words.
        reason: String,
    },
    /// A key that no recipe has.
    #[error("{origin}: unknown key {key:?} in {section}{hint}")]
    UnknownKey {
        /// Where the text came from.
        origin: String,
        /// The key that came.
        key: String,
        /// The section it stood in.
        section: String,
        /// A near key, in words.
        hint: String,
    },
    /// A key that every recipe needs.
    #[error("{origin}: {key} is missing: expected {expected}")]
    Missing {
        /// Where the text came from.
        origin: String,
        /// The key.
        key: String,
        /// What it should hold.
        expected: String,
    },
    /// A value of the wrong kind or outside its range.
    #[error("{origin}: {key} = {came}: expected {expected}")]
    BadValue {
        /// Where the text came from.
        origin: String,
        /// The key.
        key: String,
        /// The value that came.
        came: String,
        /// What it should be.
        expected: String,
    },
    /// A family has no such member.
    #[error("{origin}: {key} = {name:?}: no such member{hint}; there are {known}")]
    UnknownMember {
        /// Where the text came from.
        origin: String,
        /// The key.
        key: String,
        /// The name that came.
        name: String,
        /// A near name, in words.
        hint: String,
        /// The names there are.
        known: String,
    },
    /// A parameter does not fit its member.
    #[error("{origin}: {key} ({name}): {reason}")]
    BadParameter {
        /// Where the text came from.
        origin: String,
        /// The key.
        key: String,
        /// The member.
        name: String,
        /// What does not fit.
        reason: String,
    },
    /// Two keys that cannot both be so.
    #[error("{origin}: {first} and {second} clash: {reason}")]
    Clash {
        /// Where the text came from.
        origin: String,
        /// One key with its value.
        first: String,
        /// The other key with its value.
        second: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A `--set` that is not `key=value`.
    #[error("setting {setting:?}: expected key=value, such as train.epochs=5 or optimizer.rate=0.001")]
    BadSetting {
        /// The text that came.
        setting: String,
    },
}

/// " — did you mean …?" when one of `known` is near `name`, else nothing.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    near(name, known).map_or_else(String::new, |k| format!(" — did you mean {k:?}?"))
}

/// The one of `known` that is nearest to `name`, when it is near.
pub(super) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = known.into_iter().map(|k| (strsim::damerau_levenshtein(name, k), k)).min();
    nearest.filter(|(distance, _)| *distance <= 2.max(name.len() / 3)).map(|(_, k)| k)
}
