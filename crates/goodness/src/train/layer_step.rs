//! One layer learns from one batch: the lines of the paper.
//!
//! Rows come stacked: the batch's positives, then its negatives; without negatives, the samples alone. Nothing enters but
//! what the layer can see itself, and nothing leaves but its own activity: no gradient crosses to the layer below.

use goodness_core::RowsMut;
use goodness_core::optim::Pace;
use goodness_engine::par;

use super::method::Method;
use super::state::LayerState;
use super::sums::LayerSums;
use super::workspace::{LayerWork, with_others};
use crate::layer::{Input, Layer, sum_columns};
use crate::lift::{Made, Slopes, together};
use crate::network::Parts;

/// Trains `layer` by one step and leaves its normalised activity, if layers above read it, in `work.x`.
pub(super) fn layer_step(
    (layer, state): (&mut Layer, &mut LayerState),
    (parts, method): (&Parts, &Method),
    (input, labels, classes): (&Input<'_>, &[u8], usize),
    pace: Pace,
    work: &mut LayerWork,
) -> LayerSums {
    let (rows, samples) = (input.len(), work.loss.len());

    // Forward: z = x̂Wᵀ + b, h = φ(z), s = view(h), a = projection(s), g = goodness(a).
    layer.weighted_into(input, &mut work.rounded, work.h.rows_mut());
    let lens = layer.lens();
    work.lift(parts, lens);

    // Loss of g + γ, γ constant, and its derivative by each goodness, averaged over the batch.
    let g = with_others(&work.g, &mut work.others);
    work.knob = method.objective.score((g, labels), state, &mut work.supers, (&mut work.loss, work.dg.rows_mut()));
    state.follow_theta(method, g, parts.goodness.theta(layer.judged()));
    let share = 1.0 / work.slice.of as f32;
    work.dg.data_mut().iter_mut().chain([&mut work.knob]).for_each(|d| *d *= share);

    // What samples should have in common, and the mean activity of each unit over the positives, which come first.
    let positives = work.h.rows().split_at(samples).0;
    state.compare((positives, labels, classes), (lens.grid, &mut work.likeness), method, pace);
    work.loss.iter_mut().zip(&work.likeness.loss).for_each(|(loss, more)| *loss += more);
    sum_columns(positives, &mut work.mean_h);
    work.mean_h.iter_mut().for_each(|m| *m *= share);
    method.penalty.slope_into(&work.mean_h, &mut state.unit_means, &mut work.slope);
    work.slope.iter_mut().for_each(|s| *s *= share);

    // Back to z, inside the layer and no further.
    parts.pull_back_head(lens, (&work.h, &work.between, work.dg.rows()), &mut work.slopes);
    let (slope, likeness, look) = (&work.slope, &work.likeness, (&*method.similarity_view, lens.grid));
    let made = Made { h: work.h.rows(), s: work.between.s.rows(), a: work.between.a.rows(), dg: work.dg.rows() };
    let (da, ds, dh) = (work.slopes.a.rows_mut(), work.slopes.s.rows_mut(), work.dz.rows_mut());
    let both = (made, Slopes { da, ds, dh });
    par::each_block(rows, together(layer.units()), both, |first, (made, mut slopes): (Made<'_>, Slopes<'_>)| {
        parts.pull_back(lens, made, &mut slopes);
        let mut dz = slopes.dh;
        likeness.add_back(look, (first, made.h), dz.reborrow());
        let penalised = if method.penalty.is_active() { samples.saturating_sub(first).min(dz.len()) } else { 0 };
        if method.penalty.gated() {
            add_slope(slope, penalised, &mut dz);
        }
        parts.activation.pull_back(made.h, dz.reborrow());
        if !method.penalty.gated() {
            add_slope(slope, penalised, &mut dz);
        }
    });

    // Local gradients, the update, and x̂', h normalised where it stands, for the layers above.
    layer.head_grads(&*parts.projection, (&work.h, &work.between, &work.slopes), &mut work.grads);
    state.follow((layer, input), work, method, pace);
    work.pass_on(layer, parts, pace.step);
    LayerSums::of(&work.loss, work.g.rows(), &work.mean_h, labels)
}

/// Adds the penalty's slope to the first `rows` rows.
pub(super) fn add_slope(slope: &[f32], rows: usize, dz: &mut RowsMut<'_>) {
    (0..rows).for_each(|r| dz.row_mut(r).iter_mut().zip(slope).for_each(|(d, s)| *d += s));
}
