//! # Linear decay
//!
//! gain = min(1, (1 − t)/(1 − hold)), t = (step + ½)/total  (Hinton 2022, released code: hold = ½)
//!
//! With a warm-up the gain is t/warmup before, and t counts from its end. `warmup` 0.3 and `hold` 0 is one cycle: up and
//! down in two straight lines.
//!
//! The released code changes the rate once an epoch, to (1 + 2(E − e))/E in epoch e of E; this line passes through the
//! same values in the middle of each epoch. Cost: three divisions an update.
//!
//! ```
//! use goodness_core::schedule::{LinearDecay, Schedule};
//! let schedule = LinearDecay { hold: 0.5, warmup: 0.0 };
//! assert_eq!((schedule.at(0, 100), schedule.at(49, 100)), (1.0, 1.0));
//! assert!((schedule.at(99, 100) - 0.01).abs() < 1e-6);
//! let cycle = LinearDecay { hold: 0.0, warmup: 0.5 };
//! assert!((cycle.at(24, 100) - 0.49).abs() < 1e-6 && (cycle.at(75, 100) - 0.49).abs() < 1e-6);
//! ```

use super::{Schedule, warmed};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};

/// Full rate for a while, then a straight line to 0.
#[derive(Clone, Copy, Debug)]
pub struct LinearDecay {
    /// Share of the training, after the warm-up, at full rate.
    pub hold: f32,
    /// Share of the training in which the rate rises from 0.
    pub warmup: f32,
}

impl Schedule for LinearDecay {
    fn at(&self, step: u64, total: u64) -> f32 {
        let (risen, t) = warmed(step, total, self.warmup);
        let line = (1.0 - t) / (1.0 - f64::from(self.hold));
        (risen * line.clamp(0.0, 1.0)) as f32
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Schedule> = Entry {
    info: Info {
        name: "linear_decay",
        summary: "full rate for a while, then a straight line to 0",
        source: "Hinton 2022, released code, ffnew",
        params: &[
            Param::real("hold", "share of the training, after the warm-up, at full rate", 0.5, 0.0, 0.999),
            Param::real("warmup", "share of the training in which the rate rises from 0", 0.0, 0.0, 0.99),
        ],
    },
    build: |args| Box::new(LinearDecay { hold: args.f32("hold"), warmup: args.f32("warmup") }),
};
