//! Products whose operands are rounded first, or packed, in whatever room the caller keeps for them.

use goodness_core::{Rows, RowsMut};

use super::bytes::{self, Bytes};
use super::direct;
#[cfg(target_arch = "x86_64")]
use super::dot as wide;
use super::flat::{self, Flat};
use super::half::{self, Bf16};
use super::product::{check, plain_forward};
#[cfg(target_arch = "x86_64")]
use super::{outer, packed};
use crate::Matrix;
use crate::par;

/// Rows that one thread takes at a time.
const ROWS: usize = 32;
/// Numbers that one thread takes at a time.
const NUMBERS: usize = 1 << 14;
/// Rows from which packing weights pays, and numbers of a row up to which a panel stays near.
#[cfg(target_arch = "x86_64")]
const MANY: usize = 128;
#[cfg(target_arch = "x86_64")]
const DEEP: usize = 8192;

/// Rows from which numbers of 32 bits pay for whole numbers of 8 bits, where the processor cannot multiply these.
const SOME: usize = 16;
/// Whole numbers of 8 bits of which sums of products stay below 2²⁴: 127² · 1024.
const EXACT: usize = 1024;

/// How operands are rounded before they are multiplied; sums are of 32 bits always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Not at all.
    #[default]
    F32,
    /// To 8 bits of precision (bfloat16).
    Bf16,
    /// To whole numbers of 8 bits, one step a row; gradients to bfloat16.
    Int8,
}

/// Rounded operands, reused from product to product.
#[derive(Clone, Debug, Default)]
pub struct Rounded {
    halves: [Vec<Bf16>; 2],
    bytes: [Bytes; 2],
    plain: [Matrix; 2],
    whole: [Matrix; 3],
    sums: Vec<i32>,
    packs: [Vec<u32>; 2],
    /// What every thread of a convolution has room for.
    pub(crate) room: [usize; 6],
    /// The weights of a convolution in points.
    pub(crate) points: Vec<f32>,
}

impl Rounded {
    /// Bytes of memory that it holds for operands of 32 and of 16 bits.
    pub(crate) fn bytes(&self) -> u64 {
        let halves: usize = self.halves.iter().map(Vec::capacity).sum();
        let words: usize = self.packs.iter().map(Vec::capacity).sum();
        let plain: usize = self.plain.iter().map(Matrix::capacity).sum();
        (2 * halves + 4 * (words + plain + self.points.capacity())) as u64
    }

    /// Rows, rounded to 16 bits.
    pub(crate) fn halves_of(&mut self, of: Rows<'_>) -> &[Bf16] {
        let [_, halves] = &mut self.halves;
        half::round_rows(of, halves);
        halves
    }

    /// The weights of groups of `units` units, packed for a convolution whose numbers lie in runs of `run`.
    pub(crate) fn units_of(&mut self, halves: bool, w: Rows<'_>, units: usize, run: usize) -> &[u32] {
        let (Self { plain: [_, even], packs: [_, pack], .. }, odd) = (&mut *self, halves && !run.is_multiple_of(2));
        let w = if odd {
            // Pairs do not cross the end of a run: each is made even by a zero.
            even.resize(w.len(), w.width() / run * (run + 1));
            let runs = even.data_mut().chunks_exact_mut(run + 1).zip(w.data().chunks_exact(run));
            runs.for_each(|(to, from)| {
                to[..run].copy_from_slice(from);
                to[run] = 0.0;
            });
            even.rows()
        } else {
            w
        };
        direct::pack(halves, w, units, pack);
        let words = w.width().div_ceil(if halves { 2 } else { 1 });
        &pack[..w.len() / units * direct::packed(units, words)]
    }

    /// The weights of a convolution whose pictures lie one after the other, packed for it; they are told part of the channels
    /// by part.
    pub(crate) fn flat_units(&mut self, of: &Flat, w: Rows<'_>, parts: usize) -> &[u32] {
        let Self { plain: [_, by_taps], packs: [_, pack], .. } = self;
        if parts == 1 {
            return flat::pack(of, w, pack);
        }
        by_taps.resize(w.len(), w.width());
        par::each_block(w.len(), ROWS, (w, by_taps.rows_mut()), |_, (w, mut to): (Rows<'_>, RowsMut<'_>)| {
            (0..w.len()).for_each(|r| of.taps_of_parts(w.row(r), parts, to.row_mut(r)));
        });
        flat::pack(of, by_taps.rows(), pack)
    }

    /// Rows, rounded to 16 bits and back.
    pub(crate) fn rough(&mut self, of: Rows<'_>) -> Rows<'_> {
        let [_, plain] = &mut self.plain;
        round_to(of, plain);
        plain.rows()
    }
}

/// [`forward`](super::product::forward) of operands that are rounded first.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn forward_rounded(precision: Precision, x: Rows<'_>, w: Rows<'_>, rounded: &mut Rounded, mut out: RowsMut<'_>) {
    check("x · wᵀ", (x, w), x.width() == w.width() && out.len() == x.len() && out.width() == w.len(), &out);
    #[cfg(target_arch = "x86_64")]
    if precision == Precision::Bf16 && super::amx::has() {
        // SAFETY: the shapes were checked, and the processor was asked.
        return unsafe { super::amx::rows::forward(x, w, &mut rounded.packs, out) };
    }
    #[cfg(target_arch = "x86_64")]
    if packs_pay(precision, x) {
        // SAFETY: the shapes were checked, and the processor was asked.
        return unsafe {
            match precision {
                Precision::F32 => packed::forward::<outer::F32>(x, w, &mut rounded.packs, out),
                _ => packed::forward::<outer::Pairs>(x, w, &mut rounded.packs, out),
            }
        };
    }
    match precision {
        Precision::F32 => plain_forward((x, w), out, false),
        Precision::Bf16 => forward_halves((x, w), rounded, out),
        Precision::Int8 => {
            let [x_bytes, w_bytes] = &mut rounded.bytes;
            x_bytes.round(x, true);
            w_bytes.round(w, false);
            forward_bytes(rounded, x.width(), &mut out);
        }
    }
}

/// Whether there are so many rows that packing the weights costs less than it saves, and the processor can.
#[cfg(target_arch = "x86_64")]
fn packs_pay(precision: Precision, x: Rows<'_>) -> bool {
    let has = match precision {
        Precision::F32 => super::has_wide(),
        Precision::Bf16 => super::has_pairs(),
        Precision::Int8 => false,
    };
    has && x.len() >= MANY && x.width() <= DEEP
}

fn forward_halves((x, w): (Rows<'_>, Rows<'_>), rounded: &mut Rounded, mut out: RowsMut<'_>) {
    #[cfg(target_arch = "x86_64")]
    if super::has_pairs() {
        let [x_halves, w_halves] = &mut rounded.halves;
        let tables = (wide::halves(x, x_halves), wide::halves(w, w_halves));
        let out = wide::out(&mut out, 0, false);
        // SAFETY: as in `plain_forward`.
        return unsafe { wide::run(&wide::Pairs, tables, x.width(), out, false) };
    }
    halves_anywhere((x, w), rounded, out.reborrow());
}

fn halves_anywhere((x, w): (Rows<'_>, Rows<'_>), rounded: &mut Rounded, out: RowsMut<'_>) {
    let [plain_x, plain_w] = &mut rounded.plain;
    round_to(x, plain_x);
    round_to(w, plain_w);
    plain_forward((plain_x.rows(), plain_w.rows()), out, false);
}

fn forward_bytes(rounded: &mut Rounded, depth: usize, out: &mut RowsMut<'_>) {
    #[cfg(target_arch = "x86_64")]
    if super::has_fours() {
        let [x, w] = &rounded.bytes;
        let kernel = wide::Bytes { x_steps: &x.steps, w_steps: &w.steps, offsets: &w.offsets };
        let tables = (wide::lines(x, depth), wide::lines(w, depth));
        let out = wide::out(out, 0, false);
        // SAFETY: as in `plain_forward`; there is a step for each row and an offset for each unit.
        return unsafe { wide::run(&kernel, tables, depth, out, false) };
    }
    bytes_anywhere(rounded, depth, out.reborrow());
}

fn bytes_anywhere(rounded: &mut Rounded, depth: usize, out: RowsMut<'_>) {
    if out.len() >= SOME { bytes_as_floats(rounded, depth, out) } else { bytes_alone(&rounded.bytes, depth, out) }
}

/// Sum by sum, where rows are too few to pay for numbers of 32 bits.
fn bytes_alone([x, w]: &[Bytes; 2], depth: usize, mut out: RowsMut<'_>) {
    for r in 0..out.len() {
        let (row, step, numbers) = (x.row(r, depth), x.steps[r], out.row_mut(r));
        par::each_block(numbers.len(), ROWS, numbers, |first, numbers: &mut [f32]| {
            for (unit, z) in (first..).zip(numbers) {
                *z = bytes::dot(row, w.row(unit, depth), w.offsets[unit]) as f32 * (step * w.steps[unit]);
            }
        });
    }
}

/// As numbers of 32 bits, which hold these whole numbers and their sums exactly, some columns at a time.
fn bytes_as_floats(Rounded { bytes: [x, w], whole, sums, .. }: &mut Rounded, depth: usize, out: RowsMut<'_>) {
    let [x_whole, w_whole, z] = whole;
    z.resize(out.len(), out.width());
    sums.clear();
    sums.resize(out.len() * out.width(), 0);
    for first in (0..depth).step_by(EXACT) {
        let columns = first..depth.min(first + EXACT);
        x.whole(columns.clone(), depth, x_whole, |q| i32::from(q) - 128);
        w.whole(columns, depth, w_whole, |q| i32::from(q as i8));
        plain_forward((x_whole.rows(), w_whole.rows()), z.rows_mut(), false);
        let parts = (z.data(), sums.as_mut_slice());
        par::each_block(parts.0.len(), NUMBERS, parts, |_, (z, sums): (&[f32], &mut [i32])| {
            sums.iter_mut().zip(z).for_each(|(sum, z)| *sum += *z as i32);
        });
    }
    let sums = sums.as_slice();
    par::each_block(out.len(), ROWS, out, |first, mut out: RowsMut<'_>| {
        let width = out.width();
        for r in 0..out.len() {
            let (step, sums) = (x.steps[first + r], &sums[(first + r) * width..][..width]);
            let units = sums.iter().zip(&w.steps);
            out.row_mut(r).iter_mut().zip(units).for_each(|(out, (sum, unit))| *out = *sum as f32 * (step * unit));
        }
    });
}

/// Rounds to bfloat16 and back.
fn round_to(from: Rows<'_>, to: &mut Matrix) {
    to.resize(from.len(), from.width());
    par::each_block(from.data().len(), NUMBERS, (from.data(), to.data_mut()), |_, (from, to): (&[f32], &mut [f32])| {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = Bf16::from_f32(*from).to_f32());
    });
}

/// Both operands of a gradient, rounded to bfloat16, on any processor.
pub(super) fn rough<'a>((dz, x): (Rows<'_>, Rows<'_>), plain: &'a mut [Matrix; 2]) -> (Rows<'a>, Rows<'a>) {
    let [plain_dz, plain_x] = plain;
    round_to(dz, plain_dz);
    round_to(x, plain_x);
    (plain_dz.rows(), plain_x.rows())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SHAPES, close, random, reference, wide};
    use super::*;

    /// How far a sum of `depth` products of numbers around 1 may be off when both are rounded to `bits` bits.
    fn rounding(depth: usize, bits: i32) -> f64 {
        6.0 * 2f64.powi(-bits) * (depth as f64).sqrt()
    }

    #[test]
    fn rounded_products_stay_near_and_are_the_same_on_every_processor() {
        for &(rows, units, inputs) in SHAPES {
            let (x, w) = (random(rows, inputs, 1), random(units, inputs, 2));
            let of = |m: &Matrix, r: usize, c: usize| f64::from(m.data()[r * m.width() + c]);
            let want = reference(rows, units, inputs, |r, u, i| of(&x, r, i) * of(&w, u, i));
            let mut rounded = Rounded::default();
            let (mut z, mut plain) = (Matrix::zeros(rows, units), Matrix::zeros(rows, units));
            let off = |z: &Matrix| {
                z.data().iter().zip(&want).fold(0.0f64, |most, (z, w)| most.max((f64::from(*z) - w).abs()))
            };
            forward_rounded(Precision::F32, x.rows(), w.rows(), &mut rounded, z.rows_mut());
            close(&z, &want, inputs);
            forward_rounded(Precision::Bf16, x.rows(), w.rows(), &mut rounded, z.rows_mut());
            assert!(off(&z) <= rounding(inputs, 8), "{rows}×{units}×{inputs}: off by {}", off(&z));
            halves_anywhere((x.rows(), w.rows()), &mut rounded, plain.rows_mut());
            close(&z, &plain.data().iter().map(|x| f64::from(*x)).collect::<Vec<_>>(), inputs);
            forward_rounded(Precision::Int8, x.rows(), w.rows(), &mut rounded, z.rows_mut());
            assert!(off(&z) <= rounding(inputs, 5), "{rows}×{units}×{inputs}: off by {}", off(&z));
            bytes_anywhere(&mut rounded, inputs, plain.rows_mut());
            assert_eq!(z, plain);
            let [x, w] = &rounded.bytes;
            for (i, z) in z.data().iter().enumerate() {
                let (r, u) = (i / units, i % units);
                let sum = bytes::dot(x.row(r, inputs), w.row(u, inputs), w.offsets[u]);
                assert_eq!(*z, sum as f32 * (x.steps[r] * w.steps[u]), "{rows}×{units}×{inputs}");
            }
        }
    }

    #[test]
    fn a_row_is_the_same_whatever_stands_beside_it() {
        let (x, w) = (random(37, 3001, 1), random(9, 3001, 2));
        let mut rounded = Rounded::default();
        for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
            let (mut all, mut one) = (Matrix::zeros(37, 9), Matrix::zeros(1, 9));
            forward_rounded(precision, x.rows(), w.rows(), &mut rounded, all.rows_mut());
            for (row, z) in x.rows().iter().zip(all.rows().iter()) {
                forward_rounded(precision, Rows::new(row, 1, 3001), w.rows(), &mut rounded, one.rows_mut());
                let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits();
                assert!(!wide() || one.data().iter().zip(z).all(same), "{precision:?}");
            }
        }
    }

    #[test]
    fn rows_that_do_not_all_stay_near_are_multiplied_in_parts_to_the_same_bits() {
        let (x, w) = (random(70, 20_001, 1), random(40, 20_001, 2));
        let mut rounded = Rounded::default();
        let [mut all, mut plain] = [0, 1].map(|_| Matrix::zeros(70, 40));
        forward_rounded(Precision::Bf16, x.rows(), w.rows(), &mut rounded, all.rows_mut());
        halves_anywhere((x.rows(), w.rows()), &mut rounded, plain.rows_mut());
        close(&all, &plain.data().iter().map(|x| f64::from(*x)).collect::<Vec<_>>(), 20_001);
        let (few, mut z) = (x.rows().split_at(33).0, Matrix::zeros(33, 40));
        forward_rounded(Precision::Bf16, few, w.rows(), &mut rounded, z.rows_mut());
        assert!(!wide() || z.data() == &all.data()[..33 * 40]);
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let (x, w) = (random(203, 784, 1), random(150, 784, 2));
        for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
            let [a, b, c] = [1, 2, 3].map(|threads| {
                let mut z = Matrix::zeros(203, 150);
                crate::Pool::new(threads).unwrap().run(|| {
                    forward_rounded(precision, x.rows(), w.rows(), &mut Rounded::default(), z.rows_mut());
                });
                z
            });
            assert!(a == b && b == c, "{precision:?}");
        }
    }

    #[test]
    fn hostile_rows_make_no_nonsense_of_others() {
        let mut x = random(5, 40, 1);
        x.data_mut()[..40].fill(0.0);
        (x.data_mut()[40], x.data_mut()[81]) = (f32::INFINITY, f32::NAN);
        // Too small for a step of which there are 127.
        x.data_mut()[120..160].fill(1e-37);
        let (w, mut z) = (random(5, 40, 2), Matrix::zeros(5, 5));
        forward_rounded(Precision::Int8, x.rows(), w.rows(), &mut Rounded::default(), z.rows_mut());
        assert_eq!(z.data()[..5], [0.0; 5]);
        assert!(z.data()[5..15].iter().all(|z| z.is_nan()) && z.data()[20..].iter().all(|z| z.is_finite()));
        assert_eq!(z.data()[15..20], [0.0; 5]);
    }
}
