//! The way down: what the derivative by something becomes as one by what it was made of. Of a layer's z that by what the
//! layer reads, of what is normalised that by activities, of an average that by its places.

mod fields;
mod maps;
mod normal;
mod places;
mod pooling;

use goodness::layer::{Layer, Sight};
use goodness_core::{Rows, RowsMut};
use goodness_engine::product;

pub(crate) use maps::Turned;
pub(crate) use normal::Normal;
pub(crate) use places::{average_places, spread_places};

/// Writes the derivative by the input of `layer`, given that by z: dx = dz · W. `x` is what it read.
///
/// # Shapes
/// `dz`: rows × units, `x` and `dx`: rows × inputs.
pub(crate) fn layer_down(layer: &Layer, dz: Rows<'_>, x: Rows<'_>, turned: &mut Turned, dx: RowsMut<'_>) {
    let weights = layer.weights.rows();
    match &layer.sight {
        Sight::Fields(fields) if fields.inputs() != fields.below.features() => fields::down(fields, weights, dz, dx),
        Sight::Maps(maps) => turned.down((maps.convolution(), layer.precision), weights, dz, x, dx),
        Sight::All | Sight::Fields(_) => product::backward(dz, weights, dx),
    }
}
