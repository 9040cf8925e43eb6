//! # The row as it is
//!
//! s = h. Nothing is copied: whoever sees a layer through it reads the activities themselves. Choose it where maps are
//! small or something of a place has to be seen.

use super::{View, add};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::grid::Grid;
use crate::rows::{Rows, RowsMut};

/// Every activity.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

impl View for Whole {
    fn cells(&self) -> usize {
        0
    }

    fn forward_into(&self, _grid: Grid, h: Rows<'_>, mut s: RowsMut<'_>) {
        s.data_mut().copy_from_slice(h.data());
    }

    fn pull_back(&self, _grid: Grid, _h: Rows<'_>, _s: Rows<'_>, ds: Rows<'_>, mut dh: RowsMut<'_>) {
        add(dh.data_mut(), ds.data(), |ds| ds);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn View> = Entry {
    info: Info { name: "whole", summary: "every activity: no copy, no cost", source: "-", params: &[] },
    build: |_| Box::new(Whole),
};
