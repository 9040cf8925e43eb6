//! What the twin's optimizer remembers, and how weights follow their gradients.

use goodness::layer::{Dense, Gradients};
use goodness_core::optim::{Memory, Optimizer, Pace};
use goodness_engine::par::{self, MaybeEmpty};

/// Weights that one thread updates at a time.
const BLOCK: usize = 1 << 14;

/// The memory of one layer's optimizer: up to two numbers for each weight and each bias.
#[derive(Clone, Debug, Default)]
pub(crate) struct LayerMemory {
    weights: [Vec<f32>; 2],
    biases: [Vec<f32>; 2],
}

impl LayerMemory {
    pub(crate) fn new(layer: &Dense, slots: usize) -> Self {
        let zeros = |len: usize| [0, 1].map(|slot| vec![0.0; if slot < slots { len } else { 0 }]);
        Self { weights: zeros(layer.weights.data().len()), biases: zeros(layer.biases.len()) }
    }

    /// Moves weights and biases against their gradients.
    pub(crate) fn update(&mut self, layer: &mut Dense, grads: &Gradients, optimizer: &dyn Optimizer, pace: Pace) {
        follow((layer.weights.data_mut(), grads.weights.data()), &mut self.weights, optimizer, pace);
        follow((&mut layer.biases, &grads.biases), &mut self.biases, optimizer, pace.still());
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.weights.iter().chain(&self.biases).map(|m| 4 * m.capacity() as u64).sum()
    }
}

type Part<'a> = (&'a mut [f32], &'a [f32], MaybeEmpty<'a>, MaybeEmpty<'a>);

fn follow((w, g): (&mut [f32], &[f32]), memory: &mut [Vec<f32>; 2], optimizer: &dyn Optimizer, pace: Pace) {
    let [first, second] = memory;
    let parts = (w, g, MaybeEmpty(first), MaybeEmpty(second));
    par::each_block(g.len(), BLOCK, parts, |_, (w, g, first, second): Part<'_>| {
        optimizer.update(pace, w, g, Memory { first: first.0, second: second.0 });
    });
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
pub(crate) fn drift(average: &mut Dense, now: &Dense, keep: f32) {
    let mix = |average: &mut [f32], now: &[f32]| {
        par::each_block(now.len(), BLOCK, (average, now), |_, (average, now): (&mut [f32], &[f32])| {
            average.iter_mut().zip(now).for_each(|(a, n)| *a += (1.0 - keep) * (n - *a));
        });
    };
    mix(average.weights.data_mut(), now.weights.data());
    mix(&mut average.biases, &now.biases);
    mix(average.running.data_mut(), now.running.data());
}
