//! The verbs. Adding one: a file here, its line in [`Command`] and in [`run`].

mod backprop;
mod bench;
mod catalogue;
mod compare;
mod compare_recipes;
mod completions;
mod data;
mod edge;
mod eval;
mod find_rate;
mod predict;
mod recipes;
mod report;
mod resume;
mod sweep;
mod train;

use std::io::IsTerminal;

use anyhow::Context;
use clap::Subcommand;
use goodness::Recipe;
use goodness::data::{self as sets, Dataset};
use goodness::run::Test;

use crate::failure::Done;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Train a network by a recipe
    Train(train::Args),
    /// Go on with a run that was interrupted, to the same bits
    Resume(resume::Args),
    /// Measure a trained model on a data set
    Eval(eval::Args),
    /// Read pictures with a trained model
    Predict(predict::Args),
    /// List the recipes, or show one
    Recipes(recipes::Args),
    /// List every goodness, loss, optimizer, …, with parameters and sources
    Catalogue(catalogue::Args),
    /// List the data sets: which are here, where, and their checksums
    Data(data::Args),
    /// Train networks for microcontrollers here, take them there and back
    Edge(edge::Args),
    /// Draw the report of a run anew
    Report(report::Args),
    /// Measure Forward-Forward beside backpropagation: one table, one page
    Compare(compare::Args),
    /// Measure the memory of one network, for `compare`
    #[command(hide = true)]
    MeasureMemory(compare::MeasureArgs),
    /// Put runs beside one another: mean and deviation over seeds
    CompareRecipes(compare_recipes::Args),
    /// Try many settings of a recipe, losers stopped early, on the validation split
    Sweep(sweep::Args),
    /// Find a learning rate: train while it rises, see which layer breaks when
    FindRate(find_rate::Args),
    /// Measure this machine, and training and inference as shares of what it can do
    Bench(bench::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

pub(crate) fn run(command: Command) -> anyhow::Result<Done> {
    match command {
        Command::Train(args) => train::run(&args),
        Command::Resume(args) => resume::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Recipes(args) => recipes::run(&args),
        Command::Catalogue(args) => catalogue::run(&args),
        Command::Data(args) => data::run(&args),
        Command::Edge(args) => edge::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::MeasureMemory(args) => compare::measure(&args),
        Command::CompareRecipes(args) => compare_recipes::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::FindRate(args) => find_rate::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// The training and the validation samples of a recipe; files that were left out are named.
fn load(recipe: &Recipe) -> anyhow::Result<(Dataset, Dataset)> {
    let all = sets::load_train(&recipe.data)?;
    name_left_out(&all);
    Ok(all.split_tail(recipe.data.validation)?)
}

/// The same for training to its end: a test part that is broken, missing or does not fit is refused now, not when training
/// is done.
fn load_to_train(recipe: &Recipe) -> anyhow::Result<(Dataset, Dataset)> {
    let (training, validation) = load(recipe)?;
    check_test(recipe, &training)?;
    Ok((training, validation))
}

/// Whether the test part of a recipe's data is there and fits the training part. Nothing else is made of it.
fn check_test(recipe: &Recipe, training: &Dataset) -> anyhow::Result<()> {
    let test = sets::load_test(&recipe.data)?;
    Test::check(&test, training).context("the test part does not fit the training part")
}

/// Says on standard error which files could not be read.
fn name_left_out(set: &Dataset) {
    set.left_out().iter().for_each(|file| eprintln!("left out: {file}"));
}

/// Writes one line of JSON to standard output.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print_line(&serde_json::to_string(value)?)
}

/// Writes a line to standard output; a closed pipe is an error that the end of the program knows.
fn print_line(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Writes lines to standard output; a terminal gets none that is wider than itself.
fn print_prose(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().is_terminal() {
        true => print_line(&wrapped(text, textwrap::termwidth())),
        false => print_line(text),
    }
}

/// Lines that are too wide go on below where they began.
fn wrapped(text: &str, width: usize) -> String {
    let wrap = |line: &str| {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        textwrap::fill(words, textwrap::Options::new(width).initial_indent(indent).subsequent_indent(indent))
    };
    text.split('\n').map(wrap).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_goes_on_below_where_it_began() {
        let text = "name\n    a goodness is a number of a layer\n\n  short";
        let narrow = "name\n    a goodness is\n    a number of a\n    layer\n\n  short";
        assert_eq!(wrapped(text, 18), narrow);
        assert_eq!(wrapped(text, 80), text);
    }
}
