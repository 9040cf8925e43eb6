//! # Parallelism
//!
//! How much faster more threads are, and what waits for what within a step.

use goodness::Trainer;
use goodness::report::chart::lines_at;
use goodness::train::Span;
use serde::{Deserialize, Serialize};

use super::{Both, line, places};
use crate::Twin;
use crate::compare::lab::{Lab, pace};
use crate::compare::timeline;
use crate::compare::{CompareError, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "parallelism",
    measured: "Training samples a second by number of threads (median of 15 steps), and one step drawn from its time stamps: \
               a layer that learns by itself is done when its own bar ends, a layer of the twin waits for all above it.",
    parts: |_| vec!["parallelism".to_string()],
    measure,
    show,
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Threads {
    threads: Vec<usize>,
    rates: Both<Vec<f64>>,
    steps: Both<Vec<Span>>,
}

/// 1, 2, 4, … and all there are.
fn counts() -> Vec<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut counts: Vec<usize> = std::iter::successors(Some(1), |n| Some(2 * n)).take_while(|n| *n < cores).collect();
    counts.push(cores);
    counts
}

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    let (recipe, batch, choices) = (lab.seeded(1)?, lab.setup.recipe.train.batch, lab.choices());
    let mut all = Threads { threads: counts(), ..Threads::default() };
    for threads in all.threads.clone() {
        lab.say(&format!("{threads} threads"), 0.0)?;
        let (train, validation) = lab.sets();
        let mut trainer = Trainer::new(&recipe, train, validation, threads)?;
        let mut step = Vec::new();
        let ff = pace(batch, || {
            step = trainer.watched_step()?;
            Ok(step.last().map_or(0.0, |s| s.end))
        })?;
        all.rates.ff.push(ff.samples_per_second);
        all.steps.ff = step;
        let (train, validation) = lab.sets();
        let mut twin = Twin::new(&recipe, choices, train, validation, threads)?;
        let mut step = Vec::new();
        let bp = pace(batch, || {
            step = twin.watched_step()?;
            Ok(step.last().map_or(0.0, |s| s.end))
        })?;
        all.rates.bp.push(bp.samples_per_second);
        all.steps.bp = step;
    }
    lab.store.put(part, &all)
}

fn show(_: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let Some(all) = store.get::<Threads>("parallelism") else { return shown };
    let speedup = |rates: &[f64]| rates.iter().map(|r| r / rates[0]).collect::<Vec<_>>();
    let (ff, bp) = (speedup(&all.rates.ff), speedup(&all.rates.bp));
    for (i, threads) in all.threads.iter().enumerate() {
        let cell = |rates: &[f64], speedup: &[f64]| format!("{:.0} (× {:.2})", rates[i], speedup[i]);
        shown.line(format!("samples/s, threads: {threads}"), cell(&all.rates.ff, &ff), cell(&all.rates.bp, &bp));
    }
    let done =
        |spans: &[Span]| share_when_first_layer_is_done(spans).map_or("–".to_string(), |s| format!("{s:.0} %"));
    shown.line("of a step, until layer 1 has its new weights", done(&all.steps.ff), done(&all.steps.bp));
    if let (Some(a), Some(b), Some(threads)) = (ff.last(), bp.last(), all.threads.last()) {
        shown.sentence = match threads {
            1 => "One core: there is no speed-up to measure.".to_string(),
            n => format!(
                "{n} threads are {a:.2} times as fast as one for Forward-Forward, {b:.2} times for backprop; here both share the \
                 work of each product, and layers do not run beside one another."
            ),
        };
    }
    let longest = [&all.steps.ff, &all.steps.bp].into_iter().flatten().map(|s| s.end).fold(0.0, f64::max);
    let labels: Vec<String> = all.threads.iter().map(ToString::to_string).collect();
    let both = [line("Forward-Forward", false, places(ff)), line("backprop", true, places(bp))];
    shown.charts = timeline::chart("A step of Forward-Forward", &all.steps.ff, longest)
        + &timeline::chart("A step of backprop", &all.steps.bp, longest)
        + &lines_at("Speed-up", "threads", &labels, &both);
    shown
}

/// The share of a step, in percent, after which the first layer has learned.
fn share_when_first_layer_is_done(spans: &[Span]) -> Option<f64> {
    let done = spans.iter().rev().find(|s| s.layer == 0 && ["learn", "update"].contains(&s.what.as_str()))?;
    Some(100.0 * done.end / spans.last()?.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_layer_is_done_when_its_own_bar_ends() {
        let span = |what: &str, layer, start, end| Span { what: what.into(), layer, start, end };
        let ff = [span("load", 0, 0.0, 1.0), span("learn", 0, 1.0, 2.0), span("learn", 1, 2.0, 4.0)];
        assert_eq!(share_when_first_layer_is_done(&ff), Some(50.0));
        let bp = [span("forward", 0, 0.0, 1.0), span("update", 1, 1.0, 2.0), span("update", 0, 2.0, 4.0)];
        assert_eq!(share_when_first_layer_is_done(&bp), Some(100.0));
        assert_eq!(share_when_first_layer_is_done(&[]), None);
        assert_eq!(counts()[0], 1);
    }
}
