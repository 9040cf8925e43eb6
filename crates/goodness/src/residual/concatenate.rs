//! # Concatenate
//!
//! Layer l reads \[x̂_{l−1}, x̂_{l−2}\]: from the third on, the layer below and the one below that, side by side (after Sun
//! and others 2025, DeeperForward, where shortcuts of another width are concatenated).
//!
//! Cost: no weights of its own, but the next layer's rows of W are as long as both layers together. What a layer passes on
//! under dropout has the same holes wherever it is read. Choose it for depth: what one layer drops the next but one still
//! sees.
//!
//! ```
//! use goodness::residual::{Concatenate, Residual};
//! assert_eq!([0, 1, 2, 3].map(|layer| Concatenate.sources(layer)), [0..0, 0..1, 0..2, 1..3]);
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info};

use super::Residual;

/// Two layers side by side.
#[derive(Clone, Copy, Debug)]
pub struct Concatenate;

impl Residual for Concatenate {
    fn sources(&self, layer: usize) -> Range<usize> {
        layer.saturating_sub(2)..layer
    }
}

pub(super) const ENTRY: Entry<dyn Residual> = Entry {
    info: Info {
        name: "concatenate",
        summary: "from the third on, a layer reads the two layers below it side by side",
        source: "after Sun and others 2025 (DeeperForward, openreview kOYnXVQCtA)",
        params: &[],
    },
    build: |_| Box::new(Concatenate),
};
