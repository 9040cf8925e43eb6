//! The epoch loop.

use std::sync::Arc;
use std::time::Instant;

use goodness_core::Rng;
use goodness_core::optim::Moment;
use goodness_engine::Pool;

use super::augment::Augment;
use super::batch::{self, Loader};
use super::dropout;
use super::error::TrainError;
use super::kept::Kept;
use super::layer_step::layer_step;
use super::method::{Contrast, Method};
use super::state::LayerState;
use super::sums::LayerSums;
use super::workspace::Workspace;
use crate::build::{self, Unfit};
use crate::data::Dataset;
use crate::layer::{Input, Labelled};
use crate::network::Network;
use crate::recipe::Recipe;
use crate::report::EpochRecord;

/// Trains a network by a recipe.
pub struct Trainer {
    pub(super) recipe: Recipe,
    pub(super) network: Network,
    pub(super) method: Method,
    pub(super) states: Vec<LayerState>,
    pub(super) position: Position,
    pub(super) history: Vec<EpochRecord>,
    train: Dataset,
    validation: Dataset,
    pool: Arc<Pool>,
    work: Workspace,
    kept: Option<Kept>,
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
        let network = build::network(recipe, train.shape(), train.classes())?;
        let mut method = Method::new(&recipe.train);
        method.adviser.iter_mut().for_each(|adviser| adviser.prepare(&recipe.network.layers, train.classes()));
        let learns = network.parts.projection.learns();
        let states = network.layers.iter().map(|layer| LayerState::new(layer, learns, &method)).collect();
        Ok(Self {
            recipe: recipe.clone(),
            network,
            method,
            states,
            position: Position::default(),
            history: Vec::new(),
            train,
            validation,
            pool: Arc::new(Pool::new(threads)?),
            work: Workspace::default(),
            kept: None,
        })
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, to replace parts before training.
    pub fn network_mut(&mut self) -> &mut Network {
        &mut self.network
    }

    /// The parts of the training step, to replace before training.
    pub fn method_mut(&mut self) -> &mut Method {
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

    /// Share of the validation samples that the network gets wrong now.
    pub fn validation_error(&self) -> f64 {
        self.pool.run(|| self.network.error(&self.validation))
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
    fn steps(&self) -> usize {
        self.train.len().div_ceil(self.recipe.train.batch)
    }

    fn epoch(&mut self, watch: &mut (impl FnMut(Event<'_>) -> Flow + Send)) -> Result<Flow, TrainError> {
        // The pool is entered once an epoch: entering it allocates, a step must not.
        let pool = Arc::clone(&self.pool);
        pool.run(|| self.epoch_inside(watch))
    }

    fn epoch_inside(&mut self, watch: &mut impl FnMut(Event<'_>) -> Flow) -> Result<Flow, TrainError> {
        let (started, before) = (Instant::now(), self.position.seconds);
        let order = batch::order(&self.train, self.recipe.train.seed, self.position.epoch);
        self.position.sums.resize(self.network.layers.len(), LayerSums::default());
        self.freeze_below();
        let (batch, first) = (self.recipe.train.batch, self.position.batch);
        for (done, rows) in order.rows().chunks(batch).enumerate().skip(first) {
            self.step(rows)?;
            self.position.seconds = before + started.elapsed().as_secs_f64();
            let samples_per_second = ((done - first) * batch + rows.len()) as f64 / started.elapsed().as_secs_f64();
            let epoch = (self.position.epoch + 1, self.epochs());
            let flow = watch(Event::Step { epoch, step: (done + 1, self.steps()), samples_per_second });
            if flow == Flow::Stop && done + 1 < self.steps() {
                return Ok(Flow::Stop);
            }
        }
        self.close_epoch(watch)
    }

    fn close_epoch(&mut self, watch: &mut impl FnMut(Event<'_>) -> Flow) -> Result<Flow, TrainError> {
        let (epoch, epochs) = (self.position.epoch, self.epochs());
        let learning = self.learning();
        let every = self.recipe.train.validate_every;
        let due = epoch + 1 == epochs || (every > 0 && (epoch + 1).is_multiple_of(every));
        let readable = learning.end > self.network.readout.from();
        // Averaged weights are what is read; after the last epoch they are what stays.
        self.swap_averages();
        let misread = (due && readable).then(|| self.network.misread(&self.validation, learning.end));
        let validation = misread.map(|wrong| 100.0 * wrong as f64 / self.validation.len() as f64);
        if epoch + 1 < epochs {
            self.swap_averages();
        }
        let layers = learning.map(|l| self.position.sums[l].record(l)).collect();
        let record = EpochRecord {
            epoch: epoch + 1,
            seconds: self.position.seconds,
            samples_per_second: self.train.len() as f64 / self.position.seconds.max(1e-9),
            rate: f64::from(self.gain() * self.method.optimizer.rate()),
            validation_error: validation,
            layers,
        };
        self.position = Position { epoch: epoch + 1, step: self.position.step, ..Position::default() };
        let flow = watch(Event::Epoch { record: &record, epochs });
        self.history.push(record);
        Ok(flow)
    }

    /// Exchanges every layer with its running average, where there is one.
    fn swap_averages(&mut self) {
        for (layer, state) in self.network.layers.iter_mut().zip(&mut self.states) {
            state.average.iter_mut().for_each(|average| std::mem::swap(average, layer));
        }
    }

    fn learning(&self) -> std::ops::Range<usize> {
        self.method.plan.learning(self.position.epoch, self.recipe.train.epochs, self.network.layers.len())
    }

    /// Under a plan that keeps pairs: draws them, and passes them through the layers that are done.
    fn freeze_below(&mut self) {
        if !self.method.plan.keeps_pairs() {
            return;
        }
        let layer = self.learning().start;
        let loader = self.loader();
        let kept = self.kept.get_or_insert_with(|| Kept::draw(&self.train, &self.method, self.recipe.train.seed));
        kept.advance(layer, &self.network, &self.train, &loader);
    }

    fn loader(&self) -> Loader {
        let augment = Augment::new(&self.recipe.data);
        Loader::new(self.network.scaling, augment, self.recipe.train.seed, self.network.code_width())
    }

    /// What the schedule says now.
    fn gain(&self) -> f32 {
        let layers = self.network.layers.len();
        let (epoch, epochs) = self.method.plan.stage(self.position.epoch, self.recipe.train.epochs, layers);
        let steps = self.steps();
        let at = epoch * steps + self.position.batch.min(steps - 1);
        self.method.schedule.at(at as u64, (epochs * steps) as u64)
    }

    fn step(&mut self, rows: &[u32]) -> Result<(), TrainError> {
        let learning = self.learning();
        self.draw_batch(rows, learning.start);
        let steps = self.steps() as u64;
        let (layers, classes) = (self.network.layers.len(), self.network.classes);
        let (stage, _) = self.method.plan.stage(self.position.epoch, self.recipe.train.epochs, layers);
        let step = stage as u64 * steps + self.position.batch as u64 + 1;
        let at = Moment { step, gain: self.gain(), decays: true };
        let spoiled = matches!(self.method.negatives, Contrast::Images(_)) && self.method.objective.passes() == 2;
        let work = &mut self.work;
        for l in learning.clone() {
            let goodnesses = self.network.goodnesses();
            let layer = &mut self.network.layers[l];
            let shape = (rows.len(), self.method.objective.passes());
            work.layer.resize(shape, layer, goodnesses, l + 1 < learning.end);
            let input = match l {
                0 if spoiled => Input::Labelled(Labelled { images: &work.spoiled.images, labels: &work.labels }),
                0 => Input::Labelled(Labelled { images: &work.images, labels: &work.labels }),
                _ => Input::Rows(work.input.rows()),
            };
            let learner = (layer, &mut self.states[l]);
            let parts = (&self.network.parts, &self.method);
            let sums = layer_step(learner, parts, (&input, &work.truth, classes), at, &mut work.layer);
            if let Some(broken) = sums.broken() {
                let (layer, step) = (l + 1, self.position.step + 1);
                return Err(TrainError::Diverged { layer, step, what: broken.what, value: broken.value });
            }
            self.position.sums[l].add(&sums, &work.layer.mean_h);
            if self.method.dropout > 0.0 {
                let index = self.position.step * layers as u64 + l as u64;
                dropout::apply(self.method.dropout, self.recipe.train.seed, index, work.layer.x.rows_mut());
            }
            std::mem::swap(&mut work.input, &mut work.layer.x);
        }
        self.position.batch += 1;
        self.position.step += 1;
        Ok(())
    }

    /// Loads the batch's images and writes the true and the wrong label into them; the neutral code where there are no
    /// negatives.
    fn draw_batch(&mut self, rows: &[u32], first_layer: usize) {
        if let (Some(kept), true) = (&self.kept, first_layer > 0) {
            return kept.gather(rows, &mut self.work.input);
        }
        let (loader, network, work) = (self.loader(), &self.network, &mut self.work);
        loader.load(&self.train, rows, self.position.step, &mut work.images);
        work.images.project(&network.layers[0], loader.code);
        work.truth.clear();
        work.truth.extend(rows.iter().map(|r| self.train.label(*r as usize)));
        self.consult();
        let (network, work) = (&self.network, &mut self.work);
        let overlay = (&*network.parts.overlay, loader.code);
        if self.method.objective.passes() == 1 {
            return work.labels.write(&work.images, 1, overlay, &*network.parts.normalize, |_, _| None);
        }
        work.wrong.resize(rows.len(), 0);
        match (&self.kept, &self.method.negatives) {
            (Some(kept), _) => rows.iter().zip(&mut work.wrong).for_each(|(r, w)| *w = kept.wrong[*r as usize]),
            (None, Contrast::Images(maker)) => {
                let key = (self.recipe.train.seed, self.position.step);
                work.spoiled.fill(&**maker, &work.images, self.train.shape(), key);
                work.spoiled.images.project(&network.layers[0], loader.code);
                let images = &work.spoiled.images;
                return work.labels.write(images, 1, overlay, &*network.parts.normalize, |_, _| None);
            }
            (None, Contrast::Labels(negatives)) => {
                let mut rng = Rng::keyed(self.recipe.train.seed, Rng::NEGATIVES, self.position.step);
                let scores = (negatives.looks_at() > 0).then(|| work.scores.rows());
                negatives.fill(&work.truth, network.classes, scores, &mut rng, &mut work.wrong);
            }
        }
        let (truth, wrong) = (&work.truth, &work.wrong);
        work.labels.write(&work.images, 2, overlay, &*network.parts.normalize, |pass, r| {
            Some(if pass == 0 { truth[r] } else { wrong[r] })
        });
    }

    /// Lets the readout and the adviser read the batch, as far as somebody asks them, and learn from it. The scores that
    /// stay are those that the negatives ask for.
    fn consult(&mut self) {
        let (gain, step, all) = (self.gain(), self.position.step + 1, self.network.layers.len());
        let asked = self.method.negatives.looks_at().min(all);
        let work = &mut self.work;
        let own = if self.method.adviser.is_some() { 0 } else { asked };
        let depth = if self.network.readout.learns() { all } else { own };
        if depth > 0 {
            let network = &self.network;
            network.read(&*network.readout, &work.images, depth, &mut work.walk, &mut work.scores);
            self.network.readout.learn(work.lesson(gain, step));
        }
        if let Some(adviser) = &mut self.method.adviser {
            let depth = if adviser.learns() { all } else { asked };
            self.network.read(&**adviser, &work.images, depth, &mut work.walk, &mut work.scores);
            adviser.learn(work.lesson(gain, step));
        }
    }
}
