//! What the twin's optimizer remembers, and how weights follow their gradients.

use goodness::follow::{self, follow, follow_weights};
use goodness::layer::{Gradients, Layer};
use goodness_core::optim::{Optimizer, Pace};
use goodness_engine::par;

/// Weights that one thread adds up at a time.
const BLOCK: usize = 1 << 14;

/// The memory of one layer's optimizer: up to two numbers for each weight and each bias.
#[derive(Clone, Debug, Default)]
pub(crate) struct LayerMemory {
    weights: [Vec<f32>; 2],
    biases: [Vec<f32>; 2],
    /// Whether it is the softmax at the top, whose weights never move as one: nor do those of what goodness is read through.
    top: bool,
}

impl LayerMemory {
    pub(crate) fn new(layer: &Layer, top: bool, optimizer: &dyn Optimizer) -> Self {
        let slots = if top { optimizer.slots() } else { optimizer.slots_of_matrix() };
        Self {
            weights: follow::memory(slots, layer.weights.data().len()),
            biases: follow::memory(optimizer.slots(), layer.biases.len()),
            top,
        }
    }

    /// Moves weights and biases against their gradients.
    pub(crate) fn update(&mut self, layer: &mut Layer, grads: &mut Gradients, optimizer: &dyn Optimizer, pace: Pace) {
        if self.top {
            follow((layer.weights.data_mut(), grads.weights.data()), &mut self.weights, optimizer, pace);
        } else {
            follow_weights(layer, grads, &mut self.weights, (optimizer, pace));
        }
        follow((&mut layer.biases, &grads.biases), &mut self.biases, optimizer, pace.still());
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.weights.iter().chain(&self.biases).map(|m| 4 * m.capacity() as u64).sum()
    }
}

/// Adds the gradients of a part of a batch to those of the parts before it.
pub(crate) fn add(to: &mut Gradients, from: &Gradients, first: bool) {
    to.weights.resize(from.weights.len(), from.weights.width());
    to.biases.resize(from.biases.len(), 0.0);
    let sum = |to: &mut [f32], from: &[f32]| {
        par::each_block(from.len(), BLOCK, (to, from), |_, (to, from): (&mut [f32], &[f32])| match first {
            true => to.copy_from_slice(from),
            false => to.iter_mut().zip(from).for_each(|(t, f)| *t += f),
        });
    };
    sum(to.weights.data_mut(), from.weights.data());
    sum(&mut to.biases, &from.biases);
}

/// `average ← keep · average + (1 − keep) · now`.
pub(crate) fn drift(average: &mut Layer, now: &Layer, keep: f32) {
    follow::drift(average.weights.data_mut(), now.weights.data(), keep);
    follow::drift(&mut average.biases, &now.biases, keep);
    follow::drift(average.running.data_mut(), now.running.data(), keep);
}
