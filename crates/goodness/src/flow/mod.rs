//! Flows: how activity moves through the layers of a network.
//!
//! A member is [`None`], one pass from the image up, or the [`Recurrent`] iterations that layers settle in.

mod once;
mod recurrent;

pub use recurrent::Recurrent;

use goodness_core::catalogue::Entry;

/// Every flow there is.
pub const CATALOGUE: &[Entry<Option<Recurrent>>] = &[once::ENTRY, recurrent::ENTRY];
