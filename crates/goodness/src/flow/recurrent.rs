//! # Recurrent
//!
//! uₗ(t) = Wₗ x̂ₗ₋₁(t−1) + Vₗ x̂ₗ₊₁(t−1) + bₗ, hₗ(t) = keep · hₗ(t−1) + (1 − keep) · φ(uₗ(t))  (Hinton 2022, section 3.3)
//!
//! The image is shown as a video in which nothing moves, and every layer is told what the layers below *and above* it said
//! an iteration ago, normalised. Below the first layer stands the image, above the last one the label: one unit in K
//! speaks, normalised as every state and multiplied by `label`. All layers move at once. They start from one pass from the image up, with nothing from above.
//!
//! At every iteration a layer learns from its own goodness, gₗ(t) of hₗ(t); whatever comes from elsewhere, its own old
//! state included, is given: ∂hₗ(t)/∂uₗ(t) = (1 − keep) φ′, and no gradient goes through time. A batch's iterations count
//! as one step, with the mean of their losses. A label is worth its goodness, averaged over iterations `from` to `to` and
//! summed over layers.
//!
//! Cost a row: at each iteration a product with W and one with V for each layer, but for the image's, which is there from
//! the start, and the label's, which is a column. Reading stops at `to`. Choose it where context should help perception;
//! [once](super) is several times cheaper.
//!
//! ```
//! use goodness::flow::Recurrent;
//! let flow = Recurrent { iterations: 8, keep: 0.25, from: 3, to: 5, label: 1.0 };
//! let mut h = [4.0, 0.0];
//! flow.mix(&[8.0, 2.0], &mut h);
//! assert_eq!(h, [7.0, 1.5]);
//! ```

use goodness_core::catalogue::{Entry, Info, Param};
use goodness_core::normalize::Normalize;

/// Layers that hear from above as well as from below, again and again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recurrent {
    /// Iterations of a training step, after the pass from the image up.
    pub iterations: usize,
    /// Share of a state that stays at each iteration.
    pub keep: f32,
    /// The first iteration that reading counts, from 1.
    pub from: usize,
    /// The last one.
    pub to: usize,
    /// Strength of the label above the last layer.
    pub label: f32,
}

impl Recurrent {
    /// Moves states towards what their units put out: `h ← keep · h + (1 − keep) · a`.
    pub fn mix(&self, a: &[f32], h: &mut [f32]) {
        h.iter_mut().zip(a).for_each(|(h, a)| *h = self.keep * *h + (1.0 - self.keep) * a);
    }

    /// What the label's unit above the last layer says, the other `classes` − 1 being silent.
    pub fn said(&self, normalize: &dyn Normalize, classes: usize) -> f32 {
        self.label * normalize.scale(1.0, classes)
    }

    /// Whether reading counts iteration `t`.
    pub fn counts(&self, t: usize) -> bool {
        (self.from..=self.to).contains(&t)
    }
}

pub(super) const ENTRY: Entry<Option<Recurrent>> = Entry {
    info: Info {
        name: "recurrent",
        summary: "layers hear from below and from above, iteration after iteration; the label stands at the top",
        source: "Hinton 2022 (arXiv 2212.13345), section 3.3",
        params: &[
            Param::whole("iterations", "iterations of a training step", 8.0, 1.0, 1000.0),
            Param::real("keep", "share of a state that stays at each iteration", 0.3, 0.0, 0.999),
            Param::whole("from", "first iteration that reading counts", 3.0, 1.0, 1000.0),
            Param::whole("to", "last iteration that reading counts", 5.0, 1.0, 1000.0),
            Param::real("label", "strength of the label at the top", 1.0, 1e-3, 1e3),
        ],
    },
    build: |args| {
        let [iterations, from, to] = ["iterations", "from", "to"].map(|name| args.get(name) as usize);
        Box::new(Some(Recurrent { iterations, keep: args.f32("keep"), from, to, label: args.f32("label") }))
    },
};
