//! Rows as whole numbers of 8 bits: x ≈ step · q, q from −127 to 127, one step a row.

use std::ops::Range;

use goodness_core::{Rows, RowsMut};

use crate::Matrix;
use crate::par::{self, Split};

/// A matrix of whole numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bytes {
    /// q of every number, or q + 128 where it is read as unsigned: rows × width.
    pub(super) data: Vec<u8>,
    /// What 1 stands for in each row.
    pub(super) steps: Vec<f32>,
    /// 128 Σq of each row.
    pub(super) offsets: Vec<i32>,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

/// Rows of bytes.
struct Lines<'a>(&'a mut [u8], usize);

impl Split for Lines<'_> {
    fn split(self, row: usize) -> (Self, Self) {
        let (head, tail) = self.0.split_at_mut(row * self.1);
        (Self(head, self.1), Self(tail, self.1))
    }
}

type Part<'a> = (Rows<'a>, Lines<'a>, &'a mut [f32], &'a mut [i32]);

impl Bytes {
    /// The numbers of some columns of rows `width` long, each as `number` says, in 32 bits.
    pub(super) fn whole(
        &self,
        columns: Range<usize>,
        width: usize,
        to: &mut Matrix,
        number: impl Fn(u8) -> i32 + Sync,
    ) {
        to.resize(self.steps.len(), columns.len());
        par::each_block(to.len(), ROWS, to.rows_mut(), |first, mut to: RowsMut<'_>| {
            for r in 0..to.len() {
                let from = &self.data[(first + r) * width..][columns.clone()];
                to.row_mut(r).iter_mut().zip(from).for_each(|(to, q)| *to = number(*q) as f32);
            }
        });
    }

    /// Row number `row`, `width` bytes long.
    pub(super) fn row(&self, row: usize, width: usize) -> &[u8] {
        &self.data[row * width..][..width]
    }

    /// Rounds every row, its largest number to 127. `raised`: to be read as unsigned.
    pub(super) fn round(&mut self, from: Rows<'_>, raised: bool) {
        let (rows, width) = (from.len(), from.width());
        self.data.resize(rows * width, 0);
        self.steps.resize(rows, 0.0);
        self.offsets.resize(rows, 0);
        let parts = (from, Lines(&mut self.data, width), self.steps.as_mut_slice(), self.offsets.as_mut_slice());
        par::each_block(rows, ROWS, parts, |_, (from, to, steps, offsets): Part<'_>| {
            for (r, (step, offset)) in steps.iter_mut().zip(offsets).enumerate() {
                (*step, *offset) = round_row(from.row(r), &mut to.0[r * width..][..width], raised);
            }
        });
    }
}

/// Writes a row's whole numbers; returns its step, and 128 times their sum.
fn round_row(from: &[f32], to: &mut [u8], raised: bool) -> (f32, i32) {
    #[cfg(target_arch = "x86_64")]
    if super::has_wide() {
        // SAFETY: the processor has the instructions.
        return unsafe { round_row_wide(from, to, raised) };
    }
    round_row_anywhere(from, to, raised)
}

/// The same code for registers of 512 bits.
///
/// # Safety
/// The processor has them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn round_row_wide(from: &[f32], to: &mut [u8], raised: bool) -> (f32, i32) {
    round_row_anywhere(from, to, raised)
}

#[inline(always)]
fn round_row_anywhere(from: &[f32], to: &mut [u8], raised: bool) -> (f32, i32) {
    let largest = largest(from);
    // Numbers that are too small for a step are 0. Where one is beyond all numbers, or none, so is the step, and what the row
    // gives is no number.
    let per_step = Some(127.0 / largest).filter(|steps| steps.is_finite() && largest.is_finite()).unwrap_or(0.0);
    let raise = if raised { 128 } else { 0 };
    if per_step == 0.0 {
        to.fill(raise as u8);
        return (largest / 127.0, 0);
    }
    let mut sum = 0i32;
    for (to, x) in to.iter_mut().zip(from) {
        let scaled = x * per_step;
        let rounded = scaled + if scaled < 0.0 { -0.5 } else { 0.5 };
        // SAFETY: no number of the row is larger than the largest, which is finite, so this is one from −128 to 128.
        let q = unsafe { rounded.to_int_unchecked::<i32>() };
        sum += q;
        *to = (q + raise) as u8;
    }
    (largest / 127.0, 128 * sum)
}

/// The largest magnitude of a row, sixteen side by side; no number where one of them is none.
#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    let larger = |most: f32, x: f32| if x.abs() > most || x.is_nan() { x.abs() } else { most };
    let (whole, rest) = row.as_chunks::<16>();
    let mut side_by_side = [0.0f32; 16];
    for numbers in whole {
        side_by_side.iter_mut().zip(numbers).for_each(|(most, x)| *most = larger(*most, *x));
    }
    side_by_side.iter().chain(rest).fold(0.0, |most, x| larger(most, *x))
}

/// One number of the product of a row that was raised with one that was not: the definition.
pub(super) fn dot(x: &[u8], w: &[u8], offset: i32) -> i32 {
    let sum: i32 = x.iter().zip(w).map(|(x, w)| i32::from(*x) * i32::from(*w as i8)).sum();
    sum - offset
}

#[cfg(test)]
mod tests {
    use goodness_core::Rng;

    use super::*;

    /// Number by number, by a conversion that takes any number.
    fn plainly(from: &[f32]) -> (Vec<u8>, f32, i32) {
        let none = from.iter().any(|x| x.is_nan());
        let largest = if none { f32::NAN } else { from.iter().fold(0.0f32, |most, x| most.max(x.abs())) };
        let fits = largest.is_finite() && (127.0 / largest).is_finite();
        let per_step = if fits { 127.0 / largest } else { 0.0 };
        let number = |x: &f32| (x * per_step + if x * per_step < 0.0 { -0.5 } else { 0.5 }) as i32;
        let whole: Vec<i32> = from.iter().map(number).collect();
        (whole.iter().map(|q| (q + 128) as u8).collect(), largest / 127.0, 128 * whole.iter().sum::<i32>())
    }

    #[test]
    fn rows_of_any_length_are_rounded_as_numbers_are() {
        let mut rng = Rng::keyed(1, 0, 0);
        for width in [0, 1, 15, 16, 17, 64, 1003] {
            for odd in [None, Some(0.0), Some(-1e30), Some(1e-40), Some(f32::INFINITY), Some(f32::NAN)] {
                let mut row: Vec<f32> = (0..width).map(|_| rng.normal()).collect();
                if let (Some(odd), Some(last)) = (odd, row.last_mut()) {
                    *last = odd;
                }
                let (want, step, offset) = plainly(&row);
                let mut to = vec![7; width];
                let (got_step, got_offset) = round_row(&row, &mut to, true);
                assert_eq!((&to, got_offset), (&want, offset), "{width} numbers, one of them {odd:?}");
                assert!(got_step.to_bits() == step.to_bits() || got_step.is_nan() && step.is_nan());
                assert_eq!(round_row_anywhere(&row, &mut to, true).1, offset);
                assert_eq!(to, want);
            }
        }
    }
}
