//! One step: the batch, its labels and negatives, and every layer that learns, one after the other.

use std::ops::Range;
use std::sync::Arc;

use super::batch;
use super::draw::Draw;
use super::dropout;
use super::error::TrainError;
use super::layer_step::layer_step;
use super::method::Contrast;
use super::slice::{Slice, slices};
use super::sums::LayerSums;
use super::trainer::Trainer;
use super::watch::Span;

impl Trainer {
    /// Trains the layers that learn now by the batch `rows`, in micro-batches where the recipe says so, while the images of the
    /// `next` one are prepared.
    pub(super) fn step(&mut self, rows: &[u32], next: Option<&[u32]>) -> Result<(), TrainError> {
        let (size, step) = (self.recipe.train.micro_batch, self.position.step);
        let mut parts = slices(rows, size).map(|part| (step, part)).peekable();
        while let Some((_, (slice, rows))) = parts.next() {
            self.load_batch(rows, slice);
            let next_batch = || slices(next?, size).next().map(|part| (step + 1, part));
            let next = parts.peek().copied().or_else(next_batch);
            self.preparing(next, |trainer| trainer.learn(rows))?;
        }
        self.position.batch += 1;
        self.position.step += 1;
        Ok(())
    }

    fn learn(&mut self, rows: &[u32]) -> Result<(), TrainError> {
        let learning = self.learning();
        self.draw_batch(rows);
        match self.network.flow {
            Some(flow) => self.learn_in_iterations(flow, self.timetable().pace(self.position.batch)),
            None if learning.is_empty() => Ok(()),
            None => self.learn_once(rows.len(), learning),
        }
    }

    /// Trains by one batch and notes what happened when. For looking at a step: the trainer is of no other use afterwards.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] when a number goes wrong.
    pub fn watched_step(&mut self) -> Result<Vec<Span>, TrainError> {
        let order = batch::order(&self.train, self.recipe.train.seed, self.position.epoch);
        let (pool, rows) = (Arc::clone(&self.pool), &order.rows()[..self.recipe.train.batch]);
        self.position.sums.resize(self.network.layers.len(), LayerSums::default());
        self.position.batch = 0;
        pool.run(|| {
            self.renew_states();
            self.freeze_below();
            self.watch.start();
            self.step(rows, None)
        })?;
        Ok(self.watch.stop())
    }

    /// Trains the layers `learning` by the batch that has been drawn, one after the other.
    fn learn_once(&mut self, samples: usize, learning: Range<usize>) -> Result<(), TrainError> {
        if self.kept.is_none() {
            self.pass(samples, 0..learning.start);
        }
        if self.looks_ahead(learning.clone()) {
            self.pass(samples, learning.clone());
        }
        let (spoils, classes) = (self.method.spoils(), self.network.classes);
        for l in learning.clone() {
            self.open(samples, l);
            self.renew(l);
            self.work.listen(l, learning.end, &*self.method.collaboration);
            let pace = self.timetable_of(l).pace(self.position.batch);
            let (input, labels, work) = self.work.desk(l, &self.network, spoils);
            let learner = (&mut self.network.layers[l], &mut self.states[l]);
            let parts = (&self.network.parts, &self.method);
            let sums = layer_step(learner, parts, (&input, labels, classes), pace, work);
            sums.check(l, self.position.step)?;
            self.position.sums[l].add(&sums, &self.work.layer.mean_h);
            self.close(l);
            if self.kept.is_none() {
                self.work.release(l, learning.end, &*self.network.parts.residual);
            }
            self.watch.mark("learn", l);
        }
        Ok(())
    }

    /// Whether a layer that learns counts the goodness of one above it, which has to be passed first.
    fn looks_ahead(&self, learning: Range<usize>) -> bool {
        let counts = |own: usize, other: usize| self.method.collaboration.weight(own, other) != 0.0;
        learning.clone().any(|own| (own + 1..learning.end).any(|other| counts(own, other)))
    }

    /// Passes the batch through `layers` without teaching them anything.
    fn pass(&mut self, samples: usize, layers: Range<usize>) {
        let spoils = self.method.spoils();
        for l in layers {
            self.open(samples, l);
            self.renew(l);
            let (input, _, work) = self.work.desk(l, &self.network, spoils);
            self.network.pass(l, &input, work);
            self.close(l);
        }
    }

    /// Lends a layer its buffers.
    fn open(&mut self, samples: usize, layer: usize) {
        let passes_on = layer + 1 < self.learning().end;
        let shape = (samples, self.method.objective.passes());
        self.work.open(layer, &self.network, shape, passes_on);
    }

    /// Takes them back. What a layer that learns passes on has holes, the same ones in every pass of this step.
    fn close(&mut self, layer: usize) {
        if self.method.dropout > 0.0 && self.learning().contains(&layer) {
            let index = self.position.step * self.network.layers.len() as u64 + layer as u64;
            let first = self.work.slice.first * self.method.objective.passes();
            dropout::apply(self.method.dropout, self.recipe.train.seed, (index, first), self.work.layer.x.rows_mut());
        }
        self.work.close(layer);
    }

    /// Makes the negatives that layer number `layer` reads, where it reads its own.
    fn renew(&mut self, layer: usize) {
        let Contrast::Images(maker) = &self.method.negatives else { return };
        if layer > 0 && maker.anew(layer) && self.method.objective.passes() == 2 {
            let (below, key) = (layer - 1, (self.recipe.train.seed, self.position.step));
            let (grid, work) = (self.network.layers[below].grid(), &mut self.work);
            work.spoiled.renew(&**maker, (layer, grid), key, &mut work.x[below]);
        }
    }

    /// Whether the layers that learn now read images, not what has been kept of them.
    pub(super) fn reads_images(&self) -> bool {
        self.kept.is_none() || self.learning().start == 0
    }

    /// Loads the images of a slice of the batch, where they are read, and its labels.
    fn load_batch(&mut self, rows: &[u32], slice: Slice) {
        self.work.slice = slice;
        self.work.truth.clear();
        self.work.truth.extend(rows.iter().map(|r| self.train.label(*r as usize)));
        if self.reads_images() {
            let (loader, step, work) = (self.loader(), self.position.step, &mut self.work);
            let to = (&self.network.parts.overlay, &mut work.images);
            work.ahead.load(&loader, &self.train, (step, (slice, rows)), to);
        }
    }

    /// Writes the true and the wrong label into the batch's images; the neutral code where there are no negatives.
    fn draw_batch(&mut self, rows: &[u32]) {
        if let (Some(kept), false) = (&self.kept, self.reads_images()) {
            return kept.gather(rows, &mut self.work);
        }
        let consulted = self.asked().into_iter().filter(|depth| *depth > 0).count();
        let passes = self.method.passes_of_images() + consulted;
        let (network, work) = (&self.network, &mut self.work);
        work.images.project(&network.layers[0], &network.parts.overlay, passes);
        self.watch.mark("load", 0);
        self.consult();
        self.watch.mark("consult", 0);
        if self.learning().is_empty() {
            return;
        }
        let (network, work) = (&self.network, &mut self.work);
        let draw = Draw {
            method: &self.method,
            parts: &network.parts,
            first: &network.layers[0],
            data: (self.train.shape(), network.classes),
            kept: self.kept.as_ref(),
            seed: self.recipe.train.seed,
        };
        draw.write(rows, work.slice.key(self.position.step), work);
    }

    /// How many layers the readout and the adviser are to read of a batch; none where nobody asks them.
    fn asked(&self) -> [usize; 2] {
        let all = self.network.layers.len();
        let looked_at = self.method.negatives.looks_at().min(all);
        let depth = |learns: bool, asked: usize| if learns { all } else { asked };
        match &self.method.adviser {
            Some(adviser) => [depth(self.readout_learns(), 0), depth(adviser.learns(), looked_at)],
            None => [depth(self.readout_learns(), looked_at), 0],
        }
    }

    /// Lets the readout and the adviser read the batch, as far as somebody asks them, and learn from it. The scores that
    /// stay are those that the negatives ask for.
    fn consult(&mut self) {
        let waited = self.method.plan.readout_from(self.recipe.train.epochs) * self.steps();
        let (gain, step) = (self.gain(), self.position.step + 1);
        let [depth, advised] = self.asked();
        let work = &mut self.work;
        if depth > 0 {
            let network = &self.network;
            network.ask(&*network.readout, &work.images, depth, &mut work.walk, &mut work.scores);
            self.network.readout.learn(work.lesson(gain, step.saturating_sub(waited as u64)));
        }
        if let Some(adviser) = &mut self.method.adviser {
            self.network.ask(&**adviser, &work.images, advised, &mut work.walk, &mut work.scores);
            adviser.learn(work.lesson(gain, step));
        }
    }
}
