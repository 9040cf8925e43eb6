//! # None
//!
//! No term, no cost.

use super::Penalty;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};

/// Nothing but the loss.
#[derive(Clone, Copy, Debug)]
pub struct NoPenalty;

impl Penalty for NoPenalty {
    fn is_active(&self) -> bool {
        false
    }

    fn initial_state(&self) -> f32 {
        0.0
    }

    fn slope_into(&self, _: &[f32], _: &mut [f32], slope: &mut [f32]) {
        slope.fill(0.0);
    }

    fn gated(&self) -> bool {
        true
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Penalty> = Entry {
    info: Info { name: "none", summary: "nothing but the loss", source: "-", params: &[] },
    build: |_| Box::new(NoPenalty),
};
