//! A matrix near the given one whose rows, or columns, are all but orthonormal, by Newton and Schulz's iteration.
//!
//! σ ← 3.4445 σ − 4.7750 σ³ + 2.0315 σ⁵ for every singular value σ, which leaves those that were not tiny between 0.68 and 1.21
//! after five rounds; the directions stay (Jordan and others 2024, "Muon", their coefficients).
//!
//! Rounds change singular values alone, so they are made on the square matrix G = X Xᵀ, or Xᵀ X where that is smaller, and X
//! is read twice however many there are: G ← P G P and Q ← P Q with P = 3.4445 − 4.7750 G + 2.0315 G², at last Q X. G holds
//! squares, so singular values far below the largest keep half the digits: enough for a direction, and for six rounds.
//! Where a network's products are of bfloat16, so are those with X; the square matrices' never are.

use goodness_core::{Rows, RowsMut};

use crate::gradient::{Packs, Piece, gradient_pieces};
use crate::matrix::Matrix;
use crate::product::forward_rounded;
use crate::{Precision, Rounded};

/// What multiplies σ, σ³ and σ⁵.
const POLYNOMIAL: [f32; 3] = [3.4445, -4.775, 2.0315];

/// The memory that it takes, reused: several squares of the matrix's smaller side.
#[derive(Debug, Default)]
pub struct Orthogonalizer {
    gram: Matrix,
    polynomial: Matrix,
    factor: Matrix,
    spare: Matrix,
    rounded: Rounded,
    packs: Packs,
}

impl Orthogonalizer {
    /// Writes the matrix near `x` into `out`, after so many rounds, with products of `x` in a precision. What is not finite
    /// stays so; zeros stay zeros.
    ///
    /// # Shapes
    /// `x` and `out`: any, the same.
    ///
    /// # Panics
    /// When the shapes differ.
    #[track_caller]
    pub fn write(&mut self, precision: Precision, x: Rows<'_>, rounds: usize, mut out: RowsMut<'_>) {
        assert_eq!((x.len(), x.width()), (out.len(), out.width()), "rows and width of both matrices");
        let (flat, side) = (x.len() <= x.width(), x.len().min(x.width()));
        // Whole numbers are for activity: of gradients, as everywhere, 16 bits are kept.
        let precision = if precision == Precision::Int8 { Precision::Bf16 } else { precision };
        let Self { gram, polynomial, factor, spare, rounded, packs } = self;
        [&mut *gram, &mut *polynomial, &mut *factor, &mut *spare].into_iter().for_each(|m| m.resize(side, side));
        match flat {
            true => forward_rounded(precision, x, x, rounded, gram.rows_mut()),
            false => down(precision, (x, x), packs, gram.rows_mut()),
        }
        let mut forward = |a: &Matrix, b: &Matrix, out: &mut Matrix| {
            forward_rounded(Precision::F32, a.rows(), b.rows(), rounded, out.rows_mut());
        };

        // The sum of squares of all singular values: none of them is above its root.
        let trace: f32 = (0..side).map(|i| gram.data()[i * side + i]).sum();
        let scale = if trace > 0.0 { trace.recip() } else { 0.0 };
        gram.data_mut().iter_mut().for_each(|g| *g *= scale);

        for round in 0..rounds {
            // Everything commutes and equals its transpose, so A·B is A·Bᵀ.
            forward(gram, gram, polynomial);
            evaluate(gram, polynomial);
            match round {
                0 => factor.data_mut().copy_from_slice(polynomial.data()),
                _ => {
                    forward(polynomial, factor, spare);
                    std::mem::swap(factor, spare);
                }
            }
            if round + 1 < rounds {
                forward(polynomial, gram, spare);
                forward(spare, polynomial, gram);
            }
        }

        let scale = scale.sqrt();
        match rounds {
            0 => out.data_mut().copy_from_slice(x.data()),
            _ if flat => down(precision, (factor.rows(), x), packs, out.reborrow()),
            _ => forward_rounded(precision, x, factor.rows(), rounded, out.reborrow()),
        }
        out.data_mut().iter_mut().for_each(|o| *o *= scale);
    }

    /// Bytes of memory that are kept.
    pub fn bytes(&self) -> u64 {
        let Self { gram, polynomial, factor, spare, rounded, packs } = self;
        let own: u64 = [gram, polynomial, factor, spare].into_iter().map(|m| 4 * m.capacity() as u64).sum();
        own + rounded.bytes() + packs.bytes()
    }
}

/// `out = aᵀ · b`.
fn down(precision: Precision, operands: (Rows<'_>, Rows<'_>), packs: &mut Packs, mut out: RowsMut<'_>) {
    let out = [out.data_mut()];
    gradient_pieces(precision, operands, packs, out, |Piece { numbers, following: [out], .. }| {
        out.copy_from_slice(numbers);
    });
}

/// Turns G², which `square` holds, into P.
fn evaluate(gram: &Matrix, square: &mut Matrix) {
    let [constant, linear, quadratic] = POLYNOMIAL;
    let side = gram.len();
    square.data_mut().iter_mut().zip(gram.data()).for_each(|(s, g)| *s = quadratic * *s + linear * g);
    (0..side).for_each(|i| square.data_mut()[i * side + i] += constant);
}

#[cfg(test)]
mod tests {
    use goodness_core::Rng;

    use super::*;

    /// The definition: rounds on X itself, in double precision.
    fn plain(x: &Matrix, rounds: usize) -> Vec<f64> {
        let (n, width) = (x.len(), x.width());
        let mut x: Vec<f64> = x.data().iter().map(|x| f64::from(*x)).collect();
        let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        x.iter_mut().for_each(|x| *x /= norm);
        let [a, b, c] = POLYNOMIAL.map(f64::from);
        let times = |left: &[f64], right: &[f64], width: usize| {
            let mut out = vec![0.0; n * width];
            for (i, k, j) in (0..n).flat_map(|i| (0..n).flat_map(move |k| (0..width).map(move |j| (i, k, j)))) {
                out[i * width + j] += left[i * n + k] * right[k * width + j];
            }
            out
        };
        for _ in 0..rounds {
            let mut gram = vec![0.0; n * n];
            for (i, k, j) in (0..n).flat_map(|i| (0..n).flat_map(move |k| (0..width).map(move |j| (i, k, j)))) {
                gram[i * n + k] += x[i * width + j] * x[k * width + j];
            }
            let (cubes, fifths) = (times(&gram, &x, width), times(&times(&gram, &gram, n), &x, width));
            x.iter_mut().zip(cubes.iter().zip(&fifths)).for_each(|(x, (c3, c5))| *x = a * *x + b * c3 + c * c5);
        }
        x
    }

    fn normal(rows: usize, width: usize) -> Matrix {
        let mut rng = Rng::keyed(1, Rng::WEIGHTS, 0);
        Matrix::from_vec((0..rows * width).map(|_| 1e-3 * rng.normal()).collect(), rows, width)
    }

    fn turned(x: &Matrix, rounds: usize) -> Matrix {
        let mut out = Matrix::zeros(x.len(), x.width());
        Orthogonalizer::default().write(Precision::F32, x.rows(), rounds, out.rows_mut());
        out
    }

    #[test]
    fn it_is_the_iteration_on_the_matrix_itself() {
        for (rows, width) in [(1, 1), (1, 9), (9, 1), (6, 27), (27, 6), (24, 24), (40, 33)] {
            let x = normal(rows, width);
            for rounds in [0, 1, 3, 5, 6] {
                for (got, expected) in turned(&x, rounds).data().iter().zip(plain(&x, rounds)) {
                    let far = (f64::from(*got) - expected).abs();
                    // G holds squares, so tiny singular values have half the digits: 4e-4 was seen in a square matrix.
                    assert!(far < 2e-3, "{rows} × {width}, {rounds} rounds: {got}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn of_rounded_numbers_it_is_hardly_another() {
        for (rows, width) in [(24, 200), (200, 24), (40, 33)] {
            let (x, mut out) = (normal(rows, width), Matrix::zeros(rows, width));
            Orthogonalizer::default().write(Precision::Bf16, x.rows(), 3, out.rows_mut());
            let mut whole = Matrix::zeros(rows, width);
            Orthogonalizer::default().write(Precision::Int8, x.rows(), 3, whole.rows_mut());
            assert_eq!(out, whole);
            let plain = plain(&x, 3);
            let wrong: f64 = out.data().iter().zip(&plain).map(|(o, p)| (f64::from(*o) - p).powi(2)).sum();
            let all: f64 = plain.iter().map(|p| p * p).sum();
            assert!(wrong <= 0.01f64.powi(2) * all, "{rows} × {width}: {} of the whole is wrong", (wrong / all).sqrt());
            assert!(wrong > 0.0);
        }
    }

    #[test]
    fn rows_become_all_but_orthonormal() {
        let out = turned(&normal(16, 200), 5);
        let mut gram = Matrix::zeros(16, 16);
        crate::product::forward(out.rows(), out.rows(), gram.rows_mut());
        for (i, g) in gram.data().iter().enumerate() {
            let expected = if i / 16 == i % 16 { 0.4..1.5 } else { -0.3..0.3 };
            assert!(expected.contains(g), "row {} by row {}: {g}", i / 16, i % 16);
        }
    }

    #[test]
    fn matrices_of_low_rank_and_without_anything_stay_finite() {
        let mut x = normal(20, 30);
        let first = x.data()[..30].to_vec();
        (1..20).for_each(|r| x.data_mut()[r * 30..][..30].copy_from_slice(&first));
        let out = turned(&x, 6);
        let sum: f32 = out.data().iter().map(|x| x * x).sum();
        assert!((0.4..1.5).contains(&sum), "one singular value near 1, so the sum of squares, not {sum}");
        assert_eq!(turned(&Matrix::zeros(3, 5), 5).data(), [0.0; 15]);
        assert!(turned(&Matrix::from_vec(vec![f32::NAN, 1.0], 1, 2), 5).data()[0].is_nan());
        assert_eq!(turned(&Matrix::zeros(0, 5), 5).data(), []);
    }
}
