//! Products of numbers that are packed in strips: rows of two registers each. Words hold a number or two halves, as the
//! registers have it.

use std::ops::Range;

use super::lanes::Lanes;

/// How the sums of one product lie in parts: `count` rows in all, `rows` of them in a part, parts `apart` from each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub(crate) count: usize,
    pub(crate) rows: usize,
    pub(crate) apart: usize,
}

/// As many ranges as it takes for none to be longer than `most`, as even as can be.
fn even(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let ranges = count.div_ceil(most);
    (0..ranges).map(move |i| i * count / ranges..(i + 1) * count / ranges)
}

/// Calls a function for the number of rows that is there, as a constant.
macro_rules! with_rows {
    ($rows:expr, $call:ident($($argument:expr),*)) => {
        match $rows {
            1 => $call::<L, 1>($($argument),*),
            2 if ROWS >= 2 => $call::<L, 2>($($argument),*),
            3 if ROWS >= 3 => $call::<L, 3>($($argument),*),
            4 if ROWS >= 4 => $call::<L, 4>($($argument),*),
            5 if ROWS >= 5 => $call::<L, 5>($($argument),*),
            6 if ROWS >= 6 => $call::<L, 6>($($argument),*),
            7 if ROWS >= 7 => $call::<L, 7>($($argument),*),
            8 if ROWS >= 8 => $call::<L, 8>($($argument),*),
            9 if ROWS >= 9 => $call::<L, 9>($($argument),*),
            10 if ROWS >= 10 => $call::<L, 10>($($argument),*),
            11 if ROWS >= 11 => $call::<L, 11>($($argument),*),
            12 if ROWS >= 12 => $call::<L, 12>($($argument),*),
            13 if ROWS >= 13 => $call::<L, 13>($($argument),*),
            14 if ROWS >= 14 => $call::<L, 14>($($argument),*),
            _ => unreachable!("no range is longer than ROWS"),
        }
    };
}

/// Writes a·b. Strips of `a` hold `rows` rows, the strips of a row's words one after the other, with as many numbers in each as
/// strips have columns; `b` is one strip with a row for every word of a row of `a`; `out` is a strip of `rows` rows.
///
/// # Panics
/// When anything is shorter than that.
#[inline(always)]
pub(crate) fn product<L: Lanes, const ROWS: usize>(a: &[f32], rows: usize, b: &[f32], out: &mut [f32]) {
    const { assert!(ROWS <= 14) };
    let width = 2 * L::COUNT;
    let (depth, words) = (b.len() / width, width / L::HELD);
    assert!(depth.div_ceil(words) * rows * words <= a.len() && rows * width <= out.len(), "strips of {rows} rows");
    for own in even(rows, ROWS) {
        let out = &mut out[own.start * width..own.end * width];
        // SAFETY: the assertion: each strip of `a` holds the rows, and there are strips for all numbers.
        unsafe {
            let a = a.as_ptr().add(own.start * words);
            with_rows!(own.len(), some_rows(a, rows * words, b, out));
        }
    }
}

/// # Safety
/// From `a` on, `apart` from each other, are strips of at least `N` rows for all rows of `b`.
#[inline(always)]
unsafe fn some_rows<L: Lanes, const N: usize>(mut a: *const f32, apart: usize, b: &[f32], out: &mut [f32]) {
    let (width, words) = (2 * L::COUNT, 2 * L::COUNT / L::HELD);
    let mut sums = [[L::all(0.0); 2]; N];
    // SAFETY: the caller's.
    unsafe {
        for b in b.chunks(words * width) {
            for (k, b) in b.chunks_exact(width).enumerate() {
                let (left, right) = (L::read(b.as_ptr()), L::read(b.as_ptr().add(L::COUNT)));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let a = L::all(*a.add(r * words + k));
                    *sums = [sums[0].fold_words(a, left), sums[1].fold_words(a, right)];
                }
            }
            a = a.wrapping_add(apart);
        }
    }
    for (sums, out) in sums.into_iter().zip(out.chunks_exact_mut(width)) {
        sums[0].store(out);
        sums[1].store(&mut out[L::COUNT..]);
    }
}

/// Adds aᵀ·b to `out`, summed over all that words hold. `a` and `b` begin with a strip each and go on with the parts' others; `out` has a row for each of the
/// first columns of `a`.
///
/// # Panics
/// When anything is shorter than that.
#[inline(always)]
pub(crate) fn add_gradient<L: Lanes, const ROWS: usize>(a: &[f32], b: &[f32], parts: Parts, out: &mut [f32]) {
    const { assert!(ROWS <= 14) };
    let width = 2 * L::COUNT;
    let Parts { count, rows, apart } = parts;
    if count == 0 {
        return;
    }
    let last = (count - 1) / rows;
    let end = last * apart + (count - last * rows) * width;
    let fits = end <= a.len() && end <= b.len() && rows * width <= apart && out.len() <= width * width;
    assert!(fits, "strips of {parts:?} end after {} and {} numbers", a.len(), b.len());
    for own in even(out.len() / width, ROWS) {
        let out = &mut out[own.start * width..own.end * width];
        // SAFETY: the assertion: all parts lie inside `a` and `b`, with whole rows.
        unsafe { with_rows!(own.len(), some_columns(a.as_ptr().add(own.start), b.as_ptr(), parts, out)) };
    }
}

/// # Safety
/// From `a` and `b` on are all the parts.
#[inline(always)]
unsafe fn some_columns<L: Lanes, const N: usize>(a: *const f32, b: *const f32, parts: Parts, out: &mut [f32]) {
    let width = 2 * L::COUNT;
    let mut sums = [[L::all(0.0); 2]; N];
    for first in (0..parts.count).step_by(parts.rows) {
        let part = first / parts.rows * parts.apart;
        for row in 0..parts.rows.min(parts.count - first) {
            // SAFETY: the caller's.
            unsafe {
                let (a, b) = (a.add(part + row * width), b.add(part + row * width));
                let (left, right) = (L::read(b), L::read(b.add(L::COUNT)));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let a = L::all(*a.add(r));
                    *sums = [sums[0].fold_words(a, left), sums[1].fold_words(a, right)];
                }
            }
        }
    }
    for (sums, out) in sums.into_iter().zip(out.chunks_exact_mut(width)) {
        L::load(out).add(sums[0]).store(out);
        L::load(&out[L::COUNT..]).add(sums[1]).store(&mut out[L::COUNT..]);
    }
}
