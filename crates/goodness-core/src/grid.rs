//! The grid that a layer's units lie on, and its cells.

use core::ops::Range;

/// Where the numbers of a row lie: `blocks` pictures of `height` × `width` places one after another, each with its share of
/// the channels last. Channel c of block b, with n channels a block, is number (b·places + place)·n + c.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Places from top to bottom.
    pub height: usize,
    /// Places from left to right.
    pub width: usize,
    /// Numbers a place, those of all blocks.
    pub channels: usize,
    /// Pictures that the channels are cut into; it divides them.
    pub blocks: usize,
}

/// A cell of one block's picture.
pub(crate) struct Cell {
    /// The number where the block's picture starts.
    start: usize,
    lines: Range<usize>,
    columns: Range<usize>,
    /// Places in a line of the picture.
    width: usize,
    /// Channels of the block.
    block: usize,
}

impl Grid {
    /// A single place with `units` numbers: a dense layer.
    pub fn point(units: usize) -> Self {
        Self { height: 1, width: 1, channels: units, blocks: 1 }
    }

    /// Places.
    pub fn places(&self) -> usize {
        self.height * self.width
    }

    /// Numbers of a row.
    pub fn numbers(&self) -> usize {
        self.places() * self.channels
    }

    /// Channels of a block.
    pub fn block(&self) -> usize {
        self.channels / self.blocks.max(1)
    }

    /// Cells from top to bottom and from left to right, where `cells` are asked for along each side: no more than there
    /// are places.
    fn sides(&self, cells: usize) -> (usize, usize) {
        (cells.min(self.height), cells.min(self.width))
    }

    /// Numbers of a row of which one is left for each cell and channel.
    pub fn cut(&self, cells: usize) -> usize {
        let (down, across) = self.sides(cells);
        down * across * self.channels
    }

    /// Places of the smallest of the cells, `cells` along each side.
    pub fn smallest(&self, cells: usize) -> usize {
        let (down, across) = self.sides(cells.max(1));
        (self.height / down.max(1)) * (self.width / across.max(1))
    }

    /// The cells of every block, in the order in which their numbers lie: borders are as even as whole places allow.
    pub(crate) fn cells(self, cells: usize) -> impl Iterator<Item = Cell> {
        let (down, across) = self.sides(cells);
        let part = |length: usize, parts: usize, i: usize| i * length / parts..(i + 1) * length / parts;
        let picture = self.places() * self.block();
        (0..self.blocks * down * across).map(move |i| Cell {
            start: i / (down * across) * picture,
            lines: part(self.height, down, i / across % down),
            columns: part(self.width, across, i % across),
            width: self.width,
            block: self.block(),
        })
    }
}

impl Cell {
    /// Places.
    pub(crate) fn len(&self) -> usize {
        self.lines.len() * self.columns.len()
    }

    /// The numbers of each place's channels.
    pub(crate) fn places(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (start, columns, width, block) = (self.start, self.columns.clone(), self.width, self.block);
        self.lines.clone().flat_map(move |y| {
            columns.clone().map(move |x| {
                let first = start + (y * width + x) * block;
                first..first + block
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cover_every_number_once_and_are_even() {
        for (height, width, cells) in [(1, 1, 1), (5, 7, 2), (7, 7, 3), (2, 9, 4), (3, 3, 64), (6, 4, 1)] {
            let grid = Grid { height, width, channels: 6, blocks: 2 };
            let mut hits = vec![0; grid.numbers()];
            let all: Vec<Cell> = grid.cells(cells).collect();
            all.iter().flat_map(Cell::places).flatten().for_each(|i| hits[i] += 1);
            assert!(hits.iter().all(|h| *h == 1), "{height}×{width} in {cells}: {hits:?}");
            assert_eq!(all.len() * grid.block(), grid.cut(cells));
            assert_eq!(all.iter().map(Cell::len).min(), Some(grid.smallest(cells)));
            let sides = |side: fn(&Cell) -> usize| {
                let sides = || all.iter().map(side);
                sides().max().unwrap_or(0) - sides().min().unwrap_or(0)
            };
            assert!(sides(|c| c.lines.len()) < 2 && sides(|c| c.columns.len()) < 2, "{height}×{width} in {cells}");
        }
    }
}
