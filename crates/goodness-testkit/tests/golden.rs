//! Ten steps of three recipes against the float64 oracle, tensor by tensor.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use goodness::core::negatives::Negatives;
use goodness::core::{Rng, Rows};
use goodness::data::{Dataset, Shape};
use goodness::model::Model;
use goodness::train::{Contrast, Event, Flow};
use goodness::{Recipe, Trainer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    levels: Vec<Vec<u8>>,
    labels: Vec<u8>,
    start: Vec<Vec<Vec<f64>>>,
    losses: Vec<Vec<f64>>,
    end: End,
}

#[derive(Deserialize)]
struct End {
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<f64>>,
    readout: Vec<Vec<Vec<f64>>>,
}

/// The oracle's rule for wrong labels, as a generator of a user's own.
struct Rule(AtomicU64);

impl Negatives for Rule {
    fn looks_at(&self) -> usize {
        0
    }

    fn fill(&self, labels: &[u8], classes: usize, _: Option<Rows<'_>>, _: &mut Rng, negatives: &mut [u8]) {
        let step = self.0.fetch_add(1, Ordering::Relaxed) as usize;
        let wrong = |y: u8| ((usize::from(y) + 1 + step % (classes - 1)) % classes) as u8;
        negatives.iter_mut().zip(labels).for_each(|(n, y)| *n = wrong(*y));
    }
}

fn load(name: &str) -> Golden {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../oracle/golden").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn same(what: &str, got: &[f32], want: impl IntoIterator<Item = f64>, tolerance: f64) {
    let want: Vec<f64> = want.into_iter().collect();
    assert_eq!(got.len(), want.len(), "{what}");
    let scale = want.iter().fold(1e-3, |top: f64, w| top.max(w.abs()));
    for (i, (g, w)) in got.iter().zip(&want).enumerate() {
        assert!((f64::from(*g) - w).abs() <= tolerance * scale, "{what}[{i}]: {g}, the oracle says {w}");
    }
}

/// Trains by the recipe on the oracle's data from its weights, and compares every tensor and every loss.
fn follows(name: &str, recipe: &str, tolerance: f64) {
    let golden = load(name);
    let shape = Shape { height: 4, width: 5, channels: 1 };
    let data = || Dataset::new("golden", golden.levels.concat(), golden.labels.clone(), 4, shape).unwrap();
    let recipe = Recipe::parse(name, recipe).unwrap();
    let mut trainer = Trainer::new(&recipe, data(), data(), 2).unwrap();
    trainer.method_mut().negatives = Contrast::Labels(Box::new(Rule(AtomicU64::new(0))));
    for (layer, start) in trainer.network_mut().layers.iter_mut().zip(&golden.start) {
        let flat: Vec<f32> = start.concat().iter().map(|x| *x as f32).collect();
        layer.weights.data_mut().copy_from_slice(&flat);
        layer.biases.fill(0.0);
    }
    let mut losses = Vec::new();
    let watch = |event: Event<'_>| {
        if let Event::Epoch { record, .. } = event {
            losses.push(record.layers.iter().map(|l| l.loss as f32).collect::<Vec<_>>());
        }
        Flow::Continue
    };
    trainer.run(watch).unwrap();
    assert_eq!(losses.len(), golden.losses.len());
    for (step, (got, want)) in losses.iter().zip(&golden.losses).enumerate() {
        same(&format!("loss of step {step}"), got, want.iter().copied(), tolerance);
    }
    for (l, layer) in trainer.network().layers.iter().enumerate() {
        same(&format!("weights of layer {l}"), layer.weights.data(), golden.end.weights[l].concat(), tolerance);
        same(&format!("biases of layer {l}"), &layer.biases, golden.end.biases[l].clone(), tolerance);
    }
    for (i, weights) in trainer.network().readout.weights().iter().enumerate() {
        same(&format!("readout {i}"), weights.data(), golden.end.readout[i].concat(), tolerance);
    }
    // What was trained can be saved and comes back to the same bits.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    let (own, again) = (trainer.network(), Model::load(&path).unwrap().network);
    assert_eq!(own.layers, again.layers);
    let scores = |network: &goodness::Network| trainer.pool().run(|| network.scores(&data()));
    assert_eq!(scores(own), scores(&again));
}

const HINTON: &str = r#"
    name = "golden"
    [network]
    layers = [12, 10, 9]
    goodness = "sum_of_squares"
    readout = { name = "linear", from = 2, rate = 0.1, weight_decay = 0.003 }
    [train]
    loss = "logistic"
    penalty = { name = "peer_normalization", lambda = 0.06 }
    optimizer = { name = "smoothed_sgd", rate = 0.15, weight_decay = 0.002 }
    schedule = "constant"
    epochs = 10
    batch = 6
"#;

#[test]
fn hinton_as_released() {
    follows("hinton.json", HINTON, 2e-5);
}

/// Rounded operands lead to weights and losses that differ by a few hundredths, no more.
#[test]
fn hinton_in_fewer_bits() {
    for (precision, tolerance) in [("bf16", 0.03), ("int8", 0.06)] {
        let recipe = HINTON.replace("[network]", &format!("[network]\nprecision = {precision:?}"));
        follows("hinton.json", &recipe, tolerance);
    }
}

#[test]
fn swish_symba_with_adam() {
    follows(
        "swish_symba.json",
        r#"
        name = "golden"
        [network]
        layers = [12, 10]
        [train]
        loss = { name = "swish_symba", alpha = 6 }
        optimizer = { name = "adam", rate = 0.003 }
        schedule = "constant"
        epochs = 10
        batch = 6
        "#,
        1e-4,
    );
}

#[test]
fn tutorial_greedy() {
    follows(
        "tutorial.json",
        r#"
        name = "golden"
        [network]
        layers = [12, 10]
        normalize = "l2"
        overlay = { name = "one_hot", strength = 2.8215 }
        [train]
        loss = "logistic"
        optimizer = { name = "adam", rate = 0.03, eps = 2e-8 }
        schedule = "constant"
        plan = "greedy"
        epochs = 10
        batch = 6
        "#,
        1e-4,
    );
}
