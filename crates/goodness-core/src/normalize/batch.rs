//! # Batch
//!
//! x̂ = (h − μ_c) / √(σ²_c + ε), μ_c and σ²_c over all rows of a batch and all places of channel c, ε = 10⁻⁵  (Ioffe and
//! Szegedy 2015, without gain and shift, which would be learned from above)
//!
//! The channel of a convolution, or the unit of a dense layer, has mean 0 and deviation 1: a unit that hardly stirs is heard
//! as well as a loud one, which is what lets deep stacks of layers learn fast. A row keeps what is its own: how it differs
//! from the others of the batch, its length among that. Positives and negatives are one batch.
//!
//! The layer that learns is read by the statistics of its batch, and remembers running averages of them:
//!
//! μ ← s μ + (1 − s) μ_batch, and σ² alike, s = min(`stays`, (t − 1)/t) at update number t
//!
//! Whoever only reads it, that is prediction, readouts while they learn, and layers above it once it is finished, reads it
//! by these. They are part of the layer: files keep them, and averaged weights have averaged ones. Images stay as they are.
//! Cost: a pass for the sums, a pass for the rest.
//!
//! ```
//! use goodness_core::Rows;
//! use goodness_core::normalize::{Batch, Channels, Normalize};
//! let known = Rows::new(&[2.0, 30.0, 1.0, 0.1], 2, 2);
//! let mut row = [3.0, 20.0];
//! Batch { stays: 0.9 }.row(&mut row, Channels { known, ..Channels::default() });
//! assert_eq!(row, [1.0, -1.0]);
//! ```
//!
//! # Shapes
//! Statistics, means and then variances: 2 × channels. A row of which nothing is known stays as it is.

use super::{Channels, Normalize};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// Mean 0 and deviation 1 for every channel.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Share of the running averages that stays at each step.
    pub stays: f32,
}

/// What keeps a channel that never changes from being divided by 0.
const EPSILON: f32 = 1e-5;

impl Normalize for Batch {
    fn is_factor(&self) -> bool {
        false
    }

    fn stays(&self, step: u64) -> Option<f32> {
        // Young averages are plain means of what there was, so that where they started does not count.
        let young = step.saturating_sub(1) as f32 / step.max(1) as f32;
        Some(if young < self.stays { young } else { self.stays })
    }

    fn row(&self, row: &mut [f32], Channels { blocks, places, known }: Channels<'_>) {
        if known.is_empty() {
            return;
        }
        let (block, (means, factors)) = (known.width() / blocks, (known.row(0), known.row(1)));
        let known = means.chunks_exact(block).zip(factors.chunks_exact(block));
        for (picture, (means, factors)) in row.chunks_exact_mut(places * block).zip(known) {
            for place in picture.chunks_exact_mut(block) {
                let known = means.iter().zip(factors);
                place.iter_mut().zip(known).for_each(|(x, (mean, factor))| *x = (*x - mean) * factor);
            }
        }
    }
}

/// Writes the sum of h − `about` and of its square for every channel, over all rows and places.
///
/// # Shapes
/// `h`: rows × units, `about`: channels, `sums`: 2 × channels.
pub fn gather(h: Rows<'_>, Channels { blocks, places, .. }: Channels<'_>, about: &[f32], mut sums: RowsMut<'_>) {
    let channels = about.len();
    let block = (channels / blocks.max(1)).max(1);
    sums.data_mut().fill(0.0);
    let (sums, squares) = sums.data_mut().split_at_mut(channels);
    for row in h.iter() {
        for (b, picture) in row.chunks_exact(places * block).enumerate() {
            let own = b * block..(b + 1) * block;
            let (about, sums, squares) = (&about[own.clone()], &mut sums[own.clone()], &mut squares[own]);
            picture.chunks_exact(block).for_each(|place| add_place(place, about, sums, squares));
        }
    }
}

fn add_place(place: &[f32], about: &[f32], sums: &mut [f32], squares: &mut [f32]) {
    for ((x, about), (sum, square)) in place.iter().zip(about).zip(sums.iter_mut().zip(squares)) {
        let off = x - about;
        *sum += off;
        *square += off * off;
    }
}

/// Writes means and variances, given what [`gather`] wrote for each part of a batch, which has `count` numbers a channel.
///
/// # Shapes
/// `parts`: parts × 2 · channels, `about`: channels, `statistics`: 2 × channels.
pub fn moments(parts: Rows<'_>, count: usize, about: &[f32], mut statistics: RowsMut<'_>) {
    let (channels, count) = (about.len(), count.max(1) as f64);
    let mean = |c: usize| parts.iter().map(|part| f64::from(part[c])).sum::<f64>() / count;
    for (c, about) in about.iter().enumerate() {
        let (off, square) = (mean(c), mean(channels + c));
        let variance = square - off * off;
        statistics.row_mut(0)[c] = (f64::from(*about) + off) as f32;
        statistics.row_mut(1)[c] = if variance < 0.0 { 0.0 } else { variance as f32 };
    }
}

/// Writes what rows are normalised by: means as they are, and inverse deviations.
///
/// # Shapes
/// `statistics`, `known`: 2 × channels.
pub fn standards(statistics: Rows<'_>, mut known: RowsMut<'_>) {
    known.data_mut().copy_from_slice(statistics.data());
    if !known.is_empty() {
        // A variance below 0 cannot be measured; a broken file may say so.
        known.row_mut(1).iter_mut().for_each(|x| *x = 1.0 / math::sqrt(if *x < 0.0 { 0.0 } else { *x } + EPSILON));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "batch",
        summary: "mean 0 and deviation 1 for every channel or unit, over a batch; images as they are. For deep networks",
        source: "Ioffe and Szegedy 2015 (arXiv 1502.03167), without gain and shift",
        params: &[Param::real("stays", "share of the running averages that stays at each step", 0.9, 0.0, 0.999)],
    },
    build: |args| Box::new(Batch { stays: args.f32("stays") }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_those_on_paper() {
        // Two rows of two blocks, each of two places and one channel.
        let h = [1.0, 3.0, 10.0, 10.0, 5.0, 7.0, 30.0, 10.0];
        let channels = Channels { blocks: 2, places: 2, ..Channels::default() };
        for about in [[0.0, 0.0], [3.0, 12.0]] {
            let (mut parts, mut statistics) = ([0.0; 8], [0.0; 4]);
            for (row, part) in parts.chunks_exact_mut(4).enumerate() {
                gather(Rows::new(&h[row * 4..][..4], 1, 4), channels, &about, RowsMut::new(part, 2, 2));
            }
            moments(Rows::new(&parts, 2, 4), 4, &about, RowsMut::new(&mut statistics, 2, 2));
            assert_eq!(statistics, [4.0, 15.0, 5.0, 75.0]);
        }
    }

    #[test]
    fn a_channel_far_from_zero_keeps_its_variance() {
        let (h, mut sums, mut statistics) = ([4096.0, 4096.5, 4097.0, 4096.5], [0.0; 2], [0.0; 2]);
        gather(Rows::new(&h, 4, 1), Channels::default(), &[4096.0], RowsMut::new(&mut sums, 2, 1));
        moments(Rows::new(&sums, 1, 2), 4, &[4096.0], RowsMut::new(&mut statistics, 2, 1));
        assert_eq!(statistics, [4096.5, 0.125]);
    }

    #[test]
    fn averages_are_plain_means_at_first() {
        let batch = Batch { stays: 0.75 };
        assert_eq!([1, 2, 4, 5].map(|step| batch.stays(step)), [0.0, 0.5, 0.75, 0.75].map(Some));
    }

    #[test]
    fn a_channel_that_never_changes_becomes_zero() {
        let mut known = [0.0; 4];
        standards(Rows::new(&[3.0, 1.0, 0.0, -1.0], 2, 2), RowsMut::new(&mut known, 2, 2));
        assert!(known.iter().all(|x| x.is_finite()), "{known:?}");
        let mut row = [3.0, 1.0];
        let known = Rows::new(&known, 2, 2);
        Batch { stays: 0.9 }.row(&mut row, Channels { known, ..Channels::default() });
        assert_eq!(row, [0.0, 0.0]);
    }
}
