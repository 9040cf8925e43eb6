//! # No residual
//!
//! A layer reads the layer below (Hinton 2022).

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info};

use super::Residual;

/// One layer after another.
#[derive(Clone, Copy, Debug)]
pub struct NoResidual;

impl Residual for NoResidual {
    fn sources(&self, layer: usize) -> Range<usize> {
        layer.saturating_sub(1)..layer
    }
}

pub(super) const ENTRY: Entry<dyn Residual> = Entry {
    info: Info {
        name: "none",
        summary: "a layer reads the layer below",
        source: "Hinton 2022 (arXiv 2212.13345)",
        params: &[],
    },
    build: |_| Box::new(NoResidual),
};
