//! # Group
//!
//! x̂ = (h − μ_g) / (ε + σ_g), μ_g and σ_g over all numbers of the row that belong to group g, ε = 10⁻⁵  (Wu and He 2018,
//! without gain and shift)
//!
//! A group is a class's channels, at all their places, where goodness is read class by class: afterwards all classes are
//! equally loud, and the next layer cannot read off which one won. Else it is one of `groups` runs of neighbouring channels
//! or units. One group is [`Layer`](super::Layer). Images stay as they are. Cost: three passes over a row.
//!
//! ```
//! use goodness_core::normalize::{Channels, Group, Normalize};
//! let mut row = [1.0, 3.0, 20.0, 40.0];
//! Group { groups: 2 }.row(&mut row, Channels::default());
//! assert!(row.iter().zip([-1.0, 1.0, -1.0, 1.0]).all(|(x, to)| (x - to).abs() < 1e-4));
//! ```
//!
//! # Shapes
//! The channels of a row must be a multiple of the groups, and a group whole blocks or a part of one.

use core::ops::Range;

use super::{Channels, Normalize};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// Mean 0 and deviation 1 for every group of channels of a row.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Number of groups; 0: the blocks that a row consists of.
    pub groups: usize,
}

impl Normalize for Group {
    fn is_factor(&self) -> bool {
        false
    }

    fn row(&self, row: &mut [f32], Channels { blocks, places, .. }: Channels<'_>) {
        let block = row.len() / (blocks * places).max(1);
        let groups = if self.groups == 0 { blocks } else { self.groups };
        let channels = (blocks * block / groups.max(1)).max(1);
        if channels >= block {
            return row.chunks_mut(channels * places).for_each(math::standardize);
        }
        for picture in row.chunks_mut(places * block) {
            (0..block).step_by(channels).for_each(|first| standardize(picture, block, first..first + channels));
        }
    }
}

/// [`math::standardize`] of some of the channels of a picture that has `block` of them.
fn standardize(picture: &mut [f32], block: usize, channels: Range<usize>) {
    let sum = |of: &dyn Fn(f32) -> f32, picture: &[f32]| {
        let places =
            picture.chunks_exact(block).map(|place| place[channels.clone()].iter().map(|x| of(*x)).sum::<f32>());
        places.sum::<f32>()
    };
    let count = (picture.len() / block * channels.len()).max(1) as f32;
    let mean = sum(&|x| x, picture) / count;
    let factor = 1.0 / (1e-5 + math::sqrt(sum(&|x| (x - mean) * (x - mean), picture) / count));
    for place in picture.chunks_exact_mut(block) {
        place[channels.clone()].iter_mut().for_each(|x| *x = (*x - mean) * factor);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Normalize> = Entry {
    info: Info {
        name: "group",
        summary: "mean 0 and deviation 1 for each class's channels of a row, or for each of `groups` runs of channels",
        source: "Wu and He 2018 (arXiv 1803.08494); by class: HCL-FF, Sun and others 2025 (DeeperForward)",
        params: &[Param::whole("groups", "number of groups; 0: one a class, where goodness has one", 0.0, 0.0, 4096.0)],
    },
    build: |args| Box::new(Group { groups: args.get("groups") as usize }),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of some numbers.
    fn moments(numbers: &[f32]) -> (f32, f32) {
        let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
        (mean, numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / numbers.len() as f32)
    }

    #[test]
    fn a_class_has_its_picture_and_a_run_of_channels_its_places() {
        // Two places; four channels, in one picture or in two.
        let row = [1.0, 2.0, 3.0, 9.0, 5.0, 0.0, 4.0, 7.0];
        let said = |groups: usize, blocks: usize| {
            let mut row = row;
            Group { groups }.row(&mut row, Channels { blocks, places: 2, ..Channels::default() });
            row
        };
        let near = |numbers: &[f32]| {
            let (mean, variance) = moments(numbers);
            assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-3, "{numbers:?}");
        };
        let classes = said(0, 2);
        [&classes[..4], &classes[4..]].into_iter().for_each(near);
        let runs = said(2, 1);
        near(&[runs[0], runs[1], runs[4], runs[5]]);
        near(&[runs[2], runs[3], runs[6], runs[7]]);
        near(&said(1, 1));
        assert_eq!(said(0, 1), said(1, 2));
    }
}
