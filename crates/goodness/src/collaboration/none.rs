//! # No collaboration
//!
//! γ_i = 0: every layer is asked for its own goodness alone (Hinton 2022).

use goodness_core::catalogue::{Entry, Info};

use super::Collaboration;

/// Each layer for itself.
#[derive(Clone, Copy, Debug)]
pub struct NoCollaboration;

impl Collaboration for NoCollaboration {
    fn weight(&self, _own: usize, _other: usize) -> f32 {
        0.0
    }
}

pub(super) const ENTRY: Entry<dyn Collaboration> = Entry {
    info: Info {
        name: "none",
        summary: "each layer's loss sees its own goodness alone",
        source: "Hinton 2022 (arXiv 2212.13345), section 2",
        params: &[],
    },
    build: |_| Box::new(NoCollaboration),
};
