//! What happens to a row inside a layer, between its products and goodness, and the way back.
//!
//! z = x̂ Wᵀ + b, h = φ(z), s = view(h), a = projection(s), g = goodness(a). Without a view, the activities are what is seen;
//! without a projection, goodness is read off them. With a [head](crate::head) a hidden layer lies between s and the
//! projection.

use goodness_core::normalize::Channels;
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, Rounded, par};

use crate::layer::{Layer, Lens};
use crate::network::Parts;

/// Rows of `units` numbers that one thread takes at a time: few of long ones, so that what one formula leaves is still near
/// when the next comes to it.
pub(crate) fn together(units: usize) -> usize {
    (NEAR / units.max(1)).clamp(1, ROWS)
}

/// Numbers that stay near, and the most rows.
const NEAR: usize = 1 << 16;
const ROWS: usize = 32;

/// What lies between the activities of a layer and its goodness, or the loss's derivative by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Between {
    /// s, what is seen of each row, where that is not the activities themselves; of derivatives that by what is seen, too,
    /// wherever a head sees it.
    pub(crate) s: Matrix,
    /// ŝ, that at mean 0 and deviation 1, which a head reads; nothing without one, nor of derivatives.
    pub(crate) standard: Matrix,
    /// u, what the head makes of it; no columns without one.
    pub(crate) u: Matrix,
    /// a, what the projection makes of that.
    pub(crate) a: Matrix,
}

impl Between {
    /// Makes room for `rows` rows of `layer`.
    pub(crate) fn resize(&mut self, rows: usize, parts: &Parts, layer: &Layer) {
        self.s.resize(rows, parts.seen(layer));
        self.u.resize(rows, layer.head.len());
        self.a.resize(rows, layer.projection.len());
    }

    /// What is seen of activities `h`.
    pub(crate) fn seen<'a>(&'a self, h: &'a Matrix) -> Rows<'a> {
        seen(h, &self.s).rows()
    }

    /// What the projection reads, of activities `h`.
    pub(crate) fn read<'a>(&'a self, h: &'a Matrix) -> Rows<'a> {
        if self.u.width() == 0 { self.seen(h) } else { self.u.rows() }
    }

    pub(crate) fn matrices(&self) -> [&Matrix; 4] {
        [&self.s, &self.standard, &self.u, &self.a]
    }
}

/// What rows became on their way to goodness.
#[derive(Clone, Copy)]
pub(crate) struct Made<'a> {
    /// Activities.
    pub(crate) h: Rows<'a>,
    /// What is seen of them.
    pub(crate) s: Rows<'a>,
    /// What a projection makes of that.
    pub(crate) a: Rows<'a>,
    /// The loss's derivative by goodness.
    pub(crate) dg: Rows<'a>,
}

/// The loss's derivatives on the way back: by what a projection makes, by what is seen, and by activities.
pub(crate) struct Slopes<'a> {
    pub(crate) da: RowsMut<'a>,
    pub(crate) ds: RowsMut<'a>,
    pub(crate) dh: RowsMut<'a>,
}

impl par::Split for Made<'_> {
    fn split(self, row: usize) -> (Self, Self) {
        let ((h, s, a, dg), below) = (self.h, self.s, self.a, self.dg).split(row);
        (Self { h, s, a, dg }, Self { h: below.0, s: below.1, a: below.2, dg: below.3 })
    }
}

impl par::Split for Slopes<'_> {
    fn split(self, row: usize) -> (Self, Self) {
        let ((da, ds, dh), below) = (self.da, self.ds, self.dh).split(row);
        (Self { da, ds, dh }, Self { da: below.0, ds: below.1, dh: below.2 })
    }
}

/// Activities, what is seen of them, what a projection makes of that, and goodness.
type Lifted<'a> = (RowsMut<'a>, RowsMut<'a>, RowsMut<'a>, RowsMut<'a>);

/// What is seen of `all`: what a view made of it, where that has any columns.
pub(crate) fn seen<'a>(all: &'a Matrix, view: &'a Matrix) -> &'a Matrix {
    if view.width() == 0 { all } else { view }
}

impl Parts {
    /// Numbers of goodness that `layer` gives a row.
    pub(crate) fn goodnesses(&self, layer: &Layer, classes: usize) -> usize {
        match &self.goodness {
            goodness if goodness.per_class() => classes,
            goodness if goodness.per_place() => layer.grid().places(),
            _ => 1,
        }
    }

    /// Numbers that a projection or a head sees of `layer`, where it does not see the activities themselves; 0 where it does,
    /// or where there is none.
    pub(crate) fn seen(&self, layer: &Layer) -> usize {
        let all = layer.projection.is_empty() || self.view.is_whole(layer.grid());
        if all { 0 } else { self.view.width(layer.grid()) }
    }

    /// Turns x̂ Wᵀ into activities in place and writes what lies between each row and its goodness, and that goodness. Where
    /// it is told what is known of the layer's channels, it goes on, block by block, to what layers above read.
    ///
    /// # Shapes
    /// `h`: rows × units. `g`: rows × 1, rows × classes, or rows × places.
    pub(crate) fn lift(
        &self,
        lens: Lens<'_>,
        h: &mut Matrix,
        (between, rounded): (&mut Between, &mut Rounded),
        g: RowsMut<'_>,
        above: Option<Channels<'_>>,
    ) {
        if !lens.head.is_empty() {
            return self.lift_through_head(lens, h, (between, rounded), g, above);
        }
        let (rows, block) = (h.len(), together(h.width()));
        let lifted = (h.rows_mut(), between.s.rows_mut(), between.a.rows_mut(), g);
        par::each_block(rows, block, lifted, |_, (mut h, mut s, a, g): Lifted<'_>| {
            self.see(lens, (h.reborrow(), s.reborrow()));
            self.judge(lens, if s.width() > 0 { s.as_rows() } else { h.as_rows() }, a, g);
            self.hand_over(h, above);
        });
    }

    /// From activities to what layers above read, if any does.
    pub(crate) fn hand_over(&self, h: RowsMut<'_>, above: Option<Channels<'_>>) {
        if let Some(channels) = above {
            self.normalize.forward(h, channels);
        }
    }

    /// From x̂ Wᵀ to what is seen.
    pub(crate) fn see(&self, lens: Lens<'_>, (mut h, s): (RowsMut<'_>, RowsMut<'_>)) {
        (0..h.len()).for_each(|r| lens.add_biases(h.row_mut(r)));
        self.activation.forward(h.reborrow());
        if s.width() > 0 {
            self.view.forward_into(lens.grid, h.as_rows(), s);
        }
    }

    /// From what the projection reads to goodness.
    pub(crate) fn judge(&self, lens: Lens<'_>, read: Rows<'_>, mut a: RowsMut<'_>, mut g: RowsMut<'_>) {
        self.projection.forward_into(read, lens.p, a.reborrow());
        self.goodness.score(if lens.p.is_empty() { read } else { a.as_rows() }, g.data_mut());
    }

    /// Carries a derivative by goodness back to the activities, and leaves that by the projection's numbers in `da` and that
    /// by what is seen in `ds`, where that is something of the view's. Below a head, `ds` is where it starts from.
    pub(crate) fn pull_back(&self, lens: Lens<'_>, made: Made<'_>, slopes: &mut Slopes<'_>) {
        let (Made { h, s, a, dg }, Slopes { da, ds, dh }) = (made, slopes);
        let mut dh = dh.reborrow();
        let looked = s.width() > 0;
        if lens.p.is_empty() {
            return self.goodness.pull_back(h, dg.data(), dh);
        }
        if lens.head.is_empty() {
            self.goodness.pull_back(a, dg.data(), da.reborrow());
            if !looked {
                return self.projection.pull_back(h, lens.p, a, da.as_rows(), dh);
            }
            self.projection.pull_back(s, lens.p, a, da.as_rows(), ds.reborrow());
        }
        match looked {
            true => {
                dh.data_mut().fill(0.0);
                self.view.pull_back(lens.grid, h, s, ds.as_rows(), dh);
            }
            false => dh.data_mut().copy_from_slice(ds.as_rows().data()),
        }
    }
}
