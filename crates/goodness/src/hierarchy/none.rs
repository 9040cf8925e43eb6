//! # No hierarchy
//!
//! Every layer tells all classes apart (Hinton 2022). Cost: nothing.

use goodness_core::catalogue::{Entry, Info};

use super::Hierarchy;

pub(super) const ENTRY: Entry<Hierarchy> = Entry {
    info: Info {
        name: "none",
        summary: "every layer tells all classes apart",
        source: "Hinton 2022 (arXiv 2212.13345), section 3",
        params: &[],
    },
    build: |_| super::of(&[]),
};
