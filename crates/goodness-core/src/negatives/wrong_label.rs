//! # Wrong label
//!
//! P(k) = 1/(K−1) for k ≠ y  (Hinton 2022, section 3.3)
//!
//! One draw a sample: a number below K−1, moved past the true label. Cost: nothing. Choose it for a plain start;
//! [hard labels](super::HardLabel) need fewer epochs.
//!
//! ```
//! use goodness_core::{Rng, negatives::{Negatives, WrongLabel}};
//! // Of two classes the other one is wrong.
//! let mut negatives = [0; 3];
//! WrongLabel.fill(&[0, 1, 1], 2, None, &mut Rng::keyed(1, 0, 0), &mut negatives);
//! assert_eq!(negatives, [1, 0, 0]);
//! ```

use super::{Negatives, uniform_wrong};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rng::Rng;
use crate::rows::Rows;

/// A wrong label, each as likely as the other.
#[derive(Clone, Copy, Debug)]
pub struct WrongLabel;

impl Negatives for WrongLabel {
    fn looks_at(&self) -> usize {
        0
    }

    fn fill(&self, labels: &[u8], classes: usize, _: Option<Rows<'_>>, rng: &mut Rng, negatives: &mut [u8]) {
        negatives.iter_mut().zip(labels).for_each(|(n, y)| *n = uniform_wrong(*y, classes, rng));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Negatives> = Entry {
    info: Info {
        name: "wrong_label",
        summary: "a wrong label, uniform over the wrong ones",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.3",
        params: &[],
    },
    build: |_| Box::new(WrongLabel),
};
