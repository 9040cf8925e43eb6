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

/// Half a cosine from full rate to 0.
#[derive(Clone, Copy, Debug)]
pub struct Cosine;

impl Schedule for Cosine {
    fn at(&self, step: u64, total: u64) -> f32 {
        let t = (step as f64 + 0.5) / total.max(1) as f64;
        (0.5 * (1.0 + cosine(core::f64::consts::PI * t.clamp(0.0, 1.0)))) as f32
    }
}

/// cos x for x from 0 to π: the sine's series around π/2.
fn cosine(x: f64) -> f64 {
    let x = core::f64::consts::FRAC_PI_2 - x;
    let square = x * x;
    let terms = [1.0, 6.0, 20.0, 42.0, 72.0, 110.0, 156.0];
    x * terms.iter().skip(1).rev().fold(1.0, |rest, n| 1.0 - square / n * rest)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_the_cosine() {
        for i in 0..=100 {
            let x = core::f64::consts::PI * f64::from(i) / 100.0;
            assert!((cosine(x) - x.cos()).abs() < 1e-9, "{x}");
        }
    }
}
