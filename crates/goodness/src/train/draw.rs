//! Labels and negatives of a batch.

use goodness_core::Rng;

use super::kept::Kept;
use super::method::{Contrast, Method};
use super::workspace::Workspace;
use crate::data::Shape;
use crate::layer::Layer;
use crate::network::Parts;

/// What they are drawn by.
pub(super) struct Draw<'a> {
    pub(super) method: &'a Method,
    pub(super) parts: &'a Parts,
    /// The layer that reads them.
    pub(super) first: &'a Layer,
    /// Shape and number of classes of the images.
    pub(super) data: (Shape, usize),
    /// Pairs that have been drawn before, where the plan keeps them.
    pub(super) kept: Option<&'a Kept>,
    pub(super) seed: u64,
}

impl Draw<'_> {
    /// Writes the true and the wrong label into the images `rows`, which have been projected, for the draw numbered `step`; the
    /// neutral code where there are no negatives. Scores, where the negatives ask for them, lie in `work`.
    pub(super) fn write(&self, rows: &[u32], step: u64, work: &mut Workspace) {
        let (overlay, normalize) = (&self.parts.overlay, &*self.parts.normalize);
        let (shape, classes) = self.data;
        if self.method.objective.passes() == 1 {
            return work.labels.write(&work.images, 1, overlay, normalize, |_, _| None);
        }
        work.wrong.resize(rows.len(), 0);
        match (self.kept, &self.method.negatives) {
            (Some(kept), _) => rows.iter().zip(&mut work.wrong).for_each(|(r, w)| *w = kept.wrong[*r as usize]),
            (None, Contrast::Images(maker)) => {
                work.spoiled.fill(&**maker, &work.images, (shape, overlay), (self.seed, step));
                work.spoiled.images.project(self.first, overlay, 1);
                return work.labels.write(&work.spoiled.images, 1, overlay, normalize, |_, _| None);
            }
            (None, Contrast::Labels(negatives)) => {
                let mut rng = Rng::keyed(self.seed, Rng::NEGATIVES, step);
                let scores = (negatives.looks_at() > 0).then(|| work.scores.rows());
                negatives.fill(&work.truth, classes, scores, &mut rng, &mut work.wrong);
            }
        }
        let (truth, wrong) = (&work.truth, &work.wrong);
        work.labels
            .write(&work.images, 2, overlay, normalize, |pass, r| Some(if pass == 0 { truth[r] } else { wrong[r] }));
    }
}
