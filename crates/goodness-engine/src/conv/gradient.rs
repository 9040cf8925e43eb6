//! dzᵀ · x, summed over pictures and places.

use goodness_core::{Rows, RowsMut};

use super::columns::in_order;
use super::{Convolution, flat, winograd, with_scratch};
use crate::gradient::{Packs, Piece, hand_out};
use crate::simd::lanes::Registers;
use crate::simd::patches;
use crate::simd::taps::{self, Taps};
use crate::{Precision, par};

/// Writes the gradient of the weights, summed over pictures and places.
///
/// # Shapes
/// `dz`: pictures × own numbers, `x`: pictures × numbers below, `out`: channels × [inputs](Convolution::inputs).
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn gradient(
    of: &Convolution,
    precision: Precision,
    (dz, x): (Rows<'_>, Rows<'_>),
    packs: &mut Packs,
    mut out: RowsMut<'_>,
) {
    let out = [out.data_mut()];
    gradient_pieces(of, precision, (dz, x), packs, out, |Piece { numbers, following: [out], .. }| {
        out.copy_from_slice(numbers);
    });
}

/// Computes the gradient of the weights and hands `each` every row of it once, on all threads.
///
/// # Shapes
/// `dz`: pictures × own numbers, `x`: pictures × numbers below, each of `following`: channels × inputs, or empty.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn gradient_pieces<'a, const N: usize>(
    of: &Convolution,
    precision: Precision,
    (dz, x): (Rows<'a>, Rows<'a>),
    packs: &mut Packs,
    following: [&mut [f32]; N],
    each: impl Fn(Piece<'_, N>) + Sync,
) {
    let (channels, inputs) = (of.own().channels, of.inputs());
    of.check("gradient of a convolution", ((x.len(), x.width()), (channels, inputs)), (dz.len(), dz.width()));
    let fits = following.iter().all(|f| f.is_empty() || f.len() == channels * inputs);
    assert!(fits, "gradient of a convolution: what follows a {channels}×{inputs} gradient has its shape");
    of.make_room(&mut packs.room);
    if precision != Precision::F32 && flat::gradient_pays(of) {
        flat::gradient(of, (dz, x), packs);
        return hand_out(packs.sums().rows_mut(), following, each);
    }
    let halves = super::pairs_pay(precision);
    if winograd::pays(of) {
        winograd::gradient(of, Registers::widest(halves), (dz, x), packs);
        return hand_out(packs.sums().rows_mut(), following, each);
    }
    packs.whole(channels, inputs).data_mut().fill(0.0);
    // Pairs of pictures count as one; of pictures that are not large there are some for all threads.
    let places = of.own().places().max(1);
    let chunk = (DEPTH / places).max(if places <= DEPTH / 2 { 4 } else { 1 });
    let chunk = if halves { 2 * chunk } else { chunk };
    let (mut dz, mut x) = (dz, x);
    while !x.is_empty() {
        let some = |rows: Rows<'a>| rows.split_at(chunk.min(rows.len()));
        let ((some_dz, more_dz), (some_x, more_x)) = (some(dz), some(x));
        let ahead = [some(more_dz).0.data(), some(more_x).0.data()];
        some_pictures(of, halves, (some_dz, some_x), packs, ahead);
        (dz, x) = (more_dz, more_x);
    }
    let whole = packs.sums();
    hand_out(whole.rows_mut(), following, each);
}

/// Places that are summed up at a time.
const DEPTH: usize = 2048;

/// Adds the gradient of some pictures; `ahead` are the next ones.
fn some_pictures(of: &Convolution, halves: bool, (dz, x): (Rows<'_>, Rows<'_>), packs: &mut Packs, ahead: [&[f32]; 2]) {
    if by_taps(of, halves, (dz, x), packs, ahead) {
        return;
    }
    let (own, places) = (of.own(), of.own().places());
    let sizes = patches::Sizes {
        groups: of.window().groups,
        units: of.own().channels / of.window().groups,
        inputs: of.inputs(),
        parts: x.len(),
        rows: places,
    };
    let pack = |picture: usize, mut put: patches::Put<'_>| {
        with_scratch(|scratch| {
            in_order(own, dz.row(picture), &mut scratch.picture);
            put.slopes(Rows::new(&scratch.picture, places, of.own().channels));
            let x = of.seen_of(x.row(picture), &mut scratch.pooled);
            for lines in of.strips(size_of::<f32>()) {
                let (first, rows) = (lines.start * of.own().width, lines.len() * of.own().width);
                of.lay_out(x, lines, &mut scratch.numbers);
                put.seen(first, Rows::new(&scratch.numbers, rows, of.seen()));
            }
        });
    };
    if !patches::add_gradient(halves, sizes, packs, &pack) {
        one_by_one(of, halves, (dz, x), packs);
    }
}

/// The same without laying places out; says whether there was a kernel for it.
fn by_taps(
    of: &Convolution,
    halves: bool,
    (dz, x): (Rows<'_>, Rows<'_>),
    packs: &mut Packs,
    ahead: [&[f32]; 2],
) -> bool {
    let (own, window, (parts, run)) = (of.own(), of.window(), of.parts());
    let taps = Taps {
        pictures: x.len(),
        groups: window.groups,
        units: own.channels / window.groups,
        parts,
        run,
        own: (own.height, own.width),
        seen: of.seen_places(own.height),
        inside: [of.below().height, of.below().width].map(|length| (window.padding, window.padding + length)),
        side: window.side,
        stride: window.stride,
    };
    let block = of.below().block();
    let pack = |picture: usize, mut put: taps::Put<'_>| {
        with_scratch(|scratch| {
            if own.blocks == 1 {
                put.slopes(dz.row(picture));
            } else {
                in_order(own, dz.row(picture), &mut scratch.picture);
                put.slopes(&scratch.picture);
            }
            let x = of.seen_of(x.row(picture), &mut scratch.pooled);
            for (part, y) in (0..parts).flat_map(|part| (0..taps.seen.0).map(move |y| (part, y))) {
                put.line((part, y), of.line(x, part, y).map(|numbers| (numbers, block)), window.padding);
            }
        });
    };
    taps::add_gradient(halves, &taps, packs, &pack, ahead)
}

/// The same by whole products, picture after picture, for any processor.
pub(super) fn one_by_one(of: &Convolution, halves: bool, (dz, x): (Rows<'_>, Rows<'_>), packs: &mut Packs) {
    let [mut slopes, mut seen, mut pooled] = std::mem::take(&mut packs.picture);
    for (dz, x) in dz.iter().zip(x.iter()) {
        in_order(of.own(), dz, &mut slopes);
        of.lay_out(of.seen_of(x, &mut pooled), 0..of.own().height, &mut seen);
        if halves {
            [&mut slopes, &mut seen].into_iter().for_each(|numbers| rough(numbers));
        }
        let dz = Rows::new(&slopes, of.own().places(), of.own().channels);
        let x = Rows::new(&seen, of.own().places(), of.seen());
        patches::add_products(of.window().groups, (dz, x), packs.sums());
    }
    packs.picture = [slopes, seen, pooled];
}

/// Rounds to 16 bits and back.
fn rough(numbers: &mut [f32]) {
    par::each_block(numbers.len(), 1 << 14, numbers, |_, numbers: &mut [f32]| {
        numbers.iter_mut().for_each(|x| *x = crate::Bf16::from_f32(*x).to_f32());
    });
}

/// Writes the sum of each channel over pictures and places, in their order.
///
/// # Shapes
/// `dz`: pictures × own numbers, `sums`: channels.
pub fn sum_places(of: &Convolution, dz: Rows<'_>, sums: &mut [f32]) {
    par::each_block(sums.len(), NEIGHBOURS, sums, |first, sums: &mut [f32]| {
        sums.fill(0.0);
        dz.iter().for_each(|picture| add_places(of, picture, first, sums));
    });
}

/// Channels that are summed up together, because they lie side by side.
const NEIGHBOURS: usize = 32;

/// Adds one picture's places of the channels from number `first` on.
fn add_places(of: &Convolution, picture: &[f32], mut first: usize, mut sums: &mut [f32]) {
    let (places, block) = (of.own().places(), of.own().block());
    while !sums.is_empty() {
        // As many as lie side by side.
        let (here, rest) = sums.split_at_mut((block - first % block).min(sums.len()));
        let mut own = [0.0; NEIGHBOURS];
        let own = &mut own[..here.len()];
        for place in picture[first / block * places * block..].chunks_exact(block).take(places) {
            own.iter_mut().zip(&place[first % block..]).for_each(|(sum, x)| *sum += x);
        }
        here.iter_mut().zip(own).for_each(|(sum, own)| *sum += *own);
        (first, sums) = (first + here.len(), rest);
    }
}
