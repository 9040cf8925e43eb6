//! # Adam
//!
//! m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − gain·ε ( m̂ / (√v̂ + eps) + wd·w ), m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ)
//! (Kingma and Ba 2015, algorithm 1; the decay apart from the gradient as in Loshchilov and Hutter 2019)
//!
//! Indifferent to the size of the gradient, which in Forward-Forward shrinks with every pair that is solved. Cost: a
//! root and a division a weight and two numbers remembered.
//!
//! ```
//! use goodness_core::optim::{Adam, Memory, Moment, Optimizer};
//! let (mut w, mut m, mut v) = ([1.0], [0.0], [0.0]);
//! let adam = Adam { rate: 0.25, beta1: 0.9, beta2: 0.999, eps: 0.0, weight_decay: 0.0 };
//! let pace = adam.pace(Moment { step: 1, gain: 1.0 });
//! adam.update(pace, &mut w, &[7.0], Memory { first: &mut m, second: &mut v });
//! assert!((w[0] - 0.75f32).abs() < 1e-6); // the first step has the size of the rate
//! ```

use super::{Memory, Moment, Optimizer, Pace};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// Adam with decoupled weight decay.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// ε, about the size of a step.
    pub rate: f32,
    /// β₁, memory of the mean.
    pub beta1: f32,
    /// β₂, memory of the square.
    pub beta2: f32,
    /// Added to the root, against division by 0.
    pub eps: f32,
    /// Pull of a weight towards 0.
    pub weight_decay: f32,
}

impl Optimizer for Adam {
    fn slots(&self) -> usize {
        2
    }

    fn pace(&self, at: Moment) -> Pace {
        let rate = at.gain * self.rate;
        let scales = [self.beta1, self.beta2].map(|beta| 1.0 / (1.0 - power(beta, at.step)));
        Pace { step: at.step, rate, decay: rate * self.weight_decay, scales }
    }

    fn update(&self, pace: Pace, weights: &mut [f32], gradient: &[f32], memory: Memory<'_>) {
        let Self { beta1, beta2, eps, .. } = *self;
        let Pace { rate, decay, scales: [mean, square], .. } = pace;
        let memory = memory.first.iter_mut().zip(memory.second);
        for ((w, g), (m, v)) in weights.iter_mut().zip(gradient).zip(memory) {
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * (g * g);
            *w -= rate * (*m * mean) / (math::sqrt(*v * square) + eps) + decay * *w;
        }
    }

    fn rate(&self) -> f32 {
        self.rate
    }
}

/// βᵗ by squaring, in double precision: exact enough for any number of steps.
fn power(beta: f32, mut t: u64) -> f32 {
    let (mut base, mut out) = (f64::from(beta), 1.0f64);
    while t > 0 {
        if t & 1 == 1 {
            out *= base;
        }
        base *= base;
        t >>= 1;
    }
    out as f32
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Optimizer> = Entry {
    info: Info {
        name: "adam",
        summary: "Adam with decoupled decay: indifferent to the size of the gradient",
        source: "Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1; Loshchilov and Hutter 2019",
        params: &[
            Param::real("rate", "step size", 0.001, 0.0, 1.0),
            Param::real("beta1", "memory of the mean", 0.9, 0.0, 0.9999),
            Param::real("beta2", "memory of the square", 0.999, 0.0, 0.999_999),
            Param::real("eps", "added to the root", 1e-8, 1e-12, 1.0),
            Param::real("weight_decay", "pull of a weight towards 0", 0.0, 0.0, 1.0),
        ],
    },
    build: |args| {
        let [rate, beta1, beta2, eps, weight_decay] =
            ["rate", "beta1", "beta2", "eps", "weight_decay"].map(|name| args.f32(name));
        Box::new(Adam { rate, beta1, beta2, eps, weight_decay })
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_is_the_power() {
        assert_eq!(power(0.5, 3), 0.125);
        assert!((f64::from(power(0.999, 4711)) - 0.999f32.powi(4711) as f64).abs() < 1e-5);
        assert_eq!(power(0.9, u64::MAX), 0.0);
    }
}
