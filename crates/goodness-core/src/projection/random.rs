//! # Random projection
//!
//! a = h Rᵀ, R ~ N(0, 1/N), drawn once and never trained  (Gong, Staszewski and Xu 2026, ASGE)
//!
//! ∂L/∂h = da R. The layer learns to speak along directions that were fixed before it learned anything: nothing but its
//! own weights has to be stored with an optimizer's memory. Cost: `width · units` multiply-adds a row.
//!
//! ```
//! use goodness_core::projection::{Projection, Random};
//! use goodness_core::{Rows, RowsMut};
//! let (random, mut a, mut dh) = (Random { each: 1 }, [0.0; 2], [0.0; 2]);
//! let (h, r) = (Rows::new(&[1.0, 2.0], 1, 2), Rows::new(&[0.5, 1.0, -1.0, 0.5], 2, 2));
//! random.forward_into(h, r, RowsMut::new(&mut a, 1, 2));
//! random.pull_back(h, r, Rows::new(&a, 1, 2), Rows::new(&[1.0, 2.0], 1, 2), RowsMut::new(&mut dh, 1, 2));
//! assert_eq!((a, dh, random.learns()), ([2.5, 0.0], [-1.5, 2.0], false));
//! ```

use super::{Projection, products_into, spread_into};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rng::Rng;
use crate::rows::{Rows, RowsMut};

/// Fixed random directions, several a class.
#[derive(Clone, Copy, Debug)]
pub struct Random {
    /// Directions a class.
    pub each: usize,
}

impl Projection for Random {
    fn width(&self, classes: usize) -> usize {
        classes * self.each
    }

    fn learns(&self) -> bool {
        false
    }

    fn start(&self, units: usize, rng: &mut Rng, p: &mut [f32]) {
        let deviation = 1.0 / math::sqrt(units.max(1) as f32);
        p.iter_mut().for_each(|p| *p = deviation * rng.normal());
    }

    fn forward_into(&self, h: Rows<'_>, p: Rows<'_>, a: RowsMut<'_>) {
        products_into(h, p, a);
    }

    fn pull_back(&self, _h: Rows<'_>, p: Rows<'_>, _a: Rows<'_>, da: Rows<'_>, dh: RowsMut<'_>) {
        spread_into(p, da, dh);
    }

    fn gradient_into(&self, _k: usize, _h: Rows<'_>, _p: Rows<'_>, _a: Rows<'_>, _da: Rows<'_>, dp: &mut [f32]) {
        dp.fill(0.0);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Projection> = Entry {
    info: Info {
        name: "random",
        summary: "fixed random directions a class: only the layer learns",
        source: "Gong, Staszewski and Xu 2026 (ASGE, arXiv 2509.12394)",
        params: &[Param::whole("each", "directions a class", 1.0, 1.0, 64.0)],
    },
    build: |args| Box::new(Random { each: args.get("each") as usize }),
};
