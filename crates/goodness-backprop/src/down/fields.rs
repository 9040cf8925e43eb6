//! With local receptive fields: dx = dz · W place by place.

use goodness::layer::Fields;
use goodness_core::{Rows, RowsMut};
use goodness_engine::product::{self, Columns};
use goodness_engine::{Matrix, par};

/// Rows whose places one thread passes at a time.
const ROWS: usize = 128;

/// Writes the derivative by the input of a layer with fields, given that by z.
///
/// # Shapes
/// `dz`: rows × units, `weights`: units × inputs of a field, `dx`: rows × inputs.
pub(super) fn down(fields: &Fields, weights: Rows<'_>, dz: Rows<'_>, dx: RowsMut<'_>) {
    let width = fields.own.channels;
    par::each_block(dx.len(), ROWS, (dz, dx), |_, (dz, mut dx): (Rows<'_>, RowsMut<'_>)| {
        let mut patch = Matrix::zeros(dz.len(), fields.inputs());
        dx.data_mut().fill(0.0);
        for place in 0..fields.places() {
            let own = weights.split_at(place * width).1.split_at(width).0;
            product::backward_columns(Columns { of: dz, first: place * width, width }, own, patch.rows_mut());
            scatter(fields, place, patch.rows(), dx.reborrow());
        }
    });
}

/// Adds what the units of place number `place` say about their square to the whole input.
fn scatter(fields: &Fields, place: usize, patch: Rows<'_>, mut dx: RowsMut<'_>) {
    let (top, left) = (place / fields.own.width * fields.stride, place % fields.own.width * fields.stride);
    let channels = fields.below.channels;
    for (r, patch) in patch.iter().enumerate() {
        for (y, line) in patch.chunks(fields.size * channels).enumerate() {
            let start = ((top + y) * fields.below.width + left) * channels;
            let row = &mut dx.row_mut(r)[start..start + line.len()];
            row.iter_mut().zip(line).for_each(|(d, p)| *d += p);
        }
    }
}
