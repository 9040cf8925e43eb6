//! The next batch: which images, changed how far.

use goodness_core::Rng;

use super::augment::{self, Augment};
use crate::build::Unfit;
use crate::data::{Dataset, Order};
use crate::layer::{Code, Images};
use crate::network::Scaling;
use crate::recipe::Recipe;

/// How training images become inputs.
#[derive(Clone, Debug)]
pub struct Loader {
    scaling: Scaling,
    levels: [f32; 256],
    augment: Augment,
    seed: u64,
    batch: usize,
}

impl Loader {
    /// What a recipe says of the training images `data`.
    ///
    /// # Errors
    /// [`Unfit`] when the recipe and the images do not fit.
    pub fn fit(recipe: &Recipe, data: &Dataset) -> Result<Self, Unfit> {
        Ok(Self::scaled(recipe, Scaling::of(recipe, data.shape())?.fit(data)))
    }

    /// The same for images scaled by `scaling`.
    pub(super) fn scaled(recipe: &Recipe, scaling: Scaling) -> Self {
        let (augment, seed, batch) = (Augment::new(&recipe.data), recipe.train.seed, recipe.train.batch);
        Self { levels: scaling.levels(), scaling, augment, seed, batch }
    }

    /// Loads the images `rows` of `data`, each moved by its own draw of step number `step`; the first stands at place `first` of
    /// the batch.
    pub(super) fn load(
        &self,
        data: &Dataset,
        rows: &[u32],
        (step, first): (u64, usize),
        code: &Code,
        images: &mut Images,
    ) {
        images.load(rows.len(), code, |r, out| self.write(data, rows[r] as usize, (step, first + r), out));
    }

    /// Writes image `row` of `data` to `out`, moved by the draw of step number `step` for its place `at` in the batch.
    pub fn write(&self, data: &Dataset, row: usize, (step, at): (u64, usize), out: &mut [f32]) {
        if self.augment.is_none() {
            return self.write_still(data, row, out);
        }
        let mut rng = Rng::keyed(self.seed, Rng::AUGMENT, (step << 24) + at as u64);
        let turn = augment::turn(self.seed, row, step / data.len().div_ceil(self.batch) as u64);
        self.augment.write((data.row(row), turn), data.shape(), &self.levels, &mut rng, out);
        self.scaling.finish(out);
    }

    /// Writes image `row` of `data` to `out` as it is.
    pub fn write_still(&self, data: &Dataset, row: usize, out: &mut [f32]) {
        self.scaling.write(data.row(row), &self.levels, out);
    }
}

/// The rows of an epoch in their seeded order.
pub fn order(data: &Dataset, seed: u64, epoch: usize) -> Order {
    let mut rng = Rng::keyed(seed, Rng::ORDER, epoch as u64);
    Order::shuffled(data.len(), |below| rng.below(below))
}
