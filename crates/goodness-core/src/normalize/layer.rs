//! # Layer
//!
//! x̂ = (h − μ) / (ε + σ), μ and σ over all numbers of the row, ε = 10⁻⁵  (Ba and others 2016, without gain and shift; as
//! used between the layers of DeeperForward, Sun and others 2025)
//!
//! Afterwards the mean is 0 and Σx̂² = N: neither the length nor the mean activity of a layer can be read off. Silent units
//! become negative inputs. Images stay as they are; `[data] standardize` does the same to them. Cost: three passes over a
//! row.
//!
//! ```
//! use goodness_core::normalize::{Channels, Layer, Normalize};
//! let mut row = [1.0, 3.0, 1.0, 3.0];
//! Layer.row(&mut row, Channels::default());
//! assert!((row[0] + 1.0).abs() < 1e-4 && (row[1] - 1.0).abs() < 1e-4);
//! ```
//!
//! # Shapes
//! A row of any width; places and blocks do not matter.

use super::{Channels, Normalize};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;

/// Mean 0 and deviation 1 for every row.
#[derive(Clone, Copy, Debug)]
pub struct Layer;

impl Normalize for Layer {
    fn is_factor(&self) -> bool {
        false
    }

    fn row(&self, row: &mut [f32], _channels: Channels<'_>) {
        math::standardize(row);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "layer",
        summary: "mean 0 and deviation 1 for every row that a layer passes on; images as they are",
        source: "Ba and others 2016 (arXiv 1607.06450); Sun and others 2025 (DeeperForward, openreview kOYnXVQCtA)",
        params: &[],
    },
    build: |_| Box::new(Layer),
};
