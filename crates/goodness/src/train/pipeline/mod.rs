//! The pipelined plan: stages of layers on different threads, joined by queues.
//!
//! A packet carries a batch's labels and what the last layer made of it from one layer to the next; packets of batches that
//! follow one another go from stage to stage in groups. A layer is at one batch at a time and takes them in order, so it sees
//! the same rows in the same order as in a step of all layers, whatever the number of stages, wherever they are cut, and
//! however many batches a group has.

mod cut;
mod seat;
mod stage;

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use goodness_engine::Pool;

use self::cut::{counted, cut};
use self::seat::{From, Seat, Source, Teller};
use self::stage::{Broken, Common, Group, Stage};
use super::error::TrainError;
use super::state::LayerState;
use super::sums::LayerSums;
use super::trainer::{Event, Flow, Trainer};
use super::workspace::LayerWork;
use crate::layer::Layer;
use crate::plan::Pipeline;

/// What is kept of the pipeline between its runs.
#[derive(Debug, Default)]
pub(super) struct Line {
    works: Vec<LayerWork>,
    groups: Vec<Group>,
    /// Seconds that each layer worked in the last run.
    seconds: Vec<f64>,
}

/// All that is a layer's own, for every layer, and the buffers of every stage.
struct Learners<'a> {
    layers: &'a mut [Layer],
    states: &'a mut [LayerState],
    sums: &'a mut [LayerSums],
    seconds: &'a mut [f64],
    works: &'a mut [LayerWork],
}

/// Groups that may wait between two stages.
const QUEUE: usize = 2;
/// Batches that are learned from before stages are cut by what has been measured.
const TRIAL: usize = 8;

impl Line {
    /// Makes room for `stages` stages of `layers` layers, and as many groups of batches as keep them busy: one at work in
    /// each, one between two.
    fn prepare(&mut self, stages: usize, layers: usize, in_a_row: usize) {
        self.works.resize_with(stages, LayerWork::default);
        self.groups.resize_with(2 * stages - 1, Group::default);
        self.groups.iter_mut().for_each(|group| group.resize(in_a_row));
        self.seconds.clear();
        self.seconds.resize(layers, 0.0);
    }

    /// Bytes of activities and derivatives by them.
    pub(super) fn bytes(&self) -> u64 {
        self.groups.iter().map(Group::bytes).sum::<u64>() + self.works.iter().map(LayerWork::bytes).sum::<u64>()
    }

    /// Bytes of gradients.
    pub(super) fn gradient_bytes(&self) -> u64 {
        self.works.iter().map(LayerWork::gradient_bytes).sum()
    }
}

impl Trainer {
    /// The steps of an epoch that are left, stage by stage. Not to be called on a thread of the pool.
    pub(super) fn steps_in_stages(
        &mut self,
        pipeline: Pipeline,
        order: &[u32],
        watch: &mut (impl FnMut(Event<'_>) -> Flow + Send),
    ) -> Result<Flow, TrainError> {
        let steps = self.steps();
        while self.position.batch < steps {
            let first = self.position.batch;
            let end = if self.work.line.seconds.is_empty() { steps.min(first + TRIAL) } else { steps };
            let flow = self.run_line(pipeline, (order, first..end), watch)?;
            if flow == Flow::Stop && self.position.batch < steps {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    /// The layers of each stage, by the seconds that they took, or before that by what they multiply.
    fn stages(&self, stages: usize, seconds: &[f64]) -> Vec<Range<usize>> {
        let layers = &self.network.layers;
        let passes = self.method.objective.passes();
        // The first product is one for all labels of an image.
        let rows = |l: usize| if l == 0 && !self.method.spoils() { 1 } else { passes };
        let counted = || layers.iter().enumerate().map(|(l, layer)| counted(layer, rows(l))).collect();
        let costs: Vec<f64> = if seconds.is_empty() { counted() } else { seconds.to_vec() };
        let stages = if stages == 0 { self.pool.threads() } else { stages };
        cut(&costs, stages.min(layers.len()))
    }

    /// Learns from the batches `batches` of the epoch, or fewer if `watch` says stop: then those that are under way are
    /// the last.
    fn run_line(
        &mut self,
        pipeline: Pipeline,
        (order, batches): (&[u32], Range<usize>),
        watch: &mut (dyn FnMut(Event<'_>) -> Flow + Send),
    ) -> Result<Flow, TrainError> {
        let started = Instant::now();
        let stop = AtomicBool::new(false);
        let mut line = std::mem::take(&mut self.work.line);
        let first = batches.start;
        let stages = self.stages(pipeline.stages, &line.seconds);
        line.prepare(stages.len(), self.network.layers.len(), pipeline.in_a_row);
        let came = self.run_stages((&mut line, &stages), (order, batches), watch, &stop);
        self.work.line = line;
        let done = came?;
        self.position.batch = first + done;
        self.position.step += done as u64;
        self.position.seconds += started.elapsed().as_secs_f64();
        Ok(if stop.into_inner() { Flow::Stop } else { Flow::Continue })
    }

    /// Runs every stage from a thread of its own, all in one pool; how many batches went through all of them.
    fn run_stages(
        &mut self,
        (line, stages): (&mut Line, &[Range<usize>]),
        (order, batches): (&[u32], Range<usize>),
        watch: &mut (dyn FnMut(Event<'_>) -> Flow + Send),
        stop: &AtomicBool,
    ) -> Result<usize, TrainError> {
        let (loader, steps, size, samples) = (self.loader(), self.steps(), self.recipe.train.batch, self.train.len());
        let epoch = (self.position.epoch + 1, self.epochs());
        // Where each layer's own rate stands.
        let epochs: Vec<_> = (0..self.network.layers.len()).map(|l| self.timetable_of(l).epoch).collect();
        let teller = Teller { watch, epoch, steps, samples: (size, samples), since: (batches.start, Instant::now()) };
        let (to_start, mut back) = sync_channel(line.groups.len());
        // There is room for all of them.
        line.groups.drain(..).for_each(|group| drop(to_start.send(group)));
        let Self { recipe, network, method, states, position, train, work, pool, .. } = self;
        let (parts, classes, depth, seed) = (&network.parts, network.classes, network.layers.len(), recipe.train.seed);
        let common = Common { parts, method, epochs: &epochs, steps, classes, depth, seed };
        let origin = position.step - position.batch as u64;
        let source = Source { left: batches, order, size, origin, data: train, loader, back: &mut back, work };
        let learners = Learners {
            layers: &mut network.layers,
            states,
            sums: &mut position.sums,
            seconds: &mut line.seconds,
            works: &mut line.works,
        };
        let seats = learners.seat(stages, common, (source, teller, to_start), (pool, stop));
        let came = pool.side_by_side(seats, Seat::run);
        line.groups.extend(back.try_iter());
        in_all(came?)
    }
}

impl<'a> Learners<'a> {
    /// Gives every stage its part, and a place between its neighbours: the first draws, the last tells and sends back.
    fn seat(
        mut self,
        stages: &[Range<usize>],
        common: Common<'a>,
        (source, teller, to_start): (Source<'a>, Teller<'a>, SyncSender<Group>),
        (pool, stop): (&'a Pool, &'a AtomicBool),
    ) -> Vec<Seat<'a>> {
        let (mut seats, mut from) = (Vec::new(), From::Data(Box::new(source)));
        for stage in &stages[..stages.len() - 1] {
            let (to, below) = sync_channel(QUEUE);
            let from = std::mem::replace(&mut from, From::Below(below));
            seats.push(Seat { stage: self.part(stage, common), from, pool, to, teller: None, stop });
        }
        let last = self.part(&stages[stages.len() - 1], common);
        seats.push(Seat { stage: last, from, pool, to: to_start, teller: Some(teller), stop });
        seats
    }

    /// The next layers, those of `stage`.
    fn part(&mut self, stage: &Range<usize>, common: Common<'a>) -> Stage<'a> {
        let layers = next(&mut self.layers, stage.len());
        let (states, sums) = (next(&mut self.states, stage.len()), next(&mut self.sums, stage.len()));
        let (seconds, work) = (next(&mut self.seconds, stage.len()), &mut next(&mut self.works, 1)[0]);
        Stage { first: stage.start, layers, states, sums, seconds, work, common }
    }
}

/// Takes the first `count` things off `rest`.
fn next<'a, T>(rest: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let (head, tail) = std::mem::take(rest).split_at_mut(count);
    *rest = tail;
    head
}

/// How many batches went through all stages; or what broke first in a step of all layers, the earliest step and the
/// lowest layer in it.
fn in_all(came: Vec<Result<usize, Broken>>) -> Result<usize, TrainError> {
    let mut done = 0;
    let mut broken: Option<Broken> = None;
    for result in came {
        match result {
            Ok(batches) => done = batches,
            Err(new) if broken.as_ref().is_none_or(|(at, _)| new.0 < *at) => broken = Some(new),
            Err(_) => {}
        }
    }
    broken.map_or(Ok(done), |(_, error)| Err(error))
}
