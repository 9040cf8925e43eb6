//! Schedules: what a rate is multiplied by while training goes on.

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

/// Every schedule there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn Schedule>] = &[constant::ENTRY, cosine::ENTRY, linear_decay::ENTRY];
