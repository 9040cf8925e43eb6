//! The machine's peak: what everything else is a share of.

use goodness_engine::Pool;

use super::work::{Contender, Peak, in_turn, rates};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "peak", summary: "multiply-adds that need nothing from memory", run };

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let mut pools = vec![Pool::new(1)?, Pool::new(settings.threads)?];
    // On one core the two are the same.
    pools.truncate(pools[1].threads().min(2));
    let peaks: Vec<(String, Peak<'_>)> = (pools.iter().map(|pool| (name(pool), Peak::of(pool))))
        .chain(pools.iter().filter_map(|pool| Some((format!("{} bf16", name(pool)), Peak::of_halves(pool)?))))
        .collect();
    let mut contenders: Vec<Contender<'_>> = peaks.iter().map(|(_, peak)| peak.contender()).collect();
    let seconds = in_turn(settings, &mut contenders)?;
    let rows = peaks.iter().zip(&seconds);
    Ok(rows.map(|((name, peak), s)| Row::plain(name.clone(), "GFLOP/s", rates(peak.operations * 1e-9, s))).collect())
}

fn name(pool: &Pool) -> String {
    format!("{} thread{}", pool.threads(), if pool.threads() > 1 { "s" } else { "" })
}
