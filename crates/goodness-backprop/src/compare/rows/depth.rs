//! # Depth
//!
//! Networks of the same narrow layers, deeper and deeper: what is read from them, and what a linear probe finds in each
//! layer. Beside the recipe's own way, ways that have been proposed against the lag of deep layers.

use goodness::Recipe;
use goodness::report::chart::{Line, lines, lines_at};
use serde::{Deserialize, Serialize};

use super::{line, places};
use crate::compare::lab::Lab;
use crate::compare::probe;
use crate::compare::shown::smaller;
use crate::compare::{CompareError, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "depth",
    measured: "Validation error in percent (2,000 samples) of networks of 2 to 32 layers of 200 units at most, trained for 6 \
               epochs on 10,000 samples; the recipe's own way, and three ways to help deep layers. In brackets the linear-probe \
               error of the first and of the last layer.",
    parts: |_| DEPTHS.iter().map(|depth| format!("depth-{depth}")).collect(),
    measure,
    show,
};

const DEPTHS: [usize; 5] = [2, 4, 8, 16, 32];
const WIDEST: usize = 200;
const SAMPLES: (usize, usize) = (10_000, 2000);
const EPOCHS: usize = 6;

/// What is tried: a name, and what is changed in the recipe.
const WAYS: [(&str, &[&str]); 4] = [
    ("as the recipe", &[]),
    (
        "class-wise mean goodness",
        &[
            "network.goodness=class_mean",
            "network.head=",
            "network.projection=",
            "network.overlay=none",
            "network.readout=class_goodness",
            "train.loss=cross_entropy",
            "train.negatives=",
            "train.adviser=",
            "train.theta=",
        ],
    ),
    ("layer collaboration", &["train.collaboration=all"]),
    ("residual concatenation", &["network.residual=concatenate"]),
];

/// What a network came to, in percent; none where the way does not go with the recipe.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Deep {
    error: f64,
    probes: Vec<f64>,
}

/// What networks of one depth came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct AtDepth {
    ways: Vec<Option<Deep>>,
    bp: Option<Deep>,
}

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    let depth = part.trim_start_matches("depth-").parse().unwrap_or(2);
    let mut all = AtDepth::default();
    for (_, changes) in WAYS {
        all.ways.push(match recipe(lab, depth, changes) {
            Ok(recipe) => Some(by_itself(lab, &recipe)?),
            Err(_) => None,
        });
    }
    all.bp = Some(by_backprop(lab, &recipe(lab, depth, &[])?)?);
    lab.store.put(part, &all)
}

/// The recipe with `depth` narrow layers.
fn recipe(lab: &Lab<'_>, depth: usize, changes: &[&str]) -> Result<Recipe, CompareError> {
    let classes = lab.train.classes();
    let width = (lab.setup.widest().min(WIDEST) / classes * classes).max(classes);
    let own = [
        format!("network.layers={:?}", vec![width; depth]),
        "network.fields=".to_string(),
        format!("train.epochs={EPOCHS}"),
        "train.validate_every=0".to_string(),
    ];
    let changes = changes.iter().map(|c| (*c).to_string());
    Ok(lab.seeded(1)?.with(&own.into_iter().chain(changes).collect::<Vec<_>>())?)
}

fn by_itself(lab: &mut Lab<'_>, recipe: &Recipe) -> Result<Deep, CompareError> {
    let trainer = lab.forward_forward(recipe, lab.first(SAMPLES.0, SAMPLES.1)?)?;
    let (network, widths) = (trainer.network(), &recipe.network.layers);
    let sets = (trainer.training_set(), trainer.validation_set());
    let probes = probe::errors(trainer.pool(), widths, sets, &|data, each| network.activities(data, each));
    Ok(Deep { error: 100.0 * trainer.pool().run(|| network.error(sets.1)), probes })
}

fn by_backprop(lab: &mut Lab<'_>, recipe: &Recipe) -> Result<Deep, CompareError> {
    let twin = match lab.backprop(recipe, lab.choices(), lab.first(SAMPLES.0, SAMPLES.1)?) {
        // A network that breaks down knows nothing.
        Err(CompareError::Twin(crate::TwinError::Diverged { .. })) => {
            return Ok(Deep { error: 100.0, probes: Vec::new() });
        }
        twin => twin?,
    };
    let (network, widths) = (twin.network(), &recipe.network.layers);
    let sets = (twin.training_set(), twin.validation_set());
    let probes = probe::errors(twin.pool(), widths, sets, &|data, each| network.activities(data, each));
    Ok(Deep { error: 100.0 * twin.validation_error(), probes })
}

fn show(_: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let all: Vec<(usize, AtDepth)> =
        DEPTHS.iter().filter_map(|d| Some((*d, store.get(&format!("depth-{d}"))?))).collect();
    for (depth, at) in &all {
        for ((way, _), deep) in WAYS.iter().zip(&at.ways) {
            let bp = if *way == WAYS[0].0 { text(at.bp.as_ref()) } else { String::new() };
            shown.line(format!("{depth} layers, {way}"), text(deep.as_ref()), bp);
        }
    }
    shown.sentence = all.last().map_or(String::new(), |(depth, at)| sentence(*depth, at));
    shown.charts = charts(&all);
    shown
}

fn text(deep: Option<&Deep>) -> String {
    let Some(deep) = deep else { return "does not go with the recipe".to_string() };
    let ends = deep.probes.first().zip(deep.probes.last());
    let probes = ends.map_or(String::new(), |(first, last)| format!(" ({first:.1}, {last:.1})"));
    format!("{:.2}{probes}", deep.error)
}

fn sentence(depth: usize, at: &AtDepth) -> String {
    let (Some(Some(own)), Some(bp)) = (at.ways.first(), &at.bp) else { return String::new() };
    let said = smaller(&format!("With {depth} layers the error"), (own.error, bp.error), 2, " %");
    let ways = WAYS.iter().zip(&at.ways).filter_map(|((way, _), deep)| Some((way, deep.as_ref()?.error)));
    let best = ways.min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(said.clone(), |(way, error)| {
        format!("{said} Of the ways of Forward-Forward the best at that depth is {way:?}, with {error:.2} %.")
    })
}

fn charts(all: &[(usize, AtDepth)]) -> String {
    let labels: Vec<String> = all.iter().map(|(depth, _)| depth.to_string()).collect();
    let error = |deep: Option<&Deep>| deep.map_or(f64::NAN, |d| d.error);
    let by_depth = curves(|of| places(all.iter().map(|(_, at)| error(of(at)))));
    let probes = |(depth, at): &(usize, AtDepth)| {
        let each = curves(|of| of(at).map_or(Vec::new(), |d| places(d.probes.iter().copied())));
        lines(&format!("Linear-probe error of each of {depth} layers, %"), "layer", &each)
    };
    lines_at("Validation error, %", "layers", &labels, &by_depth) + &all.iter().map(probes).collect::<String>()
}

/// Which of the networks of a depth is meant.
type Of<'a> = &'a dyn Fn(&AtDepth) -> Option<&Deep>;

/// A curve for each way, and one for the twin.
fn curves(points: impl Fn(Of<'_>) -> Vec<(f64, f64)>) -> Vec<Line> {
    let way = |(w, (name, _)): (usize, &(&str, &[&str]))| {
        let mut curve = line(name, false, points(&|at| at.ways.get(w)?.as_ref()));
        curve.colour = format!("var(--c{})", [1, 3, 4, 5][w]);
        curve
    };
    let mut all: Vec<Line> = WAYS.iter().enumerate().map(way).collect();
    all.push(line("backprop", true, points(&|at| at.bp.as_ref())));
    all
}
