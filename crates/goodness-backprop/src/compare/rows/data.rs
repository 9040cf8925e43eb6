//! # Data
//!
//! The error by the number of training samples.

use goodness::report::chart::lines_at;

use super::{Both, line, places};
use crate::compare::lab::{Lab, Reached, with_epochs};
use crate::compare::shown::smaller;
use crate::compare::{CompareError, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "data",
    measured: "Validation error in percent by number of training samples, seed 1. Small sets take about 600 steps of a quarter \
               of the set at most; the last line is the run of the row accuracy.",
    parts: |_| SIZES.iter().map(|n| format!("data-{n}")).collect(),
    measure,
    show,
};

const SIZES: [usize; 3] = [100, 1000, 10_000];
/// Steps that a small set is trained for.
const STEPS: usize = 600;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Few {
    samples: usize,
    epochs: usize,
    batch: usize,
    errors: Both<f64>,
}

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    let samples = part.trim_start_matches("data-").parse::<usize>().unwrap_or(100);
    if samples >= lab.train.len() {
        return lab.store.put(part, &None::<Few>);
    }
    let batch = lab.setup.recipe.train.batch.min(samples.div_ceil(4));
    let epochs = (STEPS * batch / samples).max(1);
    let settings =
        [format!("train.batch={batch}"), "train.validate_every=0".to_string(), format!("train.epochs={epochs}")];
    let recipe = lab.seeded(1)?.with(&settings)?;
    let sets = |lab: &Lab<'_>| lab.first(samples, usize::MAX);
    let mut trainer = lab.forward_forward(&recipe, sets(lab)?)?;
    let ff = 100.0 * trainer.validation_error();
    let twin = lab.backprop(&with_epochs(&recipe, trainer.epochs())?, lab.choices(), sets(lab)?)?;
    let bp = 100.0 * twin.validation_error();
    lab.store.put(part, &Some(Few { samples, epochs, batch, errors: Both { ff, bp } }))
}

fn show(_: &Setup, store: &Store) -> Shown {
    let (mut shown, mut all) = (Shown::default(), Vec::new());
    for few in SIZES.iter().filter_map(|n| store.get::<Option<Few>>(&format!("data-{n}"))?) {
        let what = format!("{} samples ({} epochs, batches of {})", few.samples, few.epochs, few.batch);
        shown.line(what, format!("{:.2}", few.errors.ff), format!("{:.2}", few.errors.bp));
        all.push((few.samples.to_string(), few.errors));
    }
    if let Some(run) = store.get::<Both<Reached>>("seed-1") {
        let samples = run.ff.samples / run.ff.epochs.max(1) as u64;
        let errors = Both { ff: run.ff.validation_error, bp: run.bp.validation_error };
        let what = format!("{samples} samples ({} epochs)", run.ff.epochs);
        shown.line(what, format!("{:.2}", errors.ff), format!("{:.2}", errors.bp));
        all.push((samples.to_string(), errors));
    }
    let wins = all.iter().filter(|(_, e)| e.ff < e.bp).count();
    let few = all
        .first()
        .map_or(String::new(), |(n, e)| smaller(&format!("With {n} samples the error"), (e.ff, e.bp), 2, " %"));
    shown.sentence = format!("{few} Forward-Forward has the lower error at {wins} of {} sizes.", all.len());
    let labels: Vec<String> = all.iter().map(|(n, _)| n.clone()).collect();
    let both = [
        line("Forward-Forward", false, places(all.iter().map(|(_, e)| e.ff))),
        line("backprop", true, places(all.iter().map(|(_, e)| e.bp))),
    ];
    shown.charts = lines_at("Validation error, %", "training samples", &labels, &both);
    shown
}
