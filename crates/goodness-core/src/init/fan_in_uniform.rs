//! # Uniform by fan-in
//!
//! w, b ~ U(−1/√fan_in, 1/√fan_in)  (the default of PyTorch's `Linear`, after Kaiming with a = √5)
//!
//! Choose it to reproduce PyTorch programs.

use super::Init;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rng::Rng;

/// Uniform weights and biases.
#[derive(Clone, Copy, Debug)]
pub struct FanInUniform;

impl Init for FanInUniform {
    fn fill(&self, fan_in: usize, rng: &mut Rng, weights: &mut [f32], biases: &mut [f32]) {
        let bound = 1.0 / math::sqrt(fan_in.max(1) as f32);
        weights.iter_mut().chain(biases).for_each(|w| *w = bound * (2.0 * rng.unit() - 1.0));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Init> = Entry {
    info: Info {
        name: "fan_in_uniform",
        summary: "uniform within 1/√fan-in, biases too: PyTorch's default",
        source: "PyTorch, torch.nn.Linear",
        params: &[],
    },
    build: |_| Box::new(FanInUniform),
};
