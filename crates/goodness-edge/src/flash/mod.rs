//! Flash: states that survive a power cut, and networks whose weights live there.

mod checksum;
mod error;
mod gather;
mod image;
mod record;
mod sliced;
mod state;

pub use error::FlashError;
pub use record::Place;
pub use sliced::{Sliced, Turns};

pub(crate) use checksum::Checksum;
