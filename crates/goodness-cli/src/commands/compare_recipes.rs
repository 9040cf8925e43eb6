//! `goodness compare-recipes`

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use goodness::files::write_whole;
use goodness::report::{Comparison, Run};
use goodness::run::RunFolder;

use super::{print_json, print_line};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness compare-recipes runs\n  \
                        goodness compare-recipes runs/mnist-1 runs/mnist-2 runs/tutorial-1 --html compare.html\n  \
                        goodness compare-recipes docs/results --markdown")]
pub(crate) struct Args {
    /// Folders of runs that are done, or folders that hold such folders
    #[arg(value_name = "FOLDER", required = true)]
    folders: Vec<PathBuf>,
    /// Write a page with the table and the learning curves
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print the table as Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print every run's figures as JSON, one a line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let mut all = Comparison::default();
    for folder in &args.folders {
        let runs = runs(folder)?;
        if runs.is_empty() {
            bail!("{}: no run that is done is in it: there is no summary.json", folder.display());
        }
        runs.into_iter().for_each(|run| all.add(run));
    }
    if let Some(file) = &args.html {
        write_whole(file, all.render().as_bytes()).with_context(|| format!("{}: cannot be written", file.display()))?;
    }
    if args.json {
        all.groups.iter().flat_map(|g| &g.runs).try_for_each(|run| print_json(&run.summary))?;
    } else {
        print_line(if args.markdown { all.markdown() } else { all.text() }.trim_end())?;
    }
    Ok(Done::Fully)
}

/// The runs in a folder: itself, or those in its folders, by name.
fn runs(folder: &Path) -> Result<Vec<Run>> {
    if folder.join("summary.json").is_file() {
        return Ok(vec![RunFolder::read_done(folder)?]);
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("{}: cannot be read", folder.display()))?;
    let mut inside: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    inside.retain(|path| path.join("summary.json").is_file());
    inside.sort();
    Ok(inside.iter().map(|path| RunFolder::read_done(path)).collect::<Result<_, _>>()?)
}
