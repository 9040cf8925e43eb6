//! # Head
//!
//! u = max(0, ŝ Hᵀ), a = projection(u), ŝ = s at mean 0 and deviation 1  (one hidden layer between a layer and its own loss:
//! Belilovsky, Eickenberg and Oyallon 2020, arXiv 1901.08164; ŝ as in Ba and others 2016)
//!
//! On the way back du = \[u > 0\] ∂L/∂u, dH = duᵀ ŝ, dŝ = du H, and dŝ goes on through the mean and the deviation.
//!
//! A layer whose loss reads it by a linear map is asked to have told classes apart itself, and what it cannot use for that
//! is lost to the layers above. With a head, goodness is a function of what is seen that need not be linear, and still of
//! nothing but this layer: no gradient leaves it. Cost: two products of rows · units of the head · what is seen, and one more
//! for dH; beside a convolution, little.

use goodness_core::activation::{Activation, Relu};
use goodness_core::normalize::Channels;
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::{Matrix, Rounded, par, product};

use crate::layer::Lens;
use crate::lift::{Between, seen, together};
use crate::network::Parts;

/// Activities, what is seen of them, and that standardised.
type Looked<'a> = (RowsMut<'a>, RowsMut<'a>, RowsMut<'a>);
/// What a head made, what the projection made of that, the derivative by goodness, and those by the two.
type Judged<'a> = (Rows<'a>, Rows<'a>, Rows<'a>, (RowsMut<'a>, RowsMut<'a>));

impl Parts {
    /// [`lift`](Parts::lift) with a head, whose product is one for all rows.
    pub(crate) fn lift_through_head(
        &self,
        lens: Lens<'_>,
        h: &mut Matrix,
        (Between { s, standard, u, a }, rounded): (&mut Between, &mut Rounded),
        g: RowsMut<'_>,
        above: Option<Channels<'_>>,
    ) {
        let (rows, block) = (h.len(), together(h.width()));
        standard.resize(rows, lens.head.width());
        let looked = (h.rows_mut(), s.rows_mut(), standard.rows_mut());
        par::each_block(rows, block, looked, |_, (mut h, mut s, mut standard): Looked<'_>| {
            self.see(lens, (h.reborrow(), s.reborrow()));
            standard.data_mut().copy_from_slice(if s.width() > 0 { s.as_rows().data() } else { h.as_rows().data() });
            (0..standard.len()).for_each(|r| math::standardize(standard.row_mut(r)));
            self.hand_over(h, above);
        });
        product::forward_rounded(lens.precision, standard.rows(), lens.head, rounded, u.rows_mut());
        let judged = (u.rows_mut(), a.rows_mut(), g);
        par::each_block(rows, block, judged, |_, (mut u, a, g): (RowsMut<'_>, RowsMut<'_>, RowsMut<'_>)| {
            Relu.forward(u.reborrow());
            self.judge(lens, u.as_rows(), a, g);
        });
    }

    /// Carries a derivative by goodness back through the head of a layer with activities `h`, if it has one: leaves those by
    /// the projection's numbers, by what the head made, and by what is seen.
    pub(crate) fn pull_back_head(
        &self,
        lens: Lens<'_>,
        (h, made, dg): (&Matrix, &Between, Rows<'_>),
        slopes: &mut Between,
    ) {
        if lens.head.is_empty() {
            return;
        }
        let block = together(h.width());
        let rows = (made.u.rows(), made.a.rows(), dg, (slopes.u.rows_mut(), slopes.a.rows_mut()));
        par::each_block(dg.len(), block, rows, |_, (u, a, dg, (mut du, mut da)): Judged<'_>| {
            self.goodness.pull_back(a, dg.data(), da.reborrow());
            self.projection.pull_back(u, lens.p, a, da.as_rows(), du.reborrow());
            Relu.pull_back(u, du);
        });
        slopes.s.resize(dg.len(), lens.head.width());
        product::backward(slopes.u.rows(), lens.head, slopes.s.rows_mut());
        let rows = (seen(h, &made.s).rows(), slopes.s.rows_mut());
        par::each_block(dg.len(), block, rows, |_, (s, mut ds): (Rows<'_>, RowsMut<'_>)| {
            s.iter().enumerate().for_each(|(r, s)| math::standardize_back(s, ds.row_mut(r)));
        });
    }
}
