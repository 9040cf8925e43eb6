//! Forward and backward, written out.
//!
//! Forward, layer by layer: z = x̂ Wᵀ + b, h = φ(z), x̂' = s(|h|²) h. At the top p = softmax(z),
//! L = −log p of the label / B.
//! Backward, from the top: dz = (p − y) / B, and below, with q = |h|²,
//!
//! dh = s dx̂ + 2 s'(q) (h·dx̂) h, dz = φ'(z) dh, dW = dzᵀ x̂, db = Σ dz, dx̂ = dz W
//!
//! Of a layer only h is kept: x̂ is one multiplication away. How dh comes of dx̂ where more than a factor happens between two
//! layers, and dx̂ of dz where they convolve, is written down in `down`. Of a last layer of maps the softmax reads the average of
//! each channel over its places.

use std::mem;

use goodness::layer::{Gradients, Input};
use goodness::residual;
use goodness::train::statistics::{self, Statistics};
use goodness::train::{Stopwatch, dropout};
use goodness_core::normalize::{self, Channels};
use goodness_core::{Grid, Rows, RowsMut, math};
use goodness_engine::{Matrix, Rounded, Shelf, par};

use crate::down::{Turned, average_places, layer_down, spread_places};
use crate::network::TwinNetwork;

/// The buffers of a pass, sized by the first batch and reused ever after.
#[derive(Debug, Default)]
pub struct Pass {
    /// Layers in a segment, within which everything is at hand on the way back; 0: there is no way back, and layers are read by
    /// what they remember, not by the statistics of the rows.
    segment: usize,
    /// What the first layer reads: rows × inputs.
    pub(crate) pixels: Matrix,
    /// Activities of each layer; no rows where they are not at hand.
    h: Vec<Matrix>,
    /// The loss's derivative by what each layer passes on, where the way back has come to it.
    pending: Vec<Matrix>,
    /// Memory that nobody needs now.
    spare: Shelf,
    /// What a layer reads, made from activities: one layer's each, and side by side.
    x: Vec<Matrix>,
    joint: Matrix,
    /// The average of each channel of the last layer's maps, where it has maps.
    top: Matrix,
    pub(crate) logits: Matrix,
    /// The mean and the variance of each layer's channels, and what rows are normalised by; no rows where nobody asks.
    moments: Vec<Matrix>,
    known: Vec<Matrix>,
    statistics: Statistics,
    /// The way down through convolutions.
    turned: Turned,
    grads: Gradients,
    /// Operands of products, rounded where they have to be.
    rounded: Rounded,
    /// Number of the step, and of the first row in its batch, which dropout is drawn by; none where nothing is dropped.
    pub(crate) drop_at: Option<(u64, usize)>,
    /// What happened when, if somebody looks.
    pub(crate) watch: Stopwatch,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

impl Pass {
    /// Buffers for a way there and back with segments of `segment` layers.
    pub(crate) fn with_segments(segment: usize) -> Self {
        Self { segment, ..Self::default() }
    }

    /// Buffers for a way there.
    pub(crate) fn reading() -> Self {
        Self::default()
    }

    /// Bytes of activities and of derivatives by them.
    pub fn bytes(&self) -> u64 {
        let all = self.h.iter().chain(&self.pending).chain(&self.x);
        let all = all.chain(&self.moments).chain(&self.known).chain(self.statistics.matrices());
        let held: usize = all.chain([&self.pixels, &self.joint, &self.top, &self.logits]).map(Matrix::capacity).sum();
        4 * (held + self.spare.capacity() + self.turned.capacity()) as u64
    }

    /// Bytes of one layer's gradients.
    pub fn gradient_bytes(&self) -> u64 {
        self.grads.bytes()
    }

    /// Passes what stands in `pixels` up to the logits.
    pub(crate) fn forward(&mut self, network: &TwinNetwork) {
        let depth = network.depth();
        self.h.resize_with(depth, Matrix::default);
        self.pending.resize_with(depth, Matrix::default);
        self.moments.resize_with(depth, Matrix::default);
        self.known.resize_with(depth, Matrix::default);
        for layer in 0..depth {
            self.compute(network, layer, "forward");
            let ends = self.segment > 0 && (layer + 1).is_multiple_of(self.segment) && layer + 1 < depth;
            if ends {
                self.forget(network, layer + 1 - self.segment..layer + 1);
            }
        }
        let mut logits = mem::take(&mut self.logits);
        logits.resize(self.pixels.len(), network.classes());
        let mut rounded = mem::take(&mut self.rounded);
        network.layers[depth].forward_into(&Input::Rows(self.input(network, depth)), &mut rounded, logits.rows_mut());
        self.rounded = rounded;
        self.logits = logits;
        self.watch.mark("forward", depth);
    }

    /// Computes the activities of layer number `layer`.
    fn compute(&mut self, network: &TwinNetwork, layer: usize, what: &'static str) {
        let own = &network.layers[layer];
        let mut h = mem::take(&mut self.h[layer]);
        let (rows, units) = (self.pixels.len(), own.units());
        match h.capacity() {
            0 => h = self.spare.take(rows, units),
            _ => h.resize(rows, units),
        }
        let mut rounded = mem::take(&mut self.rounded);
        own.forward_into(&Input::Rows(self.input(network, layer)), &mut rounded, h.rows_mut());
        self.rounded = rounded;
        par::each_block(h.len(), ROWS, h.rows_mut(), |_, h: RowsMut<'_>| network.activation.forward(h));
        self.h[layer] = h;
        self.know(network, layer);
        self.watch.mark(what, layer);
    }

    /// Finds what normalisation asks to know of the activities of layer number `layer`.
    fn know(&mut self, network: &TwinNetwork, layer: usize) {
        let running = network.layers[layer].running.rows();
        let (moments, known) = (&mut self.moments[layer], &mut self.known[layer]);
        moments.resize(running.len(), running.width());
        known.resize(running.len(), running.width());
        let of = match self.segment {
            _ if running.is_empty() => return,
            0 => running,
            _ => self.statistics.gather(
                self.h[layer].rows(),
                network.channels(layer, Channels::default().known),
                running.row(0),
            ),
        };
        moments.data_mut().copy_from_slice(of.data());
        normalize::standards(moments.rows(), known.rows_mut());
    }

    /// Lets the layers remember the statistics of the batch, which is that of step number `step`, from 1.
    pub(crate) fn remember(&self, network: &mut TwinNetwork, step: u64) {
        let Some(stays) = network.normalize.stays(step) else { return };
        for (layer, moments) in network.layers.iter_mut().zip(&self.moments) {
            statistics::remember(&mut layer.running, moments.rows(), stays);
        }
    }

    /// Writes what layer number `layer` passes on, where its activities are at hand: rows × units.
    pub(crate) fn passed_on(&self, network: &TwinNetwork, layer: usize, x: &mut Matrix) {
        let (h, channels) = (self.h[layer].rows(), network.channels(layer, self.known[layer].rows()));
        x.resize(h.len(), h.width());
        par::each_block(h.len(), ROWS, (h, x.rows_mut()), |_, (h, x): (Rows<'_>, RowsMut<'_>)| {
            network.normalize.forward_into(h, channels, x);
        });
    }

    /// What layer number `layer` reads.
    fn input(&mut self, network: &TwinNetwork, layer: usize) -> Rows<'_> {
        let sources = network.sources(layer);
        if sources.is_empty() {
            return self.pixels.rows();
        }
        let mut all = mem::take(&mut self.x);
        all.resize_with(sources.len(), Matrix::default);
        for (x, source) in all.iter_mut().zip(sources) {
            self.passed_on(network, source, x);
            drop_some(network, self.drop_at, source, x.rows_mut());
        }
        self.x = all;
        let x = residual::join(&self.x, &*network.normalize, &mut self.joint);
        let Some(grid) = network.averaged(layer) else { return x };
        average_places(grid, x, &mut self.top);
        self.top.rows()
    }

    /// Lets go of the activities of a segment that only the segment itself reads.
    fn forget(&mut self, network: &TwinNetwork, segment: std::ops::Range<usize>) {
        let later = |l: &usize| (segment.end..=network.depth()).any(|reader| network.sources(reader).contains(l));
        for layer in segment.clone().filter(|l| !later(l)) {
            self.release(layer);
        }
    }

    fn release(&mut self, layer: usize) {
        self.spare.put(mem::take(&mut self.h[layer]));
    }

    /// After a forward pass: writes every sample's loss and turns the logits into the loss's derivative by them, each sample
    /// counting `share`.
    pub(crate) fn score(&mut self, labels: &[u8], share: f32, loss: &mut Vec<f32>) {
        let mut rows = self.logits.rows_mut();
        for (r, label) in labels.iter().enumerate() {
            let (row, label) = (rows.row_mut(r), usize::from(*label));
            math::softmax(row);
            // The comparison keeps NaN, which max would turn into a number: a run that diverges must show it.
            loss.push(-math::ln(if row[label] < 1e-30 { 1e-30 } else { row[label] }));
            row[label] -= 1.0;
            row.iter_mut().for_each(|d| *d *= share);
        }
    }

    /// Carries the derivative by the logits down through all layers: `each(layer, its weights, their gradients)` is called
    /// once the layer has passed on what those below need, and may change the weights.
    pub(crate) fn backward(
        &mut self,
        network: &mut TwinNetwork,
        mut each: impl FnMut(usize, &mut goodness::layer::Layer, &mut Gradients),
    ) {
        let depth = network.depth();
        let top = mem::take(&mut self.logits);
        self.logits = self.learn(network, depth, top, &mut each);
        let segment = if self.segment == 0 { depth.max(1) } else { self.segment };
        for start in (0..depth).step_by(segment).rev() {
            let layers = start..(start + segment).min(depth);
            for layer in layers.clone().filter(|l| self.h[*l].is_empty()).collect::<Vec<_>>() {
                self.compute(network, layer, "again");
            }
            for layer in layers.rev() {
                let mut d = mem::take(&mut self.pending[layer]);
                self.to_z(network, layer, &mut d);
                let d = self.learn(network, layer, d, &mut each);
                self.spare.put(d);
                self.release(layer);
            }
        }
    }

    /// Turns the derivative by what a layer passes on into that by its z.
    fn to_z(&self, network: &TwinNetwork, layer: usize, d: &mut Matrix) {
        drop_some(network, self.drop_at, layer, d.rows_mut());
        let (h, channels) = (self.h[layer].rows(), network.channels(layer, self.known[layer].rows()));
        network.normal.pull_back(&*network.normalize, h, channels, d);
        par::each_block(h.len(), ROWS, (h, d.rows_mut()), |_, (h, d): (Rows<'_>, RowsMut<'_>)| {
            network.activation.pull_back(h, d);
        });
    }

    /// The gradients of layer number `layer`, given the derivative by its z, and what those below need. Gives `d` back, spent.
    fn learn(
        &mut self,
        network: &mut TwinNetwork,
        layer: usize,
        mut d: Matrix,
        each: &mut impl FnMut(usize, &mut goodness::layer::Layer, &mut Gradients),
    ) -> Matrix {
        let (mut grads, mut turned) = (mem::take(&mut self.grads), mem::take(&mut self.turned));
        let (own, sources) = (&network.layers[layer], network.sources(layer));
        let mut dx = (!sources.is_empty()).then(|| self.spare.take(d.len(), own.inputs()));
        let x = self.input(network, layer);
        own.local_grads(&Input::Rows(x), d.rows_mut(), &mut grads);
        if let Some(dx) = &mut dx {
            layer_down(own, d.rows(), x, &mut turned, dx.rows_mut());
        }
        self.turned = turned;
        if let Some(dx) = dx {
            let dx = self.by_places(network.averaged(layer), dx);
            self.hand_down(network, sources, dx);
        }
        self.watch.mark("backward", layer);
        each(layer, &mut network.layers[layer], &mut grads);
        self.watch.mark("update", layer);
        self.grads = grads;
        d
    }

    /// The derivative by the places of a map of which the averages were read.
    fn by_places(&mut self, averaged: Option<Grid>, dx: Matrix) -> Matrix {
        let Some(grid) = averaged else { return dx };
        let mut whole = self.spare.take(dx.len(), grid.numbers());
        spread_places(grid, dx.rows(), whole.rows_mut());
        self.spare.put(dx);
        whole
    }

    /// Gives each of the layers `sources` its part of the derivative by what they say together.
    fn hand_down(&mut self, network: &TwinNetwork, sources: std::ops::Range<usize>, dx: Matrix) {
        if sources.len() == 1 && self.pending[sources.start].is_empty() {
            self.pending[sources.start] = dx;
            return;
        }
        let factor = match sources.len() {
            1 => 1.0,
            _ => residual::factor(self.x.iter().map(Matrix::width), &*network.normalize),
        };
        let mut first = 0;
        // The nearest layer comes first.
        for source in sources.rev() {
            let width = network.layers[source].units();
            let pending = &mut self.pending[source];
            if pending.is_empty() {
                *pending = self.spare.take(dx.len(), width);
                pending.data_mut().fill(0.0);
            }
            add_columns(dx.rows(), first, factor, pending.rows_mut());
            first += width;
        }
        self.spare.put(dx);
    }
}

/// Adds the columns from number `first` of `dx`, times `factor`, to `out`.
fn add_columns(dx: Rows<'_>, first: usize, factor: f32, out: RowsMut<'_>) {
    par::each_block(out.len(), ROWS, (dx, out), |_, (dx, mut out): (Rows<'_>, RowsMut<'_>)| {
        for (r, dx) in dx.iter().enumerate() {
            let out = out.row_mut(r);
            out.iter_mut().zip(&dx[first..]).for_each(|(o, d)| *o += factor * d);
        }
    });
}

/// Makes the holes of this step in what layer number `layer` passes on, or in the derivative by it.
fn drop_some(network: &TwinNetwork, at: Option<(u64, usize)>, layer: usize, rows: RowsMut<'_>) {
    let Some((step, first)) = at.filter(|_| network.dropout > 0.0) else { return };
    let index = step * network.depth() as u64 + layer as u64;
    dropout::apply(network.dropout, network.seed, (index, first), rows);
}
