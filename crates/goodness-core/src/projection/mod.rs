//! Projections: what a layer's goodness is read through.
//!
//! Without one, goodness is a function of the activities themselves. A projection turns the N activities of a row into a
//! few numbers for each class, by weights of the layer's own that its own loss trains; goodness is then a function of
//! these. The number of classes no longer ties the number of units. A projection is added by one new file here and its
//! line in [`CATALOGUE`].

mod cosine;
mod linear;
mod none;
mod random;

pub use cosine::Cosine;
pub use linear::Linear;
pub use none::NoProjection;
pub use random::Random;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rng::Rng;
use crate::rows::{Rows, RowsMut};

/// A function of a row of activities and the layer's projection weights, with its derivatives.
///
/// # Shapes
/// `h`, `dh`: rows × units. `p`: width × units, one row for each number. `a`, `da`: rows × width. Rows do not see one
/// another.
pub trait Projection: Send + Sync {
    /// Numbers that a row becomes for `classes` classes; 0 when there is no projection. A class's numbers are neighbours.
    fn width(&self, classes: usize) -> usize;

    /// Whether its weights follow the loss.
    fn learns(&self) -> bool {
        true
    }

    /// Writes initial weights for `units` units.
    fn start(&self, units: usize, rng: &mut Rng, p: &mut [f32]);

    /// Writes `a`.
    fn forward_into(&self, h: Rows<'_>, p: Rows<'_>, a: RowsMut<'_>);

    /// Writes ∂L/∂h, given `a` and the loss's derivative by it.
    fn pull_back(&self, h: Rows<'_>, p: Rows<'_>, a: Rows<'_>, da: Rows<'_>, dh: RowsMut<'_>);

    /// Writes ∂L/∂p for the one row number `k` of the weights, summed over the rows of `h`.
    fn gradient_into(&self, k: usize, h: Rows<'_>, p: Rows<'_>, a: Rows<'_>, da: Rows<'_>, dp: &mut [f32]);
}

/// Every projection there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Projection>] = &[none::ENTRY, linear::ENTRY, random::ENTRY, cosine::ENTRY];

/// `a[r][k] = h[r] · p[k]`.
fn products_into(h: Rows<'_>, p: Rows<'_>, mut a: RowsMut<'_>) {
    for (r, h) in h.iter().enumerate() {
        a.row_mut(r).iter_mut().zip(p.iter()).for_each(|(a, p)| *a = crate::math::dot(h, p));
    }
}

/// `dh[r] = Σₖ da[r][k] · p[k]`.
fn spread_into(p: Rows<'_>, da: Rows<'_>, mut dh: RowsMut<'_>) {
    for (r, da) in da.iter().enumerate() {
        let dh = dh.row_mut(r);
        dh.fill(0.0);
        da.iter().zip(p.iter()).for_each(|(da, p)| add_scaled(dh, *da, p));
    }
}

/// `to += factor · from`.
fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += factor * f);
}
