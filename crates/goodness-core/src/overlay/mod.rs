//! Overlays: how a label is written into the input.
//!
//! An overlay owns the first inputs of a row and nothing else: that is what lets the first layer compute the image's
//! part of its product once for every label.

mod none;
mod one_hot;

pub use none::NoOverlay;
pub use one_hot::OneHot;

#[cfg(feature = "std")]
use crate::catalogue::Entry;

/// A code for labels that replaces the first [`width`](Self::width) inputs of a row.
pub trait Overlay: Send + Sync {
    /// How many inputs the code takes for `classes` classes.
    fn width(&self, classes: usize) -> usize;

    /// Writes the code of `label`, `out` being exactly the inputs it takes.
    fn label_into(&self, label: u8, out: &mut [f32]);

    /// Writes the code that says nothing about the label.
    fn neutral_into(&self, out: &mut [f32]);
}

/// Every overlay there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Overlay>] = &[one_hot::ENTRY, none::ENTRY];
