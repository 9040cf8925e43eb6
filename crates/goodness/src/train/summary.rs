//! The figures of a run.

use goodness_engine::memory;

use super::monitor;
use super::record::Summary;
use super::trainer::Trainer;

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
            test_error_flipped: None,
            validation_error_flipped: None,
            train_seconds: seconds,
            samples_per_second: if seconds > 0.0 { samples / seconds } else { 0.0 },
            peak_memory_bytes: memory::peak_bytes().unwrap_or(0),
            rule: "forward-forward".to_string(),
            plan: recipe.train.plan.name.clone(),
            readout: recipe.network.readout.name.clone(),
            data: recipe.data.set.clone(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            layer_errors: self.layer_errors(),
            thresholds: self.thresholds(),
            warnings: monitor::warnings(history),
        }
    }

    /// θ of each layer, where the loss reads it.
    fn thresholds(&self) -> Vec<f64> {
        let states = self.states.iter().filter(|_| self.method.objective.uses_theta());
        states.map(|s| f64::from(s.theta)).collect()
    }
}
