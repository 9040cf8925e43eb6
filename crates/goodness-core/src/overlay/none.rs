//! # No overlay
//!
//! Labels are not written into inputs: for class goodnesses, which read the label from the loss alone, and for negatives
//! that are made of images. No input is given up.

use super::Overlay;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};

/// Inputs without labels.
#[derive(Clone, Copy, Debug)]
pub struct NoOverlay;

impl Overlay for NoOverlay {
    fn width(&self, _classes: usize) -> usize {
        0
    }

    fn label_into(&self, _label: u8, _out: &mut [f32]) {}

    fn neutral_into(&self, _out: &mut [f32]) {}
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Overlay> = Entry {
    info: Info { name: "none", summary: "labels are not written into inputs", source: "-", params: &[] },
    build: |_| Box::new(NoOverlay),
};
