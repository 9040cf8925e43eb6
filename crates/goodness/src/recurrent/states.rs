//! The states of all layers for a batch, moved from iteration to iteration; the formula stands in
//! [`flow::Recurrent`](crate::flow::Recurrent).
//!
//! Rows come stacked as everywhere: row `p·B + r` is image `r` with its label of pass `p`.

use goodness_core::normalize::Channels;
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, Rounded, par, product};

use crate::flow::Recurrent;
use crate::layer::{Input, Labelled};
use crate::network::{Network, Parts};

/// Buffers of the iterations, reused from batch to batch.
#[derive(Debug, Default)]
pub(crate) struct States {
    /// What a layer is told at every iteration, its bias included: the image's product, the label's column.
    still: Vec<Matrix>,
    rounded: Rounded,
    /// hₗ(t), before normalisation.
    h: Vec<Matrix>,
    /// x̂ₗ(t−1): what layers hear of one another.
    x: Vec<Matrix>,
    /// x̂ₗ(t), from layers that have moved already.
    next: Vec<Matrix>,
    /// φ(uₗ(t)) of the layer that moved last.
    a: Matrix,
    /// gₗ(t) of the layer that moved last: rows × 1.
    g: Matrix,
    /// The label's columns of the last layer's V, as rows: classes × units.
    columns: Matrix,
    /// Images of the batch.
    images: usize,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

impl States {
    /// Shows the images of `input` with the label `label(row)` above them, and lets one pass from the image up, which
    /// knows of no label, set the states.
    pub(crate) fn start(
        &mut self,
        (network, flow): (&Network, Recurrent),
        input: Labelled<'_>,
        label: impl Fn(usize) -> u8 + Sync,
    ) {
        self.images = input.images.len();
        for all in [&mut self.still, &mut self.h, &mut self.x, &mut self.next] {
            all.resize_with(network.layers.len(), Matrix::default);
            all.iter_mut().zip(&network.layers).for_each(|(m, layer)| m.resize(input.len(), layer.units()));
        }
        for (l, (still, layer)) in self.still.iter_mut().zip(&network.layers).enumerate() {
            match l {
                0 => layer.forward_into(&Input::Labelled(input), &mut self.rounded, still.rows_mut()),
                _ => repeat(Rows::new(&layer.biases, 1, layer.units()), still.rows_mut()),
            }
        }
        (0..network.layers.len()).for_each(|l| self.rise(network, l, self.images));
        self.show_labels((network, flow), label);
    }

    /// The pass from the image up, the same for every label.
    fn rise(&mut self, network: &Network, l: usize, images: usize) {
        let (below, x) = self.x.split_at_mut(l);
        let (mut h, x) = (head(&mut self.h[l], images), head(&mut x[0], images));
        repeat(self.still[l].rows().split_at(images).0, h.reborrow());
        if let Some(below) = below.last() {
            product::add_forward(below.rows().split_at(images).0, network.layers[l].weights.rows(), h.reborrow());
        }
        let Parts { activation, normalize, .. } = &network.parts;
        par::each_block(images, ROWS, (h, x), |_, (mut h, x): (RowsMut<'_>, RowsMut<'_>)| {
            activation.forward(h.reborrow());
            normalize.forward_into(h.as_rows(), Channels::default(), x);
        });
        [&mut self.h[l], &mut self.x[l]].into_iter().for_each(|m| copy_down(m, images));
    }

    /// Adds the label's column of V to what the last layer is told at every iteration.
    fn show_labels(&mut self, (network, flow): (&Network, Recurrent), label: impl Fn(usize) -> u8 + Sync) {
        let (Some(top), Some(still)) = (network.layers.last(), self.still.last_mut()) else { return };
        let said = flow.said(&*network.parts.normalize, network.classes);
        self.columns.resize(top.above.width(), top.units());
        for (u, row) in top.above.rows().iter().enumerate() {
            (0..row.len()).for_each(|k| self.columns.data_mut()[k * top.units() + u] = said * row[k]);
        }
        let columns = self.columns.rows();
        par::each_block(still.len(), ROWS, still.rows_mut(), |first, mut still: RowsMut<'_>| {
            for r in 0..still.len() {
                let column = columns.row(usize::from(label(first + r)));
                still.row_mut(r).iter_mut().zip(column).for_each(|(s, c)| *s += c);
            }
        });
    }

    /// Moves layer number `l` to iteration `t`; the others still hear its old state, until [`turn`](Self::turn).
    pub(crate) fn advance(&mut self, (network, flow): (&Network, Recurrent), l: usize, t: usize) {
        let (layer, all) = (&network.layers[l], self.h[l].len());
        // Labels come down by a layer an iteration; until one has arrived, all passes of an image are the same.
        let rows = if t + l < network.layers.len() { self.images } else { all };
        self.a.resize(all, layer.units());
        self.g.resize(all, 1);
        let (mut a, g) = (head(&mut self.a, rows), head(&mut self.g, rows));
        repeat(self.still[l].rows().split_at(rows).0, a.reborrow());
        if let Some(below) = l.checked_sub(1) {
            product::add_forward(self.x[below].rows().split_at(rows).0, layer.weights.rows(), a.reborrow());
        }
        if let Some(above) = self.x.get(l + 1) {
            product::add_forward(above.rows().split_at(rows).0, layer.above.rows(), a.reborrow());
        }
        let Parts { activation, goodness, normalize, .. } = &network.parts;
        let parts = (a, head(&mut self.h[l], rows), head(&mut self.next[l], rows), g);
        par::each_block(rows, ROWS, parts, |_, (mut a, mut h, next, mut g): Moving<'_>| {
            activation.forward(a.reborrow());
            flow.mix(a.as_rows().data(), h.data_mut());
            goodness.score(h.as_rows(), g.data_mut());
            normalize.forward_into(h.as_rows(), Channels::default(), next);
        });
        let moved = [&mut self.a, &mut self.h[l], &mut self.next[l], &mut self.g];
        moved.into_iter().for_each(|m| copy_down(m, rows));
    }

    /// Lets every layer hear what the others say now.
    pub(crate) fn turn(&mut self) {
        std::mem::swap(&mut self.x, &mut self.next);
    }

    /// The state of layer number `l` before normalisation.
    pub(crate) fn h(&self, l: usize) -> Rows<'_> {
        self.h[l].rows()
    }

    /// What the others hear of layer number `l`.
    pub(crate) fn x(&self, l: usize) -> Rows<'_> {
        self.x[l].rows()
    }

    /// What the units of the layer that moved last put out, and its goodness.
    pub(crate) fn moved(&self) -> (Rows<'_>, Rows<'_>) {
        (self.a.rows(), self.g.rows())
    }
}

type Moving<'a> = (RowsMut<'a>, RowsMut<'a>, RowsMut<'a>, RowsMut<'a>);

/// The first `rows` rows.
fn head(m: &mut Matrix, rows: usize) -> RowsMut<'_> {
    m.rows_mut().split_at(rows).0
}

/// Copies the first `rows` rows to all below them.
fn copy_down(m: &mut Matrix, rows: usize) {
    let (head, rest) = m.rows_mut().split_at(rows);
    repeat(head.as_rows(), rest);
}

/// Writes the rows of `from` to `to`, over and over.
fn repeat(from: Rows<'_>, to: RowsMut<'_>) {
    par::each_block(to.len(), ROWS, to, |first, mut to: RowsMut<'_>| {
        (0..to.len()).for_each(|r| to.row_mut(r).copy_from_slice(from.row((first + r) % from.len())));
    });
}
