//! # Cosine
//!
//! gain = ½ (1 + cos πt), t = (step + ½)/total  (Loshchilov and Hutter 2017, one period)
//!
//! ```
//! use goodness_core::schedule::{Cosine, Schedule};
//! assert!((Cosine.at(24, 50) - 0.5157).abs() < 1e-3);
//! ```

use super::Schedule;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;

/// Half a cosine from full rate to 0.
#[derive(Clone, Copy, Debug)]
pub struct Cosine;

impl Schedule for Cosine {
    fn at(&self, step: u64, total: u64) -> f32 {
        let t = (step as f64 + 0.5) / total.max(1) as f64;
        (0.5 * (1.0 + math::cosine(core::f64::consts::PI * t.clamp(0.0, 1.0)))) as f32
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Schedule> = Entry {
    info: Info {
        name: "cosine",
        summary: "half a cosine from full rate to 0",
        source: "Loshchilov and Hutter 2017 (arXiv 1608.03983), one period",
        params: &[],
    },
    build: |_| Box::new(Cosine),
};
