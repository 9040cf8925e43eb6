//! What every member of a family must hold to, and small data to hold it to.
#![forbid(unsafe_code)]

pub mod members;
pub mod plain;
pub mod runs;
pub mod toy;

pub use members::variants;
