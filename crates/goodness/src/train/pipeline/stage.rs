//! Layers that follow one another and learn on one thread.

use std::ops::Range;

use goodness_core::optim::Pace;
use goodness_engine::Matrix;
use goodness_engine::memory::held;

use super::super::dropout;
use super::super::error::TrainError;
use super::super::layer_step::layer_step;
use super::super::method::Method;
use super::super::state::LayerState;
use super::super::sums::LayerSums;
use super::super::timetable::Timetable;
use super::super::workspace::LayerWork;
use crate::layer::{Input, Labelled, Layer};
use crate::network::Parts;

/// A batch on its way through the stages.
#[derive(Debug, Default)]
pub(super) struct Packet {
    /// Its number in the epoch, and that of its step in the run, from 0.
    pub(super) batch: usize,
    pub(super) step: u64,
    /// Its true labels.
    pub(super) truth: Vec<u8>,
    /// What the layer that learned last made of it; the next one reads it.
    pub(super) x: Matrix,
}

/// Batches that go through the stages together.
#[derive(Debug, Default)]
pub(super) struct Group {
    packets: Vec<Packet>,
    /// How many of them carry a batch: the epoch's last group may be smaller.
    len: usize,
}

impl Group {
    /// Makes room for `packets` batches.
    pub(super) fn resize(&mut self, packets: usize) {
        self.packets.resize_with(packets, Packet::default);
    }

    /// Numbers the next batches, as many of `left` as there is room for; `origin` is the step of batch 0.
    pub(super) fn fill(&mut self, left: &mut Range<usize>, origin: u64) {
        self.len = left.len().min(self.packets.len());
        for (packet, batch) in self.packets.iter_mut().zip(left) {
            (packet.batch, packet.step) = (batch, origin + batch as u64);
        }
    }

    /// Leaves out all batches but the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The batches, in order.
    pub(super) fn packets(&self) -> &[Packet] {
        &self.packets[..self.len]
    }

    /// The same, to learn from.
    pub(super) fn packets_mut(&mut self) -> &mut [Packet] {
        &mut self.packets[..self.len]
    }

    /// Bytes of what is passed on.
    pub(super) fn bytes(&self) -> u64 {
        held(self.packets.iter().map(|p| &p.x))
    }
}

/// What all stages read and none writes.
#[derive(Clone, Copy)]
pub(super) struct Common<'a> {
    pub(super) parts: &'a Parts,
    pub(super) method: &'a Method,
    /// Where each layer's own rate stands in the schedule, and how many steps an epoch has.
    pub(super) epochs: &'a [(usize, usize)],
    pub(super) steps: usize,
    pub(super) classes: usize,
    /// Layers in all.
    pub(super) depth: usize,
    pub(super) seed: u64,
}

impl Common<'_> {
    /// How the optimizer moves layer number `layer` at batch number `batch`.
    fn pace(&self, layer: usize, batch: usize) -> Pace {
        let Self { method, epochs, steps, .. } = *self;
        Timetable { method, epoch: epochs[layer], steps, share: method.share_of(layer) }.pace(batch)
    }
}

/// Some layers, all that is theirs, and buffers to work in.
pub(super) struct Stage<'a> {
    /// Number of the first of them.
    pub(super) first: usize,
    pub(super) layers: &'a mut [Layer],
    pub(super) states: &'a mut [LayerState],
    pub(super) sums: &'a mut [LayerSums],
    /// Seconds that each has worked.
    pub(super) seconds: &'a mut [f64],
    pub(super) work: &'a mut LayerWork,
    pub(super) common: Common<'a>,
}

/// The first step and layer that broke down, and the error that says so.
pub(super) type Broken = ((u64, usize), TrainError);

impl Stage<'_> {
    /// Trains layer number `n` of the stage by one batch, of which the first layer of all reads the images `labelled`.
    pub(super) fn learn(
        &mut self,
        n: usize,
        packet: &mut Packet,
        labelled: Option<Labelled<'_>>,
    ) -> Result<(), Broken> {
        let input = labelled.map_or_else(|| Input::Rows(packet.x.rows()), Input::Labelled);
        self.learn_layer(n, &input, packet)?;
        self.hand_on(n, packet);
        Ok(())
    }

    fn learn_layer(&mut self, n: usize, input: &Input<'_>, packet: &Packet) -> Result<(), Broken> {
        let (common, l, truth, step) = (self.common, self.first + n, &packet.truth, packet.step);
        let shape = (truth.len(), common.method.objective.passes());
        let goodnesses = common.parts.goodnesses(&self.layers[n], common.classes);
        self.work.resize(shape, (common.parts, &self.layers[n]), goodnesses, l + 1 < common.depth);
        self.work.others.resize(0, goodnesses);
        let learner = (&mut self.layers[n], &mut self.states[n]);
        let (parts, pace) = ((common.parts, common.method), common.pace(l, packet.batch));
        let sums = layer_step(learner, parts, (input, truth, common.classes), pace, self.work);
        sums.check(l, step).map_err(|error| ((step, l), error))?;
        self.sums[n].add(&sums, &self.work.mean_h);
        Ok(())
    }

    /// Puts what layer number `n` of the stage passes on into the packet; what it has read is room for its next activities.
    fn hand_on(&mut self, n: usize, packet: &mut Packet) {
        let (common, l) = (self.common, self.first + n);
        if l + 1 == common.depth {
            return;
        }
        if common.method.dropout > 0.0 {
            let index = packet.step * common.depth as u64 + l as u64;
            dropout::apply(common.method.dropout, common.seed, (index, 0), self.work.x.rows_mut());
        }
        std::mem::swap(&mut self.work.x, &mut packet.x);
        if self.work.h.capacity() < self.work.x.capacity() {
            std::mem::swap(&mut self.work.h, &mut self.work.x);
        }
    }
}
