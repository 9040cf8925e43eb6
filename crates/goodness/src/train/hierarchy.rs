//! A hierarchy of labels: lower layers tell super-classes apart, higher ones the classes  (Yao, Chen and Kuo 2026, HCL-FF).
//!
//! A level says for each class which super-class it belongs to; the last level, which nobody writes down, is the classes
//! themselves. Layers are spread over the levels evenly, the last layers on the classes: of L layers and D levels, layer l
//! from the top, which is 0, has level ⌊l · D / L⌋ from the last. A layer gives one goodness a class as ever, and its loss is
//! asked of their means over super-classes.
//!
//! The source finds its levels by training a network first and clustering the weights of a readout; here they are given.

use goodness_core::Rows;
use goodness_core::class_loss::{ClassLoss, Groups, Slopes};
use goodness_engine::Matrix;

use crate::build::Unfit;

/// For each level but the last, the super-class of each class; no level where there is no hierarchy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hierarchy(pub Vec<Vec<u8>>);

/// Hierarchies that have a name. CIFAR-10's is by what things are: animals and vehicles; then aeroplanes with ships, cars with
/// lorries, birds with frogs, cats with dogs, deer with horses. CIFAR-100's is that of its authors, twenty super-classes of
/// five.
pub(crate) const KNOWN: [(&str, &[&[u8]]); 2] = [
    ("cifar10", &[&[0, 0, 1, 1, 1, 1, 1, 1, 0, 0], &[0, 1, 2, 3, 4, 3, 2, 4, 0, 1]]),
    (
        "cifar100",
        &[&[
            4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11, 6, 11, 5, 10, 7, 6, 13, 15, 3, 15, 0, 11,
            1, 10, 12, 14, 16, 9, 11, 5, 5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4, 2, 0, 17, 4, 18, 17, 10, 3,
            2, 12, 12, 16, 12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13, 16, 19, 2, 4, 6, 19, 5, 5, 8, 19, 18, 1,
            2, 15, 6, 0, 17, 8, 14, 13,
        ]],
    ),
];

impl Hierarchy {
    /// The level of layer number `layer` (from 0) of `layers`.
    pub(super) fn level(&self, layer: usize, layers: usize) -> Level {
        let levels = self.0.len() + 1;
        let from_last = (layers - 1 - layer) * levels / layers;
        self.0.get(levels - 1 - from_last).map_or_else(Level::default, |of| Level::new(of))
    }

    /// Refuses levels that are not of `classes` classes.
    pub(super) fn check(&self, classes: usize) -> Result<(), Unfit> {
        match self.0.iter().find(|level| level.len() != classes) {
            None => Ok(()),
            Some(odd) => {
                let expected = format!("a super-class for each of the {classes} classes of the data");
                Err(Unfit { key: "train.hierarchy", came: format!("a level of {}", odd.len()), expected })
            }
        }
    }
}

/// What a layer tells apart: super-classes, or the classes where there are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Level {
    of: Vec<u8>,
    shares: Vec<f32>,
}

/// Goodnesses of super-classes, what their loss says to them, and the samples' super-classes.
#[derive(Debug, Default)]
pub(super) struct Supers {
    g: Matrix,
    dg: Matrix,
    labels: Vec<u8>,
}

impl Level {
    fn new(of: &[u8]) -> Self {
        let count = of.iter().max().map_or(0, |last| usize::from(*last) + 1);
        let members = |s: usize| of.iter().filter(|own| usize::from(**own) == s).count();
        Self { of: of.to_vec(), shares: (0..count).map(|s| 1.0 / members(s).max(1) as f32).collect() }
    }

    /// Asks `loss` of what the layer tells apart; see [`ClassLoss::score`].
    pub(super) fn score(
        &self,
        loss: &dyn ClassLoss,
        (g, labels, knob): (Rows<'_>, &[u8], f32),
        supers: &mut Supers,
        slopes: Slopes<'_>,
    ) -> f32 {
        if self.of.is_empty() {
            return loss.score(g, labels, knob, slopes);
        }
        let groups = Groups { of: &self.of, shares: &self.shares };
        supers.fit(g.len(), self.shares.len());
        groups.merge_into(g, supers.g.rows_mut());
        supers.labels.iter_mut().zip(labels).for_each(|(s, label)| *s = self.of[usize::from(*label)]);
        let merged = Slopes { loss: slopes.loss, dg: supers.dg.rows_mut() };
        let by_knob = loss.score(supers.g.rows(), &supers.labels, knob, merged);
        groups.spread_into(supers.dg.rows(), slopes.dg);
        by_knob
    }
}

impl Supers {
    fn fit(&mut self, rows: usize, count: usize) {
        [&mut self.g, &mut self.dg].into_iter().for_each(|m| m.resize(rows, count));
        self.labels.resize(rows, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Super-classes that each layer tells apart; 0 stands for the classes.
    fn counts(levels: &[&[u8]], layers: usize) -> Vec<usize> {
        let hierarchy = Hierarchy(levels.iter().map(|level| level.to_vec()).collect());
        (0..layers).map(|l| hierarchy.level(l, layers).shares.len()).collect()
    }

    #[test]
    fn layers_are_spread_over_levels_and_end_at_the_classes() {
        let levels = KNOWN[0].1;
        assert_eq!(counts(levels, 6), [2, 2, 5, 5, 0, 0]);
        assert_eq!(counts(levels, 4), [2, 5, 0, 0]);
        assert_eq!(counts(levels, 2), [5, 0]);
        assert_eq!(counts(levels, 1), [0]);
        assert_eq!(counts(&[], 3), [0; 3]);
    }

    #[test]
    fn super_classes_of_cifar100_have_five_classes_each() {
        let level = KNOWN[1].1[0];
        assert!((0..20).all(|s| level.iter().filter(|own| **own == s).count() == 5) && level.len() == 100);
        let one = |a: usize, b: usize| level[a] == level[b];
        // Otters and seals, maples and willows, roses and tulips; not lions and lawn mowers.
        assert!(one(55, 72) && one(47, 96) && one(70, 92) && !one(43, 41));
    }

    #[test]
    fn known_levels_are_refined_level_by_level() {
        for (name, levels) in KNOWN {
            for pair in levels.windows(2) {
                let parent = |s: u8| (0..pair[1].len()).filter(move |k| pair[1][*k] == s).map(|k| pair[0][k]);
                let whole = (0..=*pair[1].iter().max().unwrap()).all(|s| parent(s).min() == parent(s).max());
                assert!(whole, "{name}: a super-class lies in two of the level before");
            }
        }
    }
}
