//! Symmetric systems of linear equations, by Cholesky's factorisation in double precision.
//!
//! Every element is one scalar product in a fixed order, so the bits do not depend on the number of threads.

use rayon::prelude::*;

/// Columns that are finished together: each block needs one pass over the rows below it.
const BLOCK: usize = 64;
/// Rows below that take their turn together, and numbers of a row that they read at a time: what a block has of so many numbers
/// stays in the cache for all of them.
const ROWS: usize = 8;
const DEPTH: usize = 512;

/// Turns the lower triangle of a symmetric positive definite matrix into L with L Lᵀ = that matrix; what stands above the
/// diagonal is not read. A pivot that is not positive is taken for a tiny one, which leaves its unknown near 0.
///
/// # Panics
/// When `a` is not `n` × `n`.
#[track_caller]
pub fn factor(a: &mut [f64], n: usize) {
    assert_eq!(a.len(), n * n, "a matrix of {n} rows and columns");
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let (above, below) = a.split_at_mut(end * n);
        for row in start..end {
            let (done, own) = above.split_at_mut(row * n);
            reduce(&mut own[..n], done, start.min(row), row, n);
            own[row] = pivot(own[row] - square(&own[..row]));
        }
        below.par_chunks_mut(ROWS * n).for_each(|rows| reduce_rows(rows, above, (start, end), n));
    }
}

/// Computes the elements `from..to` of a row of L from the rows above it.
fn reduce(own: &mut [f64], above: &[f64], from: usize, to: usize, n: usize) {
    for column in from..to {
        let other = &above[column * n..column * n + column + 1];
        own[column] = (own[column] - dot(&own[..column], &other[..column])) / other[column];
    }
}

/// The same for several rows and the columns of one block.
fn reduce_rows(rows: &mut [f64], above: &[f64], (from, to): (usize, usize), n: usize) {
    let mut sums = [[0.0; BLOCK]; ROWS];
    for start in (0..from).step_by(DEPTH) {
        let depth = start..(start + DEPTH).min(from);
        for column in from..to {
            let other = &above[column * n..][depth.clone()];
            for (own, sums) in rows.chunks_exact(n).zip(&mut sums) {
                sums[column - from] += dot(&own[depth.clone()], other);
            }
        }
    }
    for (own, sums) in rows.chunks_exact_mut(n).zip(&sums) {
        for column in from..to {
            let other = &above[column * n..column * n + column + 1];
            let rest = sums[column - from] + dot(&own[from..column], &other[from..column]);
            own[column] = (own[column] - rest) / other[column];
        }
    }
}

fn pivot(square: f64) -> f64 {
    if square > 1e-300 { square.sqrt() } else { 1e150 }
}

fn square(x: &[f64]) -> f64 {
    dot(x, x)
}

/// Σ xy over eight lanes.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut lanes = [0.0; 8];
    for (x, y) in xs.iter().zip(ys) {
        (0..8).for_each(|i| lanes[i] += x[i] * y[i]);
    }
    lanes.iter().sum::<f64>() + x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum::<f64>()
}

/// Replaces b by the solution x of L Lᵀ x = b.
///
/// # Panics
/// When `l` is not as many rows and columns as `b` has numbers.
#[track_caller]
pub fn solve(l: &[f64], b: &mut [f64]) {
    let n = b.len();
    assert_eq!(l.len(), n * n, "a matrix of {n} rows and columns");
    for row in 0..n {
        b[row] = (b[row] - dot(&l[row * n..row * n + row], &b[..row])) / l[row * n + row];
    }
    for row in (0..n).rev() {
        b[row] /= l[row * n + row];
        let (before, x) = (&l[row * n..row * n + row], b[row]);
        b[..row].iter_mut().zip(before).for_each(|(b, l)| *b -= l * x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pool;
    use goodness_core::Rng;

    #[test]
    fn a_matrix_that_can_be_done_on_paper() {
        let mut a = [4.0, 9.0, 2.0, 5.0]; // [4 2; 2 5], the 9 is not read
        factor(&mut a, 2);
        assert_eq!((a[0], a[2], a[3]), (2.0, 1.0, 2.0));
        let mut b = [8.0, 8.0];
        solve(&a, &mut b);
        assert_eq!(b, [1.5, 1.0]);
    }

    #[test]
    fn solutions_solve_for_any_size_and_threads() {
        for n in [0, 1, 7, 63, 64, 65, 150, 600] {
            let mut rng = Rng::keyed(n as u64, 0, 0);
            let rows: Vec<f64> = (0..n * n).map(|_| f64::from(rng.normal())).collect();
            let at = |r: usize, c: usize| (0..n).map(|k| rows[r * n + k] * rows[c * n + k]).sum::<f64>();
            let a: Vec<f64> = (0..n * n).map(|i| at(i / n, i % n) + f64::from(u8::from(i / n == i % n))).collect();
            let b: Vec<f64> = (0..n).map(|_| f64::from(rng.normal())).collect();
            let solved = |threads| {
                let (mut l, mut x) = (a.clone(), b.clone());
                Pool::new(threads).unwrap().run(|| factor(&mut l, n));
                solve(&l, &mut x);
                x
            };
            let x = solved(1);
            assert!(x == solved(2) && x == solved(3));
            for (r, b) in b.iter().enumerate() {
                let left: f64 = (0..n).map(|c| a[r * n + c] * x[c]).sum();
                assert!((left - b).abs() < 1e-6, "{n} {r}: {left} {b}");
            }
        }
    }
}
