//! Recipe to TOML, nothing left to defaults.

use std::fmt::Write;

use toml::{Table, Value};

use super::{Choice, Recipe, Theta, convolutions, hierarchy};
use crate::data::{Broken, PictureRules};
use crate::train::Objective;

/// The whole recipe as TOML.
pub(super) fn recipe(r: &Recipe) -> String {
    let mut out = Out(String::new());
    out.text("name", &r.name);
    out.text("about", &r.about);
    out.text("source", &r.source);
    out.section("data");
    out.text("set", &r.data.set);
    pictures(&mut out, &r.data.pictures);
    out.whole("validation", r.data.validation);
    out.whole("shift", r.data.shift);
    out.real("mirror", r.data.mirror);
    out.text("mirroring", r.data.mirroring.name());
    out.real("turn", r.data.turn);
    out.real("stretch", r.data.stretch);
    out.real("wave", r.data.wave);
    out.real("crop", r.data.crop);
    out.text("padding", r.data.padding.name());
    out.real("brightness", r.data.brightness);
    out.real("contrast", r.data.contrast);
    out.real("saturation", r.data.saturation);
    out.real("hue", r.data.hue);
    out.real("grey", r.data.grey);
    out.whole("cutout", r.data.cutout);
    out.real("mean", r.data.mean);
    out.real("deviation", r.data.deviation);
    out.line("standardize", &r.data.standardize.to_string());
    out.whole("whiten", r.data.whiten);
    out.real("whiten_epsilon", r.data.whiten_epsilon);
    out.section("network");
    out.line("layers", &format!("{:?}", r.network.layers));
    if !r.network.fields.is_empty() {
        let pairs = r.network.fields.iter().map(|(size, stride)| format!("[{size}, {stride}]"));
        out.line("fields", &format!("[{}]", pairs.collect::<Vec<_>>().join(", ")));
    }
    if !r.network.convolutions.is_empty() {
        out.line("convolutions", &convolutions::write(&r.network.convolutions));
    }
    out.choice("flow", &r.network.flow);
    out.choice("overlay", &r.network.overlay);
    out.choice("activation", &r.network.activation);
    out.choice("normalize", &r.network.normalize);
    out.choice("view", &r.network.view);
    if r.network.head > 0 {
        out.line("head", &r.network.head.to_string());
    }
    out.choice("projection", &r.network.projection);
    out.choice("goodness", &r.network.goodness);
    out.choice("residual", &r.network.residual);
    out.choice("readout", &r.network.readout);
    out.choice("init", &r.network.init);
    out.choice("precision", &r.network.precision);
    out.section("train");
    out.choice("loss", &r.train.loss);
    if !r.train.hierarchy.0.is_empty() {
        out.line("hierarchy", &hierarchy::write(&r.train.hierarchy));
    }
    match r.train.theta {
        Theta::Own => {}
        Theta::Fixed(theta) => out.real("theta", theta),
        Theta::Auto => out.text("theta", "auto"),
    }
    if matches!(Objective::new(&r.train.loss), Objective::Pairs(_)) {
        out.choice("negatives", &r.train.negatives);
    }
    r.train.adviser.iter().for_each(|adviser| out.choice("adviser", adviser));
    out.choice("collaboration", &r.train.collaboration);
    out.choice("similarity", &r.train.similarity);
    out.choice("similarity_view", &r.train.similarity_view);
    out.choice("penalty", &r.train.penalty);
    out.choice("optimizer", &r.train.optimizer);
    if !r.train.rates.is_empty() {
        out.line("rates", &format!("{:?}", r.train.rates));
    }
    out.choice("schedule", &r.train.schedule);
    out.choice("plan", &r.train.plan);
    out.whole("epochs", r.train.epochs);
    out.whole("batch", r.train.batch);
    if r.train.micro_batch > 0 {
        out.whole("micro_batch", r.train.micro_batch);
    }
    out.real("dropout", r.train.dropout);
    out.real("average", r.train.average);
    out.whole("validate_every", r.train.validate_every);
    out.line("seed", &r.train.seed.to_string());
    // Only where it is asked for: what is measured at the end does not change what training comes to.
    if r.eval.flip {
        out.section("eval");
        out.line("flip", "true");
    }
    if !r.expected.is_empty() {
        // As a whole: what lies in tables of its own belongs to it too.
        let expected = [("expected".to_string(), Value::Table(r.expected.clone()))];
        let _ = write!(out.0, "\n{}", expected.into_iter().collect::<Table>());
    }
    out.0
}

/// How a folder of pictures is read, as far as it was said.
fn pictures(out: &mut Out, rules: &PictureRules) {
    let own = PictureRules::default();
    rules.size.iter().for_each(|size| out.whole("size", *size));
    rules.channels.iter().for_each(|channels| out.whole("channels", *channels));
    if rules.broken == Broken::Skip {
        out.text("broken", "skip");
    }
    if rules.test != own.test {
        out.real("test", rules.test);
    }
}

struct Out(String);

impl Out {
    fn line(&mut self, key: &str, value: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn section(&mut self, name: &str) {
        let _ = writeln!(self.0, "\n[{name}]");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(key, &Value::String(value.to_string()).to_string());
    }

    fn whole(&mut self, key: &str, value: usize) {
        self.line(key, &value.to_string());
    }

    fn real(&mut self, key: &str, value: f64) {
        self.line(key, &number(value));
    }

    fn choice(&mut self, key: &str, choice: &Choice) {
        let args = choice.args.iter().map(|(name, value)| format!(", {name} = {}", number(value)));
        let args: String = args.collect();
        self.line(key, &format!("{{ name = {:?}{args} }}", choice.name));
    }
}

fn number(value: f64) -> String {
    Value::Float(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::BUILTIN;
    use super::*;

    #[test]
    fn what_is_measured_at_the_end_is_written_where_it_is_asked_for() {
        let recipe = Recipe::load_with("mnist", &["eval.flip=true".into()]).unwrap();
        assert!(recipe.to_toml().contains("[eval]\nflip = true\n"));
        assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
        assert!(!Recipe::load("mnist").unwrap().to_toml().contains("[eval]"));
    }

    #[test]
    fn tables_in_what_is_expected_stay_there() {
        let text = "name = \"x\"\n[network]\nlayers = [3]\n[expected]\nseconds = 3\nfor.one = { test_error = 2.5 }";
        let recipe = Recipe::parse("x", text).unwrap();
        assert!(recipe.to_toml().contains("\n\n[expected]\nseconds = 3\n"), "{}", recipe.to_toml());
        assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for builtin in BUILTIN {
            let recipe = Recipe::load(builtin.name).unwrap();
            assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap(), recipe);
        }
    }
}
