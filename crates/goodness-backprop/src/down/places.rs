//! The average of each channel over its places, which the softmax reads of maps, and the way back through it.

use goodness_core::view::{Average, View};
use goodness_core::{Grid, Rows, RowsMut};
use goodness_engine::{Matrix, par};

/// Rows that one thread takes at a time.
const ROWS: usize = 4;
/// One cell, the whole map.
const WHOLE: Average = Average { cells: 1 };

/// Writes the average of each channel over its places.
///
/// # Shapes
/// `x`: rows × numbers of `grid`, `out`: rows × channels.
pub(crate) fn average_places(grid: Grid, x: Rows<'_>, out: &mut Matrix) {
    out.resize(x.len(), grid.channels);
    par::each_block(x.len(), ROWS, (x, out.rows_mut()), |_, (x, out): (Rows<'_>, RowsMut<'_>)| {
        WHOLE.forward_into(grid, x, out);
    });
}

/// Writes the derivative by the places, given that by their averages.
///
/// # Shapes
/// `d`: rows × channels, `dx`: rows × numbers of `grid`.
pub(crate) fn spread_places(grid: Grid, d: Rows<'_>, dx: RowsMut<'_>) {
    par::each_block(d.len(), ROWS, (d, dx), |_, (d, mut dx): (Rows<'_>, RowsMut<'_>)| {
        dx.data_mut().fill(0.0);
        // The slope of an average asks neither for the numbers nor for their mean.
        let none = Rows::new(&[], 0, 0);
        WHOLE.pull_back(grid, none, none, d, dx);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_averaged_in_its_block_and_its_derivative_spread() {
        // Two blocks of two channels at two places.
        let grid = Grid { height: 1, width: 2, channels: 4, blocks: 2 };
        let (mut out, mut dx) = (Matrix::default(), [9.0; 8]);
        average_places(grid, Rows::new(&[1., 2., 3., 6., 5., 0., 7., 2.], 1, 8), &mut out);
        assert_eq!(out.data(), [2., 4., 6., 1.]);
        spread_places(grid, Rows::new(&[2., 4., 6., 8.], 1, 4), RowsMut::new(&mut dx, 1, 8));
        assert_eq!(dx, [1., 2., 1., 2., 3., 4., 3., 4.]);
    }
}
