//! # Speed
//!
//! Samples a second in the step itself, and the seconds until a validation error is first reached that both reach.

use super::{mean, runs};
use crate::compare::lab::{Paces, Reached};
use crate::compare::shown::times;
use crate::compare::{CompareError, Lab, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "speed",
    measured: "Training samples a second (median of 15 steps), seconds of a whole run, and seconds of training after which the \
               validation error was first seen at or below a value that all runs reach.",
    parts: |_| Vec::new(),
    measure: |_: &mut Lab<'_>, _| Ok::<(), CompareError>(()),
    show,
};

fn show(setup: &Setup, store: &Store) -> Shown {
    let (runs, mut shown) = (runs(setup, store), Shown::default());
    let Some(paces) = store.get::<Paces>("pace") else { return shown };
    let rate = |pace: f64| format!("{pace:.0}");
    shown.line("samples/s", rate(paces.ff.samples_per_second), rate(paces.bp.samples_per_second));
    let slower = paces.checkpointing.samples_per_second;
    shown.line("samples/s, activations computed again", "–", rate(slower));
    let seconds = |of: fn(&super::Both<Reached>) -> &Reached| mean(runs.iter().map(|r| of(r).seconds));
    shown.line("seconds of a run", format!("{:.1}", seconds(|r| &r.ff)), format!("{:.1}", seconds(|r| &r.bp)));
    let goal = goal(runs.iter().flat_map(|r| [&r.ff, &r.bp]));
    let first = |of: fn(&super::Both<Reached>) -> &Reached| mean(runs.iter().filter_map(|r| reached(of(r), goal)));
    let (ff, bp) = (first(|r| &r.ff), first(|r| &r.bp));
    shown.line(format!("seconds to a validation error of {goal:.2} %"), format!("{ff:.1}"), format!("{bp:.1}"));
    shown.sentence = format!(
        "{} {}",
        times("The rate", (paces.ff.samples_per_second, paces.bp.samples_per_second)),
        times(&format!("The time to {goal:.2} %"), (ff, bp))
    );
    shown
}

/// The lowest error that every run reaches.
fn goal<'a>(runs: impl Iterator<Item = &'a Reached>) -> f64 {
    runs.map(|run| run.curve.iter().map(|(_, e)| *e).fold(f64::INFINITY, f64::min)).fold(0.0, f64::max)
}

/// When a run first had an error of at most `goal`.
fn reached(run: &Reached, goal: f64) -> Option<f64> {
    run.curve.iter().find(|(_, error)| *error <= goal).map(|(seconds, _)| *seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_is_what_the_worse_run_reaches() {
        let run = |curve: &[(f64, f64)]| Reached { curve: curve.to_vec(), ..Reached::default() };
        let (a, b) = (run(&[(1.0, 5.0), (2.0, 2.0), (3.0, 2.5)]), run(&[(4.0, 3.0), (8.0, 1.0)]));
        assert_eq!(goal([&a, &b].into_iter()), 2.0);
        assert_eq!((reached(&a, 2.0), reached(&b, 2.0), reached(&a, 1.0)), (Some(2.0), Some(8.0), None));
    }
}
