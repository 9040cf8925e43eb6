//! Weights follow their gradients, by whatever rule the optimizer is: number by number, or a layer's matrix as one.

use goodness_core::optim::{Memory, Optimizer, Orthogonal, Pace};
use goodness_core::{Rows, RowsMut};
use goodness_engine::par::{self, MaybeEmpty};
use goodness_engine::{Matrix, Orthogonalizer};

use crate::layer::{Gradients, Input, Layer};

/// Weights that one thread updates at a time.
const BLOCK: usize = 1 << 14;

type Part<'a> = (&'a mut [f32], &'a [f32], MaybeEmpty<'a>, MaybeEmpty<'a>);

/// Up to two numbers remembered of each of `len` weights; `slots` says how many.
pub fn memory(slots: usize, len: usize) -> [Vec<f32>; 2] {
    [0, 1].map(|slot| vec![0.0; if slot < slots { len } else { 0 }])
}

/// Moves numbers against their gradient, one by one.
pub fn follow((w, g): (&mut [f32], &[f32]), memory: &mut [Vec<f32>; 2], optimizer: &dyn Optimizer, pace: Pace) {
    let [first, second] = memory;
    let parts = (w, g, MaybeEmpty(first), MaybeEmpty(second));
    par::each_block(g.len(), BLOCK, parts, |_, (w, g, first, second): Part<'_>| {
        optimizer.update(pace, w, g, Memory { first: first.0, second: second.0 });
    });
}

/// `average ← keep · average + (1 − keep) · now`.
pub fn drift(average: &mut [f32], now: &[f32], keep: f32) {
    par::each_block(now.len(), BLOCK, (average, now), |_, (average, now): (&mut [f32], &[f32])| {
        average.iter_mut().zip(now).for_each(|(a, n)| *a += (1.0 - keep) * (n - *a));
    });
}

/// Moves a layer's W against its gradient piece by piece as that is made, or as one where it has to be.
pub(crate) fn follow_pieces(
    (layer, input): (&mut Layer, &Input<'_>),
    dz: RowsMut<'_>,
    grads: &mut Gradients,
    memory: &mut [Vec<f32>; 2],
    (optimizer, pace): (&dyn Optimizer, Pace),
) {
    let [first, second] = memory;
    if let Some(rule) = optimizer.orthogonal() {
        let mut whole = std::mem::take(&mut grads.whole);
        whole.direction.resize(layer.weights.len(), layer.weights.width());
        layer.hand_out_grads(input, dz, grads, [first, whole.direction.data_mut()], |piece| {
            let [memory, direction] = piece.following;
            rule.gather(piece.numbers, memory, direction);
        });
        whole.apply(rule, layer, pace);
        grads.whole = whole;
        return;
    }
    let mut weights = std::mem::take(&mut layer.weights);
    layer.hand_out_grads(input, dz, grads, [weights.data_mut(), first, second], |piece| {
        let [w, first, second] = piece.following;
        optimizer.update(pace, w, piece.numbers, Memory { first, second });
    });
    layer.weights = weights;
}

/// Moves a layer's W against the gradient that stands in `grads.weights`.
pub fn follow_weights(
    layer: &mut Layer,
    grads: &mut Gradients,
    memory: &mut [Vec<f32>; 2],
    (optimizer, pace): (&dyn Optimizer, Pace),
) {
    let Gradients { weights: gradient, whole, .. } = grads;
    let Some(rule) = optimizer.orthogonal() else {
        return follow((layer.weights.data_mut(), gradient.data()), memory, optimizer, pace);
    };
    whole.direction.resize(gradient.len(), gradient.width());
    let parts = (&mut memory[0][..], gradient.data(), whole.direction.data_mut());
    par::each_block(
        parts.1.len(),
        BLOCK,
        parts,
        |_, (memory, gradient, direction): (&mut [f32], &[f32], &mut [f32])| {
            rule.gather(gradient, memory, direction);
        },
    );
    whole.apply(rule, layer, pace);
}

/// The room in which matrices are made orthogonal; one serves all layers in turn.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    direction: Matrix,
    orthogonal: Matrix,
    orthogonalizer: Orthogonalizer,
}

impl Whole {
    /// Moves W against the direction. Units that see the same inputs are a matrix, so groups and places are several.
    fn apply(&mut self, rule: Orthogonal, layer: &mut Layer, pace: Pace) {
        let Self { direction, orthogonal, orthogonalizer } = self;
        let (units, inputs) = (layer.weights.len() / layer.matrices().max(1), layer.weights.width());
        orthogonal.resize(layer.weights.len(), inputs);
        let size = (units * inputs).max(1);
        for (from, to) in direction.data().chunks_exact(size).zip(orthogonal.data_mut().chunks_exact_mut(size)) {
            let (from, to) = (Rows::new(from, units, inputs), RowsMut::new(to, units, inputs));
            orthogonalizer.write(layer.precision, from, rule.rounds, to);
        }
        let parts = (orthogonal.data(), layer.weights.data_mut());
        par::each_block(parts.0.len(), BLOCK, parts, |_, (orthogonal, weights): (&[f32], &mut [f32])| {
            rule.apply(pace, (units, inputs), orthogonal, weights);
        });
    }

    /// Bytes of memory that it holds.
    pub(crate) fn bytes(&self) -> u64 {
        4 * (self.direction.capacity() + self.orthogonal.capacity()) as u64 + self.orthogonalizer.bytes()
    }
}
