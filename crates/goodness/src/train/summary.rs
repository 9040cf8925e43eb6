//! The figures of a run.

use goodness_engine::memory;

use super::trainer::Trainer;
use crate::report::Summary;

/// A layer with more than this share of dead units deserves a warning.
const MANY_DEAD: f64 = 0.5;
/// A layer whose positives win less often than this has not learned.
const HARDLY_APART: f64 = 0.6;

impl Trainer {
    /// The figures of the run as it stands, with the test error (in percent) where it has been measured.
    pub fn summary(&self, test_error: Option<f64>) -> Summary {
        let (recipe, history) = (self.recipe(), self.history());
        let seconds: f64 = history.iter().map(|e| e.seconds).sum();
        let samples = (history.len() * self.training_set().len()) as f64;
        Summary {
            recipe: recipe.name.clone(),
            seed: recipe.train.seed,
            threads: self.pool().threads(),
            epochs: history.len(),
            parameters: self.network().parameters(),
            test_error,
            validation_error: history.iter().rev().find_map(|e| e.validation_error),
            train_seconds: seconds,
            samples_per_second: if seconds > 0.0 { samples / seconds } else { 0.0 },
            peak_memory_bytes: memory::peak_bytes().unwrap_or(0),
            rule: "forward-forward".to_string(),
            plan: recipe.train.plan.name.clone(),
            readout: recipe.network.readout.name.clone(),
            data: recipe.data.set.clone(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            warnings: self.warnings(),
        }
    }

    /// What the last epoch of each layer gives cause to worry about.
    fn warnings(&self) -> Vec<String> {
        let mut all = Vec::new();
        for layer in 1..=self.network().layers.len() {
            let records = self.history().iter().rev().flat_map(|e| &e.layers);
            let Some(last) = records.clone().find(|l| l.layer == layer) else { continue };
            if last.dead > MANY_DEAD {
                let share = 100.0 * last.dead;
                let cure = "try train.penalty = \"peer_normalization\" or a smaller rate";
                all.push(format!("layer {layer}: {share:.0} % of its units never speak; {cure}"));
            }
            if last.separation < HARDLY_APART {
                let share = 100.0 * last.separation;
                let cure = "try another loss, threshold or rate";
                all.push(format!("layer {layer}: positives win only {share:.0} % of the pairs; {cure}"));
            }
        }
        all
    }
}
