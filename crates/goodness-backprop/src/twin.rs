//! The epoch loop of the twin: the recipe's data order, batches, augmentation, optimizer, schedule, dropout and averaging.

use std::sync::Arc;
use std::time::Instant;

use goodness::Recipe;
use goodness::data::Dataset;
use goodness::layer::{Gradients, Layer};
use goodness::train::{Bytes, EpochRecord, Event, Flow, Outcome, Span, Unfit, batch};
use goodness_core::normalize;
use goodness_core::optim::{self, Moment, Optimizer, Pace};
use goodness_core::schedule::{self, Schedule};
use goodness_engine::Pool;

use crate::learn::{self, LayerMemory};
use crate::pass::Pass;
use crate::{Form, TwinError, TwinNetwork};

/// What the recipe does not say about the twin.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Choices {
    /// What is kept for the way back.
    pub form: Form,
    /// Whether nothing is normalised; otherwise images and activities are, as in the recipe.
    pub plain: bool,
    /// What the recipe's rate is multiplied by; 0 stands for 1.
    pub gain: f64,
}

/// Trains a twin.
pub struct Twin {
    recipe: Recipe,
    choices: Choices,
    network: TwinNetwork,
    optimizer: Box<dyn Optimizer>,
    schedule: Box<dyn Schedule>,
    memories: Vec<LayerMemory>,
    /// Running averages of the layers, where the recipe wants them.
    averages: Vec<Layer>,
    /// Sums of gradients of the parts of a batch, where it is cut.
    sums: Vec<Gradients>,
    pass: Pass,
    labels: Vec<u8>,
    loss: Vec<f32>,
    steps_done: u64,
    history: Vec<EpochRecord>,
    train: Dataset,
    validation: Dataset,
    pool: Arc<Pool>,
}

/// Says whether a recipe's twin has the form that was chosen.
fn has_form(recipe: &Recipe, choices: Choices) -> Result<(), TwinError> {
    let normalize = &recipe.network.normalize;
    let by_batch = !choices.plain && normalize.build(normalize::CATALOGUE).stays(1).is_some();
    match by_batch && choices.form.parts() > 1 {
        true => Err(TwinError::NoForm {
            recipe: recipe.name.clone(),
            form: choices.form.name(),
            came: normalize.name.clone(),
        }),
        false => Ok(()),
    }
}

impl Twin {
    /// The twin of a recipe at its start. `threads` 0 means one for each core; it does not change the result.
    ///
    /// # Errors
    /// [`TwinError`] when there is no twin, the recipe and the data do not fit, or no threads are to be had.
    pub fn new(
        recipe: &Recipe,
        choices: Choices,
        train: Dataset,
        validation: Dataset,
        threads: usize,
    ) -> Result<Self, TwinError> {
        let batch = recipe.train.batch;
        if batch > train.len() {
            let expected = format!("at most the {} training samples there are", train.len());
            return Err(Unfit { key: "train.batch", came: batch.to_string(), expected }.into());
        }
        has_form(recipe, choices)?;
        let network = TwinNetwork::new(recipe, choices.plain, &train)?;
        let optimizer = recipe.train.optimizer.build(optim::CATALOGUE);
        let depth = network.depth();
        let memory = |(l, layer)| LayerMemory::new(layer, l == depth, &*optimizer);
        let memories = network.layers.iter().enumerate().map(memory).collect();
        let averages = if recipe.train.average > 0.0 { network.layers.clone() } else { Vec::new() };
        Ok(Self {
            recipe: recipe.clone(),
            choices,
            optimizer,
            schedule: recipe.train.schedule.build(schedule::CATALOGUE),
            memories,
            averages,
            sums: Vec::new(),
            pass: Pass::with_segments(choices.form.segment(network.depth())),
            network,
            labels: Vec::new(),
            loss: Vec::new(),
            steps_done: 0,
            history: Vec::new(),
            train,
            validation,
            pool: Arc::new(Pool::new(threads)?),
        })
    }

    /// The network as it is now.
    pub fn network(&self) -> &TwinNetwork {
        &self.network
    }

    /// The network, to change weights.
    pub fn network_mut(&mut self) -> &mut TwinNetwork {
        &mut self.network
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The threads that compute.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Every epoch so far.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// The samples that training sees.
    pub fn training_set(&self) -> &Dataset {
        &self.train
    }

    /// The samples that choices are made on.
    pub fn validation_set(&self) -> &Dataset {
        &self.validation
    }

    /// Share of the validation samples that the network gets wrong now, from 0 to 1.
    pub fn validation_error(&self) -> f64 {
        self.pool.run(|| self.network.error(&self.validation))
    }

    /// Bytes of what it is made of.
    pub fn bytes(&self) -> Bytes {
        let layers = |all: &[Layer]| all.iter().map(|l| 4 * l.parameters() as u64).sum::<u64>();
        let sums = self.sums.iter().map(Gradients::bytes).sum::<u64>();
        Bytes {
            weights: layers(&self.network.layers) + layers(&self.averages),
            optimizer: self.memories.iter().map(LayerMemory::bytes).sum(),
            activities: self.pass.bytes(),
            gradients: self.pass.gradient_bytes() + sums,
        }
    }

    /// Steps in an epoch; the last batch may be short.
    fn steps(&self) -> usize {
        self.train.len().div_ceil(self.recipe.train.batch)
    }

    /// Trains to the end, or until `watch` says stop; it is called after every step and every epoch.
    ///
    /// # Errors
    /// [`TwinError::Diverged`] when a number goes wrong.
    pub fn run(&mut self, mut watch: impl FnMut(Event<'_>) -> Flow + Send) -> Result<Outcome, TwinError> {
        let pool = Arc::clone(&self.pool);
        while self.history.len() < self.recipe.train.epochs {
            if pool.run(|| self.epoch(&mut watch))? == Flow::Stop {
                return Ok(Outcome::Stopped);
            }
        }
        Ok(Outcome::Finished)
    }

    fn epoch(&mut self, watch: &mut impl FnMut(Event<'_>) -> Flow) -> Result<Flow, TwinError> {
        let (started, epoch) = (Instant::now(), self.history.len());
        let order = batch::order(&self.train, self.recipe.train.seed, epoch);
        let (batch, epochs) = (self.recipe.train.batch, self.recipe.train.epochs);
        for (done, rows) in order.rows().chunks(batch).enumerate() {
            self.step(rows)?;
            let seen = done * batch + rows.len();
            let samples_per_second = seen as f64 / started.elapsed().as_secs_f64();
            let at = (epoch + 1, epochs);
            let flow = watch(Event::Step { epoch: at, step: (done + 1, self.steps()), samples_per_second });
            if flow == Flow::Stop && done + 1 < self.steps() {
                return Ok(Flow::Stop);
            }
        }
        let record = self.record(started.elapsed().as_secs_f64());
        let flow = watch(Event::Epoch { record: &record, epochs });
        self.history.push(record);
        Ok(flow)
    }

    /// What the epoch that is done was like.
    fn record(&mut self, seconds: f64) -> EpochRecord {
        let (epoch, epochs) = (self.history.len() + 1, self.recipe.train.epochs);
        let every = self.recipe.train.validate_every;
        let due = epoch == epochs || (every > 0 && epoch.is_multiple_of(every));
        // Averaged weights are what is read; after the last epoch they are what stays.
        self.swap_averages();
        let validation_error = due.then(|| 100.0 * self.network.error(&self.validation));
        if epoch < epochs {
            self.swap_averages();
        }
        EpochRecord {
            epoch,
            seconds,
            samples_per_second: self.train.len() as f64 / seconds.max(1e-9),
            rate: f64::from(self.gain() * self.optimizer.rate()),
            validation_error,
            layers: Vec::new(),
        }
    }

    fn swap_averages(&mut self) {
        self.network
            .layers
            .iter_mut()
            .zip(&mut self.averages)
            .for_each(|(layer, average)| std::mem::swap(layer, average));
    }

    /// What the rate is multiplied by now.
    fn gain(&self) -> f32 {
        let total = (self.recipe.train.epochs * self.steps()) as u64;
        let own = if self.choices.gain == 0.0 { 1.0 } else { self.choices.gain as f32 };
        own * self.schedule.at(self.steps_done.min(total.saturating_sub(1)), total)
    }

    /// Trains by one batch, and notes what happened when.
    ///
    /// # Errors
    /// [`TwinError::Diverged`] when a number goes wrong.
    pub fn watched_step(&mut self) -> Result<Vec<Span>, TwinError> {
        let order = batch::order(&self.train, self.recipe.train.seed, self.history.len());
        let (pool, rows) = (Arc::clone(&self.pool), &order.rows()[..self.recipe.train.batch]);
        self.pass.watch.start();
        pool.run(|| self.step(rows))?;
        Ok(self.pass.watch.stop())
    }

    fn step(&mut self, rows: &[u32]) -> Result<(), TwinError> {
        let pace = self.optimizer.pace(Moment { step: self.steps_done + 1, gain: self.gain() });
        match self.choices.form.parts().min(rows.len()) {
            1 => self.learn_whole(rows, pace),
            parts => self.learn_in_parts(rows, parts, pace),
        }
        let value = f64::from(self.loss.iter().sum::<f32>()) / rows.len() as f64;
        self.loss.clear();
        if !value.is_finite() {
            return Err(TwinError::Diverged { step: pace.step, value });
        }
        self.pass.remember(&mut self.network, pace.step);
        self.drift(pace.step);
        self.steps_done += 1;
        Ok(())
    }

    /// Every layer is updated on the way down, as soon as those below have what they need: one layer's gradients at a time.
    fn learn_whole(&mut self, rows: &[u32], pace: Pace) {
        self.there(rows, 0, rows.len());
        let (memories, optimizer) = (&mut self.memories, &*self.optimizer);
        self.pass.backward(&mut self.network, |l, layer, grads| memories[l].update(layer, grads, optimizer, pace));
    }

    /// The gradients of all layers are added up over the parts before anything is updated.
    fn learn_in_parts(&mut self, rows: &[u32], parts: usize, pace: Pace) {
        self.sum_up(rows, parts);
        for ((layer, grads), memory) in self.network.layers.iter_mut().zip(&mut self.sums).zip(&mut self.memories) {
            memory.update(layer, grads, &*self.optimizer, pace);
        }
    }

    /// Leaves the gradients of all layers in `sums`.
    fn sum_up(&mut self, rows: &[u32], parts: usize) {
        let size = rows.len().div_ceil(parts.max(1));
        self.sums.resize_with(self.network.layers.len(), Gradients::default);
        for (index, part) in rows.chunks(size).enumerate() {
            self.there(part, index * size, rows.len());
            let sums = &mut self.sums;
            self.pass.backward(&mut self.network, |l, _, grads| learn::add(&mut sums[l], grads, index == 0));
        }
    }

    /// Loads rows, which stand at `first` in a batch of `batch`, and passes them up.
    fn there(&mut self, rows: &[u32], first: usize, batch: usize) {
        let (network, data, step) = (&self.network, &self.train, self.steps_done);
        let fill = |r: usize, out: &mut [f32]| network.loader.write(data, rows[r] as usize, (step, first + r), out);
        network.load(rows.len(), &mut self.pass.pixels, fill);
        self.pass.watch.mark("load", 0);
        self.labels.clear();
        self.labels.extend(rows.iter().map(|r| data.label(*r as usize)));
        self.pass.drop_at = Some((step, first));
        self.pass.forward(network);
        self.pass.score(&self.labels, 1.0 / batch as f32, &mut self.loss);
    }

    /// Lets the averages follow; young ones forget faster, so that where the weights started does not count.
    fn drift(&mut self, step: u64) {
        let age = step as f32;
        let keep = (self.recipe.train.average as f32).min(age / (age + 10.0));
        for (average, layer) in self.averages.iter_mut().zip(&self.network.layers) {
            learn::drift(average, layer, keep);
        }
    }

    /// The loss of the samples `rows` and its gradient by each layer's weights and biases, without a step.
    pub fn gradients(&mut self, rows: &[u32]) -> (f64, &[Gradients]) {
        let pool = Arc::clone(&self.pool);
        pool.run(|| self.sum_up(rows, self.choices.form.parts()));
        let loss = self.loss.iter().map(|l| f64::from(*l)).sum::<f64>() / rows.len() as f64;
        self.loss.clear();
        (loss, &self.sums)
    }
}
