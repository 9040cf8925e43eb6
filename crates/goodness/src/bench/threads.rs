//! What a second thread brings.

use super::work::{Net, in_turn, steps};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "threads", summary: "training steps of 2 threads, times the speed of 1", run };

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::new();
    for net in [Net::new(3, 1000, 100), Net::new(4, 2000, 512)] {
        let (mut one, mut two) = (net.trainer(1)?, net.trainer(2)?);
        let times = in_turn(settings, &mut [steps(&mut one), steps(&mut two)])?;
        let gain = times[0].iter().zip(&times[1]).map(|(one, two)| one / two);
        rows.push(Row::plain(format!("{}, batch {}", net.name(), net.batch), "×", gain));
    }
    Ok(rows)
}
