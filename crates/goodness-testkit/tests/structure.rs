//! What layers do for one another, against the plain definition in float64: collaboration and residuals.
#![allow(clippy::unwrap_used)]

use goodness::data::Dataset;
use goodness::model::Model;
use goodness::{Recipe, Trainer};
use goodness_testkit::plain::{Layer, follows, forward, layers, rms, run};
use goodness_testkit::toy;

const SAMPLES: usize = 24;
const THETA: f64 = 2.0;
const TEMPERATURE: f64 = 0.5;

/// One batch an epoch, plain descent at rate 1: the weights move by their gradient.
const PAIRS: &str = r#"
    name = "structure"
    [network]
    layers = [6, 5, 4, 6]
    [train]
    loss = { name = "logistic", temperature = 1.0 }
    theta = 2.0
    negatives = "wrong_label"
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 24
"#;

const CLASSES: &str = r#"
    name = "structure"
    [network]
    layers = [6, 4, 8, 6]
    goodness = "class_mean"
    [train]
    loss = { name = "cross_entropy", temperature = 0.5, smoothing = 0.0 }
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 24
"#;

fn data() -> Dataset {
    toy::pictures(SAMPLES, 2, 1)
}

/// A trainer of a recipe with lines added to its sections.
fn trainer(recipe: &str, network: &str, train: &str) -> Trainer {
    let text = recipe.replace("[train]", &format!("{network}\n[train]\n{train}"));
    Trainer::new(&Recipe::parse("structure", &text).unwrap(), data(), data(), 2).unwrap()
}

fn still(recipe: &str) -> String {
    recipe.replace("rate = 1.0", "rate = 0.0")
}

/// One goodness a row, or one a class.
fn goodness(h: &[f64], by_class: bool) -> Vec<f64> {
    match by_class {
        true => h.chunks(h.len() / 2).map(|group| group.iter().sum::<f64>() / group.len() as f64).collect(),
        false => vec![h.iter().map(|h| h * h).sum::<f64>() / h.len() as f64],
    }
}

/// What every layer reads of one row, and its goodness.
fn walk(layers: &[Layer], image: Vec<f64>, residual: bool, by_class: bool) -> Vec<(Vec<f64>, Vec<f64>)> {
    let (mut all, mut passed) = (Vec::new(), Vec::<Vec<f64>>::new());
    for layer in layers {
        let x = match passed.as_slice() {
            [] => rms(&image),
            [.., before, last] if residual => [last.as_slice(), before].concat(),
            [.., last] => last.clone(),
        };
        let h = forward(layer, &x);
        passed.push(rms(&h));
        all.push((x, goodness(&h, by_class)));
    }
    all
}

/// The rows of a sample: its two passes, or its one.
fn passes(data: &Dataset, row: usize, by_class: bool) -> Vec<Vec<f64>> {
    let image: Vec<f64> = data.row(row).iter().map(|p| f64::from(*p) / 255.0).collect();
    let coded = |label: u8| {
        let mut image = image.clone();
        (0..2).for_each(|k| image[k] = f64::from(u8::from(k == usize::from(label))));
        image
    };
    if by_class { vec![image] } else { vec![coded(data.label(row)), coded(1 - data.label(row))] }
}

/// The loss of one sample, given the goodness of its passes.
fn loss(g: &[Vec<f64>], label: u8) -> f64 {
    let softplus = |x: f64| x.exp().ln_1p();
    match g {
        [pos, neg] => softplus(THETA - pos[0]) + softplus(neg[0] - THETA),
        _ => softplus((g[0][1 - usize::from(label)] - g[0][usize::from(label)]) / TEMPERATURE),
    }
}

/// The mean loss of layer number `l` with its weights `own`, whatever the other layers count, by the weights `all`.
fn layer_loss(all: &[Layer], own: &Layer, l: usize, (residual, by_class): (bool, bool), count: &Count) -> f64 {
    let data = data();
    let sample = |row: usize| {
        let asked = |image: Vec<f64>| {
            let seen = walk(all, image, residual, by_class);
            let mut g = goodness(&forward(own, &seen[l].0), by_class);
            for (other, (_, theirs)) in seen.iter().enumerate().filter(|(other, _)| *other != l) {
                g.iter_mut().zip(theirs).for_each(|(g, t)| *g += count(l, other) * t);
            }
            g
        };
        let g: Vec<Vec<f64>> = passes(&data, row, by_class).into_iter().map(asked).collect();
        loss(&g, data.label(row))
    };
    (0..SAMPLES).map(sample).sum::<f64>() / SAMPLES as f64
}

type Count = dyn Fn(usize, usize) -> f64;

const COLLABORATIONS: [(&str, &Count); 3] = [
    ("collaboration = \"none\"", &|_, _| 0.0),
    ("collaboration = { name = \"below\", weight = 0.75 }", &|own, other| if other < own { 0.75 } else { 0.0 }),
    ("collaboration = { name = \"all\", weight = 0.5 }", &|_, _| 0.5),
];

#[test]
fn a_layer_follows_the_slope_of_its_loss_with_what_others_count_held_still() {
    for (by_class, recipe) in [(false, PAIRS), (true, CLASSES)] {
        for (residual, network) in [(false, ""), (true, "residual = \"concatenate\"")] {
            for (train, count) in COLLABORATIONS {
                let trainer = trainer(recipe, network, train);
                let start = layers(trainer.network());
                let trained = run(trainer);
                for (l, end) in layers(trained.network()).iter().enumerate() {
                    let who = format!("layer {l}, {network}, {train}, by class: {by_class}");
                    let at = |own: &Layer| layer_loss(&start, own, l, (residual, by_class), count);
                    let told = trained.history()[0].layers[l].loss;
                    assert!((told - at(&start[l])).abs() < 1e-5, "{who}: loss {told}");
                    follows(&start[l], end, &at, &who);
                }
            }
        }
    }
}

#[test]
fn what_is_told_of_a_layer_is_its_own_goodness() {
    let told = |train: &str| run(trainer(PAIRS, "", train)).history()[0].layers.clone();
    let alone = told("");
    for (train, _) in COLLABORATIONS {
        for (a, b) in alone.iter().zip(told(train)) {
            let own = |l: &goodness::train::LayerRecord| (l.goodness_pos, l.goodness_neg, l.separation, l.dead);
            assert_eq!(own(a), own(&b), "{train}");
        }
    }
}

#[test]
fn others_that_count_nothing_change_no_bit() {
    let weights = |train: &str| run(trainer(PAIRS, "", &format!("dropout = 0.2\n{train}"))).network().layers.clone();
    let alone = weights("");
    for name in ["below", "all"] {
        assert_eq!(alone, weights(&format!("collaboration = {{ name = \"{name}\", weight = 0 }}")), "{name}");
        assert_ne!(alone, weights(&format!("collaboration = \"{name}\"")), "{name}");
    }
}

#[test]
fn the_pass_ahead_has_the_holes_of_the_step() {
    // Where nobody learns and every layer's goodness counts in full, all layers are asked for the same sum.
    for network in ["", "residual = \"concatenate\""] {
        let trainer = run(trainer(&still(PAIRS), network, "collaboration = \"all\"\ndropout = 0.5"));
        let losses: Vec<f64> = trainer.history()[0].layers.iter().map(|l| l.loss).collect();
        assert!(losses.iter().all(|loss| (loss - losses[0]).abs() < 1e-5), "{network}: {losses:?}");
    }
}

#[test]
fn every_plan_reads_and_counts_the_same_frozen_layers() {
    let network = "residual = \"concatenate\"";
    let told = |train: &str, epochs: usize| {
        let recipe = still(PAIRS).replace("epochs = 1", &format!("epochs = {epochs}"));
        let trainer = run(trainer(&recipe, network, train));
        let layers = trainer.history().iter().flat_map(|epoch| epoch.layers.clone());
        layers.map(|l| (l.layer, l.loss, l.goodness_pos)).collect::<Vec<_>>()
    };
    let at_once = told("collaboration = \"below\"", 1);
    let greedy = told("collaboration = \"below\"\nplan = \"greedy\"", 1);
    let windows = "plan = { name = \"windowed\", overlap = 0 }";
    // Layers that wait do not count: one at a time, all is what is below.
    for plan in [
        greedy,
        told(&format!("collaboration = \"below\"\n{windows}"), 4),
        told(&format!("collaboration = \"all\"\n{windows}"), 4),
    ] {
        assert_eq!(plan.len(), at_once.len());
        for (a, b) in at_once.iter().zip(&plan) {
            assert_eq!(a.0, b.0);
            assert!((a.1 - b.1).abs() < 1e-5 && (a.2 - b.2).abs() < 1e-5, "{a:?} at once, {b:?} in turn");
        }
    }
}

#[test]
fn a_residual_network_reads_as_it_learns_and_comes_back_from_a_file() {
    let trainer = run(trainer(PAIRS, "residual = \"concatenate\"", ""));
    let inputs: Vec<usize> = trainer.network().layers.iter().map(|l| l.inputs()).collect();
    assert_eq!(inputs, [36, 6, 5 + 6, 4 + 5]);
    let (all, data) = (layers(trainer.network()), data());
    let scores = trainer.pool().run(|| trainer.network().scores(&data));
    for row in 0..SAMPLES {
        // The sweep's score of a label is the sum of all layers' goodness.
        let sum = |image: Vec<f64>| walk(&all, image, true, false).iter().map(|(_, g)| g[0]).sum::<f64>();
        let truth = sum(passes(&data, row, false).remove(0));
        let score = f64::from(scores.rows().row(row)[usize::from(data.label(row))]);
        assert!((truth - score).abs() < 1e-4 * truth, "{score}, not {truth}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    let model = Model::load(&path).unwrap();
    assert_eq!(scores, trainer.pool().run(|| model.network.scores(&data)));
}
