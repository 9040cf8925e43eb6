//! Views of layers that have nothing to cut, and views that nobody looks through.

use goodness_core::view;

use super::{Clash, Parts, quoted};
use crate::recipe::Choice;

impl Parts<'_> {
    /// Views without maps, or without anybody to look.
    pub(super) fn views(&self) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        let own = cuts(&network.view).then(|| quoted("network.view", &network.view));
        let similarity = cuts(&train.similarity_view).then(|| quoted("train.similarity_view", &train.similarity_view));
        if let (Some(view), true) = (own.as_ref().or(similarity.as_ref()), network.convolutions.is_empty()) {
            let reason = "a dense layer has a single place and is seen as it is";
            return Some((view.clone(), "network.convolutions (none)".to_string(), reason));
        }
        let looks = self.readout.reads_activities() || self.adviser.as_ref().is_some_and(|a| a.reads_activities());
        if let (Some(view), false, "none") = (own, looks, network.projection.name.as_str()) {
            let reason = "nobody looks through the view: goodness is read off all activities, and classes off goodness";
            return Some((view, quoted("network.projection", &network.projection), reason));
        }
        if network.head > 0 && network.projection.name == "none" {
            let reason = "nobody reads the head: goodness is read off all activities";
            let head = format!("network.head = {}", network.head);
            return Some((head, quoted("network.projection", &network.projection), reason));
        }
        let reason = "nobody looks through the view: samples are not compared";
        let nobody = train.similarity.name == "none";
        similarity.filter(|_| nobody).map(|view| (view, quoted("train.similarity", &train.similarity), reason))
    }
}

/// Whether a view makes something else of maps.
fn cuts(view: &Choice) -> bool {
    view.build(view::CATALOGUE).cells() > 0
}
