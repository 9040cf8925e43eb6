//! What a layer tells apart under a [hierarchy](crate::hierarchy): of L layers and D levels, layer l from the top, which is 0,
//! has level ⌊l · D / L⌋ from the last. A layer gives one goodness a class as ever, and its loss is asked of their means over
//! super-classes.

use goodness_core::Rows;
use goodness_core::class_loss::{ClassLoss, Groups, Slopes};
use goodness_engine::Matrix;

use crate::build::Unfit;
use crate::hierarchy::Hierarchy;

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
        let levels: &[&[u8]] = &[&[0, 0, 1, 1, 1, 1, 1, 1, 0, 0], &[0, 1, 2, 3, 4, 3, 2, 4, 0, 1]];
        assert_eq!(counts(levels, 6), [2, 2, 5, 5, 0, 0]);
        assert_eq!(counts(levels, 4), [2, 5, 0, 0]);
        assert_eq!(counts(levels, 2), [5, 0]);
        assert_eq!(counts(levels, 1), [0]);
        assert_eq!(counts(&[], 3), [0; 3]);
    }
}
