//! # No projection
//!
//! Goodness is a function of the activities themselves.

use super::Projection;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rng::Rng;
use crate::rows::{Rows, RowsMut};

/// Nothing between activities and goodness.
#[derive(Clone, Copy, Debug)]
pub struct NoProjection;

impl Projection for NoProjection {
    fn width(&self, _classes: usize) -> usize {
        0
    }

    fn learns(&self) -> bool {
        false
    }

    fn start(&self, _units: usize, _rng: &mut Rng, _p: &mut [f32]) {}

    fn forward_into(&self, _h: Rows<'_>, _p: Rows<'_>, _a: RowsMut<'_>) {}

    fn pull_back(&self, _h: Rows<'_>, _p: Rows<'_>, _a: Rows<'_>, _da: Rows<'_>, mut dh: RowsMut<'_>) {
        dh.data_mut().fill(0.0);
    }

    fn gradient_into(&self, _k: usize, _h: Rows<'_>, _p: Rows<'_>, _a: Rows<'_>, _da: Rows<'_>, _dp: &mut [f32]) {}
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Projection> = Entry {
    info: Info { name: "none", summary: "goodness is read off the activities themselves", source: "-", params: &[] },
    build: |_| Box::new(NoProjection),
};
