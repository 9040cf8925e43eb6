//! The machine's peak in f32: what everything else is a share of.

use goodness_engine::Pool;

use super::work::{in_turn, operations_of_peak, peak_of, rates};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "peak", summary: "f32 multiply-adds that need nothing from memory", run };

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let (one, all) = (Pool::new(1)?, Pool::new(settings.threads)?);
    let seconds = in_turn(settings, &mut [peak_of(&one), peak_of(&all)])?;
    let row = |(pool, seconds): (&Pool, &Vec<f64>)| {
        let giga = rates(operations_of_peak(pool) * 1e-9, seconds);
        Row::plain(format!("{} thread{}", pool.threads(), if pool.threads() > 1 { "s" } else { "" }), "GFLOP/s", giga)
    };
    let mut rows: Vec<Row> = [&one, &all].into_iter().zip(&seconds).map(row).collect();
    // On one core the two are the same.
    rows.truncate(all.threads().min(2));
    Ok(rows)
}
