//! # Accuracy
//!
//! Test error over the seeds, both getting the same of the budget; and, of the first seed, by the other budgets.

use goodness::report::Spread;
use goodness::report::chart::lines;
use goodness_engine::product;

use super::{Both, line, runs};
use crate::compare::lab::{Lab, Pace, Paces, Reached, Tuned, curve, pace, with_energy, with_epochs};
use crate::compare::shown::smaller;
use crate::compare::{Budget, CompareError, Row, Setup, Shown, Store};
use crate::{Choices, Form, Twin};

pub(super) const ROW: Row = Row {
    name: "accuracy",
    measured: "Test error in percent, mean ± standard deviation over the seeds, and of the first seed where the twin gets as \
               much time, as many epochs or as much arithmetic. The schedule ends where the budget does.",
    parts,
    measure,
    show,
};

/// Rates that are tried, as shares of the recipe's.
const GAINS: [f64; 4] = [0.1, 0.3, 1.0, 3.0];

fn parts(setup: &Setup) -> Vec<String> {
    let seeds = (1..=setup.seeds).map(|seed| format!("seed-{seed}"));
    let others = others(setup).map(|budget| format!("budget-{}", budget.name()));
    ["tune".to_string(), "pace".to_string()].into_iter().chain(seeds).chain(others).collect()
}

/// Budgets of which only the first seed runs.
fn others(setup: &Setup) -> impl Iterator<Item = Budget> {
    let own = setup.budget;
    Budget::ALL.into_iter().filter(move |b| *b != own)
}

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    match part.split_once('-') {
        Some(("seed", seed)) => both(lab, part, seed.parse().unwrap_or(1)),
        Some((_, budget)) => by_budget(lab, part, budget),
        None if part == "tune" => tune(lab),
        None => paces(lab),
    }
}

/// Short runs of the twin with every rate, normalised and plain; the best on the validation split is taken.
fn tune(lab: &mut Lab<'_>) -> Result<(), CompareError> {
    let epochs = (lab.setup.epochs() / 5).clamp(1, 10);
    let recipe = with_epochs(&lab.seeded(1)?, epochs)?;
    let mut tried = Vec::new();
    for plain in [false, true] {
        for gain in GAINS {
            let choices = Choices { plain, gain, ..Choices::default() };
            let error = match lab.backprop(&recipe, choices, lab.sets()) {
                Ok(twin) => 100.0 * twin.validation_error(),
                Err(CompareError::Twin(crate::TwinError::Diverged { .. })) => 100.0,
                Err(e) => return Err(e),
            };
            tried.push((choices, error));
        }
    }
    let best = tried.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(choices, _)| *choices).unwrap_or_default();
    lab.store.put("tune", &Tuned { tried, best, epochs })
}

/// How fast a step is, and what it takes.
fn paces(lab: &mut Lab<'_>) -> Result<(), CompareError> {
    let (recipe, batch) = (lab.seeded(1)?, lab.setup.recipe.train.batch);
    let (train, validation) = lab.sets();
    let mut trainer = goodness::Trainer::new(&recipe, train, validation, lab.setup.threads)?;
    let ff = pace(batch, || Ok(trainer.watched_step()?.last().map_or(0.0, |s| s.end)))?;
    let some = lab.first(1, 500)?.1;
    let count = |read: &dyn Fn()| {
        let before = product::multiply_adds();
        read();
        (product::multiply_adds() - before) as f64 / some.len() as f64
    };
    let reads_ff = count(&|| trainer.pool().run(|| drop(trainer.network().scores(&some))));
    let twin = |form| -> Result<(Pace, Twin), CompareError> {
        let (train, validation) = lab.sets();
        let choices = Choices { form, ..lab.choices() };
        let mut twin = Twin::new(&recipe, choices, train, validation, lab.setup.threads)?;
        Ok((pace(batch, || Ok(twin.watched_step()?.last().map_or(0.0, |s| s.end)))?, twin))
    };
    let (bp, whole) = twin(Form::Full)?;
    let reads_bp = count(&|| whole.pool().run(|| drop(whole.network().logits(&some))));
    let checkpointing = twin(Form::Checkpointing)?.0;
    lab.store.put("pace", &Paces { ff, bp, checkpointing, reading: (reads_ff, reads_bp) })
}

fn both(lab: &mut Lab<'_>, part: &str, seed: u64) -> Result<(), CompareError> {
    let (recipe, test) = (lab.seeded(seed)?, lab.test()?);
    let (trainer, joules) = with_energy(|| lab.forward_forward(&recipe, lab.sets()))?;
    let history = trainer.history();
    let ff = Reached {
        epochs: history.len(),
        seconds: history.iter().map(|e| e.seconds).sum(),
        test_error: 100.0 * trainer.pool().run(|| trainer.network().error(&test)),
        validation_error: history.iter().rev().find_map(|e| e.validation_error).unwrap_or(f64::NAN),
        curve: curve(history),
        joules,
        samples: (history.len() * lab.train.len()) as u64,
    };
    let (bp, twin) = twin(lab, seed, lab.twin_epochs(lab.setup.budget))?;
    lab.store.put(part, &Both { ff, bp })?;
    if seed == 1 {
        lab.remember(trainer, twin);
    }
    Ok(())
}

fn twin(lab: &mut Lab<'_>, seed: u64, epochs: usize) -> Result<(Reached, Twin), CompareError> {
    let (recipe, test) = (with_epochs(&lab.seeded(seed)?, epochs)?, lab.test()?);
    let choices = lab.choices();
    let (twin, joules) = with_energy(|| lab.backprop(&recipe, choices, lab.sets()))?;
    let history = twin.history();
    let reached = Reached {
        epochs: history.len(),
        seconds: history.iter().map(|e| e.seconds).sum(),
        test_error: 100.0 * twin.pool().run(|| twin.network().error(&test)),
        validation_error: history.iter().rev().find_map(|e| e.validation_error).unwrap_or(f64::NAN),
        curve: curve(history),
        joules,
        samples: (history.len() * lab.train.len()) as u64,
    };
    Ok((reached, twin))
}

fn by_budget(lab: &mut Lab<'_>, part: &str, budget: &str) -> Result<(), CompareError> {
    let budget = Budget::ALL.into_iter().find(|b| b.name() == budget).unwrap_or_default();
    let epochs = lab.twin_epochs(budget);
    let first: Option<Both<Reached>> = lab.store.get("seed-1");
    match first.filter(|run| run.bp.epochs == epochs) {
        Some(run) => lab.store.put(part, &run.bp),
        None => {
            let reached = twin(lab, 1, epochs)?.0;
            lab.store.put(part, &reached)
        }
    }
}

fn show(setup: &Setup, store: &Store) -> Shown {
    let (runs, mut shown) = (runs(setup, store), Shown::default());
    let spread = |of: fn(&Reached) -> f64, twin: bool| {
        let numbers: Vec<f64> = runs.iter().map(|r| of(if twin { &r.bp } else { &r.ff })).collect();
        Spread::of(&numbers)
    };
    let text = |s: Option<Spread>| s.map_or("–".to_string(), |s| s.to_string());
    let own = format!("{} ({} seeds)", setup.budget.title(), runs.len());
    for (what, of) in [("test", (|r| r.test_error) as fn(&Reached) -> f64), ("validation", |r| r.validation_error)] {
        shown.line(format!("{what} error %, {own}"), text(spread(of, false)), text(spread(of, true)));
    }
    for budget in others(setup) {
        let (Some(first), Some(bp)) = (runs.first(), store.get::<Reached>(&format!("budget-{}", budget.name()))) else {
            continue;
        };
        let what = format!("test error %, {} (seed 1)", budget.title());
        shown.line(
            what,
            format!("{:.2}", first.ff.test_error),
            format!("{:.2} after {} epochs", bp.test_error, bp.epochs),
        );
    }
    if let Some(tuned) = store.get::<Tuned>("tune") {
        let kind = if tuned.best.plain { "nothing normalised" } else { "normalised as in the recipe" };
        let chosen = format!("rate × {}, {kind}", tuned.best.gain);
        let what = format!("chosen among {} after {} epochs", tuned.tried.len(), tuned.epochs);
        shown.line(what, "the recipe", chosen);
    }
    shown.sentence = sentence(spread(|r| r.test_error, false), spread(|r| r.test_error, true));
    shown.charts = charts(&runs);
    shown
}

fn sentence(ff: Option<Spread>, bp: Option<Spread>) -> String {
    let (Some(ff), Some(bp)) = (ff, bp) else { return "No seed has run.".to_string() };
    let said = smaller("The mean test error", (ff.mean, bp.mean), 2, " %");
    match (ff.sd, bp.sd) {
        (Some(a), Some(b)) if (ff.mean - bp.mean).abs() <= a + b => {
            format!("{said} That is within the spread of the seeds (± {a:.2} and ± {b:.2}).")
        }
        (Some(_), Some(_)) => format!("{said} That is more than the spread of the seeds."),
        _ => format!("{said} One seed each: how far seeds spread is not known."),
    }
}

fn charts(runs: &[Both<Reached>]) -> String {
    let curves = |by_seconds: bool| {
        let points = |run: &Reached| {
            let read = run.curve.iter().enumerate();
            read.map(|(i, (seconds, error))| (if by_seconds { *seconds } else { i as f64 + 1.0 }, *error)).collect()
        };
        let pair =
            |r: &Both<Reached>| [line("Forward-Forward", false, points(&r.ff)), line("backprop", true, points(&r.bp))];
        runs.iter().flat_map(pair).collect::<Vec<_>>()
    };
    lines("Validation error, %, by seconds of training", "s", &curves(true))
        + &lines("Validation error, %, by reading", "reading", &curves(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_no_more_than_the_seeds_do() {
        let of = |mean, sd| Some(Spread { mean, sd });
        let said = sentence(of(1.2, Some(0.1)), of(1.3, Some(0.05)));
        assert!(said.contains("lower for Forward-Forward, by 0.10 %") && said.contains("within the spread"), "{said}");
        assert!(sentence(of(1.2, Some(0.1)), of(1.5, Some(0.05))).contains("more than the spread"));
        assert!(sentence(of(1.2, None), of(1.5, None)).contains("not known"));
        assert_eq!(sentence(None, None), "No seed has run.");
    }
}
