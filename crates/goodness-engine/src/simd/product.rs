//! The two matrix products of a layer that learns by itself, and the third one, `dz · w`, which carries a gradient to the
//! layer below and which nobody calls but the twin that is compared with such layers, and a head within its own layer.

use std::sync::atomic::{AtomicU64, Ordering};

use gemm::Parallelism;
use goodness_core::{Rows, RowsMut};

#[cfg(target_arch = "x86_64")]
use super::dot as wide;
pub use super::rounded::forward_rounded;

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

pub(super) fn plain_forward((x, w): (Rows<'_>, Rows<'_>), mut out: RowsMut<'_>, add: bool) {
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

/// `out = dz · w`: the gradient of the inputs, which no layer that learns by itself asks another one for.
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
    some_gradient(dz, x, &mut out, Parallelism::None);
}

/// The same on all threads.
#[track_caller]
pub(super) fn gradient_window(dz: Columns<'_>, x: Rows<'_>, mut out: RowsMut<'_>) {
    some_gradient(dz, x, &mut out, every_thread());
}

#[track_caller]
fn some_gradient(dz: Columns<'_>, x: Rows<'_>, out: &mut RowsMut<'_>, threads: Parallelism) {
    let fits = dz.first + dz.width <= dz.of.width() && dz.of.len() == x.len();
    check("dzᵀ · x", (dz.of, x), fits && out.len() == dz.width && out.width() == x.width(), out);
    if dz.of.data().is_empty() || out.as_rows().data().is_empty() {
        return out.data_mut().fill(0.0);
    }
    let lhs = Strided { data: dz.of.data()[dz.first..].as_ptr(), row_stride: 1, column_stride: dz.of.width() as isize };
    run(lhs, Strided::plain(x), Target::whole(out), x.len(), false, threads);
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
pub(super) fn check(what: &str, (a, b): (Rows<'_>, Rows<'_>), fits: bool, out: &RowsMut<'_>) {
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
    run(lhs, rhs, Target::whole(&mut out), depth, add, every_thread());
}

/// Always the parallel form, whose blocking does not depend on the number of threads, so neither do the bits.
fn every_thread() -> Parallelism {
    Parallelism::Rayon(rayon::current_num_threads())
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
    use super::super::tests::{SHAPES, close, random, reference};
    use super::*;
    use crate::{Matrix, Pool};

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
