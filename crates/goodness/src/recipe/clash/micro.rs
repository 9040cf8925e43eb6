//! What cannot be summed up over the micro-batches of a batch.

use goodness_core::normalize;

use super::{Clash, Contrast, Parts, quoted};
use crate::recipe::Theta;

impl Parts<'_> {
    /// What sees a batch as a whole, or moves with every part of it.
    pub(super) fn micro_batches(&self) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        if train.micro_batch == 0 || train.micro_batch >= train.batch {
            return None;
        }
        let learns = "it would learn from every micro-batch, where layers learn once a batch";
        let adviser = self.adviser.as_ref().filter(|adviser| adviser.learns()).and(train.adviser.as_ref());
        let refusals = [
            (self.flow.is_some(), quoted("network.flow", &network.flow), "its layers learn in every iteration"),
            (
                self.plan.pipeline().is_some(),
                quoted("train.plan", &train.plan),
                "stages hand on whole batches: make train.batch smaller",
            ),
            (
                network.normalize.build(normalize::CATALOGUE).stays(1).is_some(),
                quoted("network.normalize", &network.normalize),
                "a part of a batch does not know the statistics of the whole",
            ),
            (
                train.similarity.name != "none",
                quoted("train.similarity", &train.similarity),
                "it compares all samples of a batch",
            ),
            (
                train.penalty.name != "none",
                quoted("train.penalty", &train.penalty),
                "it goes by mean activities of the whole batch",
            ),
            (train.theta == Theta::Auto, "train.theta = \"auto\"".into(), "the threshold moves once a batch"),
            (
                matches!(self.contrast, Contrast::Images(_)) && !self.classes(),
                self.negatives(),
                "these negatives are made of all images of a batch",
            ),
            (self.readout.learns(), self.readout(), learns),
            (adviser.is_some(), adviser.map_or_else(String::new, |adviser| quoted("train.adviser", adviser)), learns),
        ];
        let (_, key, reason) = refusals.into_iter().find(|(refused, ..)| *refused)?;
        Some((format!("train.micro_batch = {}", train.micro_batch), key, reason))
    }
}
