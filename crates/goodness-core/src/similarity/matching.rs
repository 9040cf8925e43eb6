//! # Similarity matching
//!
//! L = w · mean over i, j of (cᵢⱼ − tᵢⱼ)², t = 1 for one class, −1/(K−1) for two  (Nøkland and Eidnes 2019, section 3.2)
//!
//! c are cosines of centred activities, t those of centred one-hot labels. ∂L/∂cᵢⱼ = 2w (cᵢⱼ − tᵢⱼ)/B². Cost: B² differences
//! a batch, and two products of B² · N multiply-adds for the cosines and the way back. The paper weighs it 99 to 1 against
//! the prediction loss and takes the cosines of what a learned linear map makes of the activities, as many numbers as there
//! are units: `map`, three more products of B · N · `map` multiply-adds.
//!
//! ```
//! use goodness_core::similarity::{Matching, Similarity};
//! use goodness_core::{Rows, RowsMut};
//! let (mut loss, mut slopes) = ([0.0; 2], [0.0; 4]);
//! let matching = Matching { weight: 1.0, map: 0 };
//! matching.score(Rows::new(&[1.0, 0.0, 0.0, 1.0], 2, 2), (&[0, 1], 2), &mut loss, RowsMut::new(&mut slopes, 2, 2));
//! assert_eq!((loss, slopes), ([0.5; 2], [0.0, 1.0, 1.0, 0.0]));
//! ```

use super::Similarity;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rows::{Rows, RowsMut};

/// Cosines of activities should be the cosines of labels.
#[derive(Clone, Copy, Debug)]
pub struct Matching {
    /// w, beside the loss of goodness.
    pub weight: f32,
    /// Numbers that a learned map makes of the activities; 0 for none.
    pub map: usize,
}

impl Similarity for Matching {
    fn map(&self) -> usize {
        self.map
    }

    fn centred(&self) -> bool {
        true
    }

    fn score(&self, cosines: Rows<'_>, (labels, classes): (&[u8], usize), loss: &mut [f32], mut slopes: RowsMut<'_>) {
        let apart = -1.0 / (classes.max(2) - 1) as f32;
        let share = self.weight / labels.len().max(1) as f32;
        let slope = 4.0 * share / labels.len().max(1) as f32;
        for (i, (loss, own)) in loss.iter_mut().zip(labels).enumerate() {
            let mut total = 0.0;
            let pairs = cosines.row(i).iter().zip(labels);
            for (out, (c, label)) in slopes.row_mut(i).iter_mut().zip(pairs) {
                let difference = c - if label == own { 1.0 } else { apart };
                total += difference * difference;
                *out = slope * difference;
            }
            *loss = share * total;
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Similarity> = Entry {
    info: Info {
        name: "matching",
        summary: "cosines between activities should be those between labels",
        source: "Nøkland and Eidnes 2019 (predsim, arXiv 1901.06656), section 3.2",
        params: &[Param::real("weight", "weight beside the loss of goodness", 99.0, 0.0, 1e6), super::MAP],
    },
    build: |args| Box::new(Matching { weight: args.f32("weight"), map: args.get("map") as usize }),
};
