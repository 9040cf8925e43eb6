//! x · wᵀ at every place.

use goodness_core::{Rows, RowsMut};

use super::{Convolution, Scratch, with_scratch};
use crate::par;
use crate::simd::patches::{self, Number, Strip};
use crate::{Bf16, Precision, Rounded};

/// Writes what every channel makes of every place of every picture. Operands are rounded first, whole numbers of 8 bits
/// being no choice here: they are taken as 16 bits.
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
    let halves = precision != Precision::F32;
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
