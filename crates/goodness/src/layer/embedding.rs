//! Learned vectors of labels: what the first layer makes of them, and their gradient.
//!
//! The vectors E are weights of the first layer, as W is: a label is a choice of one of them, nothing below has made it.
//! Their gradient M W_E is a step that the layer's own loss asks for. It is the one product of a derivative with weights
//! that there is; it reads the columns of the code alone, and what it gives ends here.

use goodness_core::{Rows, RowsMut, math};
use goodness_engine::par;

/// Writes E W_Eᵀ: what the layer makes of each vector.
///
/// # Shapes
/// `vectors`: C × width. `own`, the weights that read them: width × units. `out`: C × units.
pub(super) fn columns_into(vectors: Rows<'_>, own: Rows<'_>, out: RowsMut<'_>) {
    par::each_block(out.len(), 1, out, |k, mut out: RowsMut<'_>| {
        let out = out.row_mut(0);
        out.fill(0.0);
        vectors.row(k).iter().zip(own.iter()).for_each(|(e, w)| add_scaled(out, *e, w));
    });
}

/// Writes ∂L/∂W_E = Eᵀ M.
///
/// # Shapes
/// `m`, Σ s dz ⊗ c: C × units. `dw`: width × units.
pub(super) fn weight_gradient(m: Rows<'_>, vectors: Rows<'_>, dw: RowsMut<'_>) {
    par::each_block(dw.len(), 1, dw, |input, mut dw: RowsMut<'_>| {
        let dw = dw.row_mut(0);
        dw.fill(0.0);
        m.iter().zip(vectors.iter()).for_each(|(m, e)| add_scaled(dw, e[input], m));
    });
}

/// Writes ∂L/∂E = M W_E, the normalising factors taken as given.
///
/// # Shapes
/// `de`: C × width.
pub(super) fn gradient(m: Rows<'_>, own: Rows<'_>, de: RowsMut<'_>) {
    par::each_block(de.len(), 1, de, |k, mut de: RowsMut<'_>| {
        de.row_mut(0).iter_mut().zip(own.iter()).for_each(|(d, w)| *d = math::dot(m.row(k), w));
    });
}

/// `to += factor · from`.
fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += factor * f);
}
