//! Overlays: how a label is written into the input.
//!
//! A label becomes a code, C numbers, and the code c enters the input through C patterns P, at a [`Place`]:
//!
//! x_in = x + c P, the inputs that belong to the code being 0 in x
//!
//! Linear, and the same for every image: that is what lets the first layer compute the image's part of its product once
//! for every label.

mod appended;
mod embedding;
mod none;
mod one_hot;
mod waves;

pub use appended::Appended;
pub use embedding::Embedding;
pub use none::NoOverlay;
pub use one_hot::OneHot;
pub use waves::Waves;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rng::Rng;

/// Where a code enters the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In the place of the first pixels: number t of the code is input t.
    #[default]
    First,
    /// Behind the pixels, none of which is lost.
    After,
    /// Behind the pixels, as c E: a vector of this many numbers for each number of the code, learned by the first layer.
    Learned(usize),
    /// Over all pixels, which stay underneath: x + c P.
    Over,
}

/// A code for labels, and how it enters the input.
pub trait Overlay: Send + Sync {
    /// C: how many numbers a code has for `classes` classes; 0 where labels are not written.
    fn width(&self, classes: usize) -> usize;

    /// Where the code enters.
    fn place(&self) -> Place {
        Place::First
    }

    /// Writes the code of `label`.
    fn label_into(&self, label: u8, code: &mut [f32]);

    /// Writes the code that says nothing about the label.
    fn neutral_into(&self, code: &mut [f32]);

    /// Writes what one unit of number `t` of the code adds to an image of `(height, width, channels)`, for codes that lie
    /// [over](Place::Over) it; the vector that training starts from, drawn from `rng`, for those that are
    /// [learned](Place::Learned). Never asked of others, whose patterns are one input each.
    fn pattern_into(&self, _t: usize, _shape: (usize, usize, usize), _rng: &mut Rng, _out: &mut [f32]) {}
}

/// Every overlay there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Overlay>] =
    &[one_hot::ENTRY, appended::ENTRY, waves::ENTRY, embedding::ENTRY, none::ENTRY];

/// One number a class, that of the label being `strength`.
fn one_of_all(label: u8, strength: f32, code: &mut [f32]) {
    code.fill(0.0);
    code[usize::from(label)] = strength;
}

/// The mean of all codes that are one number a class.
fn mean_of_all(strength: f32, code: &mut [f32]) {
    code.fill(strength / code.len().max(1) as f32);
}
