//! What normalisation asks to know of a batch: the mean and the variance of every channel, over rows and places.
//!
//! Rows are summed in parts whose borders are the same for any number of threads, and the parts in their order. Numbers are
//! summed as they differ from the running mean, which is near enough to the mean that the variance is not lost in rounding.

use goodness_core::normalize::{self, Channels};
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, par};

/// The statistics of one batch; one serves all layers in turn.
#[derive(Debug, Default)]
pub struct Statistics {
    /// What each part of the rows comes to: parts × 2 · channels.
    parts: Matrix,
    /// Mean and variance: 2 × channels.
    batch: Matrix,
}

/// Rows of a part in a dense layer, and the fewest of one in a layer with many places.
const ROWS: (usize, usize) = (32, 4);

impl Statistics {
    /// The statistics of `h`, which lie `about` the given means: mean and variance of every channel.
    ///
    /// # Shapes
    /// `h`: rows × units, `about`: channels, the statistics: 2 × channels.
    pub fn gather(&mut self, h: Rows<'_>, channels: Channels<'_>, about: &[f32]) -> Rows<'_> {
        let each = (ROWS.0 / channels.places).max(ROWS.1);
        self.parts.resize(h.len().div_ceil(each), 2 * about.len());
        par::each_block(self.parts.len(), 1, self.parts.rows_mut(), |part, mut sums: RowsMut<'_>| {
            let (_, rest) = h.split_at(part * each);
            let (rows, _) = rest.split_at(each.min(rest.len()));
            normalize::gather(rows, channels, about, RowsMut::new(sums.row_mut(0), 2, about.len()));
        });
        self.batch.resize(2, about.len());
        normalize::moments(self.parts.rows(), h.len() * channels.places, about, self.batch.rows_mut());
        self.batch.rows()
    }

    /// Matrices that it holds.
    pub fn matrices(&self) -> [&Matrix; 2] {
        [&self.parts, &self.batch]
    }
}

/// Adds the statistics of a batch to the running ones, of which the share `stays` stays: 2 × channels both.
pub fn remember(running: &mut Matrix, batch: Rows<'_>, stays: f32) {
    running.data_mut().iter_mut().zip(batch.data()).for_each(|(r, b)| *r = stays * *r + (1.0 - stays) * b);
}
