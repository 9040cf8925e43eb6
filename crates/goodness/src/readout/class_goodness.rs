//! # Class goodness
//!
//! score(k) = Σ over layers ≥ `from` of gₖ on one pass with the neutral label  (Papachristodoulou and others 2024; Sun and
//! others 2025)
//!
//! For goodnesses that give one number a class. Cost: no weights, one pass whatever the number of classes. `from` the last
//! layer reads that layer alone.
//!
//! ```
//! use goodness::core::{Rows, RowsMut};
//! use goodness::readout::{ClassGoodness, Readout, Seen};
//! let mut sums = [0.0; 2];
//! for (layer, g) in [[9.0, 0.0], [1.0, 2.0], [1.0, 3.0]].iter().enumerate() {
//!     let seen = Seen { goodness: Rows::new(g, 1, 2), x: Rows::new(&[], 0, 0) };
//!     ClassGoodness { from: 1 }.read(layer, seen, RowsMut::new(&mut sums, 1, 2));
//! }
//! assert_eq!(sums, [2.0, 5.0]);
//! ```

use goodness_core::RowsMut;
use goodness_core::catalogue::{Entry, Info, Param};

use super::{Pass, PerClass, Readout, Seen};

/// The class whose groups have the highest summed goodness.
#[derive(Clone, Copy, Debug)]
pub struct ClassGoodness {
    /// The first layer that counts, from 0.
    pub from: usize,
}

impl Readout for ClassGoodness {
    fn pass(&self) -> Pass {
        Pass::Neutral
    }

    fn from(&self) -> usize {
        self.from
    }

    fn reads_goodness(&self) -> Option<PerClass> {
        Some(PerClass::Yes)
    }

    fn read(&self, layer: usize, seen: Seen<'_>, mut sums: RowsMut<'_>) {
        if layer >= self.from {
            sums.data_mut().iter_mut().zip(seen.goodness.data()).for_each(|(s, g)| *s += g);
        }
    }
}

pub(super) const ENTRY: Entry<dyn Readout> = Entry {
    info: Info {
        name: "class_goodness",
        summary: "the class whose groups of units have the highest summed goodness: one pass, no weights",
        source: "Papachristodoulou and others 2024 (arXiv 2312.12668); Sun and others 2025 (DeeperForward)",
        params: &[Param::whole("from", "first layer that counts, from 1", 1.0, 1.0, 1000.0)],
    },
    build: |args| Box::new(ClassGoodness { from: args.get("from") as usize - 1 }),
};
