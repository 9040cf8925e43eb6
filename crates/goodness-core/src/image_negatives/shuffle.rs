//! # Patch shuffle
//!
//! x⁻ = x with its patches of p × p pixels in another order  (p = 1: pixel shuffle)
//!
//! What is in a patch stays, where it is does not. A border that is no whole patch stays in place, and a patch
//! larger than half the image is cut to that. Every patch moves (Sattolo 1986: one cycle). Cost: one copy.
//!
//! ```
//! use goodness_core::image_negatives::{Batch, ImageNegatives, Shuffle};
//! use goodness_core::{Rng, Rows};
//! // Two pixels of two channels can only change places.
//! let batch = Batch { images: Rows::new(&[1.0, 2.0, 3.0, 4.0], 1, 4), shape: (1, 2, 2) };
//! let mut out = [0.0; 4];
//! Shuffle { patch: 1 }.fill(batch, 0, &mut Rng::keyed(1, 0, 0), &mut [], &mut out);
//! assert_eq!(out, [3.0, 4.0, 1.0, 2.0]);
//! ```

use super::{Batch, ImageNegatives};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rng::Rng;

/// The image's own patches in another order.
#[derive(Clone, Copy, Debug)]
pub struct Shuffle {
    /// p, side of a patch in pixels.
    pub patch: usize,
}

impl ImageNegatives for Shuffle {
    fn fill(&self, batch: Batch<'_>, row: usize, rng: &mut Rng, _scratch: &mut [f32], out: &mut [f32]) {
        let (height, width, channels) = batch.shape;
        out.copy_from_slice(batch.images.row(row));
        let patch = self.patch.min(height.min(width) / 2).max(1);
        let (down, across) = (height / patch, width / patch);
        for i in 0..(down * across).saturating_sub(1) {
            let j = i + 1 + rng.below((down * across - i - 1) as u32) as usize;
            for line in 0..patch {
                let start = |number: usize| {
                    let (y, x) = (number / across * patch + line, number % across * patch);
                    (y * width + x) * channels
                };
                let (from, to) = (start(i), start(j));
                (0..patch * channels).for_each(|c| out.swap(from + c, to + c));
            }
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ImageNegatives> = Entry {
    info: Info {
        name: "shuffle",
        summary: "the image's own patches in another order",
        source: "common in Forward-Forward code; see Hinton 2022, section 3.2 on what negatives should keep",
        params: &[Param::whole("patch", "side of a patch in pixels", 7.0, 1.0, 1024.0)],
    },
    build: |args| Box::new(Shuffle { patch: args.get("patch") as usize }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    #[test]
    fn no_pixel_is_lost_and_patches_stay_whole() {
        let image: [f32; 20] = core::array::from_fn(|i| i as f32);
        let batch = Batch { images: Rows::new(&image, 1, 20), shape: (4, 5, 1) };
        let mut out = [0.0; 20];
        Shuffle { patch: 2 }.fill(batch, 0, &mut Rng::keyed(3, 0, 0), &mut [], &mut out);
        let mut sorted = out;
        sorted.sort_by(f32::total_cmp);
        assert_eq!(sorted, image);
        assert_ne!(out, image);
        assert!(out[0] + 1.0 == out[1] && out[0] + 5.0 == out[5] && out[4] == 4.0, "{out:?}");
    }
}
