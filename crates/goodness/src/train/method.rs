//! How layers learn: everything that training needs beyond the network itself.

use goodness_core::goodness::Goodness;
use goodness_core::loss::{self, Loss};
use goodness_core::negatives::{self, Negatives};
use goodness_core::optim::{self, Optimizer};
use goodness_core::penalty::{self, Penalty};
use goodness_core::schedule::{self, Schedule};

use crate::plan::{self, Plan};
use crate::readout::{self, Readout};
use crate::recipe::TrainSpec;

/// The parts of a training step. Replace any of them by your own implementation of its trait.
pub struct Method {
    /// How far goodnesses are from where they should be.
    pub loss: Box<dyn Loss>,
    /// The threshold, where it is not the goodness's own.
    pub theta: Option<f32>,
    /// Which wrong label.
    pub negatives: Box<dyn Negatives>,
    /// Whom the negatives ask for scores; the network's own readout where there is none.
    pub adviser: Option<Box<dyn Readout>>,
    /// What else counts.
    pub penalty: Box<dyn Penalty>,
    /// How weights move.
    pub optimizer: Box<dyn Optimizer>,
    /// How the rate changes.
    pub schedule: Box<dyn Schedule>,
    /// Which layers learn when.
    pub plan: Box<dyn Plan>,
}

impl Method {
    /// The method of a recipe's `[train]`.
    pub fn new(spec: &TrainSpec) -> Self {
        Self {
            loss: spec.loss.build(loss::CATALOGUE),
            theta: spec.theta.map(|theta| theta as f32),
            negatives: spec.negatives.build(negatives::CATALOGUE),
            adviser: spec.adviser.as_ref().map(|adviser| adviser.build(readout::CATALOGUE)),
            penalty: spec.penalty.build(penalty::CATALOGUE),
            optimizer: spec.optimizer.build(optim::CATALOGUE),
            schedule: spec.schedule.build(schedule::CATALOGUE),
            plan: spec.plan.build(plan::CATALOGUE),
        }
    }

    /// θ for a layer of `units`.
    pub(crate) fn theta(&self, goodness: &dyn Goodness, units: usize) -> f32 {
        self.theta.unwrap_or_else(|| goodness.theta(units))
    }
}
