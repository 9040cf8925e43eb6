//! # Add
//!
//! Layer l reads (x̂_{l−1} + x̂_{l−2}) / √2: from the third on, the layer below and the one below that, added up where both have
//! as many channels, or units; side by side, as under [`Concatenate`](super::Concatenate), where they have not (Sun and others
//! 2025, DeeperForward).
//!
//! Where the layer below has fewer places, each is added to the average of the square above which it lies; 2 × 2 places where
//! it goes by every second one. The factor keeps the length of rows that have nothing in common. Cost: one pass over both
//! rows; no weights, and none more in the layer that reads. Choose it for depth, where every layer is of one width.
//!
//! ```
//! use goodness::residual::{Add, Residual};
//! assert_eq!([0, 1, 2, 3].map(|layer| Add.sources(layer)), [0..0, 0..1, 0..2, 1..3]);
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info};

use super::{Concatenate, Residual};

/// Two layers added up.
#[derive(Clone, Copy, Debug)]
pub struct Add;

impl Residual for Add {
    fn sources(&self, layer: usize) -> Range<usize> {
        Concatenate.sources(layer)
    }

    fn adds(&self) -> bool {
        true
    }
}

pub(super) const ENTRY: Entry<dyn Residual> = Entry {
    info: Info {
        name: "add",
        summary: "from the third on, a layer reads the sum of the two layers below it; side by side where widths differ",
        source: "Sun and others 2025 (DeeperForward, openreview kOYnXVQCtA)",
        params: &[],
    },
    build: |_| Box::new(Add),
};
