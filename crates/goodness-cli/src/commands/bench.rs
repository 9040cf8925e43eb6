//! `goodness bench`

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::builder::PossibleValuesParser;
use goodness::bench::{self, MEASUREMENTS, Measurement, Row, Settings};
use goodness::files;

use super::{print_json, print_line};
use crate::failure::{Done, Usage};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  goodness bench                        all, some minutes; leave the machine alone\n  \
                        goodness bench --only kernels --threads 1\n  goodness bench --plot bench.svg --json\n\n\
                        Figures are medians over rounds in which everything takes turns, with the smallest and the \
                        largest in brackets. Shares are of the peak that was measured in the same round."
)]
pub(crate) struct Args {
    /// Measure this alone; may be repeated
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(MEASUREMENTS.iter().map(|m| m.name)))]
    only: Vec<String>,
    /// Few rounds of few steps: shows that everything runs, gives no figures to quote
    #[arg(long)]
    quick: bool,
    /// Threads that compute; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Draw the figures, as SVG
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Print a line of JSON for each figure
    #[arg(long)]
    json: bool,
    /// Answer a question in a process of its own
    #[arg(long, hide = true, value_name = "QUESTION")]
    answer: Option<String>,
}

#[derive(serde::Serialize)]
struct Line<'a> {
    measurement: &'a str,
    threads: usize,
    quick: bool,
    #[serde(flatten)]
    row: &'a Row,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    if let Some(question) = &args.answer {
        print_line(&bench::answer(question, args.threads)?)?;
        return Ok(Done::Fully);
    }
    args.plot.as_deref().map_or(Ok(()), writable)?;
    let program = std::env::current_exe().context("cannot find this program's own file, to start it again")?;
    let program = (program, ["bench", "--answer"].map(String::from).to_vec());
    let threads = if args.threads > 0 { args.threads } else { std::thread::available_parallelism()?.get() };
    let settings = Settings { threads, quick: args.quick, program };
    let asked = |m: &&Measurement| args.only.is_empty() || args.only.iter().any(|name| name == m.name);
    let mut report = Vec::new();
    for measurement in MEASUREMENTS.iter().filter(asked) {
        let rows = (measurement.run)(&settings).with_context(|| format!("measuring {}", measurement.name))?;
        show((args, threads), measurement, &rows)?;
        report.push((measurement, rows));
    }
    if let Some(path) = &args.plot {
        files::write_whole(path, bench::plot(&report).as_bytes())
            .with_context(|| format!("{}: cannot write it", path.display()))?;
    }
    Ok(Done::Fully)
}

/// Minutes of measuring should not end at a folder that is not there.
fn writable(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.file_name().is_some() && folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    Err(Usage(format!("--plot {}: expected a file in a folder that is there", path.display())).into())
}

/// Prints a measurement as soon as it is there.
fn show((args, threads): (&Args, usize), measurement: &Measurement, rows: &[Row]) -> Result<()> {
    if !args.json {
        return print_line(&bench::text(measurement, rows));
    }
    let line = |row| Line { measurement: measurement.name, threads, quick: args.quick, row };
    rows.iter().try_for_each(|row| print_json(&line(row)))
}
