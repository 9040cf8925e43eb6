//! What the mathematics or the plan does not allow: every refusal names the two keys that clash and says why.

mod asked;
mod flow;
mod micro;
mod normalize;
mod pipeline;
mod projection;
mod view;

use goodness_core::goodness;
use goodness_core::overlay::{self, Place};
use toml::Table;

use super::read::per_class;
use super::{Choice, Recipe, RecipeError, Theta};
use crate::collaboration;
use crate::flow::{CATALOGUE as FLOWS, Recurrent};
use crate::plan::{self, Plan};
use crate::readout::{self, Layers, PerClass, Readout};
use crate::train::{Contrast, Mirroring, Objective, Padding};

/// Two keys and why they do not go together.
type Clash = (String, String, &'static str);

/// Refuses a recipe whose keys contradict one another; `table` is the recipe as written.
pub(super) fn check(origin: &str, table: &Table, recipe: &Recipe) -> Result<(), RecipeError> {
    let parts = Parts::new(recipe);
    let found = parts
        .flows()
        .or_else(|| parts.depth())
        .or_else(|| parts.fields())
        .or_else(|| parts.convolutions())
        .or_else(|| parts.groups())
        .or_else(|| parts.views())
        .or_else(|| parts.between())
        .or_else(|| parts.losses())
        .or_else(|| parts.readouts());
    match found
        .or_else(|| parts.labels(table))
        .or_else(|| parts.asked())
        .or_else(|| parts.places())
        .or_else(|| parts.flat())
        .or_else(|| parts.averages())
        .or_else(|| parts.kept())
        .or_else(|| parts.pipelined())
        .or_else(|| parts.micro_batches())
        .or_else(|| parts.waiting())
        .or_else(|| parts.padding())
        .or_else(|| parts.mirroring())
        .or_else(|| parts.scaling())
    {
        Some((first, second, reason)) => {
            Err(RecipeError::Clash { origin: origin.to_string(), first, second, reason: reason.to_string() })
        }
        None => Ok(()),
    }
}

/// A recipe with the members that clashes are asked of.
struct Parts<'a> {
    recipe: &'a Recipe,
    flow: Option<Recurrent>,
    readout: Box<dyn Readout>,
    adviser: Option<Box<dyn Readout>>,
    objective: Objective,
    plan: Box<dyn Plan>,
    contrast: Contrast,
}

/// A choice as errors quote it.
fn quoted(key: &str, choice: &Choice) -> String {
    format!("{key} = {:?}", choice.name)
}

impl<'a> Parts<'a> {
    fn new(recipe: &'a Recipe) -> Self {
        let train = &recipe.train;
        let mut readout = recipe.network.readout.build(readout::CATALOGUE);
        let (widths, per_class) = (&recipe.network.layers, per_class(&recipe.network));
        let layers = Layers { widths, classes: 2, per_class };
        let mut adviser = train.adviser.as_ref().map(|adviser| adviser.build(readout::CATALOGUE));
        std::iter::once(&mut readout).chain(&mut adviser).for_each(|r| r.prepare(layers));
        Self {
            recipe,
            flow: *recipe.network.flow.build(FLOWS),
            readout,
            adviser,
            objective: Objective::new(&train.loss),
            plan: train.plan.build(plan::CATALOGUE),
            contrast: Contrast::new(&train.negatives),
        }
    }

    fn classes(&self) -> bool {
        matches!(self.objective, Objective::Classes(_))
    }

    fn loss(&self) -> String {
        quoted("train.loss", &self.recipe.train.loss)
    }

    fn negatives(&self) -> String {
        quoted("train.negatives", &self.recipe.train.negatives)
    }

    fn goodness(&self) -> String {
        quoted("network.goodness", &self.recipe.network.goodness)
    }

    fn readout(&self) -> String {
        quoted("network.readout", &self.recipe.network.readout)
    }

    /// Fields that a label would not reach, or of another number of layers.
    fn fields(&self) -> Option<Clash> {
        let network = &self.recipe.network;
        let (fields, layers) = (network.fields.len(), network.layers.len());
        if fields > 0 && fields != layers {
            let keys = (format!("network.fields ({fields} of them)"), format!("network.layers ({layers} of them)"));
            return Some((keys.0, keys.1, "every layer has fields or none has"));
        }
        if fields > 0 && network.precision.name != "f32" {
            let reason = "fields are many small products of 32 bits";
            return Some(("network.fields".into(), quoted("network.precision", &network.precision), reason));
        }
        if fields > 0 && per_class(network) && network.projection.name == "none" {
            let reason = "units of a place lie side by side, so that a class's would see a part of the image alone";
            return Some(("network.fields".into(), self.goodness(), reason));
        }
        let overlay = network.overlay.build(overlay::CATALOGUE);
        let apart = overlay.width(2) > 0 && overlay.place() != Place::Over;
        let reason = "few units or none would see the label, which does not lie over the whole image";
        (fields > 0 && apart).then(|| ("network.fields".into(), quoted("network.overlay", &network.overlay), reason))
    }

    /// Convolutions that a label would not reach, or that nothing has been made for.
    fn convolutions(&self) -> Option<Clash> {
        let network = &self.recipe.network;
        let (convolutions, layers) = (network.convolutions.len(), network.layers.len());
        let key = || "network.convolutions".to_string();
        if convolutions == 0 {
            return None;
        }
        if convolutions > layers {
            let keys = (format!("{} ({convolutions} of them)", key()), format!("network.layers ({layers} of them)"));
            return Some((keys.0, keys.1, "every convolution is a layer"));
        }
        if !network.fields.is_empty() {
            return Some((key(), "network.fields".into(), "places share their weights or have their own"));
        }
        if network.precision.name == "int8" {
            let reason = "squares of places are multiplied in 32 or 16 bits";
            return Some((key(), quoted("network.precision", &network.precision), reason));
        }
        let overlay = network.overlay.build(overlay::CATALOGUE);
        let apart = overlay.width(2) > 0 && overlay.place() != Place::Over;
        let reason = "few units or none would see the label, which does not lie over the whole image";
        apart.then(|| (key(), quoted("network.overlay", &network.overlay), reason))
    }

    /// What layers do for one another, where there are too few of them or what they see does not allow it.
    fn between(&self) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        let layers = format!("network.layers ({} of them)", network.layers.len());
        if network.residual.name != "none" {
            let residual = quoted("network.residual", &network.residual);
            if !network.fields.is_empty() {
                return Some((residual, "network.fields".into(), "fields lie on the grid of one layer below"));
            }
            if network.layers.len() < 3 {
                return Some((residual, layers, "only a third layer has two layers below it"));
            }
        }
        if let Contrast::Images(maker) = &self.contrast
            && network.residual.name != "none"
            && (1..network.layers.len()).any(|l| maker.anew(l))
        {
            let reason = "negatives are made anew of what one layer passed on";
            return Some((quoted("network.residual", &network.residual), self.negatives(), reason));
        }
        if train.collaboration.name == "none" {
            return None;
        }
        let collaboration = quoted("train.collaboration", &train.collaboration);
        if network.layers.len() < 2 {
            return Some((collaboration, layers, "there is no other layer"));
        }
        let above = train.collaboration.build(collaboration::CATALOGUE).weight(0, 1) != 0.0;
        let reason = "under this plan one layer learns at a time and those above wait; \"below\" counts all there are";
        (above && self.plan.keeps_pairs()).then(|| (quoted("train.plan", &train.plan), collaboration, reason))
    }

    /// Readouts that would look at no layer.
    fn depth(&self) -> Option<Clash> {
        let layers = self.recipe.network.layers.len();
        let beyond = |from: usize, key: &str, reason| {
            let layers_key = format!("network.layers ({layers} of them)");
            (from >= layers).then(|| (format!("{key}.from = {}", from + 1), layers_key, reason))
        };
        let part = self.recipe.network.readout.args.iter().find(|(name, _)| *name == "linear_from");
        if let Some((_, from)) = part.filter(|(_, from)| *from as usize > layers) {
            let layers_key = format!("network.layers ({layers} of them)");
            let readout = format!("network.readout.linear_from = {from}");
            return Some((readout, layers_key, "its linear part would look at no layer"));
        }
        let own = beyond(self.readout.from(), "network.readout", "the readout would look at no layer");
        let adviser = || self.adviser.as_ref().map(|a| a.from());
        own.or_else(|| adviser().and_then(|from| beyond(from, "train.adviser", "the adviser would look at no layer")))
    }

    /// Losses that cannot read the goodness, or do not read a key.
    fn losses(&self) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        if train.theta != Theta::Own && !self.objective.uses_theta() {
            let theta = match train.theta {
                Theta::Fixed(theta) => format!("train.theta = {theta}"),
                _ => "train.theta = \"auto\"".to_string(),
            };
            return Some((theta, self.loss(), "this loss compares goodnesses and reads no threshold"));
        }
        if self.classes() != per_class(network) {
            let reason = match self.classes() {
                true => "this loss needs one goodness a class",
                false => "this loss needs one goodness a row",
            };
            return Some((self.goodness(), self.loss(), reason));
        }
        if let Theta::Fixed(theta) = train.theta
            && theta * f64::from(network.goodness.build(goodness::CATALOGUE).theta(1)) < 0.0
        {
            let reason = "a threshold lies on the side of 0 on which the goodness does";
            return Some((format!("train.theta = {theta}"), self.goodness(), reason));
        }
        if !train.hierarchy.0.is_empty() && !self.classes() {
            return Some(("train.hierarchy".into(), self.loss(), "this loss has no classes that could be merged"));
        }
        let bound = |name| train.loss.args.iter().find(|(n, _)| *n == name).map(|(_, value)| value);
        match (bound("low"), bound("high")) {
            (Some(low), Some(high)) if low > high => {
                let keys = (format!("train.loss.low = {low}"), format!("train.loss.high = {high}"));
                Some((keys.0, keys.1, "the lowest temperature is above the highest"))
            }
            _ => None,
        }
    }

    /// Labels that nobody would see, and negatives that nobody would ask for or advise.
    fn labels(&self, table: &Table) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        let given = |key: &&&str| table.get("train").and_then(|train| train.get(key)).is_some();
        if let Some(key) = ["negatives", "adviser"].iter().find(given).filter(|_| self.classes()) {
            return Some((format!("train.{key}"), self.loss(), "this loss compares classes and has no negatives"));
        }
        if let (Some(adviser), 0) = (&train.adviser, self.contrast.looks_at()) {
            return Some((quoted("train.adviser", adviser), self.negatives(), "these negatives ask nobody"));
        }
        let unwritten = network.overlay.build(overlay::CATALOGUE).width(2) == 0 && self.flow.is_none();
        let overlay = quoted("network.overlay", &network.overlay);
        let of_images = matches!(self.contrast, Contrast::Images(_)) && !self.classes();
        if of_images && !unwritten {
            return Some((overlay, self.negatives(), "these negatives are made of images, no label is written"));
        }
        if unwritten && !of_images && !self.classes() {
            return Some((overlay, self.negatives(), "positives and negatives would be the same: no label is written"));
        }
        let reason = "it writes every label in turn, and no label is written";
        (unwritten && self.readout.pass().writes_labels()).then(|| (self.readout(), overlay, reason))
    }

    /// Readouts that cannot read the goodness, or cannot say anything while training goes on.
    fn readouts(&self) -> Option<Clash> {
        let by_class = per_class(&self.recipe.network);
        let reason = if by_class { "it reads one goodness a row" } else { "it reads one goodness a class" };
        let adviser = self.recipe.train.adviser.as_ref().zip(self.adviser.as_ref());
        let adviser = adviser.map(|(choice, adviser)| (quoted("train.adviser", choice), adviser));
        let all = [Some((self.readout(), &self.readout)), adviser];
        let misled = |readout: &dyn Readout| readout.reads_goodness().is_some_and(|r| (r == PerClass::Yes) != by_class);
        if let Some((name, _)) = all.iter().flatten().find(|(_, readout)| misled(&***readout)) {
            return Some((name.clone(), self.goodness(), reason));
        }
        let [own, adviser] = all;
        let asked = adviser.or(own.filter(|_| self.contrast.looks_at() > 0 && !self.classes()))?;
        let reason = "it is solved for when the network is read, and has nothing to say before";
        asked.1.moments().is_some().then(|| (asked.0, self.negatives(), reason))
    }

    /// What cannot see goodness place by place.
    fn places(&self) -> Option<Clash> {
        let (network, train) = (&self.recipe.network, &self.recipe.train);
        if !network.goodness.build(goodness::CATALOGUE).per_place() {
            return None;
        }
        let apart = [
            (
                network.projection.name != "none",
                quoted("network.projection", &network.projection),
                "a projection has no places",
            ),
            (self.flow.is_some(), quoted("network.flow", &network.flow), "its layers are fully connected"),
            (
                train.collaboration.name != "none",
                quoted("train.collaboration", &train.collaboration),
                "one layer's places are not another's",
            ),
        ];
        let (_, other, reason) = apart.into_iter().find(|(apart, ..)| *apart)?;
        Some((other, self.goodness(), reason))
    }

    /// Averages that somebody would not notice.
    fn averages(&self) -> Option<Clash> {
        let average = self.recipe.train.average;
        let reason = "a readout that learns follows the weights as they are, not their average";
        (average > 0.0 && self.readout.learns()).then(|| (format!("train.average = {average}"), self.readout(), reason))
    }

    /// What changes training images, and how far.
    fn changes(&self) -> [(&'static str, f64); 12] {
        let data = &self.recipe.data;
        [
            ("shift", data.shift as f64),
            ("turn", data.turn),
            ("stretch", data.stretch),
            ("wave", data.wave),
            ("mirror", data.mirror),
            ("crop", if data.crop < 1.0 { data.crop } else { 0.0 }),
            ("brightness", data.brightness),
            ("contrast", data.contrast),
            ("saturation", data.saturation),
            ("hue", data.hue),
            ("grey", data.grey),
            ("cutout", data.cutout as f64),
        ]
    }

    /// Padding of images that stay where they are.
    fn padding(&self) -> Option<Clash> {
        let padding = self.recipe.data.padding;
        let moved = self.changes()[..4].iter().any(|(_, value)| *value > 0.0);
        let reason = "no image is moved beyond its border: set shift, turn, stretch or wave";
        let key = format!("data.padding = {:?}", padding.name());
        (padding != Padding::default() && !moved).then(|| (key, "data.shift = 0".to_string(), reason))
    }

    /// Mirror images that take turns and are not half of all.
    fn mirroring(&self) -> Option<Clash> {
        let data = &self.recipe.data;
        let reason = "an image that takes turns with its mirror image is mirrored half of the time";
        let unequal = data.mirroring == Mirroring::Alternating && data.mirror != 0.5;
        unequal.then(|| ("data.mirroring = \"alternating\"".into(), format!("data.mirror = {}", data.mirror), reason))
    }

    /// Scalings of which one undoes the other.
    fn scaling(&self) -> Option<Clash> {
        let data = &self.recipe.data;
        let (key, value) = if data.mean != 0.0 { ("mean", data.mean) } else { ("deviation", data.deviation) };
        let scaled = data.mean != 0.0 || data.deviation != 1.0;
        let reason = "every image is brought to mean 0 and deviation 1 by its own numbers";
        let first = format!("data.{key} = {value}");
        (data.standardize && scaled).then(|| (first, "data.standardize = true".to_string(), reason))
    }

    /// What a plan that keeps pairs cannot do.
    fn kept(&self) -> Option<Clash> {
        if !self.plan.keeps_pairs() {
            return None;
        }
        let train = &self.recipe.train;
        let plan = quoted("train.plan", &train.plan);
        let changes = self.changes();
        if self.classes() {
            return Some((plan, self.loss(), "this plan keeps pairs, this loss has none"));
        }
        if matches!(self.contrast, Contrast::Images(_)) {
            let reason = "this plan draws every pair once, these negatives are new at every step";
            return Some((plan, self.negatives(), reason));
        }
        if self.contrast.looks_at() > 0 {
            let reason = "this plan draws every pair once, these negatives follow the network as it learns";
            return Some((plan, self.negatives(), reason));
        }
        if let Some((key, value)) = changes.iter().find(|(_, value)| *value > 0.0) {
            let reason = "this plan draws every pair once and keeps it, changed images would be new ones";
            return Some((plan, format!("data.{key} = {value}"), reason));
        }
        if self.readout.learns() {
            let reason = "a readout that learns needs every layer's neutral pass at each step";
            return Some((plan, self.readout(), reason));
        }
        let inside = [("dropout", train.dropout), ("average", train.average)];
        let (key, value) = inside.iter().find(|(_, value)| *value > 0.0)?;
        Some((plan, format!("train.{key} = {value}"), "this plan passes a frozen layer once, as it stands"))
    }
}
