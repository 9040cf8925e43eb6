//! One step of a recurrent network: at every iteration every layer learns from its own state, and nothing else.
//!
//! As in [`layer_step`](super::layer_step) rows come stacked, positives and then negatives, and whatever a layer hears is
//! given: from below, from above, and from its own past. The iterations of a batch make one update, by the sum of their
//! gradients. What the image and the label say is the same at each of them, so it needs one product with the sum of dz.

use goodness_core::optim::Pace;
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, par, product};

use super::error::TrainError;
use super::hierarchy::Supers;
use super::layer_step::add_slope;
use super::method::Method;
use super::state::LayerState;
use super::sums::LayerSums;
use super::trainer::Trainer;
use super::workspace::Workspace;
use crate::flow::Recurrent;
use crate::layer::{Gradients, Input, Labelled, sum_columns};
use crate::network::Network;
use crate::recurrent::States;

/// Buffers of the iterations; all but the last serve all layers in turn.
#[derive(Debug, Default)]
pub(super) struct RecurrentWork {
    states: States,
    /// Derivative of the loss by h, then by u: rows × units.
    dz: Matrix,
    dg: Matrix,
    loss: Vec<f32>,
    mean_h: Vec<f32>,
    slope: Vec<f32>,
    gathered: Vec<Gathered>,
}

/// What a layer has gathered from the iterations so far.
#[derive(Debug, Default)]
struct Gathered {
    /// Σ over iterations of dz: rows × units.
    dz: Matrix,
    grads: Gradients,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;
/// Units that one thread takes at a time.
const UNITS: usize = 64;

impl Trainer {
    /// Trains all layers of a recurrent network by the batch that has been drawn.
    pub(super) fn learn_in_iterations(&mut self, flow: Recurrent, pace: Pace) -> Result<(), TrainError> {
        let Workspace { images, labels, truth, wrong, recurrent: work, .. } = &mut self.work;
        let (network, input) = ((&self.network, flow), Labelled { images, labels });
        let label = |row: usize| if row < truth.len() { truth[row] } else { wrong[row - truth.len()] };
        work.states.start(network, input, label);
        work.clear(&self.network, input.len());
        for t in 1..=flow.iterations {
            for (l, state) in self.states.iter_mut().enumerate() {
                work.states.advance(network, l, t);
                let sums = work.learn((l, t), network, (&self.method, state), truth);
                sums.check(l, self.position.step)?;
                if flow.counts(t) {
                    self.position.sums[l].add(&sums, &work.mean_h);
                }
            }
            work.states.turn();
        }
        for (l, state) in self.states.iter_mut().enumerate() {
            work.complete(l, (&self.network, flow), input, label);
            state.update(&mut self.network.layers[l], (&mut work.gathered[l].grads, 0.0), &self.method, pace);
        }
        Ok(())
    }
}

impl RecurrentWork {
    /// Makes room for batches of `rows` rows, nothing gathered.
    fn clear(&mut self, network: &Network, rows: usize) {
        self.gathered.resize_with(network.layers.len(), Gathered::default);
        for (gathered, layer) in self.gathered.iter_mut().zip(&network.layers) {
            let Gathered { dz, grads } = gathered;
            dz.resize(rows, layer.units());
            grads.weights.resize(layer.units(), layer.weights.width());
            grads.above.resize(layer.units(), layer.above.width());
            grads.biases.resize(layer.units(), 0.0);
            [dz, &mut grads.weights, &mut grads.above].into_iter().for_each(|m| m.data_mut().fill(0.0));
        }
    }

    /// Makes room for a layer of `units` that learns from `rows` rows, two a sample.
    fn fit(&mut self, rows: usize, units: usize) {
        self.dz.resize(rows, units);
        self.dg.resize(rows, 1);
        self.loss.resize(rows / 2, 0.0);
        [&mut self.mean_h, &mut self.slope].into_iter().for_each(|v| v.resize(units, 0.0));
    }

    /// Layer number `l` learns from the state that it has just moved to, in iteration `t`.
    fn learn(
        &mut self,
        (l, t): (usize, usize),
        (network, flow): (&Network, Recurrent),
        (method, state): (&Method, &mut LayerState),
        labels: &[u8],
    ) -> LayerSums {
        let (parts, units, samples) = (&network.parts, network.layers[l].units(), labels.len());
        self.fit(2 * samples, units);
        let (h, (a, g)) = (self.states.h(l), self.states.moved());

        // Loss and its derivative by each goodness, averaged over the batch and the iterations.
        let slopes = (&mut self.loss[..], self.dg.rows_mut());
        method.objective.score((g, labels), state, &mut Supers::default(), slopes);
        if flow.counts(t) {
            state.follow_theta(method, g, parts.goodness.theta(units));
        }
        let share = 1.0 / (samples * flow.iterations) as f32;
        self.dg.data_mut().iter_mut().for_each(|d| *d *= share);

        // The penalty, on the mean state of each unit over the positives.
        sum_columns(h.split_at(samples).0, &mut self.mean_h);
        self.mean_h.iter_mut().for_each(|m| *m /= samples as f32);
        method.penalty.slope_into(&self.mean_h, &mut state.unit_means, &mut self.slope);
        self.slope.iter_mut().for_each(|s| *s *= share);

        // Back to u, through the share of the state that is new, and into the sums.
        let (slope, gated, gathered) = (&self.slope, method.penalty.gated(), &mut self.gathered[l]);
        let back = ((h, a, self.dg.rows()), (self.dz.rows_mut(), gathered.dz.rows_mut()));
        par::each_block(h.len(), ROWS, back, |first, ((h, a, dg), (mut dz, mut sum)): (Seen<'_>, Slopes<'_>)| {
            let penalised = samples.saturating_sub(first).min(dz.len());
            parts.goodness.pull_back(h, dg.data(), dz.reborrow());
            add_slope(slope, if gated { penalised } else { 0 }, &mut dz);
            parts.activation.pull_back(a, dz.reborrow());
            add_slope(slope, if gated { 0 } else { penalised }, &mut dz);
            dz.data_mut().iter_mut().for_each(|d| *d *= 1.0 - flow.keep);
            sum.data_mut().iter_mut().zip(dz.data_mut()).for_each(|(sum, d)| *sum += *d);
        });
        if let Some(below) = l.checked_sub(1) {
            product::add_gradient(self.dz.rows(), self.states.x(below), gathered.grads.weights.rows_mut());
        }
        if l + 1 < network.layers.len() {
            product::add_gradient(self.dz.rows(), self.states.x(l + 1), gathered.grads.above.rows_mut());
        }
        LayerSums::of(&self.loss, g, &self.mean_h, labels)
    }

    /// Completes the gradients of layer number `l` by what did not change from iteration to iteration.
    fn complete(
        &mut self,
        l: usize,
        (network, flow): (&Network, Recurrent),
        input: Labelled<'_>,
        label: impl Fn(usize) -> u8 + Sync,
    ) {
        let Gathered { dz, grads } = &mut self.gathered[l];
        if l + 1 == network.layers.len() {
            let said = flow.said(&*network.parts.normalize, network.classes);
            add_label_gradient((dz.rows(), said), label, grads.above.rows_mut());
        }
        match l {
            0 => network.layers[l].local_grads(&Input::Labelled(input), dz.rows_mut(), grads),
            _ => sum_columns(dz.rows(), &mut grads.biases),
        }
    }
}

type Seen<'a> = (Rows<'a>, Rows<'a>, Rows<'a>);
type Slopes<'a> = (RowsMut<'a>, RowsMut<'a>);

/// Adds dz, times what a label's unit says, to the column of each row's label.
fn add_label_gradient((dz, said): (Rows<'_>, f32), label: impl Fn(usize) -> u8 + Sync, dv: RowsMut<'_>) {
    par::each_block(dv.len(), UNITS, dv, |unit0, mut dv: RowsMut<'_>| {
        for (r, dz) in dz.iter().enumerate() {
            let (column, dz) = (usize::from(label(r)), &dz[unit0..]);
            (0..dv.len()).for_each(|u| dv.row_mut(u)[column] += said * dz[u]);
        }
    });
}
