//! How channels lie in a layer's rows, and what is known of them: what normalisation is told.

use goodness_core::Rows;
use goodness_core::normalize::{self, Channels};
use goodness_engine::Matrix;

use crate::layer::Layer;
use crate::network::Parts;

impl Parts {
    /// How the channels of `layer` lie in its rows; `known`: what is known of them, where normalisation asks.
    pub(crate) fn channels<'a>(&self, layer: &Layer, known: Rows<'a>) -> Channels<'a> {
        let (blocks, places) = layer.maps().map_or((self.groups, 1), |maps| (maps.own().blocks, maps.own().places()));
        Channels { blocks, places, known }
    }

    /// How they lie, and what `layer` remembers of them, which is written to `known`.
    pub(crate) fn remembered<'a>(&self, layer: &Layer, known: &'a mut Matrix) -> Channels<'a> {
        known.resize(layer.running.len(), layer.running.width());
        normalize::standards(layer.running.rows(), known.rows_mut());
        self.channels(layer, known.rows())
    }
}
