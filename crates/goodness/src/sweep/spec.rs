//! Sweep files: which recipe, which keys, which values.

use goodness_core::Rng;
use toml::{Table, Value};

use super::SweepError;
use crate::plan;
use crate::recipe::Recipe;

/// A checked sweep file.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The recipe that is varied.
    pub recipe: String,
    /// Trials to draw; with none, every combination of the listed values is one.
    pub draws: Option<usize>,
    /// Where the drawing starts.
    pub seed: u64,
    /// Epochs after which trials are compared and losers stop, rising; the last is where the best end.
    pub rungs: Vec<usize>,
    /// Share of the trials that passes a rung.
    pub keep: f64,
    /// The keys that vary.
    pub keys: Vec<(String, Values)>,
}

/// The values of one key.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One of these.
    List(Vec<Value>),
    /// A number between two.
    Range {
        /// The lowest.
        from: f64,
        /// The highest.
        to: f64,
        /// Whether every factor is as likely as the other, instead of every difference.
        log: bool,
        /// Whether only whole numbers are drawn.
        whole: bool,
    },
}

/// The settings of one trial, as `--set` takes them; the last ones are the same for all trials.
pub type Settings = Vec<String>;

/// Settings that all trials share.
const SHARED: usize = 2;

/// Of a trial's settings, those that vary.
pub fn varied(settings: &[String]) -> &[String] {
    &settings[..settings.len().saturating_sub(SHARED)]
}

const TOP: &[&str] = &["recipe", "draws", "seed", "rungs", "keep", "keys"];
const MOST: usize = 10_000;

impl Spec {
    /// Reads the TOML text of a sweep; `origin` is what errors call it.
    ///
    /// # Errors
    /// [`SweepError::Spec`] with the key and what was expected; every trial's recipe is checked.
    pub fn parse(origin: &str, text: &str) -> Result<Self, SweepError> {
        let fail = |reason: String| SweepError::Spec { origin: origin.to_string(), reason };
        let table: Table =
            text.parse().map_err(|e| fail(format!("not TOML: {}", toml::de::Error::to_string(&e).trim_end())))?;
        let spec = Reader { table: &table }.spec().map_err(fail)?;
        for settings in spec.trials() {
            let fail = |reason: String| fail(format!("trial {}: {reason}", settings.join(" ")));
            let recipe = Recipe::load_with(&spec.recipe, &settings).map_err(|e| fail(e.to_string()))?;
            spec.comparable(&recipe).map_err(fail)?;
        }
        Ok(spec)
    }

    /// Refuses a plan by which a trial that is compared has layers, or a readout, that have not learned.
    fn comparable(&self, recipe: &Recipe) -> Result<(), String> {
        let (plan, layers, last) = (recipe.train.plan.build(plan::CATALOGUE), recipe.network.layers.len(), self.last());
        let name = &recipe.train.plan.name;
        if plan.epochs(last, layers) != last {
            return Err(format!(
                "train.plan = {name:?} goes on after the last rung, epoch {last}: choose another plan"
            ));
        }
        let early = self.rungs.iter().find(|rung| plan.learning(*rung - 1, last, layers).end < layers);
        early.map_or(Ok(()), |rung| {
            Err(format!("train.plan = {name:?} has layers that have not begun at rung {rung}: leave it out"))
        })
    }

    /// The epoch at which the best end.
    fn last(&self) -> usize {
        self.rungs.last().copied().unwrap_or(1)
    }

    /// How many epochs lie between validations, so that every rung has one: the rungs' greatest common divisor.
    fn every(&self) -> usize {
        self.rungs.iter().fold(0, |a, b| divisor(a, *b)).max(1)
    }

    /// The settings of every trial: all combinations, or as many as are drawn.
    pub fn trials(&self) -> Vec<Settings> {
        let all = match self.draws {
            None => self.keys.iter().fold(vec![Vec::new()], combine),
            Some(draws) => (0..draws).map(|trial| self.draw(trial)).collect(),
        };
        let shared: [String; SHARED] =
            [format!("train.epochs={}", self.last()), format!("train.validate_every={}", self.every())];
        all.into_iter().map(|settings: Settings| settings.into_iter().chain(shared.clone()).collect()).collect()
    }

    fn draw(&self, trial: usize) -> Settings {
        let mut rng = Rng::keyed(self.seed, 0, trial as u64);
        self.keys.iter().map(|(key, values)| format!("{key}={}", values.draw(&mut rng))).collect()
    }
}

/// The greatest common divisor of two numbers.
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Every trial so far with every value of one more key.
fn combine(trials: Vec<Settings>, (key, values): &(String, Values)) -> Vec<Settings> {
    let Values::List(list) = values else { return trials };
    let with = |trial: &Settings, value: &Value| trial.iter().cloned().chain([format!("{key}={value}")]).collect();
    trials.iter().flat_map(|trial| list.iter().map(|value| with(trial, value)).collect::<Vec<_>>()).collect()
}

impl Values {
    fn draw(&self, rng: &mut Rng) -> String {
        match self {
            Self::List(list) => list[rng.below(list.len() as u32) as usize].to_string(),
            Self::Range { from, to, log, whole } => {
                let share = f64::from(rng.unit());
                let x = if *log { from * (to / from).powf(share) } else { from + (to - from) * share };
                if *whole { format!("{x:.0}") } else { Value::Float(rounded(x)).to_string() }
            }
        }
    }
}

/// Three significant digits: nobody tunes finer.
fn rounded(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

struct Reader<'a> {
    table: &'a Table,
}

impl Reader<'_> {
    fn spec(&self) -> Result<Spec, String> {
        if let Some(key) = self.table.keys().find(|key| !TOP.contains(&key.as_str())) {
            return Err(format!("unknown key {key:?}{}", crate::recipe::did_you_mean(key, TOP.iter().copied())));
        }
        let recipe = match self.table.get("recipe") {
            Some(Value::String(name)) => name.clone(),
            _ => return Err("recipe is missing: expected a recipe's name or file".to_string()),
        };
        let keys = self.keys()?;
        let draws = self.whole("draws", 1, MOST)?;
        if draws.is_none() && keys.iter().any(|(_, values)| matches!(values, Values::Range { .. })) {
            return Err("a range has no end of combinations: say how many trials to draw with draws = …".to_string());
        }
        let combinations = keys.iter().map(|(_, v)| if let Values::List(l) = v { l.len() } else { 1 });
        if draws.is_none() && combinations.product::<usize>() > MOST {
            return Err(format!("more than {MOST} combinations: draw some of them with draws = …"));
        }
        Ok(Spec {
            recipe,
            draws,
            seed: self.whole("seed", 0, i64::MAX as usize)?.unwrap_or(1) as u64,
            rungs: self.rungs()?,
            keep: self.keep()?,
            keys,
        })
    }

    fn whole(&self, key: &str, min: usize, max: usize) -> Result<Option<usize>, String> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let fits = value.as_integer().and_then(|i| usize::try_from(i).ok()).filter(|i| (min..=max).contains(i));
        fits.map(Some).ok_or_else(|| format!("{key} = {value}: expected a whole number from {min} to {max}"))
    }

    fn rungs(&self) -> Result<Vec<usize>, String> {
        let expected = "expected rising numbers of epochs, such as [2, 6, 18]";
        let Some(value) = self.table.get("rungs") else { return Err(format!("rungs is missing: {expected}")) };
        let epoch = |v: &Value| v.as_integer().and_then(|i| usize::try_from(i).ok()).filter(|i| *i > 0);
        let rungs = value.as_array().and_then(|a| a.iter().map(epoch).collect::<Option<Vec<_>>>());
        let rising = rungs.filter(|r| !r.is_empty() && r.windows(2).all(|w| w[0] < w[1]));
        rising.ok_or_else(|| format!("rungs = {value}: {expected}"))
    }

    fn keep(&self) -> Result<f64, String> {
        let Some(value) = self.table.get("keep") else { return Ok(1.0 / 3.0) };
        let fits = value.as_float().filter(|k| *k > 0.0 && *k <= 1.0);
        fits.ok_or_else(|| format!("keep = {value}: expected a share above 0 and at most 1, such as 0.33"))
    }

    fn keys(&self) -> Result<Vec<(String, Values)>, String> {
        let expected =
            "expected a table with the recipe's keys and their values, such as \"optimizer.rate\" = [0.001, 0.003]";
        let Some(keys) = self.table.get("keys").and_then(Value::as_table).filter(|t| !t.is_empty()) else {
            return Err(format!("[keys]: {expected}"));
        };
        let mut flat = Vec::new();
        flatten("", keys, &mut flat);
        flat.into_iter().map(|(key, value)| Ok((key.clone(), values(&key, value)?))).collect()
    }
}

/// Dotted keys may be written with or without quotes.
fn flatten<'a>(prefix: &str, table: &'a Table, out: &mut Vec<(String, &'a Value)>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) if !inner.contains_key("from") => flatten(&path, inner, out),
            _ => out.push((path, value)),
        }
    }
}

fn values(key: &str, value: &Value) -> Result<Values, String> {
    let expected = "expected a list of values, or { from = …, to = …, log = true, whole = true }";
    let wrong = || format!("keys.{key} = {value}: {expected}");
    match value {
        Value::Array(list) if !list.is_empty() => Ok(Values::List(list.clone())),
        Value::Table(table) => {
            let number = |k: &str| table.get(k).and_then(|v| v.as_float().or(v.as_integer().map(|i| i as f64)));
            let flag = |k: &str| table.get(k).is_some_and(|v| v.as_bool() == Some(true));
            let (from, to) = number("from").zip(number("to")).filter(|(a, b)| a < b).ok_or_else(wrong)?;
            let known = table.keys().all(|k| ["from", "to", "log", "whole"].contains(&k.as_str()));
            let log = flag("log");
            if !known || (log && from <= 0.0) {
                return Err(wrong());
            }
            Ok(Values::Range { from, to, log, whole: flag("whole") })
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(keys: &str, more: &str) -> Result<Spec, String> {
        let text = format!("recipe = \"mnist\"\nrungs = [1, 3]\n{more}\n[keys]\n{keys}");
        Spec::parse("s.toml", &text).map_err(|e| e.to_string())
    }

    #[test]
    fn a_grid_has_every_combination() {
        let trials = spec("optimizer.rate = [0.1, 0.01]\n\"loss.alpha\" = [1, 2, 3]", "").unwrap().trials();
        assert_eq!(trials.len(), 6);
        assert!(
            trials
                .iter()
                .any(|t| t.contains(&"loss.alpha=2".to_string()) && t.contains(&"optimizer.rate=0.01".to_string()))
        );
        assert!(trials[0].contains(&"train.epochs=3".to_string()));
        assert_eq!(varied(&trials[0]).len(), 2);
    }

    #[test]
    fn draws_stay_in_range_and_are_the_same_again() {
        let keys =
            "optimizer.rate = { from = 1e-4, to = 1e-2, log = true }\nbatch = { from = 10, to = 20, whole = true }";
        let drawn = spec(keys, "draws = 50").unwrap();
        assert_eq!(drawn.trials(), drawn.trials());
        let low = drawn.trials().iter().filter(|t| t.iter().any(|s| s.starts_with("optimizer.rate=0.000"))).count();
        assert!((15..35).contains(&low), "{low} of 50 in the lower decade");
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let says = |keys: &str, more: &str, words: &str| {
            let error = spec(keys, more).unwrap_err();
            assert!(error.starts_with("s.toml: ") && error.contains(words), "{error}");
        };
        says("optimizer.rate = [0.1]", "drawz = 3", "unknown key \"drawz\"");
        says("optimizer.rate = { from = 1, to = 2 }", "", "draws = …");
        says("optimizer.rate = { from = 2, to = 1 }", "draws = 2", "keys.optimizer.rate");
        says("optimizer.rate = [7.0]", "", "rate = 7");
        says("optimiser.rate = [0.1]", "", "optimiser");
        says("batch = [8]", "keep = 0.0", "keep = 0");
        assert!(Spec::parse("s", "recipe = \"mnist\"\nrungs = [3, 1]\n[keys]\nbatch = [8]").is_err());
        says(
            "plan = [\"greedy\"]\nnegatives = [\"wrong_label\"]\nshift = [0]",
            "",
            "goes on after the last rung, epoch 3",
        );
        says("plan = [\"windowed\"]", "", "have not begun at rung 1");
    }

    #[test]
    fn every_rung_is_validated() {
        let every = |rungs: &str| {
            let text = format!("recipe = \"mnist\"\nrungs = {rungs}\n[keys]\nbatch = [8]");
            Spec::parse("s", &text).unwrap().trials()[0].last().unwrap().clone()
        };
        assert_eq!(every("[2, 6, 18]"), "train.validate_every=2");
        assert_eq!(every("[4, 6]"), "train.validate_every=2");
        assert_eq!(every("[5]"), "train.validate_every=5");
    }
}
