//! # Local receptive fields
//!
//! Inputs and units both lie on grids. The units of one place see a square of the places below, all channels of it, and
//! share no weights with the units of other places (Hinton 2022, section 3.2).
//!
//! Unit (y·across + x)·channels + c is channel c at place (y, x): what a layer puts out is again an image with its channels
//! last, and the next layer can have fields on it.

use std::cell::RefCell;

use goodness_core::{Rows, RowsMut};
use goodness_engine::product::{self, Columns};
use goodness_engine::{Matrix, par};

use crate::data::Shape;

/// Which inputs the units of a layer see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Side of the square that a unit sees, in places below.
    pub size: usize,
    /// Places from one square to the next.
    pub stride: usize,
    /// The grid below: an image, or the layer below.
    pub below: Shape,
    /// The layer's own grid.
    pub own: Shape,
}

/// Rows whose places one thread passes at a time.
const ROWS: usize = 128;

impl Fields {
    /// Fields of `size` and `stride` for `units` units on the grid `below`; `None` where they do not fit.
    pub fn fit(size: usize, stride: usize, below: Shape, units: usize) -> Option<Self> {
        let places = |side: usize| Some(side.checked_sub(size)? / stride.max(1) + 1);
        let (height, width) = (places(below.height)?, places(below.width)?);
        let channels = units / (height * width);
        let own = Shape { height, width, channels };
        (size > 0 && stride > 0 && own.features() == units && units > 0).then_some(Self { size, stride, below, own })
    }

    /// Inputs that a unit sees.
    pub fn inputs(&self) -> usize {
        self.size * self.size * self.below.channels
    }

    /// Places of the layer.
    pub fn places(&self) -> usize {
        self.own.height * self.own.width
    }

    /// Whether every unit sees everything, and place by place is one product.
    fn sees_all(&self) -> bool {
        self.inputs() == self.below.features()
    }

    /// x Wᵀ place by place: rows × units, with W units × inputs of a field.
    pub(super) fn forward(&self, x: Rows<'_>, weights: Rows<'_>, out: RowsMut<'_>) {
        if self.sees_all() {
            return product::forward(x, weights, out);
        }
        par::each_block(x.len(), ROWS, (x, out), |_, (x, mut out): (Rows<'_>, RowsMut<'_>)| {
            with_scratch(|patch| {
                for place in 0..self.places() {
                    self.gather(x, place, patch);
                    let (units, first) = (self.rows_of(place, weights), place * self.own.channels);
                    product::forward_columns(patch.rows(), units, out.reborrow(), first);
                }
            });
        });
    }

    /// dzᵀ x place by place: units × inputs of a field.
    pub(super) fn gradient(&self, dz: Rows<'_>, x: Rows<'_>, dw: RowsMut<'_>) {
        if self.sees_all() {
            return product::gradient(dz, x, dw);
        }
        let width = self.own.channels;
        par::each_block(dw.len(), width, dw, |first, dw: RowsMut<'_>| {
            with_scratch(|patch| {
                self.gather(x, first / width, patch);
                product::gradient_columns(Columns { of: dz, first, width }, patch.rows(), dw);
            });
        });
    }

    /// The weights of the units of a place.
    fn rows_of<'a>(&self, place: usize, weights: Rows<'a>) -> Rows<'a> {
        weights.split_at(place * self.own.channels).1.split_at(self.own.channels).0
    }

    /// Writes what the units of place number `place` see of every row of `x`: rows × inputs.
    fn gather(&self, x: Rows<'_>, place: usize, patch: &mut Matrix) {
        patch.resize(x.len(), self.inputs());
        let (top, left) = (place / self.own.width * self.stride, place % self.own.width * self.stride);
        let line = self.size * self.below.channels;
        let mut out = patch.rows_mut();
        for (r, row) in x.iter().enumerate() {
            for (y, out) in out.row_mut(r).chunks_mut(line).enumerate() {
                let start = ((top + y) * self.below.width + left) * self.below.channels;
                out.copy_from_slice(&row[start..start + line]);
            }
        }
    }
}

/// What the units of one place see; kept by the thread from call to call.
fn with_scratch(work: impl FnOnce(&mut Matrix)) {
    thread_local! {
        static SCRATCH: RefCell<Matrix> = RefCell::default();
    }
    SCRATCH.with_borrow_mut(work);
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Shape = Shape { height: 28, width: 28, channels: 1 };

    #[test]
    fn the_papers_layers_fit() {
        let first = Fields::fit(10, 6, IMAGE, 16 * 128).unwrap();
        let second = Fields::fit(2, 1, first.own, 9 * 220).unwrap();
        let third = Fields::fit(2, 1, second.own, 4 * 512).unwrap();
        assert_eq!((first.inputs(), second.inputs(), third.inputs()), (100, 512, 880));
        assert!(Fields::fit(29, 1, IMAGE, 10).is_none() && Fields::fit(10, 6, IMAGE, 17).is_none());
    }

    #[test]
    fn a_place_sees_its_square() {
        let below = Shape { height: 3, width: 3, channels: 2 };
        let fields = Fields::fit(2, 1, below, 4).unwrap();
        let x: Vec<f32> = (0..18).map(|i| i as f32).collect();
        let mut out = Matrix::default();
        fields.gather(Rows::new(&x, 1, 18), 3, &mut out);
        assert_eq!(out.data(), [8., 9., 10., 11., 14., 15., 16., 17.]);
    }
}
