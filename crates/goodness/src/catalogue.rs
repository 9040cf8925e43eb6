//! Every family with what its members say of themselves.

use goodness_core::catalogue::Entry;
pub use goodness_core::catalogue::{Info, Param};

/// The families of the core and those of this library, in the order of a training step.
pub fn families() -> Vec<(&'static str, Vec<Info>)> {
    fn infos<T: ?Sized>(family: &'static [Entry<T>]) -> Vec<Info> {
        family.iter().map(|entry| entry.info).collect()
    }
    let mut all = goodness_core::catalogue::families();
    all.push(("plan", infos(crate::plan::CATALOGUE)));
    all.push(("readout", infos(crate::readout::CATALOGUE)));
    all
}
