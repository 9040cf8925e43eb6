//! Cutting rows into blocks.
//!
//! The borders of the blocks depend on the number of rows and on the block size alone, never on the number of threads:
//! whatever is computed inside a block has the same bits everywhere.

use goodness_core::{Rows, RowsMut};

/// Something with rows that can be cut between two of them. A plain slice has one number a row.
pub trait Split: Sized + Send {
    /// The part before row `row`, and the rest.
    fn split(self, row: usize) -> (Self, Self);
}

impl Split for Rows<'_> {
    fn split(self, row: usize) -> (Self, Self) {
        self.split_at(row)
    }
}

impl Split for RowsMut<'_> {
    fn split(self, row: usize) -> (Self, Self) {
        self.split_at(row)
    }
}

impl<T: Sync> Split for &[T] {
    fn split(self, row: usize) -> (Self, Self) {
        self.split_at(row)
    }
}

impl<T: Send> Split for &mut [T] {
    fn split(self, row: usize) -> (Self, Self) {
        self.split_at_mut(row)
    }
}

/// A slice with one number a row, or an empty one that stays empty however it is cut.
#[derive(Debug)]
pub struct MaybeEmpty<'a>(pub &'a mut [f32]);

impl Split for MaybeEmpty<'_> {
    fn split(self, row: usize) -> (Self, Self) {
        let (head, tail) = self.0.split_at_mut(row.min(self.0.len()));
        (Self(head), Self(tail))
    }
}

impl<A: Split, B: Split> Split for (A, B) {
    fn split(self, row: usize) -> (Self, Self) {
        let ((a, x), (b, y)) = (self.0.split(row), self.1.split(row));
        ((a, b), (x, y))
    }
}

impl<A: Split, B: Split, C: Split> Split for (A, B, C) {
    fn split(self, row: usize) -> (Self, Self) {
        let (a, b, c) = self;
        let ((ab, c), (xy, z)) = ((a, b), c).split_pair(row);
        ((ab.0, ab.1, c), (xy.0, xy.1, z))
    }
}

impl<A: Split, B: Split, C: Split, D: Split> Split for (A, B, C, D) {
    fn split(self, row: usize) -> (Self, Self) {
        let (a, b, c, d) = self;
        let ((ab, cd), (xy, zw)) = ((a, b), (c, d)).split_pair(row);
        ((ab.0, ab.1, cd.0, cd.1), (xy.0, xy.1, zw.0, zw.1))
    }
}

/// Cuts a pair of things, which larger tuples are made of.
trait SplitPair: Split {
    fn split_pair(self, row: usize) -> (Self, Self) {
        self.split(row)
    }
}

impl<A: Split, B: Split> SplitPair for (A, B) {}

/// Runs both, on two threads of the pool where a second one is free, and returns what they return.
pub fn both<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(first, second)
}

/// Runs `work(first_row, part)` for every block of at most `block` rows of `parts`, on all threads of the pool that it
/// is called from.
///
/// # Panics
/// When `block` is 0.
pub fn each_block<P: Split>(rows: usize, block: usize, parts: P, work: impl Fn(usize, P) + Sync) {
    assert!(block > 0, "a block needs at least one row");
    halve(0, rows, block, parts, &work);
}

fn halve<P: Split>(first: usize, rows: usize, block: usize, parts: P, work: &(impl Fn(usize, P) + Sync)) {
    if rows <= block {
        if rows > 0 {
            work(first, parts);
        }
        return;
    }
    let half = (rows.div_ceil(block) / 2) * block;
    let (head, tail) = parts.split(half);
    rayon::join(|| halve(first, half, block, head, work), || halve(first + half, rows - half, block, tail, work));
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_row_is_met_once_and_borders_lie_on_blocks() {
        for rows in [0, 1, 7, 8, 9, 31, 64, 65] {
            let mut hits = vec![0u32; rows];
            let borders = Mutex::new(Vec::new());
            each_block(rows, 8, hits.as_mut_slice(), |first, part: &mut [u32]| {
                part.iter_mut().enumerate().for_each(|(i, h)| *h += (first + i) as u32 + 1);
                borders.lock().unwrap().push((first, part.len()));
            });
            assert!(hits.iter().enumerate().all(|(i, h)| *h == i as u32 + 1), "{hits:?}");
            let borders = borders.into_inner().unwrap();
            assert!(borders.iter().all(|(first, len)| first % 8 == 0 && *len <= 8), "{borders:?}");
        }
    }

    #[test]
    fn parts_are_cut_together() {
        let (a, mut b) = ([1.0f32; 10], vec![0.0f32; 20]);
        let parts = (&a[..], RowsMut::new(&mut b, 10, 2), &a[..]);
        each_block(10, 3, parts, |_, (a, mut rows, c): (&[f32], RowsMut, &[f32])| {
            (0..a.len()).for_each(|r| rows.row_mut(r).fill(a[r] + c[r]));
        });
        assert!(b.iter().all(|x| *x == 2.0));
    }
}
