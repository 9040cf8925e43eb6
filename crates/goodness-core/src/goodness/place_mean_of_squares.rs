//! # Mean of squares, place by place
//!
//! g(p) = (1/C) Σ over the C channels of h(p)²  (Chen and others 2025, SCFF, section on convolutional layers)
//!
//! A map is good or bad here and there, not as a whole: the loss is asked at every place of a convolutional layer, and a
//! sample's loss is the mean over its places. ∂g(p)/∂h(p) = 2 h(p) / C at the same place, 0 elsewhere. Cost: `width`
//! multiply-adds a row. Without maps a row is one place, and this is [`MeanOfSquares`](super::MeanOfSquares). Readouts that
//! read goodness read its mean over places. Choose it where what is to be told apart lies in patches.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, PlaceMeanOfSquares}, Rows};
//! let mut g = [0.0; 2];
//! // Two places of two channels.
//! PlaceMeanOfSquares.score(Rows::new(&[1.0, 3.0, 0.0, 4.0], 1, 4), &mut g);
//! assert_eq!(g, [5.0, 8.0]);
//! ```

use super::{ClassMeanOfSquares, Goodness};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::rows::{Rows, RowsMut};

/// g = mean of h² over the channels of each place.
#[derive(Clone, Copy, Debug)]
pub struct PlaceMeanOfSquares;

impl Goodness for PlaceMeanOfSquares {
    fn per_place(&self) -> bool {
        true
    }

    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        // Groups of units side by side are what classes have as well.
        ClassMeanOfSquares.score(h, g);
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], dh: RowsMut<'_>) {
        ClassMeanOfSquares.pull_back(h, dg, dh);
    }

    fn theta(&self, width: usize) -> f32 {
        ClassMeanOfSquares.theta(width)
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "place_mean_of_squares",
        summary: "mean of squares over the channels of each place: the loss is asked at every place of a map",
        source: "Chen and others 2025 (SCFF, arXiv 2409.11593)",
        params: &[],
    },
    build: |_| Box::new(PlaceMeanOfSquares),
};
