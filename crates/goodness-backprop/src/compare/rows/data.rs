//! # Data
//!
//! The error by the number of training samples.

use goodness::Recipe;
use goodness::data::{self, Dataset};
use goodness::report::chart::lines_at;

use super::{Both, line, places};
use crate::compare::lab::{Lab, with_epochs};
use crate::compare::shown::smaller;
use crate::compare::{CompareError, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "data",
    measured: "Test error in percent by number of training samples, seed 1, read at the end of each run; nothing is chosen by it. \
               Small sets take about 600 steps of a quarter of the set at most; the last line is every sample, those of the \
               validation split included, by the recipe's own epochs.",
    parts: |_| SIZES.iter().map(|n| format!("{PART}{n}")).chain([format!("{PART}{ALL}")]).collect(),
    measure,
    show,
};

const PART: &str = "samples-";
const SIZES: [usize; 3] = [100, 1000, 10_000];
const ALL: &str = "all";
/// Steps that a small set is trained for.
const STEPS: usize = 600;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Trained {
    samples: usize,
    epochs: usize,
    batch: usize,
    errors: Both<f64>,
}

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    let trained = match part.trim_start_matches(PART).parse() {
        Ok(samples) if samples >= lab.train.len() => None,
        Ok(samples) => Some(of_few(lab, samples)?),
        Err(_) => Some(of_all(lab)?),
    };
    lab.store.put(part, &trained)
}

/// Trained on the first `samples`.
fn of_few(lab: &mut Lab<'_>, samples: usize) -> Result<Trained, CompareError> {
    let batch = lab.setup.recipe.train.batch.min(samples.div_ceil(4));
    let epochs = (STEPS * batch / samples).max(1);
    let settings = [format!("train.batch={batch}"), format!("train.epochs={epochs}")];
    let recipe = lab.seeded(1)?.with(&settings)?;
    let train = lab.first(samples, 1)?.0;
    trained(lab, &recipe, &train)
}

/// Trained on all there are.
fn of_all(lab: &mut Lab<'_>) -> Result<Trained, CompareError> {
    let (recipe, train) = (lab.seeded(1)?, data::load_train(&lab.setup.recipe.data)?);
    trained(lab, &recipe, &train)
}

/// Both, by equal epochs. The validation split is only what a trainer asks for: nothing that it says is used.
fn trained(lab: &mut Lab<'_>, recipe: &Recipe, train: &Dataset) -> Result<Trained, CompareError> {
    let recipe = recipe.with(&["train.validate_every=0".to_string()])?;
    let (test, held) = (lab.test()?, lab.first(1, 1)?.1);
    let trainer = lab.forward_forward(&recipe, (train.clone(), held.clone()))?;
    let ff = 100.0 * trainer.pool().run(|| trainer.network().error(&test));
    let twin = lab.backprop(&with_epochs(&recipe, trainer.epochs())?, lab.choices(), (train.clone(), held))?;
    let bp = 100.0 * twin.pool().run(|| twin.network().error(&test));
    let (epochs, batch) = (recipe.train.epochs, recipe.train.batch);
    Ok(Trained { samples: train.len(), epochs, batch, errors: Both { ff, bp } })
}

fn show(setup: &Setup, store: &Store) -> Shown {
    let (mut shown, mut all) = (Shown::default(), Vec::new());
    for run in (ROW.parts)(setup).iter().filter_map(|part| store.get::<Option<Trained>>(part)?) {
        let what = format!("{} samples ({} epochs, batches of {})", run.samples, run.epochs, run.batch);
        shown.line(what, format!("{:.2}", run.errors.ff), format!("{:.2}", run.errors.bp));
        all.push((run.samples.to_string(), run.errors));
    }
    shown.sentence = sentence(&all);
    let labels: Vec<String> = all.iter().map(|(n, _)| n.clone()).collect();
    let both = [
        line("Forward-Forward", false, places(all.iter().map(|(_, e)| e.ff))),
        line("backprop", true, places(all.iter().map(|(_, e)| e.bp))),
    ];
    shown.charts = lines_at("Test error, %", "training samples", &labels, &both);
    shown
}

/// Who needs fewer samples: the error at both ends, and at how many sizes it is lower.
fn sentence(all: &[(String, Both<f64>)]) -> String {
    let end = |(n, e): &(String, Both<f64>)| smaller(&format!("With {n} samples the error"), (e.ff, e.bp), 2, " %");
    let ends = [all.first(), all.last().filter(|_| all.len() > 1)];
    let said: String = ends.into_iter().flatten().map(|at| end(at) + " ").collect();
    let wins = all.iter().filter(|(_, e)| e.ff < e.bp).count();
    format!("{said}Forward-Forward has the lower error at {wins} of {} sizes.", all.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_both_ends() {
        let of = |n: &str, ff, bp| (n.to_string(), Both { ff, bp });
        let said = sentence(&[of("100", 20.0, 24.0), of("1000", 6.0, 5.0), of("60000", 1.5, 1.25)]);
        assert!(said.starts_with("With 100 samples the error is lower for Forward-Forward, by 4.00 %"), "{said}");
        assert!(said.contains("With 60000 samples the error is lower for backprop, by 0.25 %"), "{said}");
        assert!(said.ends_with("at 1 of 3 sizes."), "{said}");
    }
}
