//! # Learned embedding
//!
//! inputs behind the F pixels = E_y, one learned vector of `width` numbers a label; neutral: Σ E_k / K  (Dooms and others
//! 2023, Trifecta, where the vector is an image channel)
//!
//! With M = Σ over rows of s dz ⊗ c (K × units), W_E the first layer's columns that read the vector and s the normalising
//! factor:
//!
//! ∂L/∂W_E = Mᵀ E, ∂L/∂E = M W_E
//!
//! E belongs to the first layer: its own loss trains it, no other layer's does. s is taken as given: the part that this
//! leaves out points along the vector that was written, so it would change a vector's length and not its direction.
//!
//! Cost: K · width · units multiply-adds a batch beside [`Appended`](super::Appended). Choose it where there are many
//! classes, some of which resemble one another: labels that mean nearly the same can move together.
//!
//! ```
//! use goodness_core::{Rng, overlay::{Embedding, Overlay, Place}};
//! let (overlay, mut code) = (Embedding { width: 3, strength: 0.5 }, [0.0; 2]);
//! overlay.label_into(1, &mut code);
//! assert_eq!((overlay.place(), code), (Place::Learned(3), [0.0, 1.0]));
//! overlay.neutral_into(&mut code);
//! assert_eq!(code, [0.5, 0.5]);
//! let (mut rng, mut start) = (Rng::keyed(1, 0, 0), [0.0; 3]);
//! overlay.pattern_into(0, (28, 28, 1), &mut rng, &mut start);
//! assert_eq!(start[0], 0.5 * Rng::keyed(1, 0, 0).normal());
//! ```

use super::{Overlay, Place, mean_of_all, one_of_all};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rng::Rng;

/// A learned vector for every class.
#[derive(Clone, Copy, Debug)]
pub struct Embedding {
    /// Numbers of a vector.
    pub width: usize,
    /// Standard deviation of the numbers that training starts from.
    pub strength: f32,
}

impl Overlay for Embedding {
    fn width(&self, classes: usize) -> usize {
        classes
    }

    fn place(&self) -> Place {
        Place::Learned(self.width)
    }

    fn label_into(&self, label: u8, code: &mut [f32]) {
        one_of_all(label, 1.0, code);
    }

    fn neutral_into(&self, code: &mut [f32]) {
        mean_of_all(1.0, code);
    }

    fn pattern_into(&self, _: usize, _: (usize, usize, usize), rng: &mut Rng, out: &mut [f32]) {
        out.iter_mut().for_each(|x| *x = self.strength * rng.normal());
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Overlay> = Entry {
    info: Info {
        name: "embedding",
        summary: "inputs behind the pixels hold a vector for the label, which the first layer learns",
        source: "Dooms and others 2023 (Trifecta, arXiv 2311.18130)",
        params: &[
            Param::whole("width", "numbers of a vector", 32.0, 1.0, 4096.0),
            Param::real("strength", "standard deviation of the numbers that training starts from", 1.0, 1e-3, 1e3),
        ],
    },
    build: |args| Box::new(Embedding { width: args.get("width") as usize, strength: args.f32("strength") }),
};
