//! Views: what is seen of a layer's maps.
//!
//! A layer that convolves says one number for each channel at each place. A projection, a similarity or a readout need not
//! see them all: a view cuts the grid into cells and makes one number of a channel's activities in each. How the row is
//! cut into class blocks stays, so a class's numbers are still neighbours. A layer with a single place, as a dense one
//! has, is seen as it is. A view is added by one new file here and its line in [`CATALOGUE`].

mod average;
mod deviation;
mod rms;
mod whole;

pub use average::Average;
pub use deviation::Deviation;
pub use rms::Rms;
pub use whole::Whole;

#[cfg(feature = "std")]
use crate::catalogue::{Entry, Param};
use crate::grid::{Cell, Grid};
use crate::rows::{Rows, RowsMut};

/// A function of a row of activities on a grid, with its derivative.
///
/// # Shapes
/// `h`, `dh`: rows × numbers of the grid, in the order block, place, channel. `s`, `ds`: rows × [`width`](View::width), in
/// the order block, cell, channel. Rows do not see one another.
pub trait View: Send + Sync {
    /// Cells along each side of a grid, where it is long enough; 0 where the row is seen as it is.
    fn cells(&self) -> usize;

    /// Places that every cell needs.
    fn least(&self) -> usize {
        1
    }

    /// Whether what is seen is the row itself, so that there is nothing to compute.
    fn is_whole(&self, grid: Grid) -> bool {
        self.cells() == 0 || grid.places() == 1
    }

    /// Numbers that are seen of a row.
    fn width(&self, grid: Grid) -> usize {
        if self.is_whole(grid) { grid.numbers() } else { grid.cut(self.cells()) }
    }

    /// Writes `s`.
    fn forward_into(&self, grid: Grid, h: Rows<'_>, s: RowsMut<'_>);

    /// Adds ∂L/∂h to `dh`, given `s` and the loss's derivative by it.
    fn pull_back(&self, grid: Grid, h: Rows<'_>, s: Rows<'_>, ds: Rows<'_>, dh: RowsMut<'_>);
}

/// The parameter of those that cut the grid into cells.
#[cfg(feature = "std")]
const fn cells_param(default: f64) -> Param {
    Param::whole("cells", "cells along each side of the grid", default, 1.0, 64.0)
}

/// Every view there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn View>] = &[whole::ENTRY, average::ENTRY, rms::ENTRY, deviation::ENTRY];

/// Channels for which something is held at a time.
const LANES: usize = 32;

/// `to += term(from)`, channel by channel.
fn add(to: &mut [f32], from: &[f32], term: impl Fn(f32) -> f32) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += term(*f));
}

/// Adds ∂L/∂h = ∂L/∂s (h − `about`) / (n s) for the channels from number `first` of a cell of n places: the slope of the root
/// of a mean square about what stays where it is.
fn add_slopes(
    h: &[f32],
    (cell, first): (&Cell, usize),
    about: &[f32; LANES],
    (s, ds): (&[f32], &[f32]),
    dh: &mut [f32],
) {
    let (mut slopes, share) = ([0.0; LANES], 1.0 / cell.len() as f32);
    slopes.iter_mut().zip(s.iter().zip(ds)).for_each(|(k, (s, ds))| *k = share * ds / s);
    for place in cell.places() {
        let (h, dh) = (&h[place.clone()][first..first + s.len()], &mut dh[place][first..first + s.len()]);
        let channels = about.iter().zip(&slopes).zip(h);
        dh.iter_mut().zip(channels).for_each(|(dh, ((m, k), h))| *dh += k * (h - m));
    }
}
