//! # Label sweep
//!
//! score(k) = Σ over layers ≥ `from` of the goodness of the row with label k written in  (Hinton 2022, section 3.3)
//!
//! Exact, and needs no weights of its own. Cost: one pass a class through every layer but the first, whose product is
//! shared. The first layer sees the label directly, so leaving it out (`from = 2`) often helps.
//!
//! ```
//! use goodness::core::{Rows, RowsMut};
//! use goodness::readout::{LabelSweep, Readout, Seen};
//! // One image, a row for each of its two labels.
//! let mut sums = [0.0; 2];
//! for (layer, g) in [[9.0, 0.0], [1.0, 2.0], [1.0, 3.0]].iter().enumerate() {
//!     let seen = Seen { goodness: Rows::new(g, 2, 1), x: Rows::new(&[], 0, 0) };
//!     LabelSweep { from: 1 }.read(layer, seen, RowsMut::new(&mut sums, 1, 2));
//! }
//! assert_eq!(sums, [2.0, 5.0]);
//! ```

use goodness_core::RowsMut;
use goodness_core::catalogue::{Entry, Info, Param};

use super::{Pass, PerClass, Readout, Seen};

/// The label under which the network is happiest.
#[derive(Clone, Copy, Debug)]
pub struct LabelSweep {
    /// The first layer that counts, from 0.
    pub from: usize,
}

impl Readout for LabelSweep {
    fn pass(&self) -> Pass {
        Pass::EveryLabel
    }

    fn from(&self) -> usize {
        self.from
    }

    fn reads_goodness(&self) -> Option<PerClass> {
        Some(PerClass::No)
    }

    fn read(&self, layer: usize, seen: Seen<'_>, mut sums: RowsMut<'_>) {
        if layer < self.from {
            return;
        }
        let (images, classes, goodness) = (sums.len(), sums.width(), seen.goodness.data());
        for r in 0..images {
            let row = sums.row_mut(r);
            (0..classes).for_each(|k| row[k] += goodness[k * images + r]);
        }
    }
}

pub(super) const ENTRY: Entry<dyn Readout> = Entry {
    info: Info {
        name: "label_sweep",
        summary: "the label whose pass has the highest summed goodness: one pass a class",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.3",
        params: &[Param::whole("from", "first layer that counts, from 1", 1.0, 1.0, 1000.0)],
    },
    build: |args| Box::new(LabelSweep { from: args.get("from") as usize - 1 }),
};
