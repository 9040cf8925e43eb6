//! # Deviation in cells
//!
//! s = √(Σ (h − μ)² / n + ε), μ = Σ h / n, over the n places of a cell, for each channel  (Nøkland and Eidnes 2019, predsim,
//! whose similarity sees the deviation of each channel over all places)
//!
//! ∂s/∂h = (h − μ) / (n s): the mean's own slope drops out. ε = 10⁻¹² only keeps the quotient defined where a channel says
//! the same everywhere. The authors divide by n − 1, which cosines do not notice. Cost: two additions and a multiply-add an
//! activity, twice on the way back. Choose it for a similarity: whether a channel tells places apart, not how loud it is.
//! A cell needs two places at least.
//!
//! ```
//! use goodness_core::view::{Deviation, View};
//! use goodness_core::{Grid, Rows, RowsMut};
//! // One line of two places, two channels.
//! let (grid, mut s) = (Grid { height: 1, width: 2, channels: 2, blocks: 1 }, [0.0; 2]);
//! Deviation { cells: 1 }.forward_into(grid, Rows::new(&[1.0, 2.0, 7.0, 3.0], 1, 4), RowsMut::new(&mut s, 1, 2));
//! assert_eq!(s, [3.0, 0.5]);
//! ```

use super::rms::EPS;
use super::{LANES, View, add, add_slopes};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::grid::{Cell, Grid};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// How far each channel is from its own mean in each cell.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// Cells along each side.
    pub cells: usize,
}

/// The means of the channels from number `first` in a cell.
fn means(h: &[f32], cell: &Cell, first: usize, width: usize) -> [f32; LANES] {
    let mut means = [0.0; LANES];
    cell.places().for_each(|place| add(&mut means[..width], &h[place][first..first + width], |h| h));
    let share = 1.0 / cell.len() as f32;
    means.iter_mut().for_each(|m| *m *= share);
    means
}

impl View for Deviation {
    fn cells(&self) -> usize {
        self.cells
    }

    fn least(&self) -> usize {
        2
    }

    fn forward_into(&self, grid: Grid, h: Rows<'_>, mut s: RowsMut<'_>) {
        for (r, h) in h.iter().enumerate() {
            let cells = s.row_mut(r).chunks_exact_mut(grid.block().max(1));
            for (s, cell) in cells.zip(grid.cells(self.cells)) {
                for (i, s) in s.chunks_mut(LANES).enumerate() {
                    spread(h, &cell, i * LANES, s);
                }
            }
        }
    }

    fn pull_back(&self, grid: Grid, h: Rows<'_>, s: Rows<'_>, ds: Rows<'_>, mut dh: RowsMut<'_>) {
        let block = grid.block().max(1);
        for (r, h) in h.iter().enumerate() {
            let (dh, cells) = (dh.row_mut(r), s.row(r).chunks_exact(block).zip(ds.row(r).chunks_exact(block)));
            for ((s, ds), cell) in cells.zip(grid.cells(self.cells)) {
                for (i, seen) in s.chunks(LANES).zip(ds.chunks(LANES)).enumerate() {
                    let about = means(h, &cell, i * LANES, seen.0.len());
                    add_slopes(h, (&cell, i * LANES), &about, seen, dh);
                }
            }
        }
    }
}

/// Writes the deviations of the channels from number `first`.
fn spread(h: &[f32], cell: &Cell, first: usize, s: &mut [f32]) {
    let (means, width) = (means(h, cell, first, s.len()), s.len());
    s.fill(0.0);
    for place in cell.places() {
        let channels = h[place][first..first + width].iter().zip(&means);
        s.iter_mut().zip(channels).for_each(|(s, (h, m))| *s += (h - m) * (h - m));
    }
    let share = 1.0 / cell.len() as f32;
    s.iter_mut().for_each(|s| *s = math::sqrt(share * *s + EPS));
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn View> = Entry {
    info: Info {
        name: "deviation",
        summary: "how far each channel is from its own mean in each cell: what a similarity should see",
        source: "Nøkland and Eidnes 2019 (predsim, arXiv 1901.06656), the similarity's features",
        params: &[super::cells_param(1.0)],
    },
    build: |args| Box::new(Deviation { cells: args.get("cells") as usize }),
};
