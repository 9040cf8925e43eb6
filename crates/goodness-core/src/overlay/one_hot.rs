//! # One-hot overlay
//!
//! input k = strength · \[k = y\] for k < K; neutral: strength / K each  (Hinton 2022, section 3.3)
//!
//! On MNIST the first ten pixels are black in every image, so nothing is lost. The strength is fixed: a code that
//! followed the batch's brightest pixel would make predictions depend on their neighbours. Cost: `units` multiply-adds a row,
//! K times as many for the neutral code; the product of an image with the first layer is shared by all labels.
//!
//! ```
//! use goodness_core::overlay::{OneHot, Overlay};
//! let mut inputs = [0.0; 4];
//! OneHot { strength: 1.0 }.label_into(2, &mut inputs);
//! assert_eq!(inputs, [0.0, 0.0, 1.0, 0.0]);
//! OneHot { strength: 1.0 }.neutral_into(&mut inputs);
//! assert_eq!(inputs, [0.25; 4]);
//! ```

use super::Overlay;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};

/// One input a class.
#[derive(Clone, Copy, Debug)]
pub struct OneHot {
    /// Value of the label's input.
    pub strength: f32,
}

impl Overlay for OneHot {
    fn width(&self, classes: usize) -> usize {
        classes
    }

    fn label_into(&self, label: u8, out: &mut [f32]) {
        out.fill(0.0);
        out[usize::from(label)] = self.strength;
    }

    fn neutral_into(&self, out: &mut [f32]) {
        let share = self.strength / out.len().max(1) as f32;
        out.fill(share);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Overlay> = Entry {
    info: Info {
        name: "one_hot",
        summary: "the first K inputs hold the label, one each",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.3",
        params: &[Param::real("strength", "value of the label's input", 1.0, 1e-3, 1e3)],
    },
    build: |args| Box::new(OneHot { strength: args.f32("strength") }),
};
