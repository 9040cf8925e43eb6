//! The recipes that come with the library.

use std::path::Path;

use super::error::did_you_mean;
use super::{Recipe, RecipeError};

/// A recipe that comes with the library.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Its TOML text.
    pub text: &'static str,
}

/// Every recipe that comes with the library; the first is the default.
pub const BUILTIN: &[Builtin] = &[
    Builtin { name: "mnist", text: include_str!("../../../../recipes/mnist.toml") },
    Builtin { name: "mnist-record", text: include_str!("../../../../recipes/mnist-record.toml") },
    Builtin { name: "fashion-record", text: include_str!("../../../../recipes/fashion-record.toml") },
    Builtin { name: "mnist-conv", text: include_str!("../../../../recipes/mnist-conv.toml") },
    Builtin { name: "fashion-conv", text: include_str!("../../../../recipes/fashion-conv.toml") },
    Builtin { name: "cifar10-fast", text: include_str!("../../../../recipes/cifar10-fast.toml") },
    Builtin { name: "cifar10-class-goodness", text: include_str!("../../../../recipes/cifar10-class-goodness.toml") },
    Builtin { name: "cifar10-asge", text: include_str!("../../../../recipes/cifar10-asge.toml") },
    Builtin { name: "cifar10-dtg", text: include_str!("../../../../recipes/cifar10-dtg.toml") },
    Builtin { name: "cifar10-cwcomp", text: include_str!("../../../../recipes/cifar10-cwcomp.toml") },
    Builtin { name: "mnist-waves", text: include_str!("../../../../recipes/mnist-waves.toml") },
    Builtin { name: "class-goodness", text: include_str!("../../../../recipes/class-goodness.toml") },
    Builtin { name: "mono-forward", text: include_str!("../../../../recipes/mono-forward.toml") },
    Builtin { name: "mono-forward-deep", text: include_str!("../../../../recipes/mono-forward-deep.toml") },
    Builtin { name: "symba-500", text: include_str!("../../../../recipes/symba-500.toml") },
    Builtin { name: "predsim-mlp", text: include_str!("../../../../recipes/predsim-mlp.toml") },
    Builtin { name: "hinton-supervised", text: include_str!("../../../../recipes/hinton-supervised.toml") },
    Builtin { name: "hinton-unsupervised", text: include_str!("../../../../recipes/hinton-unsupervised.toml") },
    Builtin { name: "hinton-local-fields", text: include_str!("../../../../recipes/hinton-local-fields.toml") },
    Builtin { name: "hinton-recurrent", text: include_str!("../../../../recipes/hinton-recurrent.toml") },
    Builtin { name: "scff-mlp", text: include_str!("../../../../recipes/scff-mlp.toml") },
    Builtin { name: "scff-cifar10", text: include_str!("../../../../recipes/scff-cifar10.toml") },
    Builtin { name: "tutorial", text: include_str!("../../../../recipes/tutorial.toml") },
];

/// The text of a recipe and what errors should call it.
pub(super) fn text(name_or_file: &str) -> Result<(String, String), RecipeError> {
    if let Some(recipe) = BUILTIN.iter().find(|b| b.name == name_or_file) {
        return Ok((format!("recipe {}", recipe.name), recipe.text.to_string()));
    }
    let path = Path::new(name_or_file);
    if !Recipe::is_path(name_or_file) && !path.exists() {
        let names = || BUILTIN.iter().map(|b| b.name);
        let known = names().collect::<Vec<_>>().join(", ");
        return Err(RecipeError::NoSuchRecipe {
            name: name_or_file.to_string(),
            hint: did_you_mean(name_or_file, names()),
            known,
        });
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(reason) => Err(RecipeError::Unreadable { path: path.to_path_buf(), reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_reads_and_is_called_what_it_says() {
        for builtin in BUILTIN {
            let recipe = Recipe::load(builtin.name).unwrap();
            assert_eq!(recipe.name, builtin.name);
            assert!(!recipe.about.is_empty() && !recipe.source.is_empty(), "{}", recipe.name);
        }
    }

    #[test]
    fn a_near_name_is_offered() {
        let error = Recipe::load("hinton-supervized").unwrap_err().to_string();
        assert!(error.contains("did you mean \"hinton-supervised\"?"), "{error}");
        assert!(
            Recipe::load("nowhere/none.toml").unwrap_err().to_string().starts_with("nowhere/none.toml: cannot read")
        );
    }
}
