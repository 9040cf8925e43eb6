//! Squares of 3×3 places by minimal filtering: 36 products a channel for a tile of 4×4 places, where there are 144 otherwise.
//!
//! Lavin and Gray 2016 (arXiv 1509.09308): F(4×4, 3×3) forward, F(3×3, 4×4) for the gradient of the weights. A tile and the
//! squares that it sees become 36 points, each point is a product of its own over all tiles and channels, and what they give
//! becomes places, or weights. Numbers are of 32 bits; rounding errors are about a millionth of a result's deviation. Where
//! they may be halves and the processor multiplies pairs of those, points are rounded, in words of two each, and errors are
//! about a hundredth.
//!
//! Tiles are taken some at a time, so that their points stay near. Points lie in strips: a row for each tile, and in it as
//! many channels as two registers hold. Of halves a word holds two whose products are summed up: forward a channel of each
//! half of a strip, for the gradient two tiles.

mod forward;
mod gradient;
mod picture;
mod transforms;

use goodness_core::Grid;

use super::Convolution;
use super::columns::in_order;
use crate::simd::lanes::Registers;

pub(super) use forward::forward;
pub(super) use gradient::gradient;

/// Points of a tile.
const POINTS: usize = 36;
/// Places of its own along a side, and places that it sees.
const SIDE: usize = 4;
const SEEN: usize = 6;
/// Channels from which transforms cost less than they save.
const CHANNELS: usize = 16;
/// Numbers after each point's, so that points do not fall on each other in a cache.
const APART: usize = 16;

/// Where a register of points goes: its place among a point's words, and which of the numbers of a word it is.
type Put = (usize, usize);

/// How a convolution is cut into tiles.
#[derive(Clone, Copy, Debug)]
struct Tiles<'a> {
    of: &'a Convolution,
    registers: Registers,
}

/// Whether a convolution has the form for this, and enough to save.
pub(super) fn pays(of: &Convolution) -> bool {
    let window = of.window();
    let form = window.side == 3 && window.stride == 1 && window.groups == 1;
    let tiles = Tiles { of, registers: Registers::widest(false) }.a_picture();
    form && of.below.channels.min(of.own().channels) >= CHANNELS && 6 * tiles <= of.own().places()
}

/// Numbers that one thread needs to go forward, at most.
pub(super) fn room(of: &Convolution) -> usize {
    if !pays(of) {
        return 0;
    }
    let points = [false, true].map(|halves| {
        let tiles = Tiles { of, registers: Registers::widest(halves) };
        tiles.forward_points(tiles.at_a_time()).iter().sum::<usize>()
    });
    points[0].max(points[1])
}

impl Tiles<'_> {
    /// Tiles from left to right.
    fn across(&self) -> usize {
        self.of.own().width.div_ceil(SIDE)
    }

    /// Tiles of a picture.
    fn a_picture(&self) -> usize {
        self.of.own().height.div_ceil(SIDE) * self.across()
    }

    /// Where a tile of a picture begins: its line and its place in the line.
    fn corner(&self, tile: usize) -> (usize, usize) {
        (tile / self.across() * SIDE, tile % self.across() * SIDE)
    }

    /// A picture with all its channels last, in `to` where that is not what it is already.
    fn in_order<'a>(map: Grid, picture: &'a [f32], to: &'a mut Vec<f32>) -> &'a [f32] {
        if map.blocks == 1 {
            return picture;
        }
        in_order(map, picture, to);
        to
    }

    /// Numbers of a row of a strip.
    fn strip(&self) -> usize {
        2 * self.registers.lanes()
    }

    /// Strips for some channels.
    fn strips(&self, channels: usize) -> usize {
        channels.div_ceil(self.strip())
    }

    /// Words of a row of a strip whose words hold channels: of what is multiplied forward.
    fn words(&self) -> usize {
        self.strip() / self.registers.held()
    }

    /// Rows of channels in such words.
    fn channel_rows(&self, channels: usize) -> usize {
        channels / self.strip() * self.words() + (channels % self.strip()).min(self.words())
    }

    /// The row of a channel in such words, and which number of a word it is.
    fn channel_row(&self, channel: usize) -> (usize, usize) {
        let (strip, within) = (channel / self.strip(), channel % self.strip());
        (strip * self.words() + within % self.words(), within / self.words())
    }

    /// Words of one point of some rows.
    fn point(&self, rows: usize, channels: usize, words: usize) -> usize {
        self.strips(channels) * words * rows + APART
    }
}
