//! # Root mean square of cells
//!
//! s = √(Σ h² / n + ε) over the n places of a cell, for each channel  (Gong, Staszewski and Xu 2026, ASGE: spatial goodness
//! vectors, which keep the energy of a patch)
//!
//! ∂s/∂h = h / (n s). ε = 10⁻¹² only keeps the quotient defined where a channel is silent. Cost: one multiply-add an
//! activity and one root a number. Choose it where a channel that speaks loudly at one place should count for more than one
//! that mutters everywhere.
//!
//! ```
//! use goodness_core::view::{Rms, View};
//! use goodness_core::{Grid, Rows, RowsMut};
//! // One line of two places, one channel.
//! let (grid, mut s) = (Grid { height: 1, width: 2, channels: 1, blocks: 1 }, [0.0]);
//! Rms { cells: 1 }.forward_into(grid, Rows::new(&[1.0, 7.0], 1, 2), RowsMut::new(&mut s, 1, 1));
//! assert_eq!(s, [5.0]);
//! ```

use super::{LANES, View, add, add_slopes};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::grid::Grid;
use crate::math;
use crate::rows::{Rows, RowsMut};

/// The root of each channel's mean square in each cell.
#[derive(Clone, Copy, Debug)]
pub struct Rms {
    /// Cells along each side.
    pub cells: usize,
}

/// Added to a mean square, so that its root is never 0.
pub(super) const EPS: f32 = 1e-12;

impl View for Rms {
    fn cells(&self) -> usize {
        self.cells
    }

    fn forward_into(&self, grid: Grid, h: Rows<'_>, mut s: RowsMut<'_>) {
        for (r, h) in h.iter().enumerate() {
            let cells = s.row_mut(r).chunks_exact_mut(grid.block().max(1));
            for (s, cell) in cells.zip(grid.cells(self.cells)) {
                s.fill(0.0);
                cell.places().for_each(|place| add(s, &h[place], |h| h * h));
                let share = 1.0 / cell.len() as f32;
                s.iter_mut().for_each(|s| *s = math::sqrt(share * *s + EPS));
            }
        }
    }

    fn pull_back(&self, grid: Grid, h: Rows<'_>, s: Rows<'_>, ds: Rows<'_>, mut dh: RowsMut<'_>) {
        let block = grid.block().max(1);
        for (r, h) in h.iter().enumerate() {
            let (dh, cells) = (dh.row_mut(r), s.row(r).chunks_exact(block).zip(ds.row(r).chunks_exact(block)));
            for ((s, ds), cell) in cells.zip(grid.cells(self.cells)) {
                for (i, seen) in s.chunks(LANES).zip(ds.chunks(LANES)).enumerate() {
                    add_slopes(h, (&cell, i * LANES), &[0.0; LANES], seen, dh);
                }
            }
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn View> = Entry {
    info: Info {
        name: "rms",
        summary: "the root mean square of each channel in each cell: its energy there",
        source: "Gong, Staszewski and Xu 2026 (ASGE, arXiv 2509.12394), spatial goodness vectors",
        params: &[super::cells_param(4.0)],
    },
    build: |args| Box::new(Rms { cells: args.get("cells") as usize }),
};
