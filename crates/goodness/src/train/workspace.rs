//! The buffers of a training step, sized by the first batch and reused ever after.

use goodness_core::normalize::{self, Channels};
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, Rounded, Shelf, par};

use super::ahead::Ahead;
use super::hierarchy::Supers;
use super::likeness::Likeness;
use super::pipeline::Line;
use super::recurrent_step::RecurrentWork;
use super::slice::{Gathered, Slice};
use super::spoil::Spoiled;
use super::statistics::{Statistics, remember};
use crate::collaboration::Collaboration;
use crate::layer::{Gradients, Images, Input, Labelled, Labels, Layer, Lens};
use crate::lift::Between;
use crate::network::{Network, Parts, Walk};
use crate::readout::Lesson;
use crate::residual::Residual;

/// What a layer needs to learn; one serves all layers in turn.
#[derive(Debug, Default)]
pub(super) struct LayerWork {
    /// z, then h: rows × units.
    pub(super) h: Matrix,
    /// Derivative of the loss by h, then by z: rows × units.
    pub(super) dz: Matrix,
    /// What layers above read, once the layer is done; no rows when nobody will. Lent by the workspace while the layer is at
    /// work.
    pub(super) x: Matrix,
    /// Whether anybody will.
    passes_on: bool,
    /// What lies between activities and goodness, and the loss's derivative by it.
    pub(super) between: Between,
    pub(super) slopes: Between,
    /// Goodness of each row (one number, or one a class or a place), lent too, and the loss's derivative by it.
    pub(super) g: Matrix,
    pub(super) dg: Matrix,
    /// What other layers' goodness counts in the loss; no rows where none does.
    pub(super) others: Matrix,
    /// Loss of each sample.
    pub(super) loss: Vec<f32>,
    /// Mean activity of each unit over the positives, and the penalty's slope by it.
    pub(super) mean_h: Vec<f32>,
    pub(super) slope: Vec<f32>,
    /// The loss's derivative by the one number that it learns itself.
    pub(super) knob: f32,
    /// What the loss sees of classes, where it is asked of super-classes.
    pub(super) supers: Supers,
    pub(super) likeness: Likeness,
    /// Which part of the batch the rows are, and the gradients of those before, lent too.
    pub(super) slice: Slice,
    pub(super) gathered: Gathered,
    /// Statistics of the batch, and what is known of the layer's channels, where normalisation asks.
    pub(super) statistics: Statistics,
    pub(super) known: Matrix,
    pub(super) grads: Gradients,
    pub(super) rounded: Rounded,
}

/// All buffers of a step.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) ahead: Ahead,
    pub(super) images: Images,
    pub(super) labels: Labels,
    /// The images with their negatives, where these are made of images.
    pub(super) spoiled: Spoiled,
    pub(super) walk: Walk,
    pub(super) scores: Matrix,
    /// True labels of the batch, and the wrong ones.
    pub(super) truth: Vec<u8>,
    pub(super) wrong: Vec<u8>,
    /// What each layer passed on in this step, as long as a layer is to come that reads it, and its goodness, where the step
    /// has come to it.
    pub(super) x: Vec<Matrix>,
    pub(super) g: Vec<Matrix>,
    /// The part of the batch that is computed now, and each layer's gradients, summed over those before.
    pub(super) slice: Slice,
    gathered: Vec<Gathered>,
    /// What several layers passed on, side by side, where a layer reads several.
    joint: Matrix,
    /// What was passed on and read, for layers to come.
    spare: Shelf,
    pub(super) layer: LayerWork,
    pub(super) recurrent: RecurrentWork,
    /// The buffers of every stage, under a plan that has stages.
    pub(super) line: Line,
}

/// What a layer reads, the true labels, and the buffers that it works in.
type Desk<'a> = (Input<'a>, &'a [u8], &'a mut LayerWork);

impl Workspace {
    /// Buffers for a network of `layers` layers.
    pub(super) fn new(layers: usize) -> Self {
        let matrices = || vec![Matrix::default(); layers];
        let gathered = (0..layers).map(|_| Gathered::default()).collect();
        Self { x: matrices(), g: matrices(), gathered, ..Self::default() }
    }

    /// Lends layer number `layer` its buffers, with room for `samples` samples in `passes` passes.
    pub(super) fn open(&mut self, layer: usize, network: &Network, shape: (usize, usize), passes_on: bool) {
        self.lend(layer);
        if self.layer.h.capacity() == 0 {
            self.layer.h = self.spare.take(shape.0 * shape.1, network.layers[layer].units());
        }
        let read = (&network.parts, &network.layers[layer]);
        self.layer.resize(shape, read, network.goodnesses(layer), passes_on);
        self.layer.slice = self.slice;
    }

    /// Takes back what was lent: what the layer passes on, and its goodness.
    pub(super) fn close(&mut self, layer: usize) {
        self.lend(layer);
    }

    /// Lets go of what layer number `layer` has read and no later one, up to number `end`, will.
    pub(super) fn release(&mut self, layer: usize, end: usize, residual: &dyn Residual) {
        for source in residual.sources(layer) {
            if (layer + 1..end).all(|later| !residual.sources(later).contains(&source)) {
                self.spare.put(std::mem::take(&mut self.x[source]));
            }
        }
    }

    fn lend(&mut self, layer: usize) {
        std::mem::swap(&mut self.x[layer], &mut self.layer.x);
        std::mem::swap(&mut self.g[layer], &mut self.layer.g);
        std::mem::swap(&mut self.gathered[layer], &mut self.layer.gathered);
    }

    /// What layer number `layer` reads, the true labels, and the buffers that it works in. `spoils`: whether negatives are
    /// made of images.
    pub(super) fn desk(&mut self, layer: usize, network: &Network, spoils: bool) -> Desk<'_> {
        let images = if spoils { &self.spoiled.images } else { &self.images };
        let labelled = Labelled { images, labels: &self.labels };
        (network.input(layer, labelled, &self.x, &mut self.joint), &self.truth, &mut self.layer)
    }

    /// Bytes of what is kept for layers to come, and of joined rows.
    pub(super) fn spare_bytes(&self) -> u64 {
        4 * (self.spare.capacity() + self.joint.capacity()) as u64
    }

    /// Bytes of the gradients of slices.
    pub(super) fn gathered_bytes(&self) -> u64 {
        self.gathered.iter().map(Gathered::bytes).sum()
    }

    /// Sums up what the goodness of the layers before number `end` counts for layer number `layer`.
    pub(super) fn listen(&mut self, layer: usize, end: usize, collaboration: &dyn Collaboration) {
        let (others, width) = (&mut self.layer.others, self.layer.g.width());
        others.resize(0, width);
        for (other, g) in self.g[..end].iter().enumerate().filter(|(other, _)| *other != layer) {
            let weight = collaboration.weight(layer, other);
            if weight == 0.0 {
                continue;
            }
            if others.is_empty() {
                others.resize(g.len(), width);
                others.data_mut().fill(0.0);
            }
            others.data_mut().iter_mut().zip(g.data()).for_each(|(o, g)| *o += weight * g);
        }
    }

    /// What a readout learns from the pass that has just been read.
    pub(super) fn lesson(&self, gain: f32, step: u64) -> Lesson<'_> {
        let Walk { x, views, g, sums, .. } = &self.walk;
        Lesson { x, views, g, labels: &self.truth, sums: sums.rows(), gain, step }
    }
}

impl Network {
    /// Passes rows through layer number `layer` without teaching it anything.
    pub(super) fn pass(&self, layer: usize, input: &Input<'_>, work: &mut LayerWork) {
        let layer = &self.layers[layer];
        layer.weighted_into(input, &mut work.rounded, work.h.rows_mut());
        work.lift(&self.parts, layer.lens());
        work.pass_on_as_read(layer, &self.parts);
    }
}

impl LayerWork {
    /// Makes room for `samples` samples in `passes` passes through `layer`, which gives a row `goodnesses` numbers of goodness.
    pub(super) fn resize(
        &mut self,
        (samples, passes): (usize, usize),
        (parts, layer): (&Parts, &Layer),
        goodnesses: usize,
        passes_on: bool,
    ) {
        let (rows, units) = (samples * passes, layer.units());
        self.slice = Slice::whole(samples);
        self.between.resize(rows, parts, layer);
        self.slopes.resize(rows, parts, layer);
        self.h.resize(rows, units);
        self.dz.resize(rows, units);
        self.x.resize(0, units);
        self.passes_on = passes_on;
        self.g.resize(rows, goodnesses);
        self.dg.resize(rows, goodnesses);
        self.loss.resize(samples, 0.0);
        self.mean_h.resize(units, 0.0);
        self.slope.resize(units, 0.0);
    }
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

impl LayerWork {
    /// Turns x̂ Wᵀ into activities, goodness and what lies between them.
    pub(super) fn lift(&mut self, parts: &Parts, lens: Lens<'_>) {
        parts.lift(lens, &mut self.h, (&mut self.between, &mut self.rounded), self.g.rows_mut(), None);
    }

    /// Normalises activities where they stand and hands them over as what layers above read, if any does. Where that goes by
    /// statistics, by those of the batch, which the layer remembers; `step` is the number of its update. One number a channel
    /// has no deviation: then by what the layer remembers of batches before.
    pub(super) fn pass_on(&mut self, layer: &mut Layer, parts: &Parts, step: u64) {
        let channels = parts.channels(layer, Rows::new(&[], 0, 0));
        if self.h.len() * channels.places < 2 {
            return self.pass_on_as_read(layer, parts);
        }
        let mut known = std::mem::take(&mut self.known);
        known.resize(layer.running.len(), layer.running.width());
        if let (Some(stays), false) = (parts.normalize.stays(step), known.is_empty()) {
            let batch = self.statistics.gather(self.h.rows(), channels, layer.running.rows().row(0));
            remember(&mut layer.running, batch, stays);
            normalize::standards(batch, known.rows_mut());
        }
        self.hand_over(parts, Channels { known: known.rows(), ..channels });
        self.known = known;
    }

    /// The same by what the layer remembers.
    pub(super) fn pass_on_as_read(&mut self, layer: &Layer, parts: &Parts) {
        let mut known = std::mem::take(&mut self.known);
        self.hand_over(parts, parts.remembered(layer, &mut known));
        self.known = known;
    }

    fn hand_over(&mut self, parts: &Parts, channels: Channels<'_>) {
        if self.passes_on {
            par::each_block(self.h.len(), ROWS, self.h.rows_mut(), |_, h: RowsMut<'_>| {
                parts.normalize.forward(h, channels);
            });
            std::mem::swap(&mut self.h, &mut self.x);
        }
    }
}

/// What a layer's loss is asked of: its own goodness, and with it, as a constant, what `others` count, which is spent.
pub(super) fn with_others<'a>(g: &'a Matrix, others: &'a mut Matrix) -> Rows<'a> {
    if others.is_empty() {
        return g.rows();
    }
    others.data_mut().iter_mut().zip(g.data()).for_each(|(o, g)| *o += g);
    others.rows()
}
