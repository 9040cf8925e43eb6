//! x · wᵀ at every place.

use std::ops::Range;

use goodness_core::{Rows, RowsMut};

use super::{Convolution, Scratch, flat, winograd, with_scratch};
use crate::par;
use crate::simd::direct::{self, UNITS};
use crate::simd::lanes::Registers;
use crate::simd::patches::{self, Number, Strip};
use crate::{Bf16, Precision, Rounded};

/// Writes what every channel makes of every place of every picture. Operands are rounded first; where it goes by tiles, their
/// points are instead, or nothing is if the processor has no products of halves, or none that are faster. Whole numbers of 8
/// bits are no choice here, and taken as 16 bits.
///
/// # Shapes
/// `x`: pictures × numbers below, `w`: channels × [inputs](Convolution::inputs), `out`: pictures × own numbers.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn forward(
    of: &Convolution,
    precision: Precision,
    x: Rows<'_>,
    w: Rows<'_>,
    rounded: &mut Rounded,
    out: RowsMut<'_>,
) {
    of.check("convolution", ((x.len(), x.width()), (w.len(), w.width())), (out.len(), out.width()));
    of.make_room(&mut rounded.room);
    if precision != Precision::F32 && flat::forward_pays(of) {
        return flat::forward(of, (x, w), rounded, out);
    }
    let halves = super::pairs_pay(precision);
    if winograd::pays(of) {
        return winograd::forward(of, Registers::widest(halves), (x, w), rounded, out);
    }
    if direct::has(halves) && of.own().channels / of.window().groups >= UNITS / 2 {
        return where_it_lies(of, halves, (x, w), rounded, out);
    }
    if halves && patches::has_halves() {
        let w = rounded.halves_of(w);
        return each_picture(x, out, |x, scratch, out| {
            Bf16::round(of.seen_of(x, &mut scratch.pooled), &mut scratch.rounded);
            picture(of, &scratch.rounded, w, &mut scratch.halves, out);
        });
    }
    let w = if halves { rounded.rough(w) } else { w };
    each_picture(x, out, |x, scratch, out| {
        let x = of.seen_of(x, &mut scratch.pooled);
        if halves {
            <f32 as Number>::round(x, &mut scratch.picture);
        }
        picture(of, if halves { &scratch.picture } else { x }, w.data(), &mut scratch.numbers, out);
    });
}

fn each_picture(x: Rows<'_>, out: RowsMut<'_>, work: impl Fn(&[f32], &mut Scratch, &mut [f32]) + Sync) {
    par::each_block(x.len(), 1, (x, out), |_, (x, mut out): (Rows<'_>, RowsMut<'_>)| {
        with_scratch(|scratch| work(x.data(), scratch, out.data_mut()));
    });
}

/// One picture, a few lines at a time.
fn picture<T: Number>(of: &Convolution, x: &[T], w: &[T], seen: &mut Vec<T>, out: &mut [f32]) {
    let (own, inputs) = (of.own(), of.inputs());
    let (run, block) = (of.run(own), own.block());
    for lines in of.strips(size_of::<T>()) {
        let (first, rows) = (lines.start * own.width, lines.len() * own.width);
        of.lay_out(x, lines, seen);
        for channel in (0..own.channels).step_by(run) {
            let group = channel / (own.channels / of.window().groups);
            let places = Strip { numbers: seen, stride: of.seen(), first: group * inputs, rows };
            let units = Strip { numbers: &w[channel * inputs..], stride: inputs, first: 0, rows: run };
            let at = (channel / block * own.places() + first) * block + channel % block;
            T::product(places, units, inputs, &mut out[at..], block);
        }
    }
}

/// Without laying places out: some pictures at a time, each with zeros around it, go by a panel of units that stays near.
fn where_it_lies(
    of: &Convolution,
    halves: bool,
    (x, w): (Rows<'_>, Rows<'_>),
    rounded: &mut Rounded,
    out: RowsMut<'_>,
) {
    let units = of.own().channels / of.window().groups;
    let packed = rounded.units_of(halves, w, units, of.parts().1);
    direct::count(w.len(), w.width(), x.len() * of.own().places());
    par::each_block(x.len(), at_a_time(of), (x, out), |first, (some, mut out): (Rows<'_>, RowsMut<'_>)| {
        // Most often the pictures that come next are this thread's too.
        let next = x.split_at(first + some.len()).1;
        let next = next.split_at(next.len().min(some.len())).0.data();
        with_scratch(|scratch| {
            for lines in of.direct_strips(halves) {
                let places = lines.clone();
                let ahead = next.len() * places.start / of.own().height..next.len() * places.end / of.own().height;
                some_lines(of, halves, (some, lines), (packed, &next[ahead]), scratch, out.reborrow());
            }
        });
    });
}

/// Pictures that go by a panel of units, one after the other.
pub(super) fn at_a_time(of: &Convolution) -> usize {
    (MANY / of.own().places()).max(1)
}

/// Places from which a panel of units pays that is fetched for them.
const MANY: usize = 256;

/// Some lines of some pictures.
fn some_lines(
    of: &Convolution,
    halves: bool,
    (some, lines): (Rows<'_>, Range<usize>),
    (packed, ahead): (&[u32], &[f32]),
    scratch: &mut Scratch,
    mut out: RowsMut<'_>,
) {
    let Scratch { pooled, picture: apart, words, .. } = scratch;
    let (view, size) = (of.view(halves, &lines), of.words(halves, lines.len()));
    words.resize((some.len() * size).max(words.len()), 0);
    for (x, to) in some.iter().zip(words.chunks_exact_mut(size)) {
        of.surround(halves, of.seen_of(x, pooled), lines.clone(), to);
    }
    let (units, places) = (of.own().channels / of.window().groups, lines.len() * of.own().width);
    let panels = units.div_ceil(UNITS);
    let parts = of.window().groups * panels * some.len();
    for (p, panel) in packed.chunks_exact(UNITS * view.words()).enumerate() {
        let (group, first) = (p / panels, p % panels * UNITS);
        let channels = group * units + first..group * units + units.min(first + UNITS);
        for (r, x) in (0..some.len()).zip(words.chunks_exact(size)) {
            let part = p * some.len() + r;
            let ahead = &ahead[ahead.len() * part / parts..ahead.len() * (part + 1) / parts];
            let (x, out) = (&x[group * view.parts.0 * view.parts.1..], out.row_mut(r));
            let at = |channel: usize| {
                let (own, block) = (of.own(), of.own().block());
                (channel / block * own.places() + lines.start * own.width) * block + channel % block
            };
            let (block, count) = (of.own().block(), channels.len());
            if channels.start / block == (channels.end - 1) / block {
                direct::product(
                    (halves, x),
                    (&view, places),
                    (panel, count),
                    (&mut out[at(channels.start)..], block),
                    ahead,
                );
                continue;
            }
            // The panel's units lie in several blocks.
            apart.resize((places * count).max(apart.len()), 0.0);
            direct::product((halves, x), (&view, places), (panel, count), (apart, count), ahead);
            for (column, channel) in channels.clone().enumerate() {
                let to = out[at(channel)..].iter_mut().step_by(block);
                to.zip(apart[column..].iter().step_by(count)).take(places).for_each(|(to, from)| *to = *from);
            }
        }
    }
}
