//! What a thread of the pipeline does: takes a group of batches, lets its stage learn from them, hands them on.
//!
//! It waits for groups itself and learns on the threads of the pool, which so never wait for one. A seat that ends,
//! for whatever reason, drops both its ends of queues: then those above learn from what is under way and end, and those
//! below find nobody to hand on to.
//!
//! Groups go round: from the first stage, which draws batches into each, through queues to the last one, and back empty.
//! There are so few that no queue holds more than two, and none is ever made anew.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use goodness_engine::Pool;

use super::super::batch::Loader;
use super::super::draw::Draw;
use super::super::method::Method;
use super::super::trainer::{Event, Flow};
use super::super::workspace::Workspace;
use super::stage::{Broken, Group, Packet, Stage};
use crate::data::Dataset;
use crate::layer::Labelled;

/// A stage with its neighbours.
pub(super) struct Seat<'a> {
    pub(super) stage: Stage<'a>,
    pub(super) from: From<'a>,
    /// Where the stage computes.
    pub(super) pool: &'a Pool,
    pub(super) to: SyncSender<Group>,
    /// Who is told of every step; the last stage does it.
    pub(super) teller: Option<Teller<'a>>,
    /// Whether somebody wants no more batches.
    pub(super) stop: &'a AtomicBool,
}

/// Where a stage has its batches from.
pub(super) enum From<'a> {
    /// The stage below.
    Below(Receiver<Group>),
    /// The data.
    Data(Box<Source<'a>>),
}

/// Draws batches into groups that have come back.
pub(super) struct Source<'a> {
    /// The batches of the epoch that are left, and the epoch's rows, so many a batch.
    pub(super) left: Range<usize>,
    pub(super) order: &'a [u32],
    pub(super) size: usize,
    /// The run's step at which the epoch began.
    pub(super) origin: u64,
    pub(super) data: &'a Dataset,
    pub(super) loader: Loader,
    pub(super) back: &'a mut Receiver<Group>,
    pub(super) work: &'a mut Workspace,
}

/// Tells how far the epoch is.
pub(super) struct Teller<'a> {
    pub(super) watch: &'a mut (dyn FnMut(Event<'_>) -> Flow + Send),
    pub(super) epoch: (usize, usize),
    pub(super) steps: usize,
    /// Samples in a batch and in all, and the batch that the clock started at.
    pub(super) samples: (usize, usize),
    pub(super) since: (usize, Instant),
}

impl Seat<'_> {
    /// Works until no more batches come; how many did.
    pub(super) fn run(mut self) -> Result<usize, Broken> {
        let mut done = 0;
        while let Some(mut group) = self.next() {
            let pool = self.pool;
            let came = pool.run(|| self.learn(&mut group));
            done += group.packets().len();
            self.tell(&group);
            // Nobody above any more: a stage there broke down. Nobody at the start: all batches are drawn, these are the last.
            let alone = self.to.send(group).is_err() && self.teller.is_none();
            came?;
            if alone {
                break;
            }
        }
        Ok(done)
    }

    /// Tells of every batch of `group`, where this is the last stage.
    fn tell(&mut self, group: &Group) {
        let Some(teller) = &mut self.teller else { return };
        for packet in group.packets() {
            if teller.tell(packet.batch) == Flow::Stop {
                self.stop.store(true, Ordering::Release);
            }
        }
    }

    fn next(&mut self) -> Option<Group> {
        match &mut self.from {
            From::Below(queue) => queue.recv().ok(),
            From::Data(source) => source.next(self.stop),
        }
    }

    /// Trains the stage's layers, one after the other, by all of `group`. A batch that a layer breaks down at, and those
    /// after it, leave the group: what comes before may break down in a layer above, which then is what broke first.
    fn learn(&mut self, group: &mut Group) -> Result<(), Broken> {
        let mut came = Ok(());
        for n in 0..self.stage.layers.len() {
            let started = Instant::now();
            let broken =
                group.packets_mut().iter_mut().enumerate().find_map(|(i, p)| Some((i, self.step(n, p).err()?)));
            self.stage.seconds[n] += started.elapsed().as_secs_f64();
            if let Some((batches, error)) = broken {
                group.truncate(batches);
                came = Err(error);
            }
        }
        came
    }

    /// Trains layer number `n` of the stage by a batch, which the first layer of all draws.
    fn step(&mut self, n: usize, packet: &mut Packet) -> Result<(), Broken> {
        match &mut self.from {
            From::Data(source) if n == 0 => {
                source.draw(&self.stage, packet);
                self.stage.learn(0, packet, Some(source.labelled(self.stage.common.method)))
            }
            _ => self.stage.learn(n, packet, None),
        }
    }
}

impl Source<'_> {
    /// A group of the next batches, if there are to be any.
    fn next(&mut self, stop: &AtomicBool) -> Option<Group> {
        if self.left.is_empty() {
            return None;
        }
        let mut group = self.back.recv().ok().filter(|_| !stop.load(Ordering::Acquire))?;
        group.fill(&mut self.left, self.origin);
        Some(group)
    }

    /// Draws the packet's batch, with its labels and negatives.
    fn draw(&mut self, stage: &Stage<'_>, packet: &mut Packet) {
        let rows = &self.order[packet.batch * self.size..self.order.len().min((packet.batch + 1) * self.size)];
        let (work, common, first) = (&mut *self.work, stage.common, &stage.layers[0]);
        let overlay = &common.parts.overlay;
        packet.truth.clear();
        packet.truth.extend(rows.iter().map(|r| self.data.label(*r as usize)));
        work.truth.clone_from(&packet.truth);
        self.loader.load(self.data, rows, (packet.step, 0), overlay, &mut work.images);
        work.images.project(first, overlay, common.method.passes_of_images());
        let (method, parts, data) = (common.method, common.parts, (self.data.shape(), common.classes));
        Draw { method, parts, first, data, kept: None, seed: common.seed }.write(rows, packet.step, work);
    }

    fn labelled(&self, method: &Method) -> Labelled<'_> {
        let images = if method.spoils() { &self.work.spoiled.images } else { &self.work.images };
        Labelled { images, labels: &self.work.labels }
    }
}

impl Teller<'_> {
    /// Says that batch number `batch` has been learned from by all layers; what the watcher wants.
    fn tell(&mut self, batch: usize) -> Flow {
        let (size, all) = self.samples;
        let seen = all.min((batch + 1) * size) - self.since.0 * size;
        let samples_per_second = seen as f64 / self.since.1.elapsed().as_secs_f64();
        (self.watch)(Event::Step { epoch: self.epoch, step: (batch + 1, self.steps), samples_per_second })
    }
}
