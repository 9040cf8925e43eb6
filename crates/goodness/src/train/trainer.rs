//! The epoch loop.

use std::sync::Arc;
use std::time::Instant;

use goodness_core::Rng;
use goodness_engine::Pool;

use super::augment::Augment;
use super::batch::{self, Loader};
use super::error::TrainError;
use super::kept::Kept;
use super::method::Method;
use super::monitor;
use super::record::{EpochRecord, LayerRecord};
use super::state::LayerState;
use super::sums::LayerSums;
use super::timetable::Timetable;
use super::watch::Stopwatch;
use super::workspace::Workspace;
use crate::build::{self, Unfit};
use crate::data::{Dataset, Order};
use crate::network::Network;
use crate::readout::Layers;
use crate::recipe::Recipe;

/// Trains a network by a recipe.
pub struct Trainer {
    pub(super) recipe: Recipe,
    pub(super) network: Network,
    pub(super) method: Method,
    pub(super) states: Vec<LayerState>,
    /// Whether states were made for parts that may have been replaced since.
    replaced: bool,
    pub(super) position: Position,
    pub(super) history: Vec<EpochRecord>,
    pub(super) train: Arc<Dataset>,
    validation: Dataset,
    pub(super) pool: Arc<Pool>,
    pub(super) work: Workspace,
    pub(super) kept: Option<Kept>,
    pub(super) watch: Stopwatch,
}

/// Where training stands: enough, with the weights, to go on to the same bits.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Position {
    /// Epochs completed.
    pub(super) epoch: usize,
    /// Steps completed in the running epoch.
    pub(super) batch: usize,
    /// Steps completed in all.
    pub(super) step: u64,
    /// Sums of the running epoch.
    pub(super) sums: Vec<LayerSums>,
    /// Seconds spent in the running epoch.
    pub(super) seconds: f64,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A step is done.
    Step {
        /// The running epoch, from 1, and how many there are.
        epoch: (usize, usize),
        /// Steps done in it, and how many there are.
        step: (usize, usize),
        /// Training samples seen a second, in this epoch.
        samples_per_second: f64,
    },
    /// An epoch is done.
    Epoch {
        /// What it was like.
        record: &'a EpochRecord,
        /// How many there are.
        epochs: usize,
    },
    /// The epoch that is done gives new cause to worry about a layer.
    Warning {
        /// Which layer, what it suffers from, and the likely cure.
        text: &'a str,
    },
}

/// What the watcher wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop after this step; [`Trainer::save`] keeps what is there.
    Stop,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs are done.
    Finished,
    /// The watcher stopped it.
    Stopped,
}

impl Trainer {
    /// A trainer at the start of a recipe. `threads` 0 means one for each core; it does not change the result.
    ///
    /// # Errors
    /// [`TrainError`] when the recipe and the data do not fit or no threads are to be had.
    pub fn new(recipe: &Recipe, train: Dataset, validation: Dataset, threads: usize) -> Result<Self, TrainError> {
        let batch = recipe.train.batch;
        if batch > train.len() {
            let expected = format!("at most the {} training samples there are", train.len());
            return Err(Unfit { key: "train.batch", came: batch.to_string(), expected }.into());
        }
        if (validation.shape(), validation.classes()) != (train.shape(), train.classes()) {
            let expected = "the validation set must have the training set's shape and classes".to_string();
            return Err(Unfit { key: "data.validation", came: recipe.data.validation.to_string(), expected }.into());
        }
        Augment::check(&recipe.data, train.shape())?;
        recipe.train.hierarchy.check(train.classes())?;
        let mut network = build::network(recipe, train.shape(), train.classes())?;
        network.class_names = train.class_names().to_vec();
        network.scaling = network.scaling.fit(&train);
        let mut method = Method::new(&recipe.train);
        let (widths, per_class) = (network.seen().collect::<Vec<_>>(), network.parts.goodness.per_class());
        let layers = Layers { widths: &widths, classes: train.classes(), per_class };
        method.adviser.iter_mut().for_each(|adviser| adviser.prepare(layers));
        let states = (0..network.layers.len()).map(|l| state(&network, &method, recipe.train.seed, l)).collect();
        let work = Workspace::new(network.layers.len());
        let mut trainer = Self {
            recipe: recipe.clone(),
            network,
            method,
            states,
            replaced: false,
            position: Position::default(),
            history: Vec::new(),
            train: Arc::new(train),
            validation,
            pool: Arc::new(Pool::new(threads)?),
            work,
            kept: None,
            watch: Stopwatch::default(),
        };
        trainer.settle();
        Ok(trainer)
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, to replace parts or weights before training.
    pub fn network_mut(&mut self) -> &mut Network {
        self.replaced = true;
        &mut self.network
    }

    /// The parts of the training step, to replace before training.
    pub fn method_mut(&mut self) -> &mut Method {
        self.replaced = true;
        &mut self.method
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Every epoch so far.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// The threads that compute.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The samples that training sees.
    pub fn training_set(&self) -> &Dataset {
        &self.train
    }

    /// The samples that choices are made on.
    pub fn validation_set(&self) -> &Dataset {
        &self.validation
    }

    /// Share of the validation samples that the network gets wrong now, from 0 to 1; an [`EpochRecord`] has it in percent.
    pub fn validation_error(&mut self) -> f64 {
        let pool = Arc::clone(&self.pool);
        pool.run(|| {
            self.solve_readout(self.network.layers.len());
            self.network.error(&self.validation)
        })
    }

    /// Solves for the readout of the first `depth` layers, where it is one that is solved for, on what training has seen.
    fn solve_readout(&mut self, depth: usize) {
        self.network.solve_readout(&self.train, self.recipe.data.mirror > 0.0, depth);
    }

    /// Epochs in all.
    pub fn epochs(&self) -> usize {
        self.method.plan.epochs(self.recipe.train.epochs, self.network.layers.len())
    }

    /// Trains to the end, or until `watch` says stop; it is called after every step and every epoch.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] when a number goes wrong.
    pub fn run(&mut self, mut watch: impl FnMut(Event<'_>) -> Flow + Send) -> Result<Outcome, TrainError> {
        while self.position.epoch < self.epochs() {
            if self.epoch(&mut watch)? == Flow::Stop {
                return Ok(Outcome::Stopped);
            }
        }
        Ok(Outcome::Finished)
    }

    /// Steps in an epoch; the last batch may be short.
    pub(super) fn steps(&self) -> usize {
        self.train.len().div_ceil(self.recipe.train.batch)
    }

    fn epoch(&mut self, watch: &mut (impl FnMut(Event<'_>) -> Flow + Send)) -> Result<Flow, TrainError> {
        // The pool is entered for an epoch's steps as a whole: entering it allocates, a step must not.
        let pool = Arc::clone(&self.pool);
        let order = pool.run(|| self.open_epoch());
        // Stages wait for one another, which a thread of the pool must not.
        let flow = match self.method.plan.pipeline() {
            Some(pipeline) => self.steps_in_stages(pipeline, order.rows(), watch)?,
            None => pool.run(|| self.steps_in_turn(&order, watch))?,
        };
        if flow == Flow::Stop { Ok(flow) } else { pool.run(|| self.close_epoch(watch)) }
    }

    /// Makes the states anew where parts have been replaced: thresholds, memories and averages begin as these say. Once
    /// training has begun, states stay.
    pub(super) fn renew_states(&mut self) {
        if !std::mem::take(&mut self.replaced) || self.position.step > 0 {
            return;
        }
        for l in 0..self.states.len() {
            // The old one goes first: two would not have to fit.
            self.states[l] = LayerState::default();
            self.states[l] = state(&self.network, &self.method, self.recipe.train.seed, l);
        }
        self.settle();
    }

    /// Makes room for what is remembered of layers that have begun to learn, or do in the epoch that comes next, and lets go of
    /// what nobody will ask for again.
    pub(super) fn settle(&mut self) {
        let (all, epoch, layers) = (self.epochs(), self.position.epoch, self.network.layers.len());
        let projects = self.network.parts.projection.learns();
        for (l, (layer, state)) in self.network.layers.iter().zip(&mut self.states).enumerate() {
            let learns = |epoch| self.method.plan.learning(epoch, self.recipe.train.epochs, layers).contains(&l);
            if !(epoch..all).any(learns) {
                state.finish();
            } else if (0..=epoch).any(learns) {
                state.begin(layer, projects, &self.method);
            }
        }
    }

    fn open_epoch(&mut self) -> Order {
        self.renew_states();
        self.position.sums.resize(self.network.layers.len(), LayerSums::default());
        self.freeze_below();
        batch::order(&self.train, self.recipe.train.seed, self.position.epoch)
    }

    /// The steps of an epoch that are left, one after the other.
    fn steps_in_turn(&mut self, order: &Order, watch: &mut impl FnMut(Event<'_>) -> Flow) -> Result<Flow, TrainError> {
        let (started, before) = (Instant::now(), self.position.seconds);
        let (batch, first) = (self.recipe.train.batch, self.position.batch);
        for (done, rows) in order.rows().chunks(batch).enumerate().skip(first) {
            self.step(rows, order.rows().chunks(batch).nth(done + 1))?;
            self.position.seconds = before + started.elapsed().as_secs_f64();
            let samples_per_second = ((done - first) * batch + rows.len()) as f64 / started.elapsed().as_secs_f64();
            let epoch = (self.position.epoch + 1, self.epochs());
            let flow = watch(Event::Step { epoch, step: (done + 1, self.steps()), samples_per_second });
            if flow == Flow::Stop && done + 1 < self.steps() {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    fn close_epoch(&mut self, watch: &mut impl FnMut(Event<'_>) -> Flow) -> Result<Flow, TrainError> {
        let (epoch, epochs) = (self.position.epoch, self.epochs());
        let learning = self.learning();
        let every = self.recipe.train.validate_every;
        let due = epoch + 1 == epochs || (every > 0 && (epoch + 1).is_multiple_of(every));
        let waits = self.network.readout.learns() && !self.readout_learns();
        let readable = learning.end > self.network.readout.from() && !waits;
        // Averaged weights are what is read; after the last epoch they are what stays.
        self.swap_averages();
        if epoch + 1 == epochs {
            // Nothing is learned any more: what is read from now on takes the place of what learning took.
            (self.work, self.kept) = (Workspace::new(self.network.layers.len()), None);
            self.states.iter_mut().for_each(LayerState::finish);
        }
        let known = (due && readable).then(|| {
            self.solve_readout(learning.end);
            self.validate(learning.end)
        });
        if epoch + 1 < epochs {
            self.swap_averages();
        }
        let gain = self.timetable_of(learning.start).gain(self.position.batch);
        let alone = |l: usize| known.as_ref()?.alone.get(l).copied();
        let layers = learning.map(|l| LayerRecord { validation_error: alone(l), ..self.position.sums[l].record(l) });
        let layers = layers.collect();
        let record = EpochRecord {
            epoch: epoch + 1,
            seconds: self.position.seconds,
            samples_per_second: self.train.len() as f64 / self.position.seconds.max(1e-9),
            rate: f64::from(gain * self.method.optimizer.rate()),
            validation_error: known.as_ref().map(|known| known.error),
            layers,
        };
        self.position = Position { epoch: epoch + 1, step: self.position.step, ..Position::default() };
        self.settle();
        let warned = monitor::warnings(&self.history).len();
        let flow = watch(Event::Epoch { record: &record, epochs });
        self.history.push(record);
        for text in monitor::warnings(&self.history).iter().skip(warned) {
            watch(Event::Warning { text });
        }
        Ok(flow)
    }

    /// Exchanges every layer with its running average, where there is one.
    fn swap_averages(&mut self) {
        for (layer, state) in self.network.layers.iter_mut().zip(&mut self.states) {
            state.average.iter_mut().for_each(|average| std::mem::swap(average, layer));
        }
    }

    pub(super) fn learning(&self) -> std::ops::Range<usize> {
        self.method.plan.learning(self.position.epoch, self.recipe.train.epochs, self.network.layers.len())
    }

    /// Whether the readout learns in the running epoch.
    pub(super) fn readout_learns(&self) -> bool {
        self.network.readout.learns() && self.position.epoch >= self.method.plan.readout_from(self.recipe.train.epochs)
    }

    /// Under a plan that keeps pairs: draws them, and passes them through the layers that are done.
    pub(super) fn freeze_below(&mut self) {
        if !self.method.plan.keeps_pairs() {
            return;
        }
        let layer = self.learning().start;
        let loader = self.loader();
        let kept = self.kept.get_or_insert_with(|| Kept::draw(&self.train, &self.method, self.recipe.train.seed));
        kept.advance(layer, &self.network, &self.train, &loader);
    }

    pub(super) fn loader(&self) -> Loader {
        Loader::scaled(&self.recipe, self.network.scaling.clone())
    }

    /// The schedule and the optimizer, for the batches of the running epoch.
    pub(super) fn timetable(&self) -> Timetable<'_> {
        let (epochs, layers) = (self.recipe.train.epochs, self.network.layers.len());
        let epoch = self.method.plan.progress(self.position.epoch, epochs, layers);
        Timetable { method: &self.method, epoch, steps: self.steps(), share: 1.0 }
    }

    /// The same for layer number `layer`, which learns in the running epoch.
    pub(super) fn timetable_of(&self, layer: usize) -> Timetable<'_> {
        let (epochs, layers) = (self.recipe.train.epochs, self.network.layers.len());
        let epoch = self.method.plan.progress_of(layer, self.position.epoch, epochs, layers);
        Timetable { epoch, share: self.method.share_of(layer), ..self.timetable() }
    }

    /// What the schedule says now.
    pub(super) fn gain(&self) -> f32 {
        self.timetable().gain(self.position.batch)
    }
}

/// The state that layer number `l` starts from.
fn state(network: &Network, method: &Method, seed: u64, l: usize) -> LayerState {
    let mut rng = Rng::keyed(seed, Rng::ASIDE, l as u64);
    let level = method.hierarchy.level(l, network.layers.len());
    LayerState { level, ..LayerState::new(&network.layers[l], &*network.parts.goodness, method, &mut rng) }
}
