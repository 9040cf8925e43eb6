//! # Arithmetic
//!
//! Multiply-adds, counted in the matrix products of real steps, and the rate at which they were done.

use crate::compare::lab::{Pace, Paces};
use crate::compare::shown::times;
use crate::compare::{CompareError, Lab, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "arithmetic",
    measured: "Multiply-adds of matrix products, counted while the steps of the row speed ran: millions a training sample and a \
               sample that is read, and billions a second.",
    parts: |_| Vec::new(),
    measure: |_: &mut Lab<'_>, _| Ok::<(), CompareError>(()),
    show,
};

fn show(_: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let Some(paces) = store.get::<Paces>("pace") else { return shown };
    let millions = |count: f64| format!("{:.3}", count / 1e6);
    let rate = |pace: &Pace| format!("{:.1}", pace.multiply_adds * pace.samples_per_second / 1e9);
    shown.line("millions a training sample", millions(paces.ff.multiply_adds), millions(paces.bp.multiply_adds));
    shown.line("the same, activations computed again", "–", millions(paces.checkpointing.multiply_adds));
    shown.line("millions a sample read", millions(paces.reading.0), millions(paces.reading.1));
    shown.line("billions a second in training", rate(&paces.ff), rate(&paces.bp));
    let training = times("The arithmetic of a training sample", (paces.ff.multiply_adds, paces.bp.multiply_adds));
    shown.sentence = format!("{training} {}", times("That of a sample read", paces.reading));
    shown
}
