//! Layers: parameters, the forward product and the gradients of their own loss.
//!
//! A layer is never asked for the gradient of its input: nothing below it would know what to do with it.

mod code;
mod embedding;
mod fields;
mod labelled;
mod linear;
mod maps;
mod sight;

pub use code::Code;
pub(crate) use code::inputs_behind;
pub use fields::Fields;
pub use labelled::{Images, Labelled, Labels};
pub use linear::{Gradients, Layer};
pub(crate) use linear::{Lens, sum_columns};
pub use maps::{Maps, Squares};
pub use sight::Sight;

use goodness_core::Rows;

/// What a layer reads.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Normalised rows of the layer below.
    Rows(Rows<'a>),
    /// Images with labels written into them: the first layer.
    Labelled(Labelled<'a>),
}

impl Input<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Labelled(labelled) => labelled.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
