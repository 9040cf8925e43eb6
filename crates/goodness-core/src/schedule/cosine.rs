//! # Cosine
//!
//! t = (step + ½)/total; gain = t/warmup before the warm-up is over, then ½ (1 + cos πs), s = (t − warmup)/(1 − warmup)
//! (Loshchilov and Hutter 2017, one period; the warm-up as in Goyal and others 2017)
//!
//! Cost: one cosine an update.
//!
//! ```
//! use goodness_core::schedule::{Cosine, Schedule};
//! assert!((Cosine { warmup: 0.0 }.at(24, 50) - 0.5157).abs() < 1e-3);
//! let warm = Cosine { warmup: 0.2 };
//! assert!((warm.at(4, 50) - 0.45).abs() < 1e-6); // 4½ of the 10 steps in which it rises
//! assert!((warm.at(10, 50) - 1.0).abs() < 1e-3);
//! ```

use super::{Schedule, warmed};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// Half a cosine from full rate to 0.
#[derive(Clone, Copy, Debug)]
pub struct Cosine {
    /// Share of the training in which the rate rises from 0.
    pub warmup: f32,
}

impl Schedule for Cosine {
    fn at(&self, step: u64, total: u64) -> f32 {
        let (risen, t) = warmed(step, total, self.warmup);
        (risen * 0.5 * (1.0 + math::cosine(core::f64::consts::PI * t))) as f32
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Schedule> = Entry {
    info: Info {
        name: "cosine",
        summary: "half a cosine from full rate to 0",
        source: "Loshchilov and Hutter 2017 (arXiv 1608.03983), one period",
        params: &[Param::real("warmup", "share of the training in which the rate rises from 0", 0.0, 0.0, 0.99)],
    },
    build: |args| Box::new(Cosine { warmup: args.f32("warmup") }),
};
