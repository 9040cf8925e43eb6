//! Projections that would never move.

use goodness_core::{Rng, Rows, RowsMut, goodness, projection};

use super::{Clash, Parts, quoted};

/// Classes to try with: any number does.
const CLASSES: usize = 2;

impl Parts<'_> {
    /// A projection that starts where the goodness is flat: no derivative would ever reach it or what lies below.
    pub(super) fn flat(&self) -> Option<Clash> {
        let network = &self.recipe.network;
        let projection = network.projection.build(projection::CATALOGUE);
        let width = projection.width(CLASSES);
        if width == 0 || !projection.learns() {
            return None;
        }
        let goodness = network.goodness.build(goodness::CATALOGUE);
        let dg = vec![1.0; if goodness.per_class() { CLASSES } else { 1 }];
        // What a single unit of activity 1 becomes at the start.
        let (mut p, mut a, mut da) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
        projection.start(1, &mut Rng::keyed(0, 0, 0), &mut p);
        projection.forward_into(Rows::new(&[1.0], 1, 1), Rows::new(&p, width, 1), RowsMut::new(&mut a, 1, width));
        goodness.pull_back(Rows::new(&a, 1, width), &dg, RowsMut::new(&mut da, 1, width));
        let reason = "it starts at 0, where this goodness is flat, and would stay there";
        let flat = da.iter().all(|d| *d == 0.0);
        flat.then(|| (quoted("network.projection", &network.projection), self.goodness(), reason))
    }
}
