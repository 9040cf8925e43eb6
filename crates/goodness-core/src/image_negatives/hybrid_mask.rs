//! # Hybrid mask
//!
//! x⁻ = m ⊙ x + (1 − m) ⊙ x′, x′ another image of the batch  (Hinton 2022, section 3.2)
//!
//! m is a random bit image, blurred `blurs` times by [¼, ½, ¼] along both axes and cut at ½, or at its mean where ½ would
//! leave an image whole: blobs of one image in the other. Near one another pixels stay natural, far from one another they do
//! not: a layer must learn long-range shapes. Cost: `blurs` passes over the image.
//!
//! ```
//! use goodness_core::image_negatives::{Batch, HybridMask, ImageNegatives};
//! use goodness_core::{Rng, Rows};
//! // A black image and a white one, of 4 × 4 pixels.
//! let (mut images, mut scratch, mut out) = ([0.0; 32], [0.0; 32], [0.0; 16]);
//! images[16..].fill(1.0);
//! let batch = Batch { images: Rows::new(&images, 2, 16), shape: (4, 4, 1) };
//! HybridMask { blurs: 1 }.fill(batch, 0, &mut Rng::keyed(1, 0, 0), &mut scratch, &mut out);
//! assert!(out.contains(&0.0) && out.contains(&1.0) && out.iter().all(|x| *x == 0.0 || *x == 1.0));
//! ```

use super::{Batch, ImageNegatives};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rng::Rng;

/// Blobs of another image.
#[derive(Clone, Copy, Debug)]
pub struct HybridMask {
    /// How often the random bits are blurred: larger means larger blobs.
    pub blurs: usize,
}

/// One blur of `lines` of `width` numbers: along the lines into `other`, then across them back.
fn blur(mask: &mut [f32], other: &mut [f32], width: usize) {
    for (line, out) in mask.chunks(width).zip(other.chunks_mut(width)) {
        let last = width - 1;
        for (x, out) in out.iter_mut().enumerate() {
            *out = 0.25 * line[x.saturating_sub(1)] + 0.5 * line[x] + 0.25 * line[(x + 1).min(last)];
        }
    }
    let last = other.len() / width - 1;
    for (y, line) in mask.chunks_mut(width).enumerate() {
        let at = |y: usize| &other[y * width..(y + 1) * width];
        let (above, own, below) = (at(y.saturating_sub(1)), at(y), at((y + 1).min(last)));
        for (x, out) in line.iter_mut().enumerate() {
            *out = 0.25 * above[x] + 0.5 * own[x] + 0.25 * below[x];
        }
    }
}

impl ImageNegatives for HybridMask {
    fn fill(&self, batch: Batch<'_>, row: usize, rng: &mut Rng, scratch: &mut [f32], out: &mut [f32]) {
        let (height, width, channels) = batch.shape;
        let (own, other) = (batch.images.row(row), batch.images.row(batch.another(row, rng)));
        let (mask, rest) = scratch.split_at_mut(height * width);
        mask.iter_mut().for_each(|m| *m = (rng.next_u32() >> 31) as f32);
        if width > 0 && height > 0 {
            (0..self.blurs).for_each(|_| blur(mask, &mut rest[..height * width], width));
        }
        // A mask all on one side would make the image its own negative.
        let split = |cut: f32| mask.iter().any(|m| *m > cut) && mask.iter().any(|m| *m <= cut);
        let cut = if split(0.5) { 0.5 } else { math::sum(mask) / mask.len().max(1) as f32 };
        for (i, out) in out.iter_mut().enumerate() {
            *out = if mask[i / channels.max(1)] > cut { own[i] } else { other[i] };
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ImageNegatives> = Entry {
    info: Info {
        name: "hybrid_mask",
        summary: "blobs of another image: near pixels stay natural, far ones do not fit",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.2",
        params: &[Param::whole("blurs", "how often the random bits are blurred", 6.0, 0.0, 100.0)],
    },
    build: |args| Box::new(HybridMask { blurs: args.get("blurs") as usize }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    #[test]
    fn both_images_have_their_part_and_blobs_are_large() {
        let (side, mut images) = (28, [0.0; 2 * 784]);
        images[784..].fill(1.0);
        let batch = Batch { images: Rows::new(&images, 2, 784), shape: (side, side, 1) };
        let borders = |blurs: usize| {
            let (mut out, mut scratch, mut ones, mut borders) = ([0.0f32; 784], [0.0; 1568], 0.0, 0);
            for index in 0..50 {
                HybridMask { blurs }.fill(batch, 0, &mut Rng::keyed(1, 0, index), &mut scratch, &mut out);
                ones += out.iter().sum::<f32>();
                borders += out.windows(2).filter(|w| w[0] != w[1]).count();
            }
            assert!((ones / (50.0 * 784.0) - 0.5).abs() < 0.1, "{ones}");
            borders / 50
        };
        let (fine, coarse) = (borders(0), borders(6));
        assert!(fine > 350 && coarse < 120, "{fine} {coarse}");
    }
}
