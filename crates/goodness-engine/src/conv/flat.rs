//! Both products where pictures lie one after the other, for processors with matrix registers.

use goodness_core::{Rows, RowsMut};

use super::{Convolution, Scratch, with_scratch};
use crate::gradient::Packs;
use crate::par;
use crate::simd::{direct, flat};
use crate::{Rounded, simd::flat::Flat};

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
    let (window, below, own) = (of.window(), of.below, of.own());
    let form = window.stride == 1 && window.groups == 1 && below.blocks == 1 && own.blocks == 1;
    form && own.places() > 0 && flat(of).fits() && flat::has()
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

/// Writes what every channel makes of every place of every picture.
pub(super) fn forward(of: &Convolution, (x, w): (Rows<'_>, Rows<'_>), rounded: &mut Rounded, out: RowsMut<'_>) {
    let flat = flat(of);
    let packed = rounded.flat_units(&flat, w);
    direct::count(w.len(), w.width(), x.len() * of.own().places());
    par::each_block(x.len(), at_a_time(&flat), (x, out), |_, (x, mut out): (Rows<'_>, RowsMut<'_>)| {
        with_scratch(|Scratch { pooled, words, .. }| {
            words.resize(flat.words(x.len()).max(words.len()), 0);
            for (index, picture) in x.iter().enumerate() {
                flat.lay(of.seen_of(picture, pooled), index, words);
            }
            flat::forward(&flat, x.len(), words, packed, out.data_mut());
        });
    });
}

/// Writes the gradient of the weights to the whole one in `packs`.
pub(super) fn gradient(of: &Convolution, (mut dz, mut x): (Rows<'_>, Rows<'_>), packs: &mut Packs) {
    let flat = flat(of);
    packs.whole(of.own().channels, of.inputs()).data_mut().fill(0.0);
    while !x.is_empty() {
        let some = flat.pictures().min(x.len());
        let ((some_dz, more_dz), (some_x, more_x)) = (dz.split_at(some), x.split_at(some));
        flat::add_gradient(&flat, some, packs, &|first, pack| {
            with_scratch(|Scratch { pooled, picture, .. }| {
                let lower = [some_dz.row(first), of.seen_of(some_x.row(first), pooled)];
                let upper =
                    (first + 1 < some).then(|| [some_dz.row(first + 1), of.seen_of(some_x.row(first + 1), picture)]);
                pack(lower, upper);
            });
        });
        (dz, x) = (more_dz, more_x);
    }
}
