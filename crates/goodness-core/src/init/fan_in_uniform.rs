//! # Uniform by fan-in
//!
//! w, b ~ U(−1/√fan_in, 1/√fan_in)  (the default of PyTorch's `Linear`, after Kaiming with a = √5)
//!
//! Choose it to reproduce PyTorch programs. Cost: one draw a number, once.
//!
//! ```
//! use goodness_core::{Rng, init::{FanInUniform, Init}};
//! let (mut weights, mut biases) = ([9.0f32; 8], [9.0f32; 2]);
//! FanInUniform.fill(4, &mut Rng::keyed(1, 0, 0), &mut weights, &mut biases);
//! assert!(weights.iter().chain(&biases).all(|w| w.abs() <= 0.5));
//! assert_eq!(weights[0], Rng::keyed(1, 0, 0).unit() - 0.5);
//! ```

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
