//! # ReLU
//!
//! h = max(0, z), ∂h/∂z = \[h > 0\]  (Hinton 2022, section 2)
//!
//! Cost: one comparison a unit. A unit that is silent for every row gets no gradient through it: the
//! [peer penalty](crate::penalty::PeerNormalization) is what wakes it.
//!
//! ```
//! use goodness_core::activation::{Activation, Relu};
//! use goodness_core::{Rows, RowsMut};
//! let (mut h, mut dh) = ([-3.0, 2.0], [0.5, 0.5]);
//! Relu.forward(RowsMut::new(&mut h, 1, 2));
//! Relu.pull_back(Rows::new(&h, 1, 2), RowsMut::new(&mut dh, 1, 2));
//! assert_eq!((h, dh), ([0.0, 2.0], [0.0, 0.5]));
//! ```

use super::{Activation, rectify};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rows::{Rows, RowsMut};

/// max(0, z).
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Activation for Relu {
    fn forward(&self, z: RowsMut<'_>) {
        rectify(z);
    }

    fn pull_back(&self, h: Rows<'_>, mut dh: RowsMut<'_>) {
        dh.data_mut().iter_mut().zip(h.data()).for_each(|(d, h)| *d = if *h > 0.0 { *d } else { 0.0 });
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Activation> = Entry {
    info: Info {
        name: "relu",
        summary: "max(0, z); silent units pass no derivative",
        source: "Hinton 2022 (arXiv 2212.13345), section 2",
        params: &[],
    },
    build: |_| Box::new(Relu),
};
