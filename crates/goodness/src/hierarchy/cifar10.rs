//! # CIFAR-10
//!
//! By what things are: animals and vehicles; then aeroplanes with ships, cars with lorries, birds with frogs, cats with dogs,
//! deer with horses. The grouping is ours; that there is one is the source's.

use goodness_core::catalogue::{Entry, Info};

use super::Hierarchy;

pub(super) const LEVELS: &[&[u8]] = &[&[0, 0, 1, 1, 1, 1, 1, 1, 0, 0], &[0, 1, 2, 3, 4, 3, 2, 4, 0, 1]];

pub(super) const ENTRY: Entry<Hierarchy> = Entry {
    info: Info {
        name: "cifar10",
        summary: "animals and vehicles, then five pairs of classes that are alike, then the ten classes",
        source: "Yao, Chen and Kuo 2026 (HCL-FF, arXiv 2605.24797); levels by sense",
        params: &[],
    },
    build: |_| super::of(LEVELS),
};
