//! # Peer normalisation
//!
//! P = (λ/2) Σⱼ (mⱼ − m̄)², mⱼ ← 0.9 mⱼ + 0.1 · mean of hⱼ over the batch's positives, m̄ = mean of the mⱼ
//! (Hinton 2022, section 3.4 and released code)
//!
//! Slope as released: ∂P/∂hⱼ = λ (mⱼ − m̄), taken on every positive row after m moved, without the factor 0.1 of the
//! running mean and **not gated by the ReLU**: a unit that never speaks is pulled up although its own derivative is 0,
//! and one that always speaks is pulled down. Cost: one pass over the positive activities. m starts at 0.5.
//!
//! ```
//! use goodness_core::penalty::{Penalty, PeerNormalization};
//! let (mut m, mut slope) = ([0.5, 0.5], [0.0; 2]);
//! PeerNormalization { lambda: 1.0, decay: 0.5 }.slope_into(&[1.5, 0.5], &mut m, &mut slope);
//! assert_eq!((m, slope), ([1.0, 0.5], [0.25, -0.25]));
//! ```

use super::Penalty;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;

/// Units of a layer share the talking.
#[derive(Clone, Copy, Debug)]
pub struct PeerNormalization {
    /// λ, strength of the pull.
    pub lambda: f32,
    /// Share of the running mean that stays at each step.
    pub decay: f32,
}

impl Penalty for PeerNormalization {
    fn initial_state(&self) -> f32 {
        0.5
    }

    fn slope_into(&self, mean_h: &[f32], state: &mut [f32], slope: &mut [f32]) {
        state.iter_mut().zip(mean_h).for_each(|(m, h)| *m = self.decay * *m + (1.0 - self.decay) * h);
        let mean = math::sum(state) / state.len().max(1) as f32;
        slope.iter_mut().zip(state).for_each(|(s, m)| *s = self.lambda * (*m - mean));
    }

    fn gated(&self) -> bool {
        false
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Penalty> = Entry {
    info: Info {
        name: "peer_normalization",
        summary: "pulls every unit's mean activity towards its layer's: wakes dead units, calms loud ones",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.4, and the released code",
        params: &[
            Param::real("lambda", "strength of the pull", 0.03, 0.0, 1e3),
            Param::real("decay", "share of the running mean that stays", 0.9, 0.0, 0.9999),
        ],
    },
    build: |args| Box::new(PeerNormalization { lambda: args.f32("lambda"), decay: args.f32("decay") }),
};
