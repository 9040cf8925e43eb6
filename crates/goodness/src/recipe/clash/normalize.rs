//! Normalisations that a network has nothing for.

use goodness_core::normalize;

use super::{Clash, Parts, quoted};
use crate::recipe::read::per_class;

impl Parts<'_> {
    /// Groups that do not fit, and batches that have no statistics.
    pub(super) fn groups(&self) -> Option<Clash> {
        let (network, batch) = (&self.recipe.network, self.recipe.train.batch);
        let remembers = network.normalize.build(normalize::CATALOGUE).stays(1).is_some();
        if batch == 1 && remembers && network.layers.len() > network.convolutions.len() {
            let reason = "a single sample has no deviation";
            return Some((quoted("network.normalize", &network.normalize), "train.batch = 1".into(), reason));
        }
        let (_, groups) = network.normalize.args.iter().find(|(name, _)| *name == "groups")?;
        let by_class = per_class(network) && network.projection.name == "none";
        if groups == 0.0 {
            let (key, reason) = match network.projection.name.as_str() {
                "none" => (self.goodness(), "a group is a class's, and this goodness has no classes: set groups"),
                _ => {
                    let reason = "a group is a class's, and a projection reads classes off all units: set groups";
                    (quoted("network.projection", &network.projection), reason)
                }
            };
            return (!by_class).then(|| (quoted("network.normalize", &network.normalize), key, reason));
        }
        let key = format!("network.normalize.groups = {groups}");
        if by_class {
            let reason = "where goodness is read class by class, groups are the classes' own: leave them out";
            return Some((key, self.goodness(), reason));
        }
        let odd = network.layers.iter().find(|units| !units.is_multiple_of(groups as usize))?;
        let reason = "every layer's channels or units are cut into as many groups of the same size";
        Some((key, format!("network.layers with {odd}"), reason))
    }
}
