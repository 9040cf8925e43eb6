//! Negatives that are made of a batch's images.

use goodness_core::image_negatives::{Batch, ImageNegatives};
use goodness_core::{Rng, RowsMut};
use goodness_engine::{Matrix, par};

use crate::data::Shape;
use crate::layer::{Code, Images};

/// The images of a batch and their negatives, stacked: what the first layer reads.
#[derive(Debug, Default)]
pub(crate) struct Spoiled {
    /// The positives, then the negatives.
    pub(crate) images: Images,
    negatives: Matrix,
    scratch: Matrix,
}

const ROWS: usize = 32;

impl Spoiled {
    /// Makes a negative of every image; number `r` is drawn by (`seed`, `step` and `r`).
    pub(crate) fn fill(
        &mut self,
        maker: &dyn ImageNegatives,
        positives: &Images,
        (shape, code): (Shape, &Code),
        (seed, step): (u64, u64),
    ) {
        let (rows, features) = (positives.len(), shape.features());
        self.negatives.resize(rows, features);
        self.scratch.resize(rows, 2 * features);
        let images = positives.pixels.rows();
        let batch = Batch { images, shape: (shape.height, shape.width, shape.channels) };
        let parts = (self.negatives.rows_mut(), self.scratch.rows_mut());
        par::each_block(rows, ROWS, parts, |first, (mut out, mut scratch): (RowsMut<'_>, RowsMut<'_>)| {
            for r in 0..out.len() {
                let mut rng = Rng::keyed(seed, Rng::NEGATIVES, (step << 24) + (first + r) as u64);
                maker.fill(batch, first + r, &mut rng, scratch.row_mut(r), out.row_mut(r));
            }
        });
        let negatives = self.negatives.rows();
        self.images.load(2 * rows, code, |row, out| {
            out.copy_from_slice(if row < rows { images.row(row) } else { negatives.row(row - rows) });
        });
    }
}
