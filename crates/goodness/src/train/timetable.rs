//! What every update of a step has in common.

use goodness_core::optim::{Moment, Pace};

use super::method::Method;

/// The schedule and the optimizer, to be asked about any batch of an epoch.
#[derive(Clone, Copy)]
pub(super) struct Timetable<'a> {
    pub(super) method: &'a Method,
    /// The epoch since the rate began anew, and how many there are.
    pub(super) epoch: (usize, usize),
    /// Steps in an epoch.
    pub(super) steps: usize,
    /// What of the rate is a layer's own.
    pub(super) share: f32,
}

impl Timetable<'_> {
    /// What the schedule says at batch number `batch`.
    pub(super) fn gain(&self, batch: usize) -> f32 {
        let at = self.epoch.0 * self.steps + batch.min(self.steps - 1);
        self.method.schedule.at(at as u64, (self.epoch.1 * self.steps) as u64)
    }

    /// How the optimizer moves a layer at batch number `batch`.
    pub(super) fn pace(&self, batch: usize) -> Pace {
        let step = (self.epoch.0 * self.steps + batch + 1) as u64;
        self.method.optimizer.pace(Moment { step, gain: self.share * self.gain(batch) })
    }
}
