//! # Average of cells
//!
//! s = Σ h / n over the n places of a cell, for each channel  (Nøkland and Eidnes 2019, predsim, who pool before the local
//! classifier so that it reads 2048 numbers at most)
//!
//! ∂s/∂h = 1/n. Cost: one addition an activity. Choose it where how often a channel speaks in a part of the picture is
//! what counts.
//!
//! ```
//! use goodness_core::view::{Average, View};
//! use goodness_core::{Grid, Rows, RowsMut};
//! // Two lines of two places, two channels.
//! let (grid, mut s) = (Grid { height: 2, width: 2, channels: 2, blocks: 1 }, [0.0; 2]);
//! let h = Rows::new(&[1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 6.0, 8.0], 1, 8);
//! Average { cells: 1 }.forward_into(grid, h, RowsMut::new(&mut s, 1, 2));
//! assert_eq!(s, [3.0, 2.0]);
//! ```

use super::{View, add};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::grid::Grid;
use crate::rows::{Rows, RowsMut};

/// The mean of each channel in each cell.
#[derive(Clone, Copy, Debug)]
pub struct Average {
    /// Cells along each side.
    pub cells: usize,
}

impl View for Average {
    fn cells(&self) -> usize {
        self.cells
    }

    fn forward_into(&self, grid: Grid, h: Rows<'_>, mut s: RowsMut<'_>) {
        for (r, h) in h.iter().enumerate() {
            let cells = s.row_mut(r).chunks_exact_mut(grid.block().max(1));
            for (s, cell) in cells.zip(grid.cells(self.cells)) {
                s.fill(0.0);
                cell.places().for_each(|place| add(s, &h[place], |h| h));
                let share = 1.0 / cell.len() as f32;
                s.iter_mut().for_each(|s| *s *= share);
            }
        }
    }

    fn pull_back(&self, grid: Grid, _h: Rows<'_>, _s: Rows<'_>, ds: Rows<'_>, mut dh: RowsMut<'_>) {
        for (r, ds) in ds.iter().enumerate() {
            let (dh, cells) = (dh.row_mut(r), ds.chunks_exact(grid.block().max(1)));
            for (ds, cell) in cells.zip(grid.cells(self.cells)) {
                let share = 1.0 / cell.len() as f32;
                cell.places().for_each(|place| add(&mut dh[place], ds, |ds| share * ds));
            }
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn View> = Entry {
    info: Info {
        name: "average",
        summary: "the mean of each channel in each cell of the grid",
        source: "Nøkland and Eidnes 2019 (predsim, arXiv 1901.06656), the local classifier's pooling",
        params: &[super::cells_param(4.0)],
    },
    build: |args| Box::new(Average { cells: args.get("cells") as usize }),
};
