//! What happens to a row inside a layer, between z and goodness, and the way back.

use goodness_core::normalize::Channels;
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, par};

use crate::layer::{Dense, Lens};
use crate::network::Parts;

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

/// Activities, what is seen of them, what a projection makes of that, and the loss's derivative by goodness.
pub(crate) type Made<'a> = (Rows<'a>, Rows<'a>, Rows<'a>, Rows<'a>);
/// The derivatives by what a projection makes, by what it sees, and by activities.
pub(crate) type Slopes<'a> = (RowsMut<'a>, RowsMut<'a>, RowsMut<'a>);

/// What is seen of `all`: what a view made of it, where that has any columns.
pub(crate) fn seen<'a>(all: &'a Matrix, view: &'a Matrix) -> &'a Matrix {
    if view.width() == 0 { all } else { view }
}

/// Activities, what is seen of them, what a projection makes of that, and goodness.
type Lifted<'a> = (RowsMut<'a>, RowsMut<'a>, RowsMut<'a>, RowsMut<'a>);

impl Parts {
    /// Numbers of goodness that `layer` gives a row.
    pub(crate) fn goodnesses(&self, layer: &Dense, classes: usize) -> usize {
        match &self.goodness {
            goodness if goodness.per_class() => classes,
            goodness if goodness.per_place() => layer.grid().places(),
            _ => 1,
        }
    }

    /// Numbers that a projection sees of `layer`, where it does not see the activities themselves; 0 where it does, or where
    /// there is none.
    pub(crate) fn seen(&self, layer: &Dense) -> usize {
        let all = layer.projection.is_empty() || self.view.is_whole(layer.grid());
        if all { 0 } else { self.view.width(layer.grid()) }
    }

    /// Turns z into activities in place and writes what the view and the projection make of each row, its goodness and,
    /// where wanted, the next layer's input.
    ///
    /// # Shapes
    /// `h`, `x`: rows × units. `s`: rows × [`seen`](Self::seen). `a`: rows × numbers. `g`: rows × 1, rows × classes, or
    /// rows × places.
    pub(crate) fn lift(
        &self,
        Lens { grid, p }: Lens<'_>,
        h: RowsMut<'_>,
        (s, a): (RowsMut<'_>, RowsMut<'_>),
        g: RowsMut<'_>,
        x: Option<(RowsMut<'_>, Channels<'_>)>,
    ) {
        let rows = h.len();
        let block = |(mut h, mut s, mut a, mut g): Lifted<'_>, x: Option<(RowsMut<'_>, Channels<'_>)>| {
            self.activation.forward(h.reborrow());
            if s.width() > 0 {
                self.view.forward_into(grid, h.as_rows(), s.reborrow());
            }
            self.projection.forward_into(if s.width() > 0 { s.as_rows() } else { h.as_rows() }, p, a.reborrow());
            self.goodness.score(if p.is_empty() { h.as_rows() } else { a.as_rows() }, g.data_mut());
            if let Some((x, channels)) = x {
                self.normalize.forward_into(h.as_rows(), channels, x);
            }
        };
        match x {
            None => par::each_block(rows, ROWS, (h, s, a, g), |_, lifted| block(lifted, None)),
            Some((x, channels)) => par::each_block(rows, ROWS, ((h, s, a, g), x), |_, (lifted, x)| {
                block(lifted, Some((x, channels)));
            }),
        }
    }

    /// Carries a derivative by goodness back to the activities, and leaves that by the projection's numbers in `da` and that
    /// by what it sees in `ds`, where it sees something of the view's.
    pub(crate) fn pull_back(
        &self,
        Lens { grid, p }: Lens<'_>,
        (h, s, a, dg): Made<'_>,
        (mut da, mut ds, dh): Slopes<'_>,
    ) {
        if p.is_empty() {
            return self.goodness.pull_back(h, dg.data(), dh);
        }
        self.goodness.pull_back(a, dg.data(), da.reborrow());
        if s.width() == 0 {
            return self.projection.pull_back(h, p, a, da.as_rows(), dh);
        }
        self.projection.pull_back(s, p, a, da.as_rows(), ds.reborrow());
        self.view.pull_back(grid, h, s, ds.as_rows(), dh);
    }
}
