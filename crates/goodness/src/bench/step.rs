//! The whole training step, counting only the arithmetic that is needed, as a share of the peak.

use goodness_engine::Pool;

use super::work::{Net, shares, steps};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "step", summary: "training steps, counting only the arithmetic that is needed", run };

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let pool = Pool::new(settings.threads)?;
    let mut rows = Vec::new();
    for net in [Net::new(3, 1000, 1), Net::new(3, 1000, 16), Net::new(3, 1000, 100), Net::new(4, 2000, 512)] {
        let [mut plain, mut halves] =
            [net.trainer(settings.threads)?, Net { precision: "bf16", ..net.clone() }.trainer(settings.threads)?];
        let contenders = vec![(false, steps(&mut plain)), (true, steps(&mut halves))];
        let needed = net.needed_to_learn();
        for ([rates, peaks], precision) in shares(settings, &pool, needed, contenders)?.iter().zip(["", " bf16"]) {
            let name = format!("{}, batch {}{precision}", net.name(), net.batch);
            rows.push(Row::of_peak(&name, rates, peaks));
            let images: Vec<f64> = rates.iter().map(|rate| rate / needed * net.batch as f64).collect();
            rows.push(Row::plain(name, "images/s", images));
        }
    }
    Ok(rows)
}
