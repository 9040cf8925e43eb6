//! # ReLU, straight through
//!
//! h = max(0, z), derivative taken as 1 everywhere  (the full-gradient ReLU of the PyTorch port of Hinton's code)
//!
//! With a goodness made of squares the derivative by a silent unit is 0 anyway, so only penalties notice: their pull
//! reaches silent units too. Cost: one comparison a unit, and nothing on the way back.
//!
//! ```
//! use goodness_core::activation::{Activation, ReluStraight};
//! use goodness_core::{Rows, RowsMut};
//! let (mut h, mut dh) = ([-3.0, 2.0], [0.5, 0.5]);
//! ReluStraight.forward(RowsMut::new(&mut h, 1, 2));
//! ReluStraight.pull_back(Rows::new(&h, 1, 2), RowsMut::new(&mut dh, 1, 2));
//! assert_eq!((h, dh), ([0.0, 2.0], [0.5, 0.5]));
//! ```

use super::{Activation, rectify};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rows::{Rows, RowsMut};

/// max(0, z) forward, identity back.
#[derive(Clone, Copy, Debug)]
pub struct ReluStraight;

impl Activation for ReluStraight {
    fn forward(&self, z: RowsMut<'_>) {
        rectify(z);
    }

    fn pull_back(&self, _: Rows<'_>, _: RowsMut<'_>) {}
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Activation> = Entry {
    info: Info {
        name: "relu_straight",
        summary: "max(0, z) forward, identity back",
        source: "loeweX/Forward-Forward, ReLU_full_grad",
        params: &[],
    },
    build: |_| Box::new(ReluStraight),
};
