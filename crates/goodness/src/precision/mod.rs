//! Precisions: how the operands of a layer's products are rounded before they are multiplied.
//!
//! Weights, sums, activities and the memory of optimizers are of 32 bits in each of them, and so is every number that one
//! sees: a precision says what is multiplied, not what is kept. Where the processor has instructions for it, fewer bits are
//! faster; elsewhere the same numbers come out by plain code.

mod bf16;
mod f32;
mod int8;

use goodness_core::catalogue::{Args, Entry, find};
use goodness_engine::Precision;

/// Every precision there is.
pub const CATALOGUE: &[Entry<Precision>] = &[f32::ENTRY, bf16::ENTRY, int8::ENTRY];

/// Their names.
pub fn names() -> Vec<&'static str> {
    CATALOGUE.iter().map(|entry| entry.info.name).collect()
}

/// The precision of a name, where it is one.
pub fn by_name(name: &str) -> Option<Precision> {
    let entry = find(CATALOGUE, name)?;
    let args = Args::resolve(entry.info.params, &[]).ok()?;
    Some(*(entry.build)(&args))
}
