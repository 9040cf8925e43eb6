//! # Once
//!
//! uₗ = Wₗ x̂ₗ₋₁ + bₗ, layer after layer (Hinton 2022, section 2): what most networks here do. Cost a row: a product with
//! W for each layer.

use goodness_core::catalogue::{Entry, Info};

use super::Recurrent;

pub(super) const ENTRY: Entry<Option<Recurrent>> = Entry {
    info: Info {
        name: "once",
        summary: "one pass from the image up, layer after layer",
        source: "Hinton 2022 (arXiv 2212.13345), section 2",
        params: &[],
    },
    build: |_| Box::new(None),
};
