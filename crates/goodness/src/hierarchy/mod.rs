//! Hierarchies of labels: which classes are one to the lower layers  (Yao, Chen and Kuo 2026, HCL-FF, arXiv 2605.24797).
//!
//! A level says for each class which super-class it belongs to; the last level, which nobody writes down, is the classes
//! themselves. Layers are spread over the levels evenly, the last layers on the classes, and a layer's loss is asked of the mean
//! goodness of a super-class's classes. Cost: K numbers a row are added up, forward and back.
//!
//! The source finds its levels by training a network first and clustering the weights of a readout; here they are given: by
//! a name of [`CATALOGUE`], or as lists in the recipe. A name is added by one new file here and its line there.

mod cifar10;
mod cifar100;
mod none;

use goodness_core::catalogue::Entry;

/// For each level but the last, the super-class of each class, counted from 0; no level where there is no hierarchy.
///
/// ```
/// use goodness::hierarchy::{CATALOGUE, Hierarchy};
/// let cifar10 = CATALOGUE.iter().find(|entry| entry.info.name == "cifar10").unwrap();
/// let none = goodness::core::catalogue::Args::resolve(cifar10.info.params, &[]).unwrap();
/// let Hierarchy(levels) = *(cifar10.build)(&none);
/// // A cat, class 3, and a dog, class 5, are animals, and of their five super-classes the fifth.
/// assert_eq!((levels[0][3], levels[0][5], levels[1][3], levels[1][5]), (1, 1, 3, 3));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hierarchy(pub Vec<Vec<u8>>);

/// Every hierarchy that has a name.
pub const CATALOGUE: &[Entry<Hierarchy>] = &[none::ENTRY, cifar10::ENTRY, cifar100::ENTRY];

/// Levels in the form that a hierarchy has.
fn of(levels: &[&[u8]]) -> Box<Hierarchy> {
    Box::new(Hierarchy(levels.iter().map(|level| level.to_vec()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_levels_are_refined_level_by_level() {
        for (name, levels) in [("cifar10", cifar10::LEVELS), ("cifar100", cifar100::LEVELS)] {
            for pair in levels.windows(2) {
                let parent = |s: u8| (0..pair[1].len()).filter(move |k| pair[1][*k] == s).map(|k| pair[0][k]);
                let whole = (0..=*pair[1].iter().max().unwrap()).all(|s| parent(s).min() == parent(s).max());
                assert!(whole, "{name}: a super-class lies in two of the level before");
            }
        }
    }
}
