//! The whole training step, counting only the arithmetic that is needed, as a share of the peak.

use goodness_engine::Pool;

use super::work::{Net, in_turn, operations_of_peak, peak_of, rates, steps};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "step", summary: "training steps, counting only the arithmetic that is needed", run };

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let pool = Pool::new(settings.threads)?;
    let mut rows = Vec::new();
    for net in [Net::new(3, 1000, 100), Net::new(4, 2000, 512)] {
        let mut trainer = net.trainer(settings.threads)?;
        let times = in_turn(settings, &mut [peak_of(&pool), steps(&mut trainer)])?;
        let peaks = rates(operations_of_peak(&pool), &times[0]);
        let name = format!("{}, batch {}", net.name(), net.batch);
        rows.push(Row::of_peak(&name, &rates(net.needed_to_learn(), &times[1]), &peaks));
        rows.push(Row::plain(name, "images/s", rates(net.batch as f64, &times[1])));
    }
    Ok(rows)
}
