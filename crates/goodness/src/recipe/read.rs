//! TOML to recipe: every name and number is checked here, once.

use std::str::FromStr;

use goodness_core::catalogue::{Args, Entry, find};
use goodness_core::{
    activation, class_loss, goodness, image_negatives, init, loss, negatives, normalize, optim, overlay, penalty,
    projection, schedule, similarity, view,
};
use toml::{Table, Value};

use super::error::did_you_mean;
use super::{
    Choice, DataSpec, EvalSpec, NetworkSpec, Recipe, RecipeError, Theta, TrainSpec, clash, convolutions, hierarchy,
    keys,
};
use crate::data::{Broken, PictureRules};
use crate::train::{Mirroring, Padding};
use crate::{collaboration, flow, plan, precision, readout, residual};

type Result<T> = std::result::Result<T, RecipeError>;

/// Reads a recipe; `origin` is what errors call it.
pub(super) fn recipe(origin: &str, table: &Table) -> Result<Recipe> {
    let top = Section { origin, name: "", table };
    top.only(keys::TOP)?;
    let name = name(&top)?;
    let train_section = top.section("train", keys::TRAIN)?;
    let unlabelled = find(image_negatives::CATALOGUE, train_section.named("negatives").unwrap_or_default()).is_some();
    let network = network(&top.section("network", keys::NETWORK)?, unlabelled)?;
    let recipe = Recipe {
        name,
        about: top.text("about")?.unwrap_or_default(),
        source: top.text("source")?.unwrap_or_default(),
        data: data(&top.section("data", keys::DATA)?)?,
        train: train(&train_section, per_class(&network), network.layers.len())?,
        network,
        eval: EvalSpec { flip: top.section("eval", keys::EVAL)?.flag("flip")? },
        expected: top.section_or_empty("expected")?.table.clone(),
    };
    clash::check(origin, table, &recipe)?;
    Ok(recipe)
}

fn name(top: &Section<'_>) -> Result<String> {
    let Some(name) = top.text("name")? else {
        return Err(top.missing("name", "a name for the experiment"));
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) {
        return Err(top.bad("name", &format!("{name:?}"), "letters, digits, - and _: run folders are called after it"));
    }
    Ok(name)
}

fn data(s: &Section<'_>) -> Result<DataSpec> {
    Ok(DataSpec {
        set: s.text("set")?.unwrap_or_else(|| "mnist".to_string()),
        pictures: pictures(s)?,
        validation: s.whole("validation", 10_000, 1, 1 << 32)?,
        shift: s.whole("shift", 0, 0, 64)?,
        mirror: s.real("mirror", 0.0, 1.0)?.unwrap_or(0.0),
        mirroring: one_of(s, "mirroring", Mirroring::ALL)?,
        turn: s.real("turn", 0.0, 180.0)?.unwrap_or(0.0),
        stretch: s.real("stretch", 0.0, 0.9)?.unwrap_or(0.0),
        wave: s.real("wave", 0.0, 64.0)?.unwrap_or(0.0),
        crop: s.real("crop", 0.05, 1.0)?.unwrap_or(1.0),
        padding: one_of(s, "padding", Padding::ALL)?,
        brightness: s.real("brightness", 0.0, 1.0)?.unwrap_or(0.0),
        contrast: s.real("contrast", 0.0, 1.0)?.unwrap_or(0.0),
        saturation: s.real("saturation", 0.0, 1.0)?.unwrap_or(0.0),
        hue: s.real("hue", 0.0, 0.5)?.unwrap_or(0.0),
        grey: s.real("grey", 0.0, 1.0)?.unwrap_or(0.0),
        cutout: s.whole("cutout", 0, 0, 4096)?,
        mean: s.real("mean", -1e3, 1e3)?.unwrap_or(0.0),
        deviation: s.real("deviation", 1e-6, 1e6)?.unwrap_or(1.0),
        standardize: s.flag("standardize")?,
        whiten: whiten(s)?,
        whiten_epsilon: s.real("whiten_epsilon", 1e-4, 1e4)?.unwrap_or(0.1),
    })
}

/// A square that has a middle.
fn whiten(s: &Section<'_>) -> Result<usize> {
    match s.whole("whiten", 0, 0, 11)? {
        side if side > 0 && side % 2 == 0 => Err(s.bad("whiten", &side.to_string(), "an odd number, or 0 for none")),
        side => Ok(side),
    }
}

fn pictures(s: &Section<'_>) -> Result<PictureRules> {
    let given = |size: usize| (size > 0).then_some(size);
    let channels = s.whole("channels", 0, 0, 3)?;
    if channels == 2 {
        return Err(s.bad("channels", "2", "1 for grey, 3 for colour, or 0 for what the pictures have"));
    }
    let broken = match s.text("broken")?.as_deref() {
        None | Some("refuse") => Broken::Refuse,
        Some("skip") => Broken::Skip,
        Some(other) => return Err(s.bad("broken", &format!("{other:?}"), "\"refuse\" or \"skip\"")),
    };
    let (size, test) = (given(s.whole("size", 0, 0, 4096)?), s.real("test", 0.01, 0.5)?.unwrap_or(0.1));
    Ok(PictureRules { size, channels: given(channels), broken, test })
}

/// The one of `kinds` that a key names, the default where there is no such key.
fn one_of<T: Copy + Default, const N: usize>(s: &Section<'_>, key: &str, kinds: [(&str, T); N]) -> Result<T> {
    let Some(name) = s.text(key)? else { return Ok(T::default()) };
    let quoted = kinds.map(|(known, _)| format!("{known:?}"));
    let (last, others) = quoted.split_last().map_or((String::new(), String::new()), |(l, o)| (l.clone(), o.join(", ")));
    let known = kinds.iter().find(|(known, _)| *known == name);
    known.map(|(_, kind)| *kind).ok_or_else(|| s.bad(key, &format!("{name:?}"), &format!("{others} or {last}")))
}

fn network(s: &Section<'_>, unlabelled: bool) -> Result<NetworkSpec> {
    let goodness = s.choice("goodness", goodness::CATALOGUE, "mean_of_squares")?;
    let class_wise = goodness.build(goodness::CATALOGUE).per_class();
    let flow = s.choice("flow", flow::CATALOGUE, "once")?;
    let recurrent = flow.build(flow::CATALOGUE).is_some();
    let (overlay, readout) = match (class_wise, unlabelled) {
        (true, _) => ("none", "class_goodness"),
        (false, true) => ("none", "linear"),
        (false, false) if recurrent => ("none", "label_sweep"),
        (false, false) => ("one_hot", "label_sweep"),
    };
    Ok(NetworkSpec {
        layers: s.widths("layers")?,
        fields: s.fields("fields")?,
        convolutions: convolutions::read(s)?,
        flow,
        overlay: s.choice("overlay", overlay::CATALOGUE, overlay)?,
        activation: s.choice("activation", activation::CATALOGUE, "relu")?,
        normalize: s.choice("normalize", normalize::CATALOGUE, "rms")?,
        view: s.choice("view", view::CATALOGUE, "whole")?,
        head: s.whole("head", 0, 0, 65_536)?,
        projection: s.choice("projection", projection::CATALOGUE, "none")?,
        goodness,
        residual: s.choice("residual", residual::CATALOGUE, "none")?,
        readout: s.choice("readout", readout::CATALOGUE, readout)?,
        init: s.choice("init", init::CATALOGUE, "fan_in_normal")?,
        precision: s.choice("precision", precision::CATALOGUE, "f32")?,
    })
}

/// Whether the goodness is one number a class.
pub(super) fn per_class(network: &NetworkSpec) -> bool {
    network.goodness.build(goodness::CATALOGUE).per_class()
}

fn train(s: &Section<'_>, class_wise: bool, layers: usize) -> Result<TrainSpec> {
    Ok(TrainSpec {
        loss: s.loss(if class_wise { "cross_entropy" } else { "swish_symba" })?,
        hierarchy: hierarchy::read(s)?,
        theta: s.theta("theta")?,
        negatives: s.negatives("wrong_label")?,
        adviser: s.table.get("adviser").map(|_| s.choice("adviser", readout::CATALOGUE, "linear")).transpose()?,
        collaboration: s.choice("collaboration", collaboration::CATALOGUE, "none")?,
        similarity: s.choice("similarity", similarity::CATALOGUE, "none")?,
        similarity_view: s.choice("similarity_view", view::CATALOGUE, "whole")?,
        penalty: s.choice("penalty", penalty::CATALOGUE, "none")?,
        optimizer: s.choice("optimizer", optim::CATALOGUE, "adam")?,
        rates: rates(s, layers)?,
        schedule: s.choice("schedule", schedule::CATALOGUE, "linear_decay")?,
        plan: s.choice("plan", plan::CATALOGUE, "simultaneous")?,
        epochs: s.whole("epochs", 20, 1, 1_000_000)?,
        batch: s.whole("batch", 512, 1, 1 << 24)?,
        micro_batch: s.whole("micro_batch", 0, 0, 1 << 24)?,
        dropout: s.real("dropout", 0.0, 0.9)?.unwrap_or(0.0),
        average: s.real("average", 0.0, 0.99999)?.unwrap_or(0.0),
        validate_every: s.whole("validate_every", 1, 0, 1_000_000)?,
        seed: s.whole("seed", 1, 0, i64::MAX as usize)? as u64,
    })
}

/// Each layer's share of the rate.
fn rates(s: &Section<'_>, layers: usize) -> Result<Vec<f64>> {
    let Some(value) = s.table.get("rates") else { return Ok(Vec::new()) };
    let share = |v: &Value| v.as_float().or_else(|| v.as_integer().map(|whole| whole as f64));
    let shares = value.as_array().and_then(|all| all.iter().map(share).collect::<Option<Vec<_>>>());
    let fits = shares.filter(|all| all.len() == layers && all.iter().all(|share| (0.0..=1e3).contains(share)));
    let expected = format!("for each of the {layers} layers its share of the optimizer's rate, from 0 to 1000");
    fits.ok_or_else(|| s.bad("rates", &value.to_string(), &expected))
}

/// A table of a recipe with what errors call it.
pub(super) struct Section<'a> {
    pub(super) origin: &'a str,
    pub(super) name: &'a str,
    pub(super) table: &'a Table,
}

impl<'a> Section<'a> {
    fn key(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_string() } else { format!("{}.{key}", self.name) }
    }

    pub(super) fn bad(&self, key: &str, came: &str, expected: &str) -> RecipeError {
        let (origin, key) = (self.origin.to_string(), self.key(key));
        RecipeError::BadValue { origin, key, came: came.to_string(), expected: expected.to_string() }
    }

    pub(super) fn missing(&self, key: &str, expected: &str) -> RecipeError {
        let (origin, key) = (self.origin.to_string(), self.key(key));
        RecipeError::Missing { origin, key, expected: expected.to_string() }
    }

    pub(super) fn only(&self, known: &[&str]) -> Result<()> {
        let Some(key) = self.table.keys().find(|key| !known.contains(&key.as_str())) else {
            return Ok(());
        };
        let (section, hint) = match self.name {
            "" => ("the recipe".to_string(), keys::hint(key)),
            name => (format!("[{name}]"), did_you_mean(key, known.iter().copied())),
        };
        Err(RecipeError::UnknownKey { origin: self.origin.to_string(), key: key.clone(), section, hint })
    }

    fn section(&self, name: &'a str, known: &[&str]) -> Result<Section<'a>> {
        let section = self.section_or_empty(name)?;
        section.only(known)?;
        Ok(section)
    }

    fn section_or_empty(&self, name: &'a str) -> Result<Section<'a>> {
        static EMPTY: std::sync::LazyLock<Table> = std::sync::LazyLock::new(Table::new);
        match self.table.get(name) {
            None => Ok(Section { origin: self.origin, name, table: &EMPTY }),
            Some(Value::Table(table)) => Ok(Section { origin: self.origin, name, table }),
            Some(other) => Err(self.bad(name, &other.to_string(), &format!("a section [{name}]"))),
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.bad(key, &other.to_string(), "a string")),
        }
    }

    fn flag(&self, key: &str) -> Result<bool> {
        match self.table.get(key) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(*flag),
            Some(other) => Err(self.bad(key, &other.to_string(), "true or false")),
        }
    }

    pub(super) fn whole(&self, key: &str, default: usize, min: usize, max: usize) -> Result<usize> {
        let expected = || format!("a whole number from {min} to {max}");
        let Some(value) = self.table.get(key) else { return Ok(default) };
        let fits = value.as_integer().and_then(|i| usize::try_from(i).ok()).filter(|i| (min..=max).contains(i));
        fits.ok_or_else(|| self.bad(key, &value.to_string(), &expected()))
    }

    fn real(&self, key: &str, min: f64, max: f64) -> Result<Option<f64>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let fits = number(value).filter(|x| (min..=max).contains(x));
        let expected = || format!("a number from {min} to {max}");
        fits.map(Some).ok_or_else(|| self.bad(key, &value.to_string(), &expected()))
    }

    fn theta(&self, key: &str) -> Result<Theta> {
        match self.table.get(key) {
            Some(Value::String(word)) if word == "auto" => Ok(Theta::Auto),
            Some(other) if number(other).is_none() => {
                Err(self.bad(key, &other.to_string(), "a number from -1000000 to 1000000, or \"auto\""))
            }
            _ => Ok(self.real(key, -1e6, 1e6)?.map_or(Theta::Own, Theta::Fixed)),
        }
    }

    fn widths(&self, key: &str) -> Result<Vec<usize>> {
        let expected = "1 to 1000 layers of 1 to 65536 units each, such as [1000, 1000]";
        let Some(value) = self.table.get(key) else { return Err(self.missing(key, expected)) };
        let unit =
            |v: &Value| v.as_integer().and_then(|i| usize::try_from(i).ok()).filter(|i| (1..=65_536).contains(i));
        let widths = value.as_array().and_then(|a| a.iter().map(unit).collect::<Option<Vec<_>>>());
        let fits = widths.filter(|w| (1..=1000).contains(&w.len()));
        fits.ok_or_else(|| self.bad(key, &value.to_string(), expected))
    }

    fn fields(&self, key: &str) -> Result<Vec<(usize, usize)>> {
        let expected = "one [side, stride] a layer, from 1 to 1024 each, such as [[10, 6], [2, 1]]";
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let whole = |v: &Value| v.as_integer().and_then(|i| usize::try_from(i).ok()).filter(|i| (1..=1024).contains(i));
        let pair = |v: &Value| match v.as_array()?.as_slice() {
            [side, stride] => Some((whole(side)?, whole(stride)?)),
            _ => None,
        };
        let pairs = value.as_array().and_then(|a| a.iter().map(pair).collect::<Option<Vec<_>>>());
        pairs.ok_or_else(|| self.bad(key, &value.to_string(), expected))
    }

    /// A loss of one kind or the other: the name tells.
    fn loss(&self, default: &str) -> Result<Choice> {
        match find(class_loss::CATALOGUE, self.named("loss").unwrap_or(default)) {
            Some(_) => self.choice("loss", class_loss::CATALOGUE, default),
            None => self.choice("loss", loss::CATALOGUE, default),
        }
    }

    /// Negatives of one kind or the other: the name tells.
    fn negatives(&self, default: &str) -> Result<Choice> {
        match find(image_negatives::CATALOGUE, self.named("negatives").unwrap_or(default)) {
            Some(_) => self.choice("negatives", image_negatives::CATALOGUE, default),
            None => self.choice("negatives", negatives::CATALOGUE, default),
        }
    }

    /// The member that a key names, if it names one.
    fn named(&self, key: &str) -> Option<&str> {
        match self.table.get(key) {
            Some(Value::String(name)) => Some(name.as_str()),
            Some(Value::Table(table)) => table.get("name").and_then(Value::as_str),
            _ => None,
        }
    }

    /// A member by name, or a table with its name and parameters.
    pub(super) fn choice<T: ?Sized>(&self, key: &str, family: &'static [Entry<T>], default: &str) -> Result<Choice> {
        let (name, given) = match self.table.get(key) {
            None => (default.to_string(), Vec::new()),
            Some(Value::String(name)) => (name.clone(), Vec::new()),
            Some(Value::Table(table)) => self.given(key, table, default)?,
            Some(other) => {
                let expected = "a member's name, or { name = …, parameters … }";
                return Err(self.bad(key, &other.to_string(), expected));
            }
        };
        let Some(entry) = find(family, &name) else {
            let names = || family.iter().map(|e| e.info.name);
            return Err(RecipeError::UnknownMember {
                origin: self.origin.to_string(),
                key: self.key(key),
                hint: did_you_mean(&name, names()),
                known: names().collect::<Vec<_>>().join(", "),
                name,
            });
        };
        match Args::resolve(entry.info.params, &given) {
            Ok(args) => Ok(Choice { name, args }),
            Err(e) => Err(self.bad_parameter(key, &name, &e.to_string())),
        }
    }

    /// A table's member, the default one where it names none, and the parameters that it gives.
    fn given(&self, key: &str, table: &Table, default: &str) -> Result<(String, Vec<(String, f64)>)> {
        let name = match table.get("name") {
            None => default,
            Some(Value::String(name)) => name,
            Some(other) => return Err(self.bad(&format!("{key}.name"), &other.to_string(), "the name of a member")),
        };
        let mut given = Vec::new();
        for (parameter, value) in table.iter().filter(|(k, _)| *k != "name") {
            let Some(value) = number(value) else {
                return Err(self.bad_parameter(key, name, &format!("{parameter} = {value}: expected a number")));
            };
            given.push((parameter.clone(), value));
        }
        Ok((name.to_string(), given))
    }

    fn bad_parameter(&self, key: &str, name: &str, reason: &str) -> RecipeError {
        let (origin, key) = (self.origin.to_string(), self.key(key));
        RecipeError::BadParameter { origin, key, name: name.to_string(), reason: reason.to_string() }
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().and_then(|i| f64::from_str(&i.to_string()).ok()))
}
