//! The rows of the table, one file each.

mod accuracy;
mod arithmetic;
mod data;
mod depth;
mod energy;
mod features;
mod locality;
mod memory;
mod parallelism;
mod robustness;
mod speed;

use goodness::report::chart::Line;
use serde::{Deserialize, Serialize};

use super::lab::Reached;
use super::{Row, Setup, Store};

/// Every row, in the order of the table.
pub const ROWS: &[Row] = &[
    accuracy::ROW,
    speed::ROW,
    arithmetic::ROW,
    memory::ROW,
    depth::ROW,
    features::ROW,
    robustness::ROW,
    data::ROW,
    parallelism::ROW,
    locality::ROW,
    energy::ROW,
];

/// One number for layers that learn by themselves, one for the twin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Both<T> {
    ff: T,
    bp: T,
}

/// The runs of all seeds.
fn runs(setup: &Setup, store: &Store) -> Vec<Both<Reached>> {
    (1..=setup.seeds).filter_map(|seed| store.get(&format!("seed-{seed}"))).collect()
}

/// A line of a chart: layers that learn by themselves are blue, the twin is orange.
fn line(name: &str, twin: bool, points: Vec<(f64, f64)>) -> Line {
    let colour = if twin { "var(--c2)" } else { "var(--c1)" };
    Line { name: name.to_string(), colour: colour.to_string(), dashed: false, points }
}

/// Numbers over the places 0, 1, ….
fn places(values: impl IntoIterator<Item = f64>) -> Vec<(f64, f64)> {
    values.into_iter().enumerate().map(|(i, y)| (i as f64, y)).collect()
}

fn mean(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.into_iter().fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
    if count > 0.0 { sum / count } else { f64::NAN }
}
