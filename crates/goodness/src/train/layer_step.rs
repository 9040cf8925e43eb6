//! One layer learns from one batch: the lines of the paper.
//!
//! Rows come stacked: the batch's positives, then its negatives; without negatives, the samples alone. Nothing enters but
//! what the layer can see itself, and nothing leaves but its own activity: no gradient crosses to the layer below.

use goodness_core::optim::Moment;
use goodness_core::{Rows, RowsMut};
use goodness_engine::par;

use super::method::Method;
use super::state::LayerState;
use super::sums::LayerSums;
use super::workspace::LayerWork;
use crate::layer::{Dense, Input, sum_columns};
use crate::network::Parts;

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

/// Trains `layer` by one step and leaves its normalised activity, the next layer's input, in `work.x` if that has rows.
pub(super) fn layer_step(
    (layer, state): (&mut Dense, &mut LayerState),
    (parts, method): (&Parts, &Method),
    (input, labels): (&Input<'_>, &[u8]),
    at: Moment,
    work: &mut LayerWork,
) -> LayerSums {
    let (rows, samples) = (input.len(), work.loss.len());

    // Forward: z = x̂Wᵀ + b, h = φ(z), g = goodness(h), x̂' = h / |h|.
    layer.forward_into(input, work.h.rows_mut());
    parts.lift(work.h.rows_mut(), work.g.rows_mut(), work.x.rows_mut());

    // Loss and its derivative by each goodness, averaged over the batch.
    let theta = method.theta(&*parts.goodness, layer.units());
    method.objective.score(work.g.rows(), theta, labels, &mut work.loss, work.dg.rows_mut());
    let share = 1.0 / samples as f32;
    work.dg.data_mut().iter_mut().for_each(|d| *d *= share);

    // The penalty reads the mean activity of each unit over the positives, which come first.
    sum_columns(work.h.rows().split_at(samples).0, &mut work.mean_h);
    work.mean_h.iter_mut().for_each(|m| *m *= share);
    method.penalty.slope_into(&work.mean_h, &mut state.unit_means, &mut work.slope);
    work.slope.iter_mut().for_each(|s| *s *= share);

    // Back to z, inside the layer and no further.
    let back = (work.h.rows(), work.dg.rows(), work.dz.rows_mut());
    par::each_block(rows, ROWS, back, |first, (h, dg, mut dz): (Rows<'_>, Rows<'_>, RowsMut<'_>)| {
        parts.goodness.pull_back(h, dg.data(), dz.reborrow());
        let penalised = samples.saturating_sub(first).min(h.len());
        if method.penalty.gated() {
            add_slope(&work.slope, penalised, &mut dz);
        }
        parts.activation.pull_back(h, dz.reborrow());
        if !method.penalty.gated() {
            add_slope(&work.slope, penalised, &mut dz);
        }
    });

    // Local gradients, and the update.
    layer.local_grads(input, work.dz.rows_mut(), &mut work.grads);
    state.update(layer, &work.grads, &*method.optimizer, at);
    LayerSums::of(&work.loss, work.g.rows(), labels)
}

/// Adds the penalty's slope to the first `rows` rows.
fn add_slope(slope: &[f32], rows: usize, dz: &mut RowsMut<'_>) {
    for r in 0..rows {
        dz.row_mut(r).iter_mut().zip(slope).for_each(|(d, s)| *d += s);
    }
}
