//! The next batch: which images, changed how far.

use goodness_core::Rng;

use super::augment::Augment;
use crate::data::{Dataset, Order};
use crate::layer::{Code, Images};
use crate::network::Scaling;

/// How training images become inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loader {
    levels: [f32; 256],
    augment: Augment,
    seed: u64,
}

impl Loader {
    pub(super) fn new(scaling: Scaling, augment: Augment, seed: u64) -> Self {
        Self { levels: scaling.levels(), augment, seed }
    }

    /// Loads the images `rows` of `data`, each changed by its own draw of step number `step`.
    pub(super) fn load(&self, data: &Dataset, rows: &[u32], step: u64, code: &Code, images: &mut Images) {
        images.load(rows.len(), code, |r, out| self.write(data, rows, step, r, out));
    }

    /// Writes image number `r` of the batch `rows`, changed by its own draw of step number `step`.
    pub(super) fn write(&self, data: &Dataset, rows: &[u32], step: u64, r: usize, out: &mut [f32]) {
        let row = data.row(rows[r] as usize);
        if self.augment.is_none() {
            return crate::network::pixels_into(row, &self.levels, out);
        }
        let mut rng = Rng::keyed(self.seed, Rng::AUGMENT, (step << 24) + r as u64);
        self.augment.write(row, data.shape(), &self.levels, &mut rng, out);
    }
}

/// The rows of an epoch in their seeded order.
pub(super) fn order(data: &Dataset, seed: u64, epoch: usize) -> Order {
    let mut rng = Rng::keyed(seed, Rng::ORDER, epoch as u64);
    Order::shuffled(data.len(), |below| rng.below(below))
}
