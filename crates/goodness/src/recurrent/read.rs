//! Reading a recurrent network: every label is shown for some iterations, and is worth the goodness that it brings.

use goodness_core::Rows;
use goodness_engine::Matrix;

use super::States;
use crate::flow::Recurrent;
use crate::layer::Labelled;
use crate::network::Network;

/// Buffers of a reading.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    states: States,
}

impl Settled {
    /// Runs the iterations that reading looks at, with the label `label(row)` above the images of `input`, and writes each
    /// layer's goodness, averaged over those that count: rows × 1.
    pub(crate) fn run(
        &mut self,
        (network, flow): (&Network, Recurrent),
        input: Labelled<'_>,
        label: impl Fn(usize) -> u8 + Sync,
        g: &mut [Matrix],
    ) {
        for goodness in g.iter_mut() {
            goodness.resize(input.len(), 1);
            goodness.data_mut().fill(0.0);
        }
        let share = 1.0 / (flow.from..=flow.to).count() as f32;
        self.states.start((network, flow), input, label);
        for t in 1..=flow.to {
            for (l, goodness) in g.iter_mut().enumerate() {
                self.states.advance((network, flow), l, t);
                if flow.counts(t) {
                    let (_, now) = self.states.moved();
                    goodness.data_mut().iter_mut().zip(now.data()).for_each(|(sum, g)| *sum += share * g);
                }
            }
            self.states.turn();
        }
    }

    /// What the others heard last of layer number `l`.
    pub(crate) fn x(&self, l: usize) -> Rows<'_> {
        self.states.x(l)
    }
}
