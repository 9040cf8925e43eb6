//! Schedules: what a rate is multiplied by while training goes on.
//!
//! A warm-up is a parameter of those that fall: the rate of a straight line from 0 keeps the first steps small, when
//! gradients are large and an optimizer knows little of them. A rate that rises and falls once (one cycle, Smith 2018) is
//! [`LinearDecay`] with a long warm-up and nothing held.

mod constant;
mod cosine;
mod linear_decay;

pub use constant::Constant;
pub use cosine::Cosine;
pub use linear_decay::LinearDecay;

#[cfg(feature = "std")]
use crate::catalogue::Entry;

/// A gain as a function of time.
pub trait Schedule: Send + Sync {
    /// The gain of update number `step` (from 0) of `total`.
    fn at(&self, step: u64, total: u64) -> f32;
}

/// Where update number `step` of `total` stands when the rate rises in a straight line through the first `warmup` of the
/// training: the share of the full rate that it has risen to, and the time since then, from 0 to 1.
fn warmed(step: u64, total: u64, warmup: f32) -> (f64, f64) {
    let t = ((step as f64 + 0.5) / total.max(1) as f64).clamp(0.0, 1.0);
    let warmup = f64::from(warmup);
    if t < warmup { (t / warmup, 0.0) } else { (1.0, (t - warmup) / (1.0 - warmup)) }
}

/// Every schedule there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Schedule>] = &[constant::ENTRY, cosine::ENTRY, linear_decay::ENTRY];
