//! # Self-contrast
//!
//! x⁺ = x + x, x⁻ = x + x′, x′ another image of the batch  (Chen and others 2025, SCFF, equation 1)
//!
//! The paper shows two images side by side to the same weights, which is to add them. Here is half of both, so that x + x
//! is x: what the paper calls a goodness of 4 is 1 here. Half a sum of two images is shorter than they are; under
//! `normalize = "rms_above"` the first layer sees that, as in the paper, under `"rms"` only what is in it. Layers above may
//! read sums of two images' activities in turn: in the released code the first and the third of three layers do, and the
//! second reads what the first made of its sums (`every = 2`). Cost: one addition a pixel.
//!
//! ```
//! use goodness_core::image_negatives::{Batch, ImageNegatives, SelfContrast};
//! use goodness_core::{Rng, Rows};
//! let batch = Batch { images: Rows::new(&[1.0, 2.0, 3.0, 6.0], 2, 2), shape: (1, 2, 1) };
//! let (sums, mut out) = (SelfContrast { every: 2 }, [0.0; 2]);
//! sums.fill(batch, 0, &mut Rng::keyed(1, 0, 0), &mut [], &mut out);
//! assert_eq!(out, [2.0, 4.0]);
//! assert_eq!([0, 1, 2].map(|layer| sums.anew(layer)), [true, false, true]);
//! ```

use super::{Batch, ImageNegatives};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rng::Rng;

/// The mean of two images.
#[derive(Clone, Copy, Debug)]
pub struct SelfContrast {
    /// Layers from one that reads new sums to the next; 0: the first alone does.
    pub every: usize,
}

impl ImageNegatives for SelfContrast {
    fn anew(&self, layer: usize) -> bool {
        // 0 is a multiple of 0, and nothing else is.
        layer.is_multiple_of(self.every)
    }

    fn fill(&self, batch: Batch<'_>, row: usize, rng: &mut Rng, _scratch: &mut [f32], out: &mut [f32]) {
        let (own, other) = (batch.images.row(row), batch.images.row(batch.another(row, rng)));
        out.iter_mut().zip(own.iter().zip(other)).for_each(|(o, (a, b))| *o = 0.5 * (a + b));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ImageNegatives> = Entry {
    info: Info {
        name: "self_contrast",
        summary: "an image with another one laid over it; the positive is laid over itself",
        source: "Chen and others 2025 (SCFF, arXiv 2409.11593), equation 1",
        params: &[Param::whole(
            "every",
            "layers from one that reads new sums to the next; 0: the first alone",
            0.0,
            0.0,
            1000.0,
        )],
    },
    build: |args| Box::new(SelfContrast { every: args.get("every") as usize }),
};
