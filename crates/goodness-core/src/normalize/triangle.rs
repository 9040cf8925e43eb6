//! # Triangle
//!
//! t = max(0, h − m_p), m_p the mean over all channels of place p;  x̂ = (t − μ) / (ε + σ), μ and σ over all numbers of the
//! row, ε = 10⁻⁵  (Coates, Lee and Ng 2011, of distances to means; Chen and others 2025, SCFF, of what a convolution gives)
//!
//! Of a place only what is above the average of its channels is passed on: about half of them, however loud the place is. Then
//! the row is standardised as under [`Layer`](super::Layer), for its length would tell the goodness. The units of a dense
//! layer are channels at one place. In SCFF the mean is that of z, here that of the rectified h: what passes is what is above
//! that. Images stay as they are. Cost: five passes over a row.
//!
//! It is no activation: goodness reads h, and an activation knows nothing of channels.
//!
//! ```
//! use goodness_core::normalize::{Channels, Normalize, Triangle};
//! // Two places of two channels, with means 2 and 4: above them lie 1, 0 and 0, 1.
//! let mut row = [3.0, 1.0, 3.0, 5.0];
//! Triangle.row(&mut row, Channels { places: 2, ..Channels::default() });
//! assert!(row.iter().zip([1.0, -1.0, -1.0, 1.0]).all(|(x, to)| (x - to).abs() < 1e-4));
//! ```
//!
//! # Shapes
//! A row of any whole number of places.

use core::ops::Range;

use super::{Channels, Normalize};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;

/// What is above the mean of its place, with mean 0 and deviation 1 for every row.
#[derive(Clone, Copy, Debug)]
pub struct Triangle;

impl Normalize for Triangle {
    fn is_factor(&self) -> bool {
        false
    }

    fn row(&self, row: &mut [f32], channels: Channels<'_>) {
        above_mean(row, channels);
        math::standardize(row);
    }
}

/// Leaves of every number what is above the mean over all channels of its place.
pub fn above_mean(row: &mut [f32], channels: Channels<'_>) {
    for place in 0..channels.places {
        let mean = place_mean(row, channels, place);
        for own in at_place(row.len(), channels, place) {
            // The comparison keeps NaN, which max would turn into 0: a run that diverges must show it.
            row[own].iter_mut().for_each(|x| *x = if *x < mean { 0.0 } else { *x - mean });
        }
    }
}

/// The mean over all channels of place number `place`.
fn place_mean(row: &[f32], channels: Channels<'_>, place: usize) -> f32 {
    let count = (row.len() / channels.places.max(1)).max(1);
    at_place(row.len(), channels, place).map(|own| row[own].iter().sum::<f32>()).sum::<f32>() / count as f32
}

/// Where the channels of place number `place` lie in a row of `width` numbers: a run in every block.
pub fn at_place(
    width: usize,
    Channels { blocks, places, .. }: Channels<'_>,
    place: usize,
) -> impl Iterator<Item = Range<usize>> + use<> {
    let block = width / (blocks * places).max(1);
    (0..blocks).map(move |b| (b * places + place) * block..(b * places + place + 1) * block)
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "triangle",
        summary: "what is above the mean of its place's channels, then mean 0 and deviation 1 for every row; images as they are",
        source: "Coates, Lee and Ng 2011 (AISTATS); between layers: Chen and others 2025 (SCFF, arXiv 2409.11593)",
        params: &[],
    },
    build: |_| Box::new(Triangle),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_mean_over_the_channels_of_all_blocks() {
        // Two blocks of one channel, two places: place 0 has 1 and 5, place 1 has 4 and 2.
        let mut row = [1.0, 4.0, 5.0, 2.0];
        above_mean(&mut row, Channels { blocks: 2, places: 2, ..Channels::default() });
        assert_eq!(row, [0.0, 1.0, 2.0, 0.0]);
    }

    #[test]
    fn what_diverges_shows_and_equal_channels_say_nothing() {
        let mut row = [f32::NAN, 1.0];
        above_mean(&mut row, Channels::default());
        assert!(row.iter().all(|x| x.is_nan()));
        let mut row = [2.0; 3];
        Triangle.row(&mut row, Channels::default());
        assert_eq!(row, [0.0; 3]);
    }
}
