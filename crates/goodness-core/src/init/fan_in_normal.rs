//! # Normal by fan-in
//!
//! w ~ N(0, 1/fan_in), b = 0  (Hinton 2022, released code)
//!
//! With inputs of root mean square 1 every z starts with variance 1.

use super::Init;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};
use crate::math;
use crate::rng::Rng;

/// Normal weights, zero biases.
#[derive(Clone, Copy, Debug)]
pub struct FanInNormal;

impl Init for FanInNormal {
    fn fill(&self, fan_in: usize, rng: &mut Rng, weights: &mut [f32], biases: &mut [f32]) {
        let deviation = 1.0 / math::sqrt(fan_in.max(1) as f32);
        weights.iter_mut().for_each(|w| *w = deviation * rng.normal());
        biases.fill(0.0);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Init> = Entry {
    info: Info {
        name: "fan_in_normal",
        summary: "normal with variance 1/fan-in, biases 0",
        source: "Hinton 2022, released code, ffnew",
        params: &[],
    },
    build: |_| Box::new(FanInNormal),
};
