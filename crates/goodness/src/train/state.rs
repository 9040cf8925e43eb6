//! What a layer remembers between steps.

use goodness_core::optim::{Memory, Moment, Optimizer};
use goodness_engine::par::{self, MaybeEmpty};

use super::method::Method;
use crate::layer::{Dense, Gradients};

/// The memory of one layer's optimizer and penalty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LayerState {
    /// Up to two numbers for each weight.
    pub(crate) weights: [Vec<f32>; 2],
    /// Up to two numbers for each bias.
    pub(crate) biases: [Vec<f32>; 2],
    /// The penalty's running number of each unit.
    pub(crate) unit_means: Vec<f32>,
}

/// Weights that one thread updates at a time.
const BLOCK: usize = 1 << 14;

impl LayerState {
    pub(crate) fn new(layer: &Dense, method: &Method) -> Self {
        let slots = method.optimizer.slots();
        let zeros = |len: usize| [0, 1].map(|slot| vec![0.0; if slot < slots { len } else { 0 }]);
        Self {
            weights: zeros(layer.weights.data().len()),
            biases: zeros(layer.biases.len()),
            unit_means: vec![method.penalty.initial_state(); layer.units()],
        }
    }

    /// Moves the layer's weights and biases against their gradients.
    pub(super) fn update(&mut self, layer: &mut Dense, grads: &Gradients, optimizer: &dyn Optimizer, at: Moment) {
        let weights = (layer.weights.data_mut(), grads.weights.data());
        follow(weights, &mut self.weights, optimizer, at);
        let biases = (layer.biases.as_mut_slice(), grads.biases.as_slice());
        follow(biases, &mut self.biases, optimizer, Moment { decays: false, ..at });
    }
}

type Part<'a> = (&'a mut [f32], &'a [f32], MaybeEmpty<'a>, MaybeEmpty<'a>);

fn follow((w, g): (&mut [f32], &[f32]), memory: &mut [Vec<f32>; 2], optimizer: &dyn Optimizer, at: Moment) {
    let [first, second] = memory;
    let parts = (w, g, MaybeEmpty(first), MaybeEmpty(second));
    par::each_block(g.len(), BLOCK, parts, |_, (w, g, first, second): Part<'_>| {
        optimizer.update(at, w, g, Memory { first: first.0, second: second.0 });
    });
}
