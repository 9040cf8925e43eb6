//! What a sweep found: a table, and what mattered.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::varied;
use crate::report::chart::{Dot, scatter};
use crate::report::page;

/// A trial and how far it came.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// Its settings.
    pub settings: Vec<String>,
    /// Epochs done.
    pub epochs: usize,
    /// Validation error there, in percent; none when it broke down.
    pub error: Option<f64>,
    /// Validation error at the first rung, where all trials were.
    pub first: Option<f64>,
}

/// All trials, the best first.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The recipe that was varied.
    pub recipe: String,
    /// The trials: the furthest first, and among equals the lowest error.
    pub trials: Vec<TrialResult>,
}

/// How much a key mattered.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// The key.
    pub key: String,
    /// Share of the variance of the first rung's errors, in rank, that knowing the key's value explains.
    pub share: f64,
}

impl TrialResult {
    pub(super) fn new(settings: Vec<String>) -> Self {
        Self { settings, epochs: 0, error: None, first: None }
    }

    pub(super) fn reached(&mut self, epochs: usize, error: Option<f64>) {
        if self.epochs == 0 {
            self.first = error;
        }
        (self.epochs, self.error) = (epochs, error);
    }

    /// Lower errors first, broken trials last.
    pub(super) fn rank(&self, other: &Self) -> Ordering {
        self.error.unwrap_or(f64::INFINITY).total_cmp(&other.error.unwrap_or(f64::INFINITY))
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.settings.iter().find_map(|s| s.strip_prefix(key)?.strip_prefix('='))
    }

    /// The settings that vary, in words.
    pub fn words(&self) -> String {
        varied(&self.settings).join("  ")
    }
}

impl Outcome {
    pub(super) fn new(recipe: String, mut trials: Vec<TrialResult>) -> Self {
        trials.sort_by(|a, b| b.epochs.cmp(&a.epochs).then(a.rank(b)));
        Self { recipe, trials }
    }

    /// The best trial: of those that came furthest, the one with the lowest error.
    pub fn best(&self) -> Option<&TrialResult> {
        self.trials.first().filter(|t| t.error.is_some())
    }

    /// The table as text.
    pub fn text(&self) -> String {
        let mut out = format!("{:>12}  {:>6}  settings\n", "validation", "epochs");
        for t in &self.trials {
            let error = t.error.map_or("broke down".to_string(), |e| format!("{e:.2} %"));
            let _ = writeln!(out, "{error:>12}  {:>6}  {}", t.epochs, t.words());
        }
        out
    }

    fn keys(&self) -> Vec<&str> {
        let settings = self.trials.first().map_or(&[][..], |t| varied(&t.settings));
        settings.iter().filter_map(|s| s.split_once('=').map(|(key, _)| key)).collect()
    }

    /// What mattered, the most first: one way analysis of variance on ranks, numbers cut into up to five groups.
    pub fn influences(&self) -> Vec<Influence> {
        let mut order: Vec<usize> = (0..self.trials.len()).collect();
        let first = |i: &usize| self.trials[*i].first.unwrap_or(f64::INFINITY);
        order.sort_by(|a, b| first(a).total_cmp(&first(b)));
        let mut ranks = vec![0.0; order.len()];
        order.iter().enumerate().for_each(|(rank, trial)| ranks[*trial] = rank as f64);
        let influence = |key: &&str| Influence { key: key.to_string(), share: self.share(key, &ranks) };
        let mut all: Vec<Influence> = self.keys().iter().map(influence).collect();
        all.sort_by(|a, b| b.share.total_cmp(&a.share));
        all
    }

    fn share(&self, key: &str, ranks: &[f64]) -> f64 {
        let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let values: Vec<&str> = self.trials.iter().map(|t| t.value(key).unwrap_or_default()).collect();
        groups_of(&values)
            .into_iter()
            .zip(ranks)
            .for_each(|(group, rank)| groups.entry(group).or_default().push(*rank));
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len().max(1) as f64;
        let all = mean(ranks);
        let total: f64 = ranks.iter().map(|r| (r - all).powi(2)).sum();
        let between: f64 = groups.values().map(|g| g.len() as f64 * (mean(g) - all).powi(2)).sum();
        if total > 0.0 { between / total } else { 0.0 }
    }

    /// A page: the table, what mattered, and the error over each key's values.
    pub fn render(&self) -> String {
        let rows: String = self
            .trials
            .iter()
            .map(|t| {
                let error = t.error.map_or("broke down".to_string(), |e| format!("{e:.2} %"));
                format!("<tr><td>{error}</td><td>{}</td><td>{}</td></tr>\n", t.epochs, page::escape(&t.words()))
            })
            .collect();
        let table = format!(
            "<div class=\"table\"><table class=\"plain\"><tr><th>validation error</th><th>epochs</th><th>settings</th></tr>\n{rows}</table></div>"
        );
        let charts: String = self.influences().iter().map(|i| self.chart(i)).collect();
        let mattered = page::section(
            "What mattered",
            "Each dot is a trial at the first rung. The share says how much of the order of the trials the key's value explains.",
            &format!("<div class=\"grid\">{charts}</div>"),
        );
        let header = format!(
            "<header>\n<h1>Sweep of {}</h1>\n<p class=\"sub\">On the validation split; the test set was not read.</p>\n</header>\n",
            page::escape(&self.recipe)
        );
        let trials = page::section("Trials", "The furthest first; losers were stopped at their rung.", &table);
        page::wrap(&format!("Sweep of {} · goodness", self.recipe), &(header + &mattered + &trials))
    }

    fn chart(&self, influence: &Influence) -> String {
        let values: Vec<&str> = self.trials.iter().map(|t| t.value(&influence.key).unwrap_or_default()).collect();
        let numbers: Option<Vec<f64>> = values.iter().map(|v| v.parse().ok()).collect();
        let names: Vec<&str> = {
            let mut n = values.clone();
            n.sort_unstable();
            n.dedup();
            n
        };
        let place = |i: usize| match &numbers {
            Some(numbers) => numbers[i],
            None => names.iter().position(|n| *n == values[i]).unwrap_or(0) as f64,
        };
        let dots = self
            .trials
            .iter()
            .enumerate()
            .filter_map(|(i, t)| Some(Dot { x: place(i), y: t.first? }))
            .collect::<Vec<_>>();
        let spread = numbers.as_ref().is_some_and(|n| {
            n.iter().all(|x| *x > 0.0)
                && n.iter().copied().fold(0.0, f64::max) > 20.0 * n.iter().copied().fold(f64::INFINITY, f64::min)
        });
        let title = page::escape(&format!("{}: {:.0} % of the order", influence.key, 100.0 * influence.share));
        let labels: Vec<String> =
            if numbers.is_none() { names.iter().map(|n| page::escape(n)).collect() } else { Vec::new() };
        scatter(&title, &dots, spread, &labels)
    }
}

/// A group for every value: its own where there are few, a fifth of the range in rank where they are many numbers.
fn groups_of(values: &[&str]) -> Vec<usize> {
    let mut names = values.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() <= 5 || values.iter().any(|v| v.parse::<f64>().is_err()) {
        return values.iter().map(|v| names.iter().position(|n| n == v).unwrap_or(0)).collect();
    }
    let number = |i: &usize| values[*i].parse::<f64>().unwrap_or(0.0);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| number(a).total_cmp(&number(b)));
    let mut groups = vec![0; values.len()];
    order.iter().enumerate().for_each(|(rank, i)| groups[*i] = rank * 5 / values.len());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_matters_is_found() {
        let trial = |rate: f64, seed: usize| {
            let mut t = TrialResult::new(vec![
                format!("rate={rate}"),
                format!("other={}", seed % 3),
                "train.epochs=1".into(),
                "train.validate_every=1".into(),
            ]);
            t.reached(1, Some(rate * 100.0 + seed as f64 * 0.01));
            t
        };
        let trials = (0..24).map(|i| trial(0.01 * (i / 3 + 1) as f64, i)).collect();
        let outcome = Outcome::new("r".into(), trials);
        let influences = outcome.influences();
        assert_eq!(influences[0].key, "rate");
        assert!(influences[0].share > 0.9 && influences[1].share < 0.2, "{influences:?}");
        assert!(outcome.best().unwrap().settings[0] == "rate=0.01");
        let page = outcome.render();
        assert!(page.matches("<circle").count() == 48 && page.contains("rate: 9"), "{page}");
    }
}
