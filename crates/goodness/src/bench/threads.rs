//! What a second thread brings: to products that both share, and to layers that take turns as stages of a pipeline.

use super::work::{Contender, Net, in_turn, steps};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "threads", summary: "training steps of 2 threads, times the speed of 1", run };

/// Batches of an epoch, at whose ends a pipeline runs empty.
const EPOCH: usize = 100;
/// How many times as many of a pipeline's batches are timed: several may end close together.
const MORE: u64 = 4;

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::new();
    for net in [Net::new(3, 1000, 100), Net::new(4, 2000, 512)] {
        let (mut one, mut two) = (net.trainer(1)?, net.trainer(2)?);
        let mut stages = net.trainer_by("pipelined", EPOCH, 2)?;
        let times = in_turn(settings, &mut [steps(&mut one), steps(&mut two), longer(steps(&mut stages))])?;
        for (who, times_of_two) in [("", &times[1]), (", pipelined", &times[2])] {
            let gain = times[0].iter().zip(times_of_two).map(|(one, two)| one / two);
            rows.push(Row::plain(format!("{}, batch {}{who}", net.name(), net.batch), "×", gain));
        }
    }
    Ok(rows)
}

/// The same contender, timed for longer.
fn longer(mut contender: Contender<'_>) -> Contender<'_> {
    Box::new(move |times| Ok(contender(MORE * times)? / MORE as f64))
}
