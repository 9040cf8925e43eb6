//! # Normal by fan-in
//!
//! w ~ N(0, 1/fan_in), b = 0  (Hinton 2022, released code)
//!
//! With inputs of root mean square 1 every z starts with variance 1. Cost: a logarithm and a root a weight, once.
//!
//! ```
//! use goodness_core::{Rng, init::{FanInNormal, Init}};
//! let (mut weights, mut biases) = ([0.0; 8], [1.0; 2]);
//! FanInNormal.fill(4, &mut Rng::keyed(1, 0, 0), &mut weights, &mut biases);
//! assert_eq!((weights[0], biases), (0.5 * Rng::keyed(1, 0, 0).normal(), [0.0; 2]));
//! ```

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
