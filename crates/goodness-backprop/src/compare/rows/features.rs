//! # Features
//!
//! What a linear map could read off each layer.

use goodness::report::chart::lines_at;

use super::{Both, line, places};
use crate::compare::lab::Lab;
use crate::compare::probe;
use crate::compare::shown::smaller;
use crate::compare::{CompareError, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "features",
    measured: "Validation error in percent of a linear probe of each layer's normalised activities (for Forward-Forward on the \
               neutral pass), solved in closed form on 10,000 training samples; networks of seed 1.",
    parts: |_| vec!["features".to_string()],
    measure,
    show,
};

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    let widths = lab.setup.recipe.network.layers.clone();
    let (trainer, twin) = lab.learned()?;
    let sets = (trainer.training_set(), trainer.validation_set());
    let (own, other) = (trainer.network(), twin.network());
    let ff = probe::errors(trainer.pool(), &widths, sets, &|data, each| own.activities(data, each));
    let bp = probe::errors(twin.pool(), &widths, sets, &|data, each| other.activities(data, each));
    lab.store.put(part, &Both { ff, bp })
}

fn show(_: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let Some(Both::<Vec<f64>> { ff, bp }) = store.get("features") else { return shown };
    for (l, (a, b)) in ff.iter().zip(&bp).enumerate() {
        shown.line(format!("layer {}", l + 1), format!("{a:.2}"), format!("{b:.2}"));
    }
    if let (Some(a), Some(b)) = (ff.last(), bp.last()) {
        shown.sentence = smaller("The probe error of the last layer", (*a, *b), 2, " %");
    }
    let labels: Vec<String> = (1..=ff.len()).map(|l| l.to_string()).collect();
    let both = [line("Forward-Forward", false, places(ff)), line("backprop", true, places(bp))];
    shown.charts = lines_at("Linear-probe error, %", "layer", &labels, &both);
    shown
}
