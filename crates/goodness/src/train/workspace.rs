//! The buffers of a training step, sized by the first batch and reused ever after.

use goodness_engine::Matrix;

use super::likeness::Likeness;
use super::recurrent_step::RecurrentWork;
use super::spoil::Spoiled;
use crate::layer::{Dense, Gradients, Images, Input, Labels};
use crate::network::{Network, Walk};
use crate::readout::Lesson;

/// What a layer needs to learn; one serves all layers in turn.
#[derive(Debug, Default)]
pub(super) struct LayerWork {
    /// z, then h: rows × units.
    pub(super) h: Matrix,
    /// Derivative of the loss by h, then by z: rows × units.
    pub(super) dz: Matrix,
    /// The next layer's input; no rows when nobody will read it.
    pub(super) x: Matrix,
    /// What the projection makes of each row, and the loss's derivative by it.
    pub(super) a: Matrix,
    pub(super) da: Matrix,
    /// Goodness of each row (one number, or one a class), and the loss's derivative by it.
    pub(super) g: Matrix,
    pub(super) dg: Matrix,
    /// Loss of each sample.
    pub(super) loss: Vec<f32>,
    /// Mean activity of each unit over the positives, and the penalty's slope by it.
    pub(super) mean_h: Vec<f32>,
    pub(super) slope: Vec<f32>,
    /// The loss's derivative by the one number that it learns itself.
    pub(super) knob: f32,
    pub(super) likeness: Likeness,
    pub(super) grads: Gradients,
}

/// All buffers of a step.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) images: Images,
    pub(super) labels: Labels,
    /// The images with their negatives, where these are made of images.
    pub(super) spoiled: Spoiled,
    pub(super) walk: Walk,
    pub(super) scores: Matrix,
    /// True labels of the batch, and the wrong ones.
    pub(super) truth: Vec<u8>,
    pub(super) wrong: Vec<u8>,
    /// The input of the layer that learns, when it is not the first.
    pub(super) input: Matrix,
    pub(super) layer: LayerWork,
    pub(super) recurrent: RecurrentWork,
}

impl Workspace {
    /// What a readout learns from the pass that has just been read.
    pub(super) fn lesson(&self, gain: f32, step: u64) -> Lesson<'_> {
        let Walk { x, g, sums, .. } = &self.walk;
        Lesson { x, g, labels: &self.truth, sums: sums.rows(), gain, step }
    }
}

impl Network {
    /// Passes rows through layer number `layer` without teaching it anything.
    pub(super) fn pass(&self, layer: usize, input: &Input<'_>, work: &mut LayerWork) {
        let LayerWork { h, a, g, x, .. } = work;
        let layer = &self.layers[layer];
        layer.forward_into(input, h.rows_mut());
        self.parts.lift(layer.projection.rows(), h.rows_mut(), a.rows_mut(), g.rows_mut(), x.rows_mut());
    }
}

impl LayerWork {
    /// Makes room for `samples` samples in `passes` passes through `layer`, and `goodnesses` numbers of goodness a row.
    pub(super) fn resize(
        &mut self,
        (samples, passes): (usize, usize),
        layer: &Dense,
        goodnesses: usize,
        passes_on: bool,
    ) {
        let (rows, units) = (samples * passes, layer.units());
        self.a.resize(rows, layer.projection.len());
        self.da.resize(rows, layer.projection.len());
        self.h.resize(rows, units);
        self.dz.resize(rows, units);
        self.x.resize(if passes_on { rows } else { 0 }, units);
        self.g.resize(rows, goodnesses);
        self.dg.resize(rows, goodnesses);
        self.loss.resize(samples, 0.0);
        self.mean_h.resize(units, 0.0);
        self.slope.resize(units, 0.0);
    }
}
