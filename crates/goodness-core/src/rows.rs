//! Row-major views: the one shape that every formula speaks.
//!
//! # Shapes
//! A view of `rows` rows of `width` numbers borrows exactly `rows × width` of them; row `r` is the slice
//! `[r·width, (r+1)·width)`. Both may be zero.

/// A borrowed matrix, one sample a row.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    data: &'a [f32],
    rows: usize,
    width: usize,
}

/// A mutably borrowed matrix, one sample a row.
#[derive(Debug)]
pub struct RowsMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    width: usize,
}

#[track_caller]
fn check(len: usize, rows: usize, width: usize) {
    assert!(
        rows.checked_mul(width) == Some(len),
        "a view of {rows} rows × {width} columns needs {rows}·{width} numbers, the slice holds {len}"
    );
}

impl<'a> Rows<'a> {
    /// Views `data` as `rows × width`.
    ///
    /// # Panics
    /// When `data.len() != rows · width`.
    #[track_caller]
    pub fn new(data: &'a [f32], rows: usize, width: usize) -> Self {
        check(data.len(), rows, width);
        Self { data, rows, width }
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

    /// All numbers, row after row.
    pub fn data(&self) -> &'a [f32] {
        self.data
    }

    /// Row `r`.
    pub fn row(&self, r: usize) -> &'a [f32] {
        &self.data[r * self.width..(r + 1) * self.width]
    }

    /// Every row in turn.
    pub fn iter(&self) -> impl Iterator<Item = &'a [f32]> + use<'a> {
        let view = *self;
        (0..self.rows).map(move |r| view.row(r))
    }

    /// The rows before `row`, and the rest.
    pub fn split_at(self, row: usize) -> (Self, Self) {
        let (head, tail) = self.data.split_at(row * self.width);
        (Self::new(head, row, self.width), Self::new(tail, self.rows - row, self.width))
    }
}

impl<'a> RowsMut<'a> {
    /// Views `data` as `rows × width`.
    ///
    /// # Panics
    /// When `data.len() != rows · width`.
    #[track_caller]
    pub fn new(data: &'a mut [f32], rows: usize, width: usize) -> Self {
        check(data.len(), rows, width);
        Self { data, rows, width }
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

    /// All numbers, row after row.
    pub fn data_mut(&mut self) -> &mut [f32] {
        self.data
    }

    /// Row `r`.
    pub fn row_mut(&mut self, r: usize) -> &mut [f32] {
        &mut self.data[r * self.width..(r + 1) * self.width]
    }

    /// A shared view of the same numbers.
    pub fn as_rows(&self) -> Rows<'_> {
        Rows { data: self.data, rows: self.rows, width: self.width }
    }

    /// A shorter borrow of the same numbers.
    pub fn reborrow(&mut self) -> RowsMut<'_> {
        RowsMut { data: self.data, rows: self.rows, width: self.width }
    }

    /// The rows before `row`, and the rest.
    pub fn split_at(self, row: usize) -> (Self, Self) {
        let (head, tail) = self.data.split_at_mut(row * self.width);
        (Self::new(head, row, self.width), Self::new(tail, self.rows - row, self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_keep_every_number() {
        let rows = Rows::new(&[1., 2., 3., 4., 5., 6.], 3, 2);
        let (head, tail) = rows.split_at(1);
        assert_eq!(head.row(0), [1., 2.]);
        assert_eq!(tail.row(1), [5., 6.]);
        assert_eq!(Rows::new(&[], 5, 0).iter().count(), 5);
    }

    #[test]
    #[should_panic(expected = "3 rows × 2 columns needs 3·2 numbers, the slice holds 5")]
    fn a_wrong_shape_names_both() {
        Rows::new(&[0.; 5], 3, 2);
    }
}
