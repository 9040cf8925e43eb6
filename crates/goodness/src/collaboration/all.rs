//! # All
//!
//! γ_i = w Σ_{j≠i} g_j  (Lorberbom and others 2024)
//!
//! Layers above are passed once over the batch before any layer learns from it. Cost: one forward pass more a step. With
//! dropout that pass has the holes of the step itself. Choose it to follow the paper.
//!
//! ```
//! use goodness::collaboration::{All, Collaboration};
//! let all = All { weight: 0.5 };
//! let g = [3.0, 2.0, 9.0];
//! let gamma = |own: usize| (0..3).filter(|j| *j != own).map(|j| all.weight(own, j) * g[j]).sum::<f32>();
//! assert_eq!([gamma(0), gamma(1), gamma(2)], [5.5, 6.0, 2.5]);
//! ```

use goodness_core::catalogue::{Entry, Info, Param};

use super::Collaboration;

/// Every other layer counts.
#[derive(Clone, Copy, Debug)]
pub struct All {
    /// w, what their goodness is multiplied by.
    pub weight: f32,
}

impl Collaboration for All {
    fn weight(&self, _own: usize, _other: usize) -> f32 {
        self.weight
    }
}

pub(super) const ENTRY: Entry<dyn Collaboration> = Entry {
    info: Info {
        name: "all",
        summary: "a layer's loss sees its own goodness and, as a constant, that of all other layers: one pass more a step",
        source: "Lorberbom and others 2024 (arXiv 2305.12393)",
        params: &[Param::real("weight", "what the other layers' goodness is multiplied by", 1.0, 0.0, 10.0)],
    },
    build: |args| Box::new(All { weight: args.f32("weight") }),
};
