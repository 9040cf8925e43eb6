//! `goodness sweep`

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use goodness::sweep::{Progress, Sweep, varied};
use goodness::train::Flow;

use super::{print_json, print_line};
use crate::failure::Done;
use crate::interrupt;

#[derive(clap::Args)]
#[command(
    after_help = "Example: rates.toml\n  recipe = \"mnist\"\n  draws = 12          # leave out to try every combination of lists\n  \
                        rungs = [1, 3, 9]   # compare after 1 and 3 epochs, the best end with 9\n  keep = 0.33         # share that passes a rung\n  \
                        [keys]\n  optimizer.rate = { from = 0.0003, to = 0.03, log = true }\n  loss.alpha = [2, 4, 8]\n\n  \
                        goodness sweep rates.toml\n\nKilled or interrupted, the same command goes on where it stood. The test set is never read."
)]
pub(crate) struct Args {
    /// The sweep file
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
    /// The sweep's folder [default: sweeps/<name of the file>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads that compute; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Print the trials as JSON, one a line; all else goes to standard error
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Row<'a> {
    settings: &'a [String],
    epochs: usize,
    validation_error: Option<f64>,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let text =
        std::fs::read_to_string(&args.file).with_context(|| format!("{}: cannot read it", args.file.display()))?;
    let name = args.file.file_stem().map(PathBuf::from).unwrap_or_default();
    let folder = args.out.clone().unwrap_or_else(|| Path::new("sweeps").join(name));
    let sweep = Sweep::open(&args.file.display().to_string(), &text, &folder, args.threads)?;
    interrupt::listen()?;
    let outcome = sweep.run(|progress| {
        say(progress, args.json);
        if interrupt::asked() { Flow::Stop } else { Flow::Continue }
    })?;
    let Some(outcome) = outcome else {
        eprintln!("interrupted; what the trials reached is kept. Go on with the same command");
        return Ok(Done::Interrupted);
    };
    if args.json {
        for t in &outcome.trials {
            print_json(&Row { settings: &t.settings, epochs: t.epochs, validation_error: t.error })?;
        }
        return Ok(Done::Fully);
    }
    print_line(outcome.text().trim_end())?;
    for influence in outcome.influences() {
        print_line(&format!("{}: {:.0} % of the order of the trials", influence.key, 100.0 * influence.share))?;
    }
    print_line(&format!("look at {}", sweep.folder().join("report.html").display()))?;
    Ok(Done::Fully)
}

/// A line for what happened; steps are silent.
fn say(progress: Progress<'_>, json: bool) {
    let line = match progress {
        Progress::Step => return,
        Progress::Reached { trial, epochs, settings, error } => {
            let error = error.map_or("broke down".to_string(), |e| format!("{e:.2} %"));
            let words = varied(settings).join("  ");
            format!("trial {trial} after {epochs} epochs: {error}  {words}")
        }
        Progress::Rung { epochs, passed: (passed, of) } => format!("after {epochs} epochs {passed} of {of} go on"),
    };
    // A reader that went away must not stop the sweep.
    let _ = if json { writeln!(std::io::stderr(), "{line}") } else { writeln!(std::io::stdout(), "{line}") };
}
