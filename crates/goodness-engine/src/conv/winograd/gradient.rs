//! dzᵀ · x, summed over pictures and places, by tiles.

use goodness_core::{Rows, RowsMut};

use super::forward::read_tile;
use super::picture::Channels;
use super::transforms::{Gradient, Slopes, both_ways, put_points, read_points};
use super::{POINTS, Put, SEEN, SIDE, Tiles};
use crate::conv::{Convolution, Scratch, with_scratch};
use crate::gradient::Packs;
use crate::par;
use crate::simd::lanes::{Lanes, Registers, Work};
use crate::simd::strips::{self, Parts};

/// Numbers of tiles' points that are there at a time, about, and tiles of a part of them.
const NUMBERS: usize = 1 << 20;
const PART: usize = 64;

/// Writes the gradient of the weights to the whole one in `packs`.
pub(in crate::conv) fn gradient(
    of: &Convolution,
    registers: Registers,
    (dz, x): (Rows<'_>, Rows<'_>),
    packs: &mut Packs,
) {
    let tiles = Tiles { of, registers };
    let (below, own) = (of.below.channels, of.own().channels);
    if x.is_empty() {
        return packs.whole(own, of.inputs()).data_mut().fill(0.0);
    }
    let pictures = (PART / tiles.a_picture()).max(1);
    let part = (pictures * tiles.a_picture()).div_ceil(registers.held());
    let [x_point, dz_point] = [below, own].map(|channels| tiles.point(part, channels, tiles.strip()));
    let apart = POINTS * (x_point + dz_point);
    // Even, so that two threads have the same to do.
    let parts = (NUMBERS / apart).next_multiple_of(2).max(2);
    let (strips, strip) = (tiles.strips(below), tiles.strip());
    let (mut points, mut sums) = (std::mem::take(&mut packs.tiles), std::mem::take(&mut packs.points));
    points.resize(parts.min(x.len().div_ceil(pictures)) * apart, 0.0);
    sums.resize(POINTS * strips, own * strip);
    crate::simd::direct::count(own, of.inputs(), x.len() * of.own().places());
    for first in (0..x.len()).step_by(parts * pictures) {
        let some = |rows: Rows<'_>| first..rows.len().min(first + parts * pictures);
        let (from, count) = (some(x), some(x).len());
        let used = count.div_ceil(pictures);
        let to = RowsMut::new(&mut points[..used * apart], used, apart);
        par::each_block(used, 1, to, |index, mut to: RowsMut<'_>| {
            let from = from.start + index * pictures..from.end.min(from.start + (index + 1) * pictures);
            let (seen, own) = to.data_mut().split_at_mut(POINTS * x_point);
            with_scratch(|scratch| {
                let at = [x_point, dz_point];
                registers.run(Pack { tiles, from, operands: (dz, x), part, at, seen, own, scratch });
            });
        });
        let anew = first == 0;
        let (whole, rest) = (count / pictures, count % pictures * tiles.a_picture());
        let parts = Parts { count: whole * part + rest.div_ceil(registers.held()), rows: part, apart };
        par::each_block(sums.len(), 1, sums.rows_mut(), |index, mut sums: RowsMut<'_>| {
            let (point, below) = (index / strips, index % strips);
            let seen = &points[point * x_point + below * part * strip..];
            let own = &points[POINTS * x_point + point * dz_point..];
            if anew {
                sums.data_mut().fill(0.0);
            }
            registers.run(Sum { tiles, seen, own, parts, sums: sums.data_mut() });
        });
    }
    let mut whole = std::mem::take(packs.whole(own, of.inputs()));
    par::each_block(own, 4, whole.rows_mut(), |first, mut out: RowsMut<'_>| {
        (0..out.len()).for_each(|r| {
            registers.run(Weights { tiles, unit: first + r, sums: sums.rows(), out: out.row_mut(r) });
        });
    });
    *packs.sums() = whole;
    (packs.tiles, packs.points) = (points, sums);
}

/// The points of some pictures.
struct Pack<'a> {
    tiles: Tiles<'a>,
    from: std::ops::Range<usize>,
    operands: (Rows<'a>, Rows<'a>),
    /// Rows that there is room for.
    part: usize,
    /// Words of a point of x, and of dz.
    at: [usize; 2],
    seen: &'a mut [f32],
    own: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl Work for Pack<'_> {
    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) {
        let Self { tiles, from, operands: (dz, x), part: rows, at, seen, own, scratch } = self;
        let Scratch { pooled, picture: ordered, .. } = scratch;
        for (index, picture) in from.enumerate() {
            let all = index * tiles.a_picture()..(index + 1) * tiles.a_picture();
            let numbers = Tiles::in_order(tiles.of.below, tiles.of.seen_of(x.row(picture), pooled), ordered);
            for (tile, row) in all.clone().enumerate() {
                read_tile::<L>(&tiles, numbers, tiles.corner(tile), at[0], tiles.put_row(row, rows), seen);
            }
            let numbers = Tiles::in_order(tiles.of.own(), dz.row(picture), ordered);
            for (tile, row) in all.enumerate() {
                read_slopes::<L>(&tiles, numbers, tiles.corner(tile), at[1], tiles.put_row(row, rows), own);
            }
        }
    }
}

impl Tiles<'_> {
    /// Where channels of a tile go whose words hold other tiles too.
    fn put_row(&self, tile: usize, rows: usize) -> impl Fn(usize) -> Put {
        let (strip, held) = (self.strip(), self.registers.held());
        move |channel| ((channel / strip * rows + tile / held) * strip + channel % strip, tile % held)
    }
}

/// Writes the points of a tile's slopes, `apart` from each other.
#[inline(always)]
fn read_slopes<L: Lanes>(
    tiles: &Tiles<'_>,
    numbers: &[f32],
    corner: (usize, usize),
    apart: usize,
    put: impl Fn(usize) -> Put,
    to: &mut [f32],
) {
    let own = tiles.of.own();
    for channel in (0..own.channels).step_by(L::COUNT) {
        let square = Channels::new::<L>(own, channel).square(numbers, corner, 0);
        let points = both_ways::<Slopes, L, SIDE, SEEN>(square);
        let (at, which) = put(channel);
        put_points(points, which, &mut to[at..], apart);
    }
}

/// The sums of one point, for one strip of channels below.
struct Sum<'a> {
    tiles: Tiles<'a>,
    seen: &'a [f32],
    own: &'a [f32],
    parts: Parts,
    sums: &'a mut [f32],
}

impl Work for Sum<'_> {
    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) {
        let Self { tiles, seen, own, parts, sums } = self;
        let strip = tiles.strip();
        for (index, sums) in sums.chunks_mut(strip * strip).enumerate() {
            strips::add_gradient::<L, ROWS>(&own[index * parts.rows * strip..], seen, parts, sums);
        }
    }
}

/// One channel's gradient.
struct Weights<'a> {
    tiles: Tiles<'a>,
    unit: usize,
    sums: Rows<'a>,
    out: &'a mut [f32],
}

impl Work for Weights<'_> {
    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) {
        let Self { tiles, unit, sums, out } = self;
        let (below, run, strip) = (tiles.of.below.channels, tiles.of.run(tiles.of.below), tiles.strip());
        for channel in (0..below).step_by(L::COUNT) {
            let (at, row) = (unit * strip + channel % strip, channel / strip);
            let points = read_points::<L>(&sums.split_at(row).1.data()[at..], tiles.strips(below) * sums.width());
            let weights = both_ways::<Gradient, L, SEEN, 3>(points);
            for (tap, lanes) in weights.into_iter().flatten().enumerate() {
                let (mut some, count) = ([0.0; 16], L::COUNT.min(below - channel));
                lanes.store(&mut some);
                for (channel, from) in (channel..).zip(&some[..count]) {
                    out[(channel / run * 9 + tap) * run + channel % run] = *from;
                }
            }
        }
    }
}
