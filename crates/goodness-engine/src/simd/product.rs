//! The two matrix products of a layer that learns by itself, and the third one, `dz · w`, which carries a gradient to the
//! layer below and which only the twin that is compared with such layers calls.

use std::sync::atomic::{AtomicU64, Ordering};

use gemm::Parallelism;
use goodness_core::{Rows, RowsMut};

use super::bytes::{self, Bytes};
#[cfg(target_arch = "x86_64")]
use super::dot as wide;
#[cfg(target_arch = "x86_64")]
use super::gradient::{Piece, x86::summed};
use super::half::{self, Bf16};
#[cfg(target_arch = "x86_64")]
use super::outer::Operand;
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
/// Rows that are packed at a time.
#[cfg(target_arch = "x86_64")]
const NEAR: usize = 1024;

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
    packs: [Vec<u32>; 2],
    /// What every thread of a convolution has room for.
    pub(crate) room: [usize; 3],
}

impl Rounded {
    /// Rows, rounded to 16 bits.
    pub(crate) fn halves_of(&mut self, of: Rows<'_>) -> &[Bf16] {
        let [_, halves] = &mut self.halves;
        halves.resize(of.data().len(), Bf16::default());
        par::each_block(
            halves.len(),
            NUMBERS,
            (of.data(), halves.as_mut_slice()),
            |_, (from, to): (&[f32], &mut [Bf16])| {
                half::round_into(from, to);
            },
        );
        halves
    }

    /// Rows, rounded to 16 bits and back.
    pub(crate) fn rough(&mut self, of: Rows<'_>) -> Rows<'_> {
        let [_, plain] = &mut self.plain;
        round_to(of, plain);
        plain.rows()
    }
}

/// `out = x · wᵀ`: what every unit (row of `w`) makes of every row of `x`.
///
/// # Shapes
/// `x`: rows × inputs, `w`: units × inputs, `out`: rows × units.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn forward(x: Rows<'_>, w: Rows<'_>, out: RowsMut<'_>) {
    check("x · wᵀ", (x, w), x.width() == w.width() && out.len() == x.len() && out.width() == w.len(), &out);
    plain_forward((x, w), out, false);
}

/// `out = out + x · wᵀ`, with the shapes of [`forward`].
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn add_forward(x: Rows<'_>, w: Rows<'_>, out: RowsMut<'_>) {
    check("x · wᵀ", (x, w), x.width() == w.width() && out.len() == x.len() && out.width() == w.len(), &out);
    plain_forward((x, w), out, true);
}

/// [`forward`] of operands that are rounded first.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn forward_rounded(precision: Precision, x: Rows<'_>, w: Rows<'_>, rounded: &mut Rounded, mut out: RowsMut<'_>) {
    check("x · wᵀ", (x, w), x.width() == w.width() && out.len() == x.len() && out.width() == w.len(), &out);
    #[cfg(target_arch = "x86_64")]
    if packs_pay(precision, x) {
        return forward_packed(precision == Precision::Bf16, (x, w), rounded, out);
    }
    match precision {
        Precision::F32 => plain_forward((x, w), out, false),
        Precision::Bf16 => forward_halves((x, w), rounded, out),
        Precision::Int8 => {
            let [x_bytes, w_bytes] = &mut rounded.bytes;
            x_bytes.round(x, true);
            w_bytes.round(w, false);
            forward_bytes((x_bytes, w_bytes), x.width(), &mut out);
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

/// By packed operands, some rows of x at a time, whose pack stays near.
#[cfg(target_arch = "x86_64")]
fn forward_packed(halves: bool, (mut x, w): (Rows<'_>, Rows<'_>), rounded: &mut Rounded, mut out: RowsMut<'_>) {
    let along = |rows| Operand { rows, along: true };
    while !x.is_empty() {
        let [x_pack, w_pack] = &mut rounded.packs;
        let (some, more) = x.split_at(NEAR.min(x.len()));
        let (mut some_out, more_out) = out.split_at(some.len());
        let following = [some_out.data_mut()];
        summed(halves, (along(some), along(w)), (x_pack, w_pack), following, &|piece: Piece<'_, 1>| {
            let [out] = piece.following;
            out.copy_from_slice(piece.numbers);
        });
        (x, out) = (more, more_out);
    }
}

fn plain_forward((x, w): (Rows<'_>, Rows<'_>), mut out: RowsMut<'_>, add: bool) {
    #[cfg(target_arch = "x86_64")]
    if super::has_wide() {
        let out = wide::out(&mut out, 0, add);
        // SAFETY: the shapes were checked, the processor was asked, and all three are borrowed for as long.
        return unsafe { wide::run(&wide::F32, (wide::table(x), wide::table(w)), x.width(), out, false) };
    }
    forward_anywhere((x, w), out.reborrow(), add);
}

/// The product crate's way, which every processor can go.
fn forward_anywhere((x, w): (Rows<'_>, Rows<'_>), out: RowsMut<'_>, add: bool) {
    multiply(Strided::plain(x), Strided::transposed(w), out, x.width(), add);
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

fn forward_bytes((x, w): (&Bytes, &Bytes), depth: usize, out: &mut RowsMut<'_>) {
    #[cfg(target_arch = "x86_64")]
    if super::has_fours() {
        let kernel = wide::Bytes { x_steps: &x.steps, w_steps: &w.steps, offsets: &w.offsets };
        let tables = (wide::lines(x, depth), wide::lines(w, depth));
        let out = wide::out(out, 0, false);
        // SAFETY: as in `plain_forward`; there is a step for each row and an offset for each unit.
        return unsafe { wide::run(&kernel, tables, depth, out, false) };
    }
    bytes_anywhere((x, w), depth, out.reborrow());
}

fn bytes_anywhere((x, w): (&Bytes, &Bytes), depth: usize, out: RowsMut<'_>) {
    par::each_block(out.len(), ROWS, out, |first, mut out: RowsMut<'_>| {
        for r in 0..out.len() {
            let (row, step) = (x.row(first + r, depth), x.steps[first + r]);
            for (unit, out) in out.row_mut(r).iter_mut().enumerate() {
                *out = bytes::dot(row, w.row(unit, depth), w.offsets[unit]) as f32 * (step * w.steps[unit]);
            }
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

/// `out = dzᵀ · x`: the gradient of the weights, summed over rows.
///
/// # Shapes
/// `dz`: rows × units, `x`: rows × inputs, `out`: units × inputs.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn gradient(dz: Rows<'_>, x: Rows<'_>, out: RowsMut<'_>) {
    check("dzᵀ · x", (dz, x), dz.len() == x.len() && out.len() == dz.width() && out.width() == x.width(), &out);
    let (lhs, rhs) = (Strided::transposed(dz), Strided::plain(x));
    multiply(lhs, rhs, out, x.len(), false);
}

/// `out = out + dzᵀ · x`, with the shapes of [`gradient`].
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn add_gradient(dz: Rows<'_>, x: Rows<'_>, out: RowsMut<'_>) {
    check("dzᵀ · x", (dz, x), dz.len() == x.len() && out.len() == dz.width() && out.width() == x.width(), &out);
    let (lhs, rhs) = (Strided::transposed(dz), Strided::plain(x));
    multiply(lhs, rhs, out, x.len(), true);
}

/// [`gradient`] of operands that are rounded to bfloat16 first, on any processor.
pub(super) fn rounded_gradient(dz: Rows<'_>, x: Rows<'_>, plain: &mut [Matrix; 2], out: RowsMut<'_>) {
    let [plain_dz, plain_x] = plain;
    round_to(dz, plain_dz);
    round_to(x, plain_x);
    gradient(plain_dz.rows(), plain_x.rows(), out);
}

/// `out = dz · w`: the gradient of the inputs, which a layer that learns by itself never needs.
///
/// # Shapes
/// `dz`: rows × units, `w`: units × inputs, `out`: rows × inputs.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn backward(dz: Rows<'_>, w: Rows<'_>, out: RowsMut<'_>) {
    check("dz · w", (dz, w), dz.width() == w.len() && out.len() == dz.len() && out.width() == w.width(), &out);
    multiply(Strided::plain(dz), Strided::plain(w), out, w.len(), false);
}

/// Some neighbouring columns of every row of a matrix, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// The matrix.
    pub of: Rows<'a>,
    /// The first column.
    pub first: usize,
    /// How many.
    pub width: usize,
}

/// `out[.., first..first + units] = x · wᵀ`, on the calling thread alone: for small products of which many run at once.
///
/// # Shapes
/// `x`: rows × inputs, `w`: units × inputs, `out`: rows × at least `first` + units.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn forward_columns(x: Rows<'_>, w: Rows<'_>, mut out: RowsMut<'_>, first: usize) {
    let fits = x.width() == w.width() && out.len() == x.len() && first + w.len() <= out.width();
    check("x · wᵀ", (x, w), fits, &out);
    if x.is_empty() || w.is_empty() {
        return;
    }
    #[cfg(target_arch = "x86_64")]
    if super::has_wide() {
        let out = wide::out(&mut out, first, false);
        // SAFETY: as in `plain_forward`; the columns from `first` on were checked.
        return unsafe { wide::run(&wide::F32, (wide::table(x), wide::table(w)), x.width(), out, true) };
    }
    let stride = out.width() as isize;
    let target = Target { data: out.data_mut()[first..].as_mut_ptr(), stride, rows: x.len(), columns: w.len() };
    run(Strided::plain(x), Strided::transposed(w), target, x.width(), false, Parallelism::None);
}

/// `out = dzᵀ · x` for some columns of dz, on the calling thread alone.
///
/// # Shapes
/// `dz`: rows × units, `x`: rows × inputs, `out`: units × inputs.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn gradient_columns(dz: Columns<'_>, x: Rows<'_>, mut out: RowsMut<'_>) {
    let fits = dz.first + dz.width <= dz.of.width() && dz.of.len() == x.len();
    check("dzᵀ · x", (dz.of, x), fits && out.len() == dz.width && out.width() == x.width(), &out);
    if dz.of.data().is_empty() || out.as_rows().data().is_empty() {
        return out.data_mut().fill(0.0);
    }
    let lhs = Strided { data: dz.of.data()[dz.first..].as_ptr(), row_stride: 1, column_stride: dz.of.width() as isize };
    let target = Target::whole(&mut out);
    run(lhs, Strided::plain(x), target, x.len(), false, Parallelism::None);
}

/// `out = dz · w` for some columns of dz, on the calling thread alone.
///
/// # Shapes
/// `w`: columns × inputs, `out`: rows × inputs.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn backward_columns(dz: Columns<'_>, w: Rows<'_>, mut out: RowsMut<'_>) {
    let fits = dz.first + dz.width <= dz.of.width() && dz.width == w.len();
    check("dz · w", (dz.of, w), fits && out.len() == dz.of.len() && out.width() == w.width(), &out);
    if dz.of.data().is_empty() || w.is_empty() {
        return out.data_mut().fill(0.0);
    }
    let lhs = Strided { data: dz.of.data()[dz.first..].as_ptr(), row_stride: dz.of.width() as isize, column_stride: 1 };
    let target = Target::whole(&mut out);
    run(lhs, Strided::plain(w), target, w.len(), false, Parallelism::None);
}

/// Multiply-adds of all products.
static MULTIPLY_ADDS: AtomicU64 = AtomicU64::new(0);

/// Counts those of one product.
pub(super) fn count(rows: usize, columns: usize, depth: usize) {
    MULTIPLY_ADDS.fetch_add((rows * columns * depth) as u64, Ordering::Relaxed);
}

/// Multiply-adds of all products that this process has computed so far: of two readings the difference counts.
pub fn multiply_adds() -> u64 {
    MULTIPLY_ADDS.load(Ordering::Relaxed)
}

#[track_caller]
fn check(what: &str, (a, b): (Rows<'_>, Rows<'_>), fits: bool, out: &RowsMut<'_>) {
    let [(ar, aw), (br, bw), (or, ow)] = [(a.len(), a.width()), (b.len(), b.width()), (out.len(), out.width())];
    assert!(fits, "{what}: the shapes {ar}×{aw} and {br}×{bw} do not give {or}×{ow}");
}

/// A matrix as the product crate wants it: a pointer and the distances between rows and between columns.
pub(super) struct Strided {
    pub(super) data: *const f32,
    pub(super) row_stride: isize,
    pub(super) column_stride: isize,
}

impl Strided {
    fn plain(m: Rows<'_>) -> Self {
        Self { data: m.data().as_ptr(), row_stride: m.width() as isize, column_stride: 1 }
    }

    fn transposed(m: Rows<'_>) -> Self {
        Self { data: m.data().as_ptr(), row_stride: 1, column_stride: m.width() as isize }
    }
}

/// Where a product goes: rows that lie `stride` apart, columns side by side.
pub(super) struct Target {
    pub(super) data: *mut f32,
    pub(super) stride: isize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Target {
    fn whole(out: &mut RowsMut<'_>) -> Self {
        let (rows, columns) = (out.len(), out.width());
        Self { data: out.data_mut().as_mut_ptr(), stride: columns as isize, rows, columns }
    }
}

fn multiply(lhs: Strided, rhs: Strided, mut out: RowsMut<'_>, depth: usize, add: bool) {
    // Always the parallel form, whose blocking does not depend on the number of threads, so neither do the bits.
    let threads = Parallelism::Rayon(rayon::current_num_threads());
    run(lhs, rhs, Target::whole(&mut out), depth, add, threads);
}

pub(super) fn run(lhs: Strided, rhs: Strided, out: Target, depth: usize, add: bool, threads: Parallelism) {
    count(out.rows, out.columns, depth);
    // SAFETY: the callers checked that `lhs` is rows × depth, `rhs` depth × columns and `out` rows × columns; all three
    // point into live slices that hold every element these strides reach, and `out` is borrowed mutably, so it overlaps
    // neither of them.
    unsafe {
        gemm::gemm(
            out.rows,
            out.columns,
            depth,
            out.data,
            1,
            out.stride,
            add,
            lhs.data,
            lhs.column_stride,
            lhs.row_stride,
            rhs.data,
            rhs.column_stride,
            rhs.row_stride,
            1.0f32,
            1.0f32,
            false,
            false,
            false,
            threads,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Matrix, Pool};
    use goodness_core::Rng;

    fn random(rows: usize, width: usize, seed: u64) -> Matrix {
        let mut rng = Rng::keyed(seed, 0, 0);
        Matrix::from_vec((0..rows * width).map(|_| rng.normal()).collect(), rows, width)
    }

    /// The plain definition, in double precision.
    fn reference(rows: usize, columns: usize, depth: usize, at: impl Fn(usize, usize, usize) -> f64) -> Vec<f64> {
        let cell = |i: usize| (0..depth).map(|k| at(i / columns, i % columns, k)).sum();
        (0..rows * columns).map(cell).collect()
    }

    fn close(got: &Matrix, want: &[f64], depth: usize) {
        let bound = 1e-6 * (depth as f64).sqrt() + 1e-6;
        for (g, w) in got.data().iter().zip(want) {
            assert!((f64::from(*g) - w).abs() <= bound * (1.0 + w.abs()), "{g} is not {w}");
        }
    }

    const SHAPES: &[(usize, usize, usize)] = &[
        (0, 3, 2),
        (1, 1, 1),
        (1, 7, 13),
        (5, 1, 3),
        (3, 5, 0),
        (17, 31, 29),
        (64, 64, 64),
        (101, 97, 103),
        (131, 35, 1031),
        (150, 47, 1),
    ];

    #[test]
    fn products_agree_with_their_definition_on_odd_shapes() {
        for &(rows, units, inputs) in SHAPES {
            let (x, w, dz) = (random(rows, inputs, 1), random(units, inputs, 2), random(rows, units, 3));
            let mut z = Matrix::zeros(rows, units);
            forward(x.rows(), w.rows(), z.rows_mut());
            let of = |m: &Matrix, r: usize, c: usize| f64::from(m.data()[r * m.width() + c]);
            let want = reference(rows, units, inputs, |r, u, i| of(&x, r, i) * of(&w, u, i));
            close(&z, &want, inputs);
            add_forward(x.rows(), w.rows(), z.rows_mut());
            close(&z, &want.iter().map(|v| 2.0 * v).collect::<Vec<_>>(), inputs);
            let mut dw = Matrix::zeros(units, inputs);
            gradient(dz.rows(), x.rows(), dw.rows_mut());
            let want = reference(units, inputs, rows, |u, i, r| of(&dz, r, u) * of(&x, r, i));
            close(&dw, &want, rows);
            add_gradient(dz.rows(), x.rows(), dw.rows_mut());
            close(&dw, &want.iter().map(|v| 2.0 * v).collect::<Vec<_>>(), rows);
            let mut dx = Matrix::zeros(rows, inputs);
            backward(dz.rows(), w.rows(), dx.rows_mut());
            close(&dx, &reference(rows, inputs, units, |r, i, u| of(&dz, r, u) * of(&w, u, i)), units);
        }
    }

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
            let [x_bytes, w_bytes] = &rounded.bytes;
            bytes_anywhere((x_bytes, w_bytes), inputs, plain.rows_mut());
            assert_eq!(z, plain);
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
                assert!(!crate::simd::tests::wide() || one.data().iter().zip(z).all(same), "{precision:?}");
            }
        }
    }

    #[test]
    fn hostile_rows_make_no_nonsense_of_others() {
        let mut x = random(3, 40, 1);
        x.data_mut()[..40].fill(0.0);
        x.data_mut()[40] = f32::INFINITY;
        let (w, mut z) = (random(5, 40, 2), Matrix::zeros(3, 5));
        forward_rounded(Precision::Int8, x.rows(), w.rows(), &mut Rounded::default(), z.rows_mut());
        assert_eq!(z.data()[..5], [0.0; 5]);
        assert!(z.data()[5..10].iter().all(|z| z.is_nan()) && z.data()[10..].iter().all(|z| z.is_finite()));
    }

    #[test]
    fn columns_are_those_of_the_whole_product() {
        for &(rows, units, inputs) in SHAPES {
            let (x, w, dz) = (random(rows, inputs, 1), random(units, inputs, 2), random(rows, units + 3, 3));
            let (mut z, mut wide) =
                (Matrix::zeros(rows, units), Matrix::from_vec(vec![7.0; rows * (units + 3)], rows, units + 3));
            forward(x.rows(), w.rows(), z.rows_mut());
            forward_columns(x.rows(), w.rows(), wide.rows_mut(), 2);
            for (wide, z) in wide.rows().iter().zip(z.rows().iter()) {
                assert!(wide[..2] == [7.0; 2] && wide[units + 2] == 7.0);
                let same = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * (1.0 + b.abs());
                assert!(wide[2..].iter().zip(z).all(same));
            }
            let mut dw = Matrix::zeros(units, inputs);
            gradient_columns(Columns { of: dz.rows(), first: 1, width: units }, x.rows(), dw.rows_mut());
            let of = |m: &Matrix, r: usize, c: usize| f64::from(m.data()[r * m.width() + c]);
            close(&dw, &reference(units, inputs, rows, |u, i, r| of(&dz, r, u + 1) * of(&x, r, i)), rows);
            let mut dx = Matrix::from_vec(vec![7.0; rows * inputs], rows, inputs);
            backward_columns(Columns { of: dz.rows(), first: 1, width: units }, w.rows(), dx.rows_mut());
            close(&dx, &reference(rows, inputs, units, |r, i, u| of(&dz, r, u + 1) * of(&w, u, i)), units);
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let (x, w) = (random(203, 784, 1), random(500, 784, 2));
        let dz = random(203, 500, 3);
        let results: Vec<_> = [1, 2, 3]
            .map(|threads| {
                let (mut z, mut dw) = (Matrix::zeros(203, 500), Matrix::zeros(500, 784));
                Pool::new(threads).unwrap().run(|| {
                    forward(x.rows(), w.rows(), z.rows_mut());
                    gradient(dz.rows(), x.rows(), dw.rows_mut());
                });
                (z, dw)
            })
            .into();
        assert!(results.iter().all(|r| *r == results[0]));
    }

    #[test]
    #[should_panic(expected = "x · wᵀ: the shapes 2×3 and 4×5 do not give 2×4")]
    fn shapes_that_do_not_fit_are_named() {
        forward(Matrix::zeros(2, 3).rows(), Matrix::zeros(4, 5).rows(), Matrix::zeros(2, 4).rows_mut());
    }
}
