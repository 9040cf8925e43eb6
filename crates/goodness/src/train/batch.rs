//! The next batch: which images, moved how far.

use goodness_core::{Rng, RowsMut};

use super::augment::Augment;
use crate::data::{Dataset, Order};
use crate::layer::Images;
use crate::network::Scaling;

/// How training images become inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loader {
    levels: [f32; 256],
    augment: Augment,
    seed: u64,
    pub(super) code: usize,
}

impl Loader {
    pub(super) fn new(scaling: Scaling, augment: Augment, seed: u64, code: usize) -> Self {
        Self { levels: scaling.levels(), augment, seed, code }
    }

    /// Loads the images `rows` of `data`, each moved by its own draw of step number `step`.
    pub(super) fn load(&self, data: &Dataset, rows: &[u32], step: u64, images: &mut Images) {
        let fill = |first: usize, mut out: RowsMut<'_>| {
            for r in 0..out.len() {
                let (row, out) = (data.row(rows[first + r] as usize), out.row_mut(r));
                if self.augment.is_none() {
                    crate::network::pixels_into(row, &self.levels, out);
                } else {
                    let mut rng = Rng::keyed(self.seed, Rng::AUGMENT, (step << 24) + (first + r) as u64);
                    self.augment.write(row, data.shape(), &self.levels, &mut rng, out);
                }
            }
        };
        images.load(rows.len(), data.shape().features(), self.code, fill);
    }
}

/// The rows of an epoch in their seeded order.
pub(super) fn order(data: &Dataset, seed: u64, epoch: usize) -> Order {
    let mut rng = Rng::keyed(seed, Rng::ORDER, epoch as u64);
    Order::shuffled(data.len(), |below| rng.below(below))
}
