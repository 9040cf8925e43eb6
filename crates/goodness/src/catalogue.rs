//! Every family with what its members say of themselves: the tables of `--help` and of the documentation.

use goodness_core::catalogue::Entry;
pub use goodness_core::catalogue::{Info, Param};
use goodness_core::{
    activation, class_loss, goodness, image_negatives, init, loss, negatives, normalize, optim, overlay, penalty,
    projection, schedule, similarity, view,
};

use crate::{collaboration, flow, hierarchy, plan, precision, readout, residual};

/// The families of the core and those of this library.
pub fn families() -> Vec<(&'static str, Vec<Info>)> {
    fn infos<T: ?Sized>(family: &'static [Entry<T>]) -> Vec<Info> {
        family.iter().map(|entry| entry.info).collect()
    }
    vec![
        ("goodness", infos(goodness::CATALOGUE)),
        ("loss", infos(loss::CATALOGUE)),
        ("class_loss", infos(class_loss::CATALOGUE)),
        ("negatives", infos(negatives::CATALOGUE)),
        ("image_negatives", infos(image_negatives::CATALOGUE)),
        ("overlay", infos(overlay::CATALOGUE)),
        ("activation", infos(activation::CATALOGUE)),
        ("normalize", infos(normalize::CATALOGUE)),
        ("view", infos(view::CATALOGUE)),
        ("projection", infos(projection::CATALOGUE)),
        ("similarity", infos(similarity::CATALOGUE)),
        ("penalty", infos(penalty::CATALOGUE)),
        ("optimizer", infos(optim::CATALOGUE)),
        ("schedule", infos(schedule::CATALOGUE)),
        ("init", infos(init::CATALOGUE)),
        ("flow", infos(flow::CATALOGUE)),
        ("precision", infos(precision::CATALOGUE)),
        ("collaboration", infos(collaboration::CATALOGUE)),
        ("hierarchy", infos(hierarchy::CATALOGUE)),
        ("residual", infos(residual::CATALOGUE)),
        ("plan", infos(plan::CATALOGUE)),
        ("readout", infos(readout::CATALOGUE)),
    ]
}
