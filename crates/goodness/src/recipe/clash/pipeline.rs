//! What does not go with stages that learn from different batches at the same time, and with a readout that learns last.

use super::{Clash, Contrast, Parts, quoted};

impl Parts<'_> {
    /// What layers that learn from different batches cannot do for one another.
    pub(super) fn pipelined(&self) -> Option<Clash> {
        self.plan.pipeline()?;
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        let refusals = [
            (
                self.contrast.looks_at() > 0 && !self.classes(),
                self.negatives(),
                "these negatives ask all layers what they make of a batch before the first one learns from it",
            ),
            (
                matches!(&self.contrast, Contrast::Images(maker) if (1..network.layers.len()).any(|l| maker.anew(l))),
                self.negatives(),
                "negatives are made anew of what one layer passed on",
            ),
            (
                self.readout.learns(),
                self.readout(),
                "a readout that learns needs every layer's neutral pass at the same step",
            ),
            (
                train.collaboration.name != "none",
                quoted("train.collaboration", &train.collaboration),
                "the other layers are at other batches",
            ),
            (
                network.residual.name != "none",
                quoted("network.residual", &network.residual),
                "a batch carries what the layer just below made of it and no more",
            ),
        ];
        let (_, key, reason) = refusals.into_iter().find(|(refused, ..)| *refused)?;
        Some((quoted("train.plan", &train.plan), key, reason))
    }

    /// Readouts that would not use their epochs, and negatives that would ask a readout that has learned nothing.
    pub(super) fn waiting(&self) -> Option<Clash> {
        if self.plan.readout_from(self.recipe.train.epochs) == 0 {
            return None;
        }
        let plan = quoted("train.plan", &self.recipe.train.plan);
        if !self.readout.learns() {
            return Some((plan, self.readout(), "it does not learn: epochs of its own would change nothing"));
        }
        let asked = !self.classes() && self.contrast.looks_at() > 0 && self.adviser.is_none();
        asked.then(|| (plan, self.negatives(), "they ask the readout, which learns when the layers are done"))
    }
}
