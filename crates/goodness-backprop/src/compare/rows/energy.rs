//! # Energy
//!
//! Joules of the processor's packages, where the system lets them be read.

use super::{mean, runs};
use crate::compare::lab::Reached;
use crate::compare::shown::times;
use crate::compare::{CompareError, Lab, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "energy",
    measured: "Joules of all processor packages (RAPL) while the runs of the row accuracy trained and read the validation split; \
               whatever else the machine did meanwhile is in them.",
    parts: |_| Vec::new(),
    measure: |_: &mut Lab<'_>, _| Ok::<(), CompareError>(()),
    show,
};

fn show(setup: &Setup, store: &Store) -> Shown {
    let (runs, mut shown) = (runs(setup, store), Shown::default());
    let joules = |of: fn(&super::Both<Reached>) -> &Reached| {
        let read: Vec<f64> = runs.iter().filter_map(|r| of(r).joules).collect();
        (!read.is_empty()).then(|| mean(read))
    };
    let text = |joules: Option<f64>| joules.map_or("not readable here".to_string(), |j| format!("{j:.0}"));
    let (ff, bp) = (joules(|r| &r.ff), joules(|r| &r.bp));
    shown.line("joules a run", text(ff), text(bp));
    shown.sentence = match ff.zip(bp) {
        Some(both) => times("The energy of a run", both),
        None => "This machine does not let its energy be read, so there is nothing to say.".to_string(),
    };
    shown
}
