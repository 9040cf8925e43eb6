//! # Linear projection
//!
//! a = h Pᵀ, P learned  (Gong, Li and Abdulla 2025, Mono-Forward, equations 2 to 4)
//!
//! ∂L/∂h = da P, ∂L/∂P = daᵀ h. One number a class: its goodness. Cost: `width · units` multiply-adds a row. P starts at 0
//! (no unit has a class before it has learned one); the layer below P starts to move at the second step.
//!
//! ```
//! use goodness_core::projection::{Linear, Projection};
//! use goodness_core::{Rows, RowsMut};
//! let mut a = [0.0; 2];
//! let (h, p) = (Rows::new(&[1.0, 2.0], 1, 2), Rows::new(&[1.0, 1.0, 0.0, 4.0], 2, 2));
//! Linear.forward_into(h, p, RowsMut::new(&mut a, 1, 2));
//! assert_eq!(a, [3.0, 8.0]);
//! ```

use super::{Projection, add_scaled, products_into, spread_into};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rng::Rng;
use crate::rows::{Rows, RowsMut};

/// One learned direction a class.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

impl Projection for Linear {
    fn width(&self, classes: usize) -> usize {
        classes
    }

    fn start(&self, _units: usize, _rng: &mut Rng, p: &mut [f32]) {
        p.fill(0.0);
    }

    fn forward_into(&self, h: Rows<'_>, p: Rows<'_>, a: RowsMut<'_>) {
        products_into(h, p, a);
    }

    fn pull_back(&self, _h: Rows<'_>, p: Rows<'_>, _a: Rows<'_>, da: Rows<'_>, dh: RowsMut<'_>) {
        spread_into(p, da, dh);
    }

    fn gradient_into(&self, k: usize, h: Rows<'_>, _p: Rows<'_>, _a: Rows<'_>, da: Rows<'_>, dp: &mut [f32]) {
        dp.fill(0.0);
        h.iter().zip(da.iter()).for_each(|(h, da)| add_scaled(dp, da[k], h));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Projection> = Entry {
    info: Info {
        name: "linear",
        summary: "one learned direction a class: any number of units, no groups",
        source: "Gong, Li and Abdulla 2025 (Mono-Forward, arXiv 2501.09238), equations 2 to 4",
        params: &[],
    },
    build: |_| Box::new(Linear),
};
