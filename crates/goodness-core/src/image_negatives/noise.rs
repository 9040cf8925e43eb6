//! # Corruption mixture
//!
//! x⁻ = (1 − s) x + s n, with n the pixels of another image in random order, s uniform from `least` to 1
//!
//! The noise has the grey levels of images and none of their structure; mixing it in by every degree gives negatives from
//! hardly to fully corrupted. Cost: one draw a pixel.
//!
//! ```
//! use goodness_core::image_negatives::{Batch, ImageNegatives, Noise};
//! use goodness_core::{Rng, Rows};
//! // A black image and a white one: all that is left is s.
//! let batch = Batch { images: Rows::new(&[0.0, 0.0, 0.0, 1.0, 1.0, 1.0], 2, 3), shape: (1, 3, 1) };
//! let mut out = [0.0; 3];
//! Noise { least: 0.5 }.fill(batch, 0, &mut Rng::keyed(1, 0, 0), &mut [], &mut out);
//! assert!(out == [out[0]; 3] && (0.5..=1.0).contains(&out[0]));
//! ```

use super::{Batch, ImageNegatives};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rng::Rng;

/// An image mixed with structureless noise.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// The smallest share of noise.
    pub least: f32,
}

impl ImageNegatives for Noise {
    fn fill(&self, batch: Batch<'_>, row: usize, rng: &mut Rng, _scratch: &mut [f32], out: &mut [f32]) {
        let (own, other) = (batch.images.row(row), batch.images.row(batch.another(row, rng)));
        let share = self.least + (1.0 - self.least) * rng.unit();
        for (out, own) in out.iter_mut().zip(own) {
            *out = (1.0 - share) * own + share * other[rng.below(other.len() as u32) as usize];
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn ImageNegatives> = Entry {
    info: Info {
        name: "noise",
        summary: "the image mixed with another one's pixels in random order, more or less",
        source: "common in Forward-Forward code; see Hinton 2022, section 3.2 on what negatives should keep",
        params: &[Param::real("least", "smallest share of noise", 0.3, 0.0, 1.0)],
    },
    build: |args| Box::new(Noise { least: args.f32("least") }),
};
