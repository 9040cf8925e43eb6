//! What the units of a layer see of what it reads, and so how its weights lie.

use super::{Fields, Maps};

/// What the units of a layer see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// Each all that the layer reads: it is fully connected.
    #[default]
    All,
    /// Each a square of its own, with weights of its own.
    Fields(Fields),
    /// Each a square of its own, with the weights of its channel.
    Maps(Maps),
}

impl Sight {
    /// The maps, where the layer convolves.
    pub fn maps(&self) -> Option<Maps> {
        match self {
            Self::Maps(maps) => Some(*maps),
            Self::All | Self::Fields(_) => None,
        }
    }

    /// Inputs that a unit sees, where it does not see all.
    pub fn inputs(&self) -> Option<usize> {
        match self {
            Self::All => None,
            Self::Fields(fields) => Some(fields.inputs()),
            Self::Maps(maps) => Some(maps.inputs()),
        }
    }
}
