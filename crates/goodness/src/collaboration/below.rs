//! # Below
//!
//! γ_i = w Σ_{j<i} g_j: what the layers below have just said of the same rows, before this step moved their weights.
//!
//! Costs nothing: they have been passed anyway. A layer works on what the layers below have left undone. Choose it where
//! upper layers repeat the lower ones.
//!
//! ```
//! use goodness::collaboration::{Below, Collaboration};
//! let below = Below { weight: 0.5 };
//! let g = [3.0, 2.0, 9.0];
//! let gamma = |own: usize| (0..3).filter(|j| *j != own).map(|j| below.weight(own, j) * g[j]).sum::<f32>();
//! assert_eq!([gamma(0), gamma(1), gamma(2)], [0.0, 1.5, 2.5]);
//! ```

use goodness_core::catalogue::{Entry, Info, Param};

use super::Collaboration;

/// The layers below count.
#[derive(Clone, Copy, Debug)]
pub struct Below {
    /// w, what their goodness is multiplied by.
    pub weight: f32,
}

impl Collaboration for Below {
    fn weight(&self, own: usize, other: usize) -> f32 {
        if other < own { self.weight } else { 0.0 }
    }
}

pub(super) const ENTRY: Entry<dyn Collaboration> = Entry {
    info: Info {
        name: "below",
        summary: "a layer's loss sees its own goodness and, as a constant, that of the layers below it",
        source: "after Lorberbom and others 2024 (arXiv 2305.12393), the layers above left out",
        params: &[Param::real("weight", "what the other layers' goodness is multiplied by", 1.0, 0.0, 10.0)],
    },
    build: |args| Box::new(Below { weight: args.f32("weight") }),
};
