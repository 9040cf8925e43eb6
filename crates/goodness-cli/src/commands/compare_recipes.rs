//! `goodness compare-recipes`

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use goodness::files::write_whole;
use goodness::report::Comparison;
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
        let runs = RunFolder::done_in(folder)?;
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
