//! Both products where pictures lie one after the other, for processors with matrix registers.

use goodness_core::{Grid, Rows, RowsMut};

use super::columns::{in_blocks, in_order};
use super::{Convolution, Scratch, with_scratch};
use crate::gradient::Packs;
use crate::simd::direct;
use crate::simd::flat::{self, Flat};
use crate::{Rounded, par};

/// Words of pictures that one thread lays out at a time, about.
const NEAR: usize = 1 << 16;
/// Channels below from which this is fastest: forward, where a step takes 32 numbers of a line of a square, and for the
/// gradient, where it takes all places.
const CHANNELS: [usize; 2] = [16, 3];

/// Whether it pays to go forward by this.
pub(super) fn forward_pays(of: &Convolution) -> bool {
    of.below.channels >= CHANNELS[0] && fits(of)
}

/// Whether it pays for the gradient.
pub(super) fn gradient_pays(of: &Convolution) -> bool {
    of.below.channels >= CHANNELS[1] && fits(of)
}

/// Whether a convolution has the form for this, and the processor the registers.
fn fits(of: &Convolution) -> bool {
    let (window, own) = (of.window(), of.own());
    window.stride == 1 && window.groups == 1 && own.places() > 0 && flat(of).fits() && flat::has()
}

fn flat(of: &Convolution) -> Flat {
    let (below, own) = (of.below, of.own());
    Flat {
        channels: below.channels,
        units: own.channels,
        below: (below.height, below.width),
        own: (own.height, own.width),
        side: of.window().side,
        padding: of.window().padding,
    }
}

/// Pictures that one thread lays out at a time.
fn at_a_time(of: &Flat) -> usize {
    (NEAR / (of.words(2) - of.words(1)).max(1)).max(1)
}

/// Words that one thread needs to go forward.
pub(super) fn room(of: &Convolution) -> usize {
    if forward_pays(of) { flat(of).words(at_a_time(&flat(of))) } else { 0 }
}

/// Numbers that one thread puts in blocks at a time.
pub(super) fn apart(of: &Convolution) -> usize {
    if forward_pays(of) && of.own().blocks > 1 { at_a_time(&flat(of)) * of.own().numbers() } else { 0 }
}

/// Numbers of a picture that one thread puts in order, or makes smaller, for the gradient.
pub(super) fn aside(of: &Convolution) -> usize {
    let changes = of.below.blocks > 1 || of.own().blocks > 1 || of.pooling().side > 1;
    if changes && gradient_pays(of) { of.below.numbers().max(of.own().numbers()) } else { 0 }
}

/// Writes what every channel makes of every place of every picture.
pub(super) fn forward(of: &Convolution, (x, w): (Rows<'_>, Rows<'_>), rounded: &mut Rounded, out: RowsMut<'_>) {
    let (flat, below, own) = (flat(of), of.below, of.own());
    let packed = rounded.flat_units(&flat, w, below.blocks);
    direct::count(w.len(), w.width(), x.len() * own.places());
    par::each_block(x.len(), at_a_time(&flat), (x, out), |_, (x, mut out): (Rows<'_>, RowsMut<'_>)| {
        with_scratch(|Scratch { pooled, picture, numbers, words, .. }| {
            let pictures = x.len();
            words.resize(flat.words(pictures).max(words.len()), 0);
            for (index, x) in x.iter().enumerate() {
                flat.lay(channels_last(below, of.seen_of(x, pooled), picture), (index, pictures), words);
            }
            if own.blocks == 1 {
                return flat::forward(&flat, pictures, words, packed, out.data_mut());
            }
            let all = pictures * own.numbers();
            numbers.resize(all.max(numbers.len()), 0.0);
            flat::forward(&flat, pictures, words, packed, &mut numbers[..all]);
            for (r, numbers) in numbers[..all].chunks_exact(own.numbers()).enumerate() {
                in_blocks(own, numbers, out.row_mut(r));
            }
        });
    });
}

/// A picture with all its channels last, in `to` where they lie in blocks.
fn channels_last<'a>(map: Grid, picture: &'a [f32], to: &'a mut Vec<f32>) -> &'a [f32] {
    if map.blocks == 1 {
        return picture;
    }
    in_order(map, picture, to);
    to
}

/// Writes the gradient of the weights to the whole one in `packs`.
pub(super) fn gradient(of: &Convolution, (mut dz, mut x): (Rows<'_>, Rows<'_>), packs: &mut Packs) {
    let (flat, below, own) = (flat(of), of.below, of.own());
    packs.whole(own.channels, of.inputs()).data_mut().fill(0.0);
    while !x.is_empty() {
        // As even as pairs can be.
        let some = x.len().div_ceil(x.len().div_ceil(flat.pictures())).next_multiple_of(2).min(x.len());
        let ((some_dz, more_dz), (some_x, more_x)) = (dz.split_at(some), x.split_at(some));
        flat::add_gradient(&flat, some, packs, &|first, pack| {
            with_scratch(|Scratch { pooled, pairs, .. }| {
                let [[dz_of, x_of, pooled_of], [upper_dz, upper_x, _]] = pairs;
                let lower = [
                    channels_last(own, some_dz.row(first), dz_of),
                    channels_last(below, of.seen_of(some_x.row(first), pooled_of), x_of),
                ];
                let upper = (first + 1 < some).then(|| {
                    [
                        channels_last(own, some_dz.row(first + 1), upper_dz),
                        channels_last(below, of.seen_of(some_x.row(first + 1), pooled), upper_x),
                    ]
                });
                pack(lower, upper);
            });
        });
        (dz, x) = (more_dz, more_x);
    }
    if below.blocks > 1 {
        let sums = packs.sums();
        par::each_block(sums.len(), 8, sums.rows_mut(), |_, mut sums: RowsMut<'_>| {
            with_scratch(|Scratch { numbers, .. }| {
                for r in 0..sums.len() {
                    numbers.clear();
                    numbers.extend_from_slice(sums.row_mut(r));
                    flat.parts_of_taps(numbers, below.blocks, sums.row_mut(r));
                }
            });
        });
    }
}
