//! `goodness compare`

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use goodness::engine::memory;
use goodness::files::write_whole;
use goodness::recipe::{BUILTIN, Recipe};
use goodness::train::Flow;
use goodness_backprop::compare::memory::{Ask, Measured};
use goodness_backprop::compare::{self, CompareError, Lab, Progress, Setup, Store};
use goodness_backprop::network::has_twin;
use indicatif::{ProgressBar, ProgressStyle};

use super::{check_test, print_json, print_line};
use crate::failure::{Done, Usage};
use crate::interrupt;

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  goodness compare                       the default recipe, about a quarter of an hour on two cores\n  \
                        goodness compare mnist --set layers='[2000,2000,2000,2000]' --out compare/wide\n  \
                        goodness compare mnist --markdown > compare.md\n\n\
                        Killed or interrupted, the same command goes on where it stood. Timings mean something on a machine \
                        that does nothing else."
)]
pub(crate) struct Args {
    /// A recipe's name (see `goodness recipes`) or a TOML file
    #[arg(default_value = BUILTIN[0].name, value_name = "RECIPE|FILE.toml")]
    recipe: String,
    /// Change a key of the recipe; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Runs of each, with seeds 1, 2, …
    #[arg(long, value_name = "N", default_value_t = 3)]
    seeds: usize,
    /// What both get the same of, in the runs of all seeds
    #[arg(long, value_enum, default_value_t = Budget::Epochs)]
    budget: Budget,
    /// Threads that compute; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// MiB that the comparison may take [default: what the machine has free]
    #[arg(long, value_name = "MIB")]
    memory: Option<u64>,
    /// The comparison's folder [default: compare/<recipe>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the table as Markdown
    #[arg(long)]
    markdown: bool,
}

/// What both get the same of.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Budget {
    /// Seconds of training
    Time,
    /// Passes over the training set
    Epochs,
    /// Multiply-adds
    Flops,
}

impl Budget {
    fn chosen(self) -> compare::Budget {
        match self {
            Self::Time => compare::Budget::Time,
            Self::Epochs => compare::Budget::Epochs,
            Self::Flops => compare::Budget::Flops,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    if args.seeds == 0 {
        return Err(Usage("--seeds 0: expected at least 1".to_string()).into());
    }
    let recipe = Recipe::load_with(&args.recipe, &args.settings)?;
    has_twin(&recipe)?;
    compare::has_rows(&recipe)?;
    let folder = args.out.clone().unwrap_or_else(|| Path::new("compare").join(&recipe.name));
    let setup = Setup { recipe, seeds: args.seeds, budget: args.budget.chosen(), threads: args.threads };
    let there = args.memory.map(|m| m << 20).or_else(memory::available_bytes).unwrap_or(u64::MAX);
    check(&setup, there)?;
    interrupt::listen()?;
    let bar = Bar::new();
    let mut watch = |progress: Progress<'_>| bar.show(progress);
    let store = match measured(&setup, &folder, &mut watch) {
        Err(CompareError::Interrupted) => {
            bar.bar.finish_and_clear();
            eprintln!("interrupted; what was measured is kept. Go on with the same command");
            return Ok(Done::Interrupted);
        }
        measured => measured?,
    };
    bar.bar.finish_and_clear();
    write(&compare::page(&setup, &store), &folder, args.markdown)
}

/// Nothing is written before it is known that there is room, and a test part that fits.
fn check(setup: &Setup, there: u64) -> Result<()> {
    let training = goodness::data::load_train(&setup.recipe.data)?;
    compare::memory::check(setup, (training.shape(), training.classes()), there)?;
    check_test(&setup.recipe, &training)
}

fn measured(setup: &Setup, folder: &Path, watch: &mut compare::Watch<'_>) -> Result<Store, CompareError> {
    let store = Store::open(folder, setup)?;
    compare::measure(&mut Lab::new(setup, &store, &in_a_process, watch)?)?;
    Ok(store)
}

/// Runs this program once more, to measure one network in a process that has done nothing else.
fn in_a_process(ask: &Ask) -> Result<Measured, String> {
    let words = |e: &dyn std::fmt::Display| e.to_string();
    let own = std::env::current_exe().map_err(|e| words(&e))?;
    let text = serde_json::to_string(ask).map_err(|e| words(&e))?;
    let mut child = Command::new(own)
        .arg("measure-memory")
        // Memory that is freed goes back to the system at once, where the allocator is one that can be told so: what lies
        // around in it says nothing about a rule of learning.
        .envs([("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "65536"), ("MALLOC_TRIM_THRESHOLD_", "0")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| words(&e))?;
    child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(text.as_bytes())).map_err(|e| words(&e))?;
    let output = child.wait_with_output().map_err(|e| words(&e))?;
    if !output.status.success() {
        return Err(format!("{}, {}", output.status, String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| words(&e))
}

fn write(page: &compare::Page, folder: &Path, markdown: bool) -> Result<Done> {
    let html = folder.join("compare.html");
    write_whole(&html, page.html().as_bytes()).with_context(|| format!("{}: cannot be written", html.display()))?;
    print_line(if markdown { page.markdown() } else { page.text() }.trim_end())?;
    eprintln!("look at {}", html.display());
    Ok(Done::Fully)
}

/// `goodness measure-memory`: what is asked comes on standard input, what was measured goes to standard output.
#[derive(clap::Args)]
pub(crate) struct MeasureArgs {}

pub(crate) fn measure(_: &MeasureArgs) -> Result<Done> {
    let ask: Ask = serde_json::from_reader(std::io::stdin()).context("standard input: expected what `compare` asks")?;
    print_json(&compare::memory::measure(&ask)?)?;
    Ok(Done::Fully)
}

/// Where the comparison stands: a bar on a terminal, a line a part elsewhere; on standard error.
struct Bar {
    bar: ProgressBar,
    shown: bool,
    last: std::sync::Mutex<String>,
}

const BAR: &str = "{prefix} {wide_bar} {msg} {elapsed}";

impl Bar {
    fn new() -> Self {
        let shown = std::io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new(1000) } else { ProgressBar::hidden() };
        // The template is a constant that its test has read.
        bar.set_style(ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, shown, last: std::sync::Mutex::new(String::new()) }
    }

    fn show(&self, p: Progress<'_>) -> Flow {
        let line = format!("part {}/{} {}", p.number.0, p.number.1, p.part);
        if self.shown {
            let done = (p.number.0 - 1) as f64 + p.share.clamp(0.0, 1.0);
            self.bar.set_position((1000.0 * done / p.number.1.max(1) as f64) as u64);
            self.bar.set_prefix(line);
            self.bar.set_message(p.what.to_string());
        } else if let Ok(mut last) = self.last.lock()
            && *last != line
        {
            // A reader that went away must not stop the comparison.
            let _ = writeln!(std::io::stderr(), "{line}");
            *last = line;
        }
        if interrupt::asked() { Flow::Stop } else { Flow::Continue }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(BAR).is_ok());
    }
}
