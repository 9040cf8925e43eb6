//! Measuring the machine, and what is made of it: the peak, each kernel and the whole step as shares of it, inference,
//! threads, start-up, memory.
//!
//! Everything is measured in turn, round by round, so that what disturbs the machine disturbs all alike; figures are
//! medians with the smallest and the largest. A measurement is added by one new file here and its line in [`MEASUREMENTS`].

mod child;
mod convolution;
mod error;
mod inference;
mod kernels;
mod memory;
mod peak;
mod plot;
mod row;
mod startup;
mod step;
mod table;
mod threads;
mod work;

use std::path::PathBuf;

pub use child::answer;
pub use error::BenchError;
pub use plot::plot;
pub use row::{Measured, Row};
pub use table::text;

/// How to measure.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Threads that compute; 0 means one for each core.
    pub threads: usize,
    /// Few rounds of few steps: to see that everything runs, not to quote.
    pub quick: bool,
    /// The program that answers to [`answer`] in a process of its own, and what goes before the question.
    pub program: (PathBuf, Vec<String>),
}

/// Something that can be measured.
#[derive(Clone, Copy, Debug)]
pub struct Measurement {
    /// Its name.
    pub name: &'static str,
    /// What it says, for the head of its table.
    pub summary: &'static str,
    /// Measures it.
    pub run: fn(&Settings) -> Result<Vec<Row>, BenchError>,
}

/// Every measurement, in the order of the report.
pub const MEASUREMENTS: &[Measurement] = &[
    peak::MEASUREMENT,
    kernels::MEASUREMENT,
    convolution::MEASUREMENT,
    step::MEASUREMENT,
    inference::MEASUREMENT,
    threads::MEASUREMENT,
    startup::MEASUREMENT,
    memory::MEASUREMENT,
];

impl Settings {
    /// Rounds of a measurement whose round is short.
    fn rounds(&self) -> usize {
        if self.quick { 2 } else { 9 }
    }

    /// Seconds that a contender computes in a round, about.
    fn seconds(&self) -> f64 {
        if self.quick { 0.02 } else { 0.4 }
    }
}
