//! # Linear decay
//!
//! gain = min(1, (1 − t)/(1 − hold)), t = (step + ½)/total  (Hinton 2022, released code: hold = ½)
//!
//! The released code changes the rate once an epoch, to (1 + 2(E − e))/E in epoch e of E; this line passes through the
//! same values in the middle of each epoch.
//!
//! ```
//! use goodness_core::schedule::{LinearDecay, Schedule};
//! let schedule = LinearDecay { hold: 0.5 };
//! assert_eq!((schedule.at(0, 100), schedule.at(49, 100)), (1.0, 1.0));
//! assert!((schedule.at(99, 100) - 0.01).abs() < 1e-6);
//! ```

use super::Schedule;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};

/// Full rate for a while, then a straight line to 0.
#[derive(Clone, Copy, Debug)]
pub struct LinearDecay {
    /// Share of the training at full rate.
    pub hold: f32,
}

impl Schedule for LinearDecay {
    fn at(&self, step: u64, total: u64) -> f32 {
        let t = (step as f64 + 0.5) / total.max(1) as f64;
        let line = (1.0 - t) / (1.0 - f64::from(self.hold));
        line.clamp(0.0, 1.0) as f32
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Schedule> = Entry {
    info: Info {
        name: "linear_decay",
        summary: "full rate for a while, then a straight line to 0",
        source: "Hinton 2022, released code, ffnew",
        params: &[Param::real("hold", "share of the training at full rate", 0.5, 0.0, 0.999)],
    },
    build: |args| Box::new(LinearDecay { hold: args.f32("hold") }),
};
