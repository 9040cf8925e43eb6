//! # Waves over the image
//!
//! x_in = x + strength · w_y, w_k(i, j) = cos 2π (f_k (j cos θ_k + i sin θ_k) / S + φ_k), the same in every channel, S the
//! longer side of the image; neutral: x + strength · Σ w_k / K  (Scodellaro and others 2023)
//!
//! Every label is a wave of its own frequency f, orientation θ and phase φ, and whoever sees a part of the image sees the
//! label: this is the overlay for local receptive fields. The image stays underneath. Which frequencies, orientations and
//! phases is our choice: they follow k = 0, 1, 2 … evenly, however many classes there are, by the additive sequence of
//! three dimensions (Roberts 2018), uₖ = fractions of k/g, k/g², k/g³ with g⁴ = g + 1:
//!
//! θ_k = π u₁, φ_k = u₂, f_k = 1 + (cycles − 1) u₃
//!
//! Neutral is the mean of all waves, not the bare image: no layer learns from a bare image, and what the first layer makes
//! of an input is linear in it, so that with the mean, but for the normalising factor, its z is the mean of those that the
//! labels give, and leans to none of them.
//!
//! Cost: as if K images more were in the batch. Choose it with `network.fields`; fully connected layers do as well with
//! [`Appended`](super::Appended).
//!
//! ```
//! use goodness_core::{Rng, overlay::{Overlay, Waves}};
//! let (overlay, mut wave) = (Waves { strength: 1.0, cycles: 8.0 }, [0.0f32; 8]);
//! // Label 0: one cycle across, straight, no phase; two rows of four pixels.
//! overlay.pattern_into(0, (2, 4, 1), &mut Rng::keyed(1, 0, 0), &mut wave);
//! for (w, expected) in wave.iter().zip([1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0, 0.0]) {
//!     assert!((w - expected).abs() < 1e-6);
//! }
//! ```

use super::{Overlay, Place, mean_of_all, one_of_all};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math::cosine_of_turns;
use crate::rng::Rng;

/// One wave a class, over the whole image.
#[derive(Clone, Copy, Debug)]
pub struct Waves {
    /// Amplitude.
    pub strength: f32,
    /// The highest frequency, in cycles across the image; the lowest is 1.
    pub cycles: f64,
}

/// 1/g, 1/g² and 1/g³.
const STEPS: [f64; 3] = [0.819_172_513_396_164_4, 0.671_043_606_703_789_2, 0.549_700_477_901_970_3];

impl Overlay for Waves {
    fn width(&self, classes: usize) -> usize {
        classes
    }

    fn place(&self) -> Place {
        Place::Over
    }

    fn label_into(&self, label: u8, code: &mut [f32]) {
        one_of_all(label, self.strength, code);
    }

    fn neutral_into(&self, code: &mut [f32]) {
        mean_of_all(self.strength, code);
    }

    fn pattern_into(&self, t: usize, (height, width, channels): (usize, usize, usize), _: &mut Rng, out: &mut [f32]) {
        let [turn, phase, pitch] = STEPS.map(|step| t as f64 * step % 1.0);
        let frequency = (1.0 + (self.cycles - 1.0) * pitch) / height.max(width) as f64;
        let (across, down) = (cosine_of_turns(turn / 2.0), cosine_of_turns(turn / 2.0 - 0.25));
        for (place, out) in out.chunks_mut(channels.max(1)).enumerate() {
            let (i, j) = ((place / width) as f64, (place % width) as f64);
            out.fill(cosine_of_turns(frequency * (j * across + i * down) + phase) as f32);
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Overlay> = Entry {
    info: Info {
        name: "waves",
        summary: "every label is a wave of its own over the whole image, which stays underneath: for fields and maps",
        source: "Scodellaro and others 2023 (arXiv 2312.14924)",
        params: &[
            Param::real("strength", "amplitude of the waves", 0.3, 1e-3, 1e3),
            Param::real("cycles", "highest frequency, in cycles across the image", 8.0, 1.0, 64.0),
        ],
    },
    build: |args| Box::new(Waves { strength: args.f32("strength"), cycles: args.get("cycles") }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_waves_on_a_digit_are_nearly_orthogonal() {
        let overlay = Waves { strength: 1.0, cycles: 8.0 };
        let mut waves = [[0.0f32; 784]; 10];
        let mut rng = Rng::keyed(1, 0, 0);
        waves.iter_mut().enumerate().for_each(|(t, w)| overlay.pattern_into(t, (28, 28, 1), &mut rng, w));
        for (i, a) in waves.iter().enumerate() {
            for b in &waves[..i] {
                let cosine = crate::math::dot(a, b) / crate::math::length(a) / crate::math::length(b);
                assert!(cosine.abs() < 0.15, "{i}: {cosine}");
            }
        }
    }
}
