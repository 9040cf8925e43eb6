//! What does not go with the recurrent flow.

use goodness_core::{normalize, overlay};

use super::{Clash, Parts, quoted};
use crate::readout::Pass;
use crate::recipe::read::per_class;
use crate::train::Contrast;

impl Parts<'_> {
    /// Iterations that reading does not have, and keys that the iterations do not know.
    pub(super) fn flows(&self) -> Option<Clash> {
        let flow = self.flow?;
        if flow.from > flow.to {
            let keys = (format!("network.flow.from = {}", flow.from), format!("network.flow.to = {}", flow.to));
            return Some((keys.0, keys.1, "reading would count no iteration"));
        }
        if flow.to > flow.iterations {
            let keys =
                (format!("network.flow.to = {}", flow.to), format!("network.flow.iterations = {}", flow.iterations));
            return Some((keys.0, keys.1, "reading would count iterations that training does not have"));
        }
        let (key, reason) = self.unknown_to_iterations()?;
        Some((quoted("network.flow", &self.recipe.network.flow), key, reason))
    }

    fn unknown_to_iterations(&self) -> Option<(String, &'static str)> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        let written = network.overlay.build(overlay::CATALOGUE).width(2) > 0;
        let [share, lonely, every] = [
            "the label stands above the last layer, not among the pixels",
            "it learns from one goodness a row and nothing else",
            "layers hear from one another in both directions, so all learn at every step",
        ];
        let refusals = [
            (per_class(network), self.goodness(), lonely),
            (written, quoted("network.overlay", &network.overlay), share),
            (network.projection.name != "none", quoted("network.projection", &network.projection), lonely),
            (
                network.precision.name != "f32",
                quoted("network.precision", &network.precision),
                "its states are sums of many products that only agree when nothing is rounded",
            ),
            (
                !network.normalize.build(normalize::CATALOGUE).is_factor(),
                quoted("network.normalize", &network.normalize),
                "its states are rows that are multiplied by one factor and nothing else",
            ),
            (!network.fields.is_empty(), "network.fields".to_string(), "its layers are fully connected"),
            (!network.convolutions.is_empty(), "network.convolutions".to_string(), "its layers are fully connected"),
            (
                self.readout.pass() == Pass::Both,
                self.readout(),
                "its labels settle in iterations, in which no neutral pass takes part",
            ),
            (
                matches!(self.contrast, Contrast::Images(_)),
                self.negatives(),
                "its negatives have a wrong label at the top",
            ),
            (train.similarity.name != "none", quoted("train.similarity", &train.similarity), lonely),
            (
                train.collaboration.name != "none",
                quoted("train.collaboration", &train.collaboration),
                "its layers hear from one another as it is",
            ),
            (
                network.residual.name != "none",
                quoted("network.residual", &network.residual),
                "its layers read the one below and the one above",
            ),
            (!train.rates.is_empty(), "train.rates".to_string(), "its layers move together, by one rate"),
            (train.dropout > 0.0, format!("train.dropout = {}", train.dropout), "a state with holes would stay so"),
            (train.plan.name != "simultaneous", quoted("train.plan", &train.plan), every),
        ];
        refusals.into_iter().find(|(refused, ..)| *refused).map(|(_, key, reason)| (key, reason))
    }
}
