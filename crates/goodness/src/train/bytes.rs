//! How much memory the parts of a trainer take.

use goodness_engine::memory::held;

use super::trainer::Trainer;
use super::workspace::{LayerWork, Workspace};
use crate::layer::{Gradients, Layer};

/// Bytes of the parts of a trainer, by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bytes {
    /// Weights and biases, what layers remember of their units, their averages, those of readouts and of maps.
    pub weights: u64,
    /// What optimizers remember.
    pub optimizer: u64,
    /// Inputs, activities, and derivatives by them.
    pub activities: u64,
    /// Gradients of weights and biases.
    pub gradients: u64,
}

impl Gradients {
    /// Bytes of memory that it holds.
    pub fn bytes(&self) -> u64 {
        let own = held(self.matrices());
        own + held([&self.stack, &self.own])
            + self.packs.bytes()
            + self.whole.bytes()
            + 4 * self.biases.capacity() as u64
    }
}

impl Trainer {
    /// Bytes of what it is made of, without the data.
    pub fn bytes(&self) -> Bytes {
        let layer = |l: &Layer| 4 * l.parameters() as u64 + held([&l.running]);
        let averages = self.states.iter().filter_map(|s| s.average.as_ref()).map(layer);
        let readouts = || std::iter::once(&self.network.readout).chain(&self.method.adviser);
        let memories = self.states.iter().flat_map(|s| s.memories()).flat_map(|(_, m)| m);
        Bytes {
            weights: self.network.layers.iter().map(layer).chain(averages).sum::<u64>()
                + held(self.states.iter().map(|s| &s.map))
                + readouts().map(|r| held(r.weights())).sum::<u64>(),
            optimizer: memories.map(|m| 4 * m.capacity() as u64).sum::<u64>()
                + readouts().map(|r| held(r.memory())).sum::<u64>(),
            activities: self.work.bytes(),
            gradients: self.work.gradient_bytes(),
        }
    }
}

impl LayerWork {
    /// Bytes of activities and derivatives by them.
    pub(super) fn bytes(&self) -> u64 {
        let lent = [&self.h, &self.dz, &self.x, &self.g, &self.dg, &self.others, &self.known].into_iter();
        let between = self.between.matrices().into_iter().chain(self.slopes.matrices());
        let inside = between.chain(self.statistics.matrices());
        held(lent.chain(inside).chain(self.likeness.rows()))
    }

    /// Bytes of gradients.
    pub(super) fn gradient_bytes(&self) -> u64 {
        self.grads.bytes() + held([&self.likeness.dmap])
    }
}

impl Workspace {
    /// Bytes of inputs, activities and derivatives by them. What a recurrent flow keeps is not among them.
    fn bytes(&self) -> u64 {
        let inputs = self.images.bytes() + self.spoiled.images.bytes() + self.walk.bytes();
        let own = held(self.x.iter().chain(&self.g).chain([&self.scores]));
        inputs + own + self.layer.bytes() + self.line.bytes() + self.spare_bytes()
    }

    /// Bytes of gradients.
    fn gradient_bytes(&self) -> u64 {
        self.layer.gradient_bytes() + self.line.gradient_bytes() + self.gathered_bytes()
    }
}
