//! # CIFAR-100
//!
//! The twenty super-classes of five classes each that the data set's authors gave it.

use goodness_core::catalogue::{Entry, Info};

use super::Hierarchy;

pub(super) const LEVELS: &[&[u8]] = &[&[
    4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11, 6, 11, 5, 10, 7, 6, 13, 15, 3, 15, 0, 11, 1, 10,
    12, 14, 16, 9, 11, 5, 5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4, 2, 0, 17, 4, 18, 17, 10, 3, 2, 12, 12, 16,
    12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13, 16, 19, 2, 4, 6, 19, 5, 5, 8, 19, 18, 1, 2, 15, 6, 0, 17, 8, 14,
    13,
]];

pub(super) const ENTRY: Entry<Hierarchy> = Entry {
    info: Info {
        name: "cifar100",
        summary: "the twenty super-classes of its authors, then the hundred classes",
        source: "Krizhevsky 2009 (Learning Multiple Layers of Features from Tiny Images), chapter 3",
        params: &[],
    },
    build: |_| super::of(LEVELS),
};

#[cfg(test)]
mod tests {
    #[test]
    fn super_classes_have_five_classes_each() {
        let level = super::LEVELS[0];
        assert!((0..20).all(|s| level.iter().filter(|own| **own == s).count() == 5) && level.len() == 100);
        let one = |a: usize, b: usize| level[a] == level[b];
        // Otters and seals, maples and willows, roses and tulips; not lions and lawn mowers.
        assert!(one(55, 72) && one(47, 96) && one(70, 92) && !one(43, 41));
    }
}
