//! `goodness recipes`

use anyhow::Result;
use goodness::recipe::{BUILTIN, Recipe};
use serde::Serialize;

use super::{print_json, print_line, print_prose};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness recipes\n  goodness recipes show mnist > my-recipe.toml")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum What {
    /// Print a recipe's TOML as it was written
    Show {
        /// The recipe's name
        name: String,
    },
}

#[derive(Serialize)]
struct Row {
    name: String,
    about: String,
    source: String,
    layers: Vec<usize>,
    epochs: usize,
    expected: serde_json::Value,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    match &args.what {
        Some(What::Show { name }) => show(name)?,
        None => list(args.json)?,
    }
    Ok(Done::Fully)
}

fn show(name: &str) -> Result<()> {
    match BUILTIN.iter().find(|b| b.name == name) {
        Some(builtin) => print_line(builtin.text.trim_end()),
        // The loader knows how to say what is wrong with the name; a file is shown as resolved.
        None => print_line(Recipe::load(name)?.to_toml().trim_end()),
    }
}

fn list(json: bool) -> Result<()> {
    let rows = BUILTIN.iter().map(|b| Recipe::load(b.name)).collect::<Result<Vec<_>, _>>()?;
    if json {
        return print_json(&rows.into_iter().map(row).collect::<Vec<_>>());
    }
    for (i, recipe) in rows.iter().enumerate() {
        let default = if i == 0 { " (the default)" } else { "" };
        print_prose(&format!(
            "{}{default}\n    {}\n    {}{}",
            recipe.name,
            recipe.about,
            recipe.source,
            expected(recipe)
        ))?;
    }
    Ok(())
}

fn row(recipe: Recipe) -> Row {
    Row {
        expected: serde_json::to_value(&recipe.expected).unwrap_or_default(),
        name: recipe.name,
        about: recipe.about,
        source: recipe.source,
        layers: recipe.network.layers,
        epochs: recipe.train.epochs,
    }
}

fn expected(recipe: &Recipe) -> String {
    let get = |key: &str| recipe.expected.get(key).and_then(|v| v.as_float().or(v.as_integer().map(|i| i as f64)));
    let Some(error) = get("test_error") else { return String::new() };
    let spread = get("sd").map(|sd| format!(" ± {sd:.2}")).unwrap_or_default();
    let about = match get("seconds") {
        Some(seconds) if seconds >= 120.0 => format!(", about {:.0} min", seconds / 60.0),
        Some(seconds) => format!(", about {seconds:.0} s"),
        None => String::new(),
    };
    format!("\n    expected test error {error:.2}{spread} %{about}")
}
