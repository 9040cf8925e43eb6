//! `goodness find-rate`

use anyhow::Result;
use goodness::Recipe;
use goodness::recipe::BUILTIN;
use goodness::train::{RateRange, RateTest, Trainer};

use super::{load, print_json, print_line};
use crate::failure::{Done, Usage};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  goodness find-rate\n  goodness find-rate hinton-supervised --low 1e-5 --high 1 --steps 400\n\n\
                        A fresh network is trained while the rate rises from step to step. The suggestion is a third of \
                        the rate at which a layer's loss is lowest."
)]
pub(crate) struct Args {
    /// A recipe's name (see `goodness recipes`) or a TOML file
    #[arg(default_value = BUILTIN[0].name, value_name = "RECIPE|FILE.toml")]
    recipe: String,
    /// Change a key of the recipe; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// The first rate
    #[arg(long, value_name = "RATE", default_value_t = 1e-6)]
    low: f64,
    /// The last rate
    #[arg(long, value_name = "RATE", default_value_t = 1.0)]
    high: f64,
    /// Steps from the one to the other; each is one batch
    #[arg(long, value_name = "N", default_value_t = 300)]
    steps: usize,
    /// Threads that compute; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Print a line of JSON for each layer
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Row<'a> {
    layer: usize,
    suggested: Option<f64>,
    breaks_at: Option<f64>,
    /// Of all layers, the recipe's own, and where numbers went wrong.
    suggested_for_all: Option<f64>,
    recipe_rate: f64,
    broke: Option<f64>,
    rates: &'a [f64],
    smoothed_loss: &'a [f64],
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let range = checked(args)?;
    let recipe = Recipe::load_with(&args.recipe, &args.settings)?;
    let (training, validation) = load(&recipe)?;
    let mut trainer = Trainer::new(&recipe, training, validation, args.threads)?;
    let own = f64::from(trainer.method_mut().optimizer.rate());
    let test = trainer.find_rate(range)?;
    if args.json {
        rows(&test, own).try_for_each(|row| print_json(&row))?;
    } else {
        print_line(table(&test, own).trim_end())?;
    }
    Ok(Done::Fully)
}

fn checked(args: &Args) -> Result<RateRange> {
    let wrong = |what: String| Err(Usage(what).into());
    if !(args.low > 0.0 && args.low < args.high && args.high.is_finite()) {
        return wrong(format!("--low {} --high {}: expected 0 < low < high", args.low, args.high));
    }
    if args.steps < 2 {
        return wrong(format!("--steps {}: expected at least 2", args.steps));
    }
    Ok(RateRange { low: args.low, high: args.high, steps: args.steps })
}

fn rows(test: &RateTest, own: f64) -> impl Iterator<Item = Row<'_>> {
    test.layers.iter().map(move |(layer, losses)| Row {
        layer: *layer,
        suggested: test.suggested(losses),
        breaks_at: test.breaks_at(losses),
        suggested_for_all: test.overall(),
        recipe_rate: own,
        broke: test.broke,
        rates: &test.rates,
        smoothed_loss: losses,
    })
}

/// Columns of the picture of a layer's loss.
const COLUMNS: usize = 40;

fn table(test: &RateTest, own: f64) -> String {
    let (low, high) = (test.rates.first().copied().unwrap_or(0.0), test.rates.last().copied().unwrap_or(0.0));
    let mut lines = vec![format!(
        "{:<8}{:<COLUMNS$}  {:>9}  {:>9}",
        "",
        format!("loss, rate {low:.1e} … {high:.1e}"),
        "suggested",
        "breaks at"
    )];
    let rate = |r: Option<f64>| r.map_or("-".to_string(), |r| format!("{r:.1e}"));
    for row in rows(test, own) {
        let (picture, name) = (sparkline(row.smoothed_loss), format!("layer {}", row.layer));
        lines.push(format!("{name:<8}{picture}  {:>9}  {:>9}", rate(row.suggested), rate(row.breaks_at)));
    }
    let suggestion = test
        .overall()
        .map_or("no rate made the loss fall".to_string(), |r| format!("one rate for all layers: {r:.1e}"));
    lines.push(format!("{suggestion}; the recipe has {own:.1e}"));
    lines.join("\n")
}

/// The losses as a row of bars, the highest drawn no higher than where they started.
fn sparkline(losses: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let top = losses.first().copied().unwrap_or(0.0);
    let low = losses.iter().copied().fold(top, f64::min);
    let bar = |column: usize| {
        let loss = losses[(column * losses.len() / COLUMNS).min(losses.len().saturating_sub(1))];
        let height = if top > low { ((loss - low) / (top - low)).clamp(0.0, 1.0) } else { 0.0 };
        BARS[(height * 7.0).round() as usize]
    };
    if losses.is_empty() { String::new() } else { (0..COLUMNS).map(bar).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_eighty_columns() {
        let losses = vec![1.0, 0.5, 0.1, 0.4, 2.0];
        let test = RateTest { rates: vec![1e-4, 1e-3, 1e-2, 0.1, 1.0], layers: vec![(1, losses)], broke: None };
        let table = table(&test, 0.003);
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
        assert!(table.contains("layer 1 ████████▄"), "{table}");
        assert!(table.contains("one rate for all layers: 3.3e-3; the recipe has 3.0e-3"), "{table}");
    }
}
