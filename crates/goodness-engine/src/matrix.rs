//! Owned rows.

use goodness_core::{Rows, RowsMut};

/// A row-major matrix that keeps its memory when it shrinks: a workspace for batches, the last of which may be short.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Its numbers, and after them those that a larger one had: growing again costs nothing.
    data: Vec<f32>,
    rows: usize,
    width: usize,
}

impl Matrix {
    /// `rows × width` zeros.
    pub fn zeros(rows: usize, width: usize) -> Self {
        Self { data: vec![0.0; rows * width], rows, width }
    }

    /// Takes numbers that are already there, row after row.
    ///
    /// # Panics
    /// When `data.len() != rows · width`.
    #[track_caller]
    pub fn from_vec(data: Vec<f32>, rows: usize, width: usize) -> Self {
        Rows::new(&data, rows, width);
        Self { data, rows, width }
    }

    /// Makes it `rows × width`; numbers that were there are meaningless afterwards. Allocates only beyond the largest
    /// size it ever had.
    pub fn resize(&mut self, rows: usize, width: usize) {
        if self.data.len() < rows * width {
            // No more than is asked for: what grows by doubling would hold memory that nobody uses.
            self.data.reserve_exact(rows * width - self.data.len());
            self.data.resize(rows * width, 0.0);
        }
        (self.rows, self.width) = (rows, width);
    }

    /// Makes every row its mean: rows × 1. That of nothing is 0.
    pub fn average_rows(&mut self) {
        let width = self.width;
        if width == 0 {
            self.resize(self.rows, 1);
            return self.data_mut().fill(0.0);
        }
        for r in 0..self.rows {
            self.data[r] = self.data[r * width..(r + 1) * width].iter().sum::<f32>() / width as f32;
        }
        self.resize(self.rows, 1);
    }

    /// Numbers that it has memory for.
    pub fn capacity(&self) -> usize {
        self.data.capacity()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All rows.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(self.data(), self.rows, self.width)
    }

    /// All rows, to write.
    pub fn rows_mut(&mut self) -> RowsMut<'_> {
        let (rows, width) = (self.rows, self.width);
        RowsMut::new(self.data_mut(), rows, width)
    }

    /// All numbers, row after row.
    pub fn data(&self) -> &[f32] {
        &self.data[..self.rows * self.width]
    }

    /// All numbers, row after row, to write.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data[..self.rows * self.width]
    }
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        (self.rows, self.width, self.data()) == (other.rows, other.width, other.data())
    }
}

/// Matrices that nobody uses now, kept for whoever needs one next.
#[derive(Debug, Default)]
pub struct Shelf(Vec<Matrix>);

impl Shelf {
    /// A matrix of `rows × width` meaningless numbers: the smallest here that has the memory, or a new one.
    pub fn take(&mut self, rows: usize, width: usize) -> Matrix {
        let fits = |(_, m): &(usize, &Matrix)| m.capacity() >= rows * width;
        let best = self.0.iter().enumerate().filter(fits).min_by_key(|(_, m)| m.capacity()).map(|(i, _)| i);
        let mut matrix = best.map_or_else(Matrix::default, |i| self.0.swap_remove(i));
        matrix.resize(rows, width);
        matrix
    }

    /// Takes a matrix back.
    pub fn put(&mut self, matrix: Matrix) {
        if matrix.capacity() > 0 {
            self.0.push(matrix);
        }
    }

    /// Numbers that all of them together have memory for.
    pub fn capacity(&self) -> usize {
        self.0.iter().map(Matrix::capacity).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_that_fits_is_taken() {
        let mut shelf = Shelf::default();
        [2, 8, 4].into_iter().for_each(|rows| shelf.put(Matrix::zeros(rows, 3)));
        let taken = shelf.take(3, 3);
        assert_eq!((taken.capacity(), taken.len(), shelf.capacity()), (12, 3, 30));
        assert_eq!(shelf.take(9, 3).len(), 9); // none fits: a new one
        assert_eq!(shelf.capacity(), 30);
        shelf.put(taken);
        assert_eq!(shelf.capacity(), 42);
    }

    #[test]
    fn shrinking_keeps_the_memory() {
        let mut m = Matrix::zeros(4, 8);
        let before = m.data().as_ptr();
        m.resize(2, 8);
        m.resize(4, 8);
        assert_eq!(before, m.data().as_ptr());
        assert_eq!((m.len(), m.width()), (4, 8));
        m.resize(1, 3);
        assert_eq!(m.data().len(), 3);
        assert_eq!(m, Matrix::from_vec(m.data().to_vec(), 1, 3));
        m.resize(5, 8);
        assert_eq!(m.capacity(), 40);
    }

    #[test]
    fn rows_become_their_means() {
        let mut matrix = Matrix::from_vec(vec![1.0, 3.0, 8.0, -2.0, 0.0, 2.0], 2, 3);
        matrix.average_rows();
        assert_eq!(matrix, Matrix::from_vec(vec![4.0, 0.0], 2, 1));
    }
}
