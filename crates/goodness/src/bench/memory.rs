//! Memory that training takes beyond the weights and what the optimizer remembers of each, by depth: each depth in a
//! process of its own, for a process never forgets its peak.

use goodness_engine::memory::peak_bytes;

use super::child::ask;
use super::work::Net;
use super::{BenchError, Measurement, Row, Settings};
use crate::train::{Event, Flow};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "memory", summary: "training beyond weights and optimizer state; width 1000, batch 512", run };

/// What a question to a process starts with; the depth comes after it.
pub(super) const QUESTION: &str = "memory:";
/// Numbers that training keeps for each weight: itself, and the two that Adam remembers.
const KEPT: f64 = 3.0;
/// Steps after which nothing grows any more.
const STEPS: usize = 3;

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    // The peak of a process hardly varies.
    let (depths, rounds): (&[usize], _) = if settings.quick { (&[2, 4], 1) } else { (&[4, 16, 64], 3) };
    let mut rows = Vec::new();
    for depth in depths {
        let question = format!("{QUESTION}{depth}");
        let answers: Result<Vec<_>, _> = (0..rounds).map(|_| ask(settings, &question)).collect();
        let beyond = answers?.into_iter().map(|a| (a.figures[0] - a.figures[1]) / f64::from(1 << 20));
        rows.push(Row::plain(format!("{depth} layers"), "MiB", beyond));
    }
    Ok(rows)
}

/// Trains some steps: the peak of this process, and what of it weights and optimizer take, in bytes.
pub(super) fn answer(depth: &str, threads: usize) -> Result<Vec<f64>, BenchError> {
    let unknown = || BenchError::Question { came: format!("{QUESTION}{depth}") };
    let depth: usize = depth.parse().ok().filter(|depth| (1..=1000).contains(depth)).ok_or_else(unknown)?;
    let mut trainer = Net::new(depth, 1000, 512).trainer(threads)?;
    let mut done = 0;
    trainer.run(|event| {
        done += usize::from(matches!(event, Event::Step { .. }));
        if done >= STEPS { Flow::Stop } else { Flow::Continue }
    })?;
    let kept = KEPT * trainer.network().parameters() as f64 * size_of::<f32>() as f64;
    Ok(vec![peak_bytes().ok_or(BenchError::Size)? as f64, kept])
}
