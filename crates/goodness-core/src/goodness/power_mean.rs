//! # Mean of a power
//!
//! g = (1/N) Σⱼ |hⱼ|ᵖ  (the Lᵖ family of goodness functions compared by Shah and Tripathi 2025)
//!
//! ∂g/∂hⱼ = (p/N) |hⱼ|ᵖ⁻¹ sign hⱼ. p = 1 is the [mean activity](super::MeanActivity) of a ReLU, p = 2 the
//! [mean of squares](super::MeanOfSquares); larger p lets the loudest units decide. Cost: a logarithm and an exponential a
//! unit, so choose the special members where they fit.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, PowerMean}, Rows};
//! let mut g = [0.0];
//! PowerMean { power: 3.0 }.score(Rows::new(&[1.0, 2.0], 1, 2), &mut g);
//! assert!((g[0] - 4.5f32).abs() < 1e-5);
//! ```

use super::Goodness;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math::pow;
use crate::rows::{Rows, RowsMut};

/// g = Σ |h|ᵖ / N.
#[derive(Clone, Copy, Debug)]
pub struct PowerMean {
    /// p.
    pub power: f32,
}

impl Goodness for PowerMean {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let n = h.width().max(1) as f32;
        let term = |x: &f32| if *x == 0.0 { 0.0 } else { pow(x.abs(), self.power) };
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = row.iter().map(term).sum::<f32>() / n);
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        let p = self.power;
        let slope = |x: f32| if x == 0.0 { 0.0 } else { p * pow(x.abs(), p - 1.0) * x.signum() };
        for (r, row) in h.iter().enumerate() {
            let share = dg[r] / h.width().max(1) as f32;
            dh.row_mut(r).iter_mut().zip(row).for_each(|(d, x)| *d = share * slope(*x));
        }
    }

    fn theta(&self, _width: usize) -> f32 {
        1.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "power_mean",
        summary: "Σ |h|ᵖ / width: larger p lets the loudest units decide",
        source: "Shah and Tripathi 2025 (arXiv 2511.18567), the Lᵖ family",
        params: &[Param::real("power", "p", 3.0, 1.0, 3.0)],
    },
    build: |args| Box::new(PowerMean { power: args.f32("power") }),
};
