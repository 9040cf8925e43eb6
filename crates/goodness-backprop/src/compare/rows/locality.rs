//! # Locality
//!
//! How far the information of an update travels: bytes that cross from one layer to another in a step, and the layers that
//! lie between a parameter and the numbers that its update is made of. From the network's shapes.

use goodness::train::Objective;
use goodness::{Recipe, collaboration, residual};

use super::Both;
use crate::compare::shown::mebibytes;
use crate::compare::{Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "locality",
    measured: "MiB that cross from one layer to another in a step, upwards and downwards, from the network's shapes; and how many \
               layers up the information of a parameter's update has been, a mean over the parameters.",
    parts: |_| vec!["locality".to_string()],
    measure: |lab, part| {
        let (features, classes) = (lab.train.shape().features(), lab.train.classes());
        lab.store.put(part, &count(&lab.setup.recipe, features, classes))
    },
    show,
};

/// What crosses in a step, in bytes, and how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Travel {
    up: u64,
    down: u64,
    layers: f64,
}

fn count(recipe: &Recipe, features: usize, classes: usize) -> Both<Travel> {
    let (spec, batch) = (&recipe.network, recipe.train.batch);
    let rows = batch * if by_class(recipe) { 1 } else { 2 };
    let residual = spec.residual.build(residual::CATALOGUE);
    let read: usize = (0..spec.layers.len()).flat_map(|l| residual.sources(l)).map(|s| spec.layers[s]).sum();
    let top = spec.layers.last().copied().unwrap_or(0);
    let collaboration = recipe.train.collaboration.build(collaboration::CATALOGUE);
    let depth = spec.layers.len();
    let counts = |own: usize, other: usize| other != own && collaboration.weight(own, other) != 0.0;
    let goodness = |own: usize, above: bool| (0..depth).filter(|o| (*o > own) == above && counts(own, *o)).count();
    let numbers = 4 * (rows * if by_class(recipe) { classes } else { 1 }) as u64;
    let heard = |above| (0..depth).map(|own| goodness(own, above)).sum::<usize>() as u64 * numbers;
    let furthest = |own: usize| (own + 1..depth).rev().find(|o| counts(own, *o)).map_or(0, |o| o - own);
    Both {
        ff: Travel {
            up: 4 * (rows * read) as u64 + heard(false),
            down: heard(true),
            layers: mean_by_parameter(spec, features, furthest),
        },
        bp: Travel {
            up: 4 * (batch * (read + top)) as u64,
            down: 4 * (batch * (read + top)) as u64,
            layers: mean_by_parameter(spec, features, |own| depth - own),
        },
    }
}

fn by_class(recipe: &Recipe) -> bool {
    Objective::new(&recipe.train.loss).passes() == 1
}

/// The mean of `of(layer)` over the weights of all layers.
fn mean_by_parameter(spec: &goodness::recipe::NetworkSpec, features: usize, of: impl Fn(usize) -> usize) -> f64 {
    let residual = spec.residual.build(residual::CATALOGUE);
    let inputs = |l: usize| match residual.sources(l) {
        sources if sources.is_empty() => features,
        sources => spec.layers[sources].iter().sum(),
    };
    let weights = spec.layers.iter().enumerate().map(|(l, units)| (l, (units * inputs(l)) as f64));
    let (sum, all) = weights.fold((0.0, 0.0), |(sum, all), (l, w)| (sum + w * of(l) as f64, all + w));
    sum / all.max(1.0)
}

fn show(_: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let Some(Both::<Travel> { ff, bp }) = store.get("locality") else { return shown };
    shown.line("MiB upwards a step", mebibytes(ff.up), mebibytes(bp.up));
    shown.line("MiB downwards a step", mebibytes(ff.down), mebibytes(bp.down));
    shown.line("layers up, a mean over parameters", format!("{:.2}", ff.layers), format!("{:.2}", bp.layers));
    let down = match ff.down {
        0 => "Nothing moves downwards in Forward-Forward".to_string(),
        _ => format!("{} MiB of goodness move downwards in Forward-Forward", mebibytes(ff.down)),
    };
    shown.sentence = format!(
        "{down}, {} MiB a step in backprop; upwards it is {} against {} MiB.",
        mebibytes(bp.down),
        mebibytes(ff.up),
        mebibytes(bp.up)
    );
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_can_be_counted_on_paper() {
        let text = "name = 'a'\n[network]\nlayers = [10, 20, 5]\n[train]\nbatch = 7";
        let recipe = Recipe::parse("a", text).unwrap();
        let Both { ff, bp } = count(&recipe, 30, 3);
        // Two rows a sample cross two borders, of 10 and 20 numbers; one row crosses three, and comes back.
        assert_eq!(ff, Travel { up: 4 * 14 * 30, down: 0, layers: 0.0 });
        assert_eq!((bp.up, bp.down), (4 * 7 * 35, 4 * 7 * 35));
        // 300 weights three layers below the loss, 200 two, 100 one.
        assert!((bp.layers - (900.0 + 400.0 + 100.0) / 600.0).abs() < 1e-12);
        let both = recipe.with(&["train.collaboration=all".to_string()]).unwrap();
        let ff = count(&both, 30, 3).ff;
        // Each layer hears one number a row from the two others: three upwards, three downwards.
        assert_eq!((ff.up, ff.down), (4 * 14 * 30 + 3 * 4 * 14, 3 * 4 * 14));
        assert!((ff.layers - (300.0 * 2.0 + 200.0) / 600.0).abs() < 1e-12);
    }
}
