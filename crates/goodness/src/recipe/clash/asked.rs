//! What negatives that ask the network get to hear.

use goodness_core::goodness;

use super::{Clash, Contrast, Parts, quoted};

impl Parts<'_> {
    /// Negatives that would hear nothing, or nothing that a draw can go by.
    pub(super) fn asked(&self) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        if let Contrast::Images(maker) = &self.contrast
            && train.dropout > 0.0
            && !self.classes()
            && (1..network.layers.len()).any(|l| maker.anew(l))
        {
            let reason = "negatives made anew of samples with holes would be told by their holes";
            return Some((format!("train.dropout = {}", train.dropout), self.negatives(), reason));
        }
        let looks_at = self.contrast.looks_at();
        if looks_at == 0 || self.classes() {
            return None;
        }
        let own = (self.readout(), &self.readout);
        let adviser = train.adviser.as_ref().map(|choice| quoted("train.adviser", choice)).zip(self.adviser.as_ref());
        let (key, asked) = adviser.unwrap_or(own);
        if asked.from() >= looks_at {
            return Some((key, self.negatives(), "it counts none of the layers that these negatives ask"));
        }
        let below = asked.reads_goodness().is_some() && network.goodness.build(goodness::CATALOGUE).theta(1) < 0.0;
        let reason = "it is below 0 for every label, and a draw goes by shares of what is above";
        below.then(|| (self.goodness(), self.negatives(), reason))
    }
}
