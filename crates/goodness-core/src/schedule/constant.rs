//! # Constant
//!
//! gain = 1. Cost: nothing.
//!
//! ```
//! use goodness_core::schedule::{Constant, Schedule};
//! assert_eq!((Constant.at(0, 50), Constant.at(49, 50)), (1.0, 1.0));
//! ```

use super::Schedule;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info};

/// The rate stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct Constant;

impl Schedule for Constant {
    fn at(&self, _step: u64, _total: u64) -> f32 {
        1.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Schedule> = Entry {
    info: Info { name: "constant", summary: "the rate stays as it is", source: "-", params: &[] },
    build: |_| Box::new(Constant),
};
