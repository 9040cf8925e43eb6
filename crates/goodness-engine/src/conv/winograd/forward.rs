//! x · wᵀ at every place, by tiles.

use goodness_core::{Rows, RowsMut};

use super::picture::Channels;
use super::transforms::{self, Results, Seen, both_ways, put_points, read_points};
use super::{POINTS, Put, SEEN, SIDE, Tiles};
use crate::conv::columns::in_blocks;
use crate::conv::{Convolution, Scratch, with_scratch};
use crate::simd::lanes::{Lanes, Registers, Work};
use crate::simd::strips;
use crate::{Rounded, par};

/// Numbers that tiles' points have at a time, about, to stay near; and how many tiles that may be, for which weights' points are
/// fetched anew.
const NUMBERS: usize = 1 << 16;
const FEW: usize = 16;
const MANY: usize = 64;
/// Of few pictures there are some for all threads.
const SHARES: usize = 8;
/// Channels of the weights that are taken at a time, a cache line of them, and units of a strip, at most.
const SIDE_BY_SIDE: usize = 16;
const UNITS: usize = 32;

/// Writes what every channel makes of every place of every picture.
pub(in crate::conv) fn forward(
    of: &Convolution,
    registers: Registers,
    (x, w): (Rows<'_>, Rows<'_>),
    rounded: &mut Rounded,
    out: RowsMut<'_>,
) {
    let tiles = Tiles { of, registers };
    let mut points = std::mem::take(&mut rounded.points);
    tiles.weights(w, &mut points);
    crate::simd::direct::count(w.len(), w.width(), x.len() * of.own().places());
    let at_a_time = (x.len() * tiles.a_picture() / SHARES).clamp(FEW, tiles.at_a_time());
    let pictures = (at_a_time / tiles.a_picture()).max(1);
    par::each_block(x.len(), pictures, (x, out), |_, (x, out): (Rows<'_>, RowsMut<'_>)| {
        with_scratch(|scratch| registers.run(Forward { tiles, at_a_time, x, weights: &points, out, scratch }));
    });
    rounded.points = points;
}

impl Tiles<'_> {
    /// Tiles that are taken at a time, at most.
    pub(super) fn at_a_time(&self) -> usize {
        (NUMBERS / self.forward_points(1).iter().sum::<usize>()).clamp(FEW, MANY)
    }

    /// Words of what tiles see, and numbers of what they give, in points.
    pub(super) fn forward_points(&self, tiles: usize) -> [usize; 2] {
        let [seen, given] = self.forward_point(tiles);
        [POINTS * seen, POINTS * given]
    }

    /// The same of one point.
    fn forward_point(&self, tiles: usize) -> [usize; 2] {
        let (seen, given) = (self.of.below.channels, self.of.own().channels);
        [self.point(tiles, seen, self.words()), self.point(tiles, given, self.strip())]
    }

    /// Writes the weights' points: for each strip of channels, point after point, rows of channels below.
    fn weights(&self, w: Rows<'_>, to: &mut Vec<f32>) {
        let (below, strips) = (self.channel_rows(self.of.below.channels), self.strips(w.len()));
        let strip = POINTS * below * self.strip();
        to.resize(to.len().max(strips * strip), 0.0);
        let to = RowsMut::new(&mut to[..strips * strip], strips, strip);
        par::each_block(strips, 1, to, |first, mut to: RowsMut<'_>| {
            let first = first * self.strip();
            let w = w.split_at(first).1;
            let w = w.split_at(w.len().min(self.strip())).0;
            self.registers.run(Weights { tiles: *self, w, to: to.data_mut() });
        });
    }
}

/// The points of some channels' weights.
struct Weights<'a> {
    tiles: Tiles<'a>,
    w: Rows<'a>,
    to: &'a mut [f32],
}

impl Work for Weights<'_> {
    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) {
        let Self { tiles, w, to } = self;
        let (below, run, strip) = (tiles.of.below.channels, tiles.of.run(tiles.of.below), tiles.strip());
        let apart = tiles.channel_rows(below) * strip;
        // For every tap of some channels the units side by side; those that are not there are zero.
        let mut taps = [[[0.0; UNITS]; SIDE_BY_SIDE]; 9];
        for first in (0..below).step_by(SIDE_BY_SIDE) {
            let some = first..below.min(first + SIDE_BY_SIDE);
            for (unit, row) in w.iter().enumerate() {
                for (tap, to) in taps.iter_mut().enumerate() {
                    for (channel, to) in some.clone().zip(to) {
                        to[unit] = row[(channel / run * 9 + tap) * run + channel % run];
                    }
                }
            }
            for (channel, half) in some.flat_map(|channel| [(channel, 0), (channel, L::COUNT)]) {
                let mut square = [[L::all(0.0); 3]; 3];
                for (to, from) in square.as_flattened_mut().iter_mut().zip(&taps) {
                    *to = L::load(&from[channel - first][half..]);
                }
                let points = both_ways::<transforms::Weights, L, 3, SEEN>(square);
                let (row, which) = tiles.channel_row(channel);
                put_points(points, which, &mut to[row * strip + half..], apart);
            }
        }
    }
}

/// Some pictures, on one thread.
struct Forward<'a> {
    tiles: Tiles<'a>,
    at_a_time: usize,
    x: Rows<'a>,
    weights: &'a [f32],
    out: RowsMut<'a>,
    scratch: &'a mut Scratch,
}

impl Work for Forward<'_> {
    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) {
        let Self { tiles, at_a_time, x, weights, mut out, scratch } = self;
        let Scratch { pooled, picture: ordered, numbers: apart, tiles: points, .. } = scratch;
        let (below, own) = (tiles.of.below, tiles.of.own());
        let (a_picture, all) = (tiles.a_picture(), x.len() * tiles.a_picture());
        let [seen_points, own_points] = tiles.forward_points(at_a_time);
        points.resize((seen_points + own_points).max(points.len()), 0.0);
        let (v, m) = points.split_at_mut(seen_points);
        if own.blocks > 1 {
            apart.resize(apart.len().max(own.numbers()), 0.0);
        }
        // As even as can be: a product of a tile or two is hardly cheaper than that of some.
        let parts = all.div_ceil(at_a_time);
        for (first, end) in (0..parts).map(|part| (part * all / parts, (part + 1) * all / parts)) {
            let count = end - first;
            let [v_point, m_point] = tiles.forward_point(count);
            for picture in first / a_picture..=(end - 1) / a_picture {
                let numbers = tiles.of.seen_of(x.row(picture), pooled);
                let numbers = Tiles::in_order(below, numbers, ordered);
                for tile in first.max(picture * a_picture)..end.min((picture + 1) * a_picture) {
                    let corner = tiles.corner(tile % a_picture);
                    let put = |channel: usize| {
                        let (row, which) = tiles.channel_row(channel);
                        ((row / tiles.words() * count + tile - first) * tiles.words() + row % tiles.words(), which)
                    };
                    read_tile::<L>(&tiles, numbers, corner, v_point, put, v);
                }
            }
            let (strip, strips) = (tiles.strip(), tiles.strips(own.channels));
            let rows = tiles.channel_rows(below.channels);
            for point in 0..POINTS {
                let (v, m) = (&v[point * v_point..][..v_point], &mut m[point * m_point..][..m_point]);
                for (to, out) in m.chunks_exact_mut(count * strip).take(strips).enumerate() {
                    let at = (to * POINTS + point) * rows * strip;
                    strips::product::<L, ROWS>(v, count, &weights[at..at + rows * strip], out);
                }
            }
            for tile in first..end {
                let out = out.row_mut(tile / a_picture);
                for channel in (0..own.channels).step_by(L::COUNT) {
                    let at = (channel / strip * count + tile - first) * strip + channel % strip;
                    let places = both_ways::<Results, L, SEEN, SIDE>(read_points(&m[at..], m_point));
                    let to = if own.blocks == 1 { &mut *out } else { &mut apart[..own.numbers()] };
                    Channels::new::<L>(own, channel).write(places, to, tiles.corner(tile % a_picture));
                }
                if own.blocks > 1 && (tile + 1) % a_picture == 0 {
                    in_blocks(own, apart, out);
                }
            }
        }
    }
}

/// Writes the points of what a tile sees, `apart` from each other.
#[inline(always)]
pub(super) fn read_tile<L: Lanes>(
    tiles: &Tiles<'_>,
    numbers: &[f32],
    corner: (usize, usize),
    apart: usize,
    put: impl Fn(usize) -> Put,
    to: &mut [f32],
) {
    let below = tiles.of.below;
    for channel in (0..below.channels).step_by(L::COUNT) {
        let square = Channels::new::<L>(below, channel).square(numbers, corner, tiles.of.window().padding);
        let points = both_ways::<Seen, L, SEEN, SEEN>(square);
        let (at, which) = put(channel);
        put_points(points, which, &mut to[at..], apart);
    }
}
