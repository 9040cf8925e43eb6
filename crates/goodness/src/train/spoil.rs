//! Negatives that are made of a batch's images.

use goodness_core::image_negatives::{Batch, ImageNegatives};
use goodness_core::view::Grid;
use goodness_core::{Rng, Rows, RowsMut};
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
        let images = positives.pixels.rows();
        let batch = Batch { images, shape: (shape.height, shape.width, shape.channels) };
        fill(maker, batch, (seed, step), (self.negatives.rows_mut(), &mut self.scratch));
        let negatives = self.negatives.rows();
        self.images.load(2 * rows, code, |row, out| {
            out.copy_from_slice(if row < rows { images.row(row) } else { negatives.row(row - rows) });
        });
    }
    /// Makes negatives anew for layer number `layer`, of what the layer below, which lies on `grid`, passed on of the
    /// positives: `x` has these in its first half and gets the others in its second. They are drawn by (`seed`, `step`, layer
    /// and row).
    pub(crate) fn renew(
        &mut self,
        maker: &dyn ImageNegatives,
        (layer, grid): (usize, Grid),
        (seed, step): (u64, u64),
        x: &mut Matrix,
    ) {
        let (rows, width) = (x.len() / 2, x.width());
        let (positives, negatives) = x.data_mut().split_at_mut(rows * width);
        let images = Rows::new(positives, rows, width);
        let batch = Batch { images, shape: (grid.height, grid.width, grid.channels) };
        let key = (seed.wrapping_add((layer as u64) << 32), step);
        fill(maker, batch, key, (RowsMut::new(negatives, rows, width), &mut self.scratch));
    }
}

/// Writes a negative of every image; number `r` is drawn by (`seed`, `step` and `r`).
fn fill(
    maker: &dyn ImageNegatives,
    batch: Batch<'_>,
    (seed, step): (u64, u64),
    (out, scratch): (RowsMut<'_>, &mut Matrix),
) {
    let rows = out.len();
    scratch.resize(rows, 2 * out.width());
    par::each_block(
        rows,
        ROWS,
        (out, scratch.rows_mut()),
        |first, (mut out, mut scratch): (RowsMut<'_>, RowsMut<'_>)| {
            for r in 0..out.len() {
                let mut rng = Rng::keyed(seed, Rng::NEGATIVES, (step << 24) + (first + r) as u64);
                maker.fill(batch, first + r, &mut rng, scratch.row_mut(r), out.row_mut(r));
            }
        },
    );
}
