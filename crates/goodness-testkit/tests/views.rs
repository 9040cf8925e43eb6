//! Networks whose projection, similarity and readouts see maps through a view.
#![allow(clippy::unwrap_used)]

use goodness::core::Rng;
use goodness::data::Dataset;
use goodness::model::Model;
use goodness::train::Flow;
use goodness::{Recipe, Trainer};
use goodness_testkit::toy;

const SAMPLES: usize = 12;
const CLASSES: usize = 3;

/// One batch an epoch, plain descent at rate 1: what learns moves by its gradient. Nothing is normalised, so that layers
/// pass on their activities. The last layer is dense and seen as it is.
const STEP: &str = r#"
    name = "views"
    [network]
    layers = [5, 4, 6]
    convolutions = [{ side = 3 }, { side = 3, pool = 2 }]
    normalize = "keep"
    projection = "linear"
    goodness = "class_mean"
    view = { name = "rms", cells = 2 }
    [train]
    loss = { name = "cross_entropy", temperature = 0.5, smoothing = 0.0 }
    similarity = { name = "matching", weight = 0.7 }
    similarity_view = { name = "deviation", cells = 1 }
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 12
"#;

/// The same with a hidden layer between what is seen and the projection.
fn with_head() -> String {
    STEP.replace("projection =", "head = 7\n    projection =")
}

const LEARNS: &str = r#"
    name = "views"
    [network]
    layers = [8, 10]
    convolutions = [{ side = 3 }, { side = 3, pool = 2 }]
    projection = "linear"
    goodness = "class_mean"
    view = { name = "rms", cells = 3 }
    [train]
    loss = "cross_entropy"
    similarity = { name = "matching", weight = 1.0, map = 6 }
    similarity_view = "deviation"
    optimizer = { name = "adam", rate = 0.01 }
    epochs = 12
    batch = 20
"#;

fn data() -> Dataset {
    toy::pictures(SAMPLES, CLASSES, 1)
}

/// A trainer whose projections are away from 0, where nothing goes back through them.
fn trainer(recipe: &str) -> Trainer {
    let mut trainer = Trainer::new(&Recipe::parse("views", recipe).unwrap(), data(), data(), 2).unwrap();
    let mut rng = Rng::keyed(7, 0, 0);
    for layer in &mut trainer.network_mut().layers {
        layer.projection.data_mut().iter_mut().for_each(|p| *p = 0.3 * rng.normal());
    }
    trainer
}

/// A layer's mean loss over the batch at the weights that `change` leaves, as the step reports it.
fn told(recipe: &str, layer: usize, change: impl Fn(&mut Trainer)) -> f64 {
    let mut trainer = trainer(recipe);
    change(&mut trainer);
    trainer.run(|_| Flow::Continue).unwrap();
    trainer.history()[0].layers[layer].loss
}

fn rms(x: &[f64]) -> f64 {
    (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt()
}

fn centred(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    x.iter().map(|x| x - mean).collect()
}

/// The activities of one channel of a square map of `side` places, in the cell at (`line`, `column`) of `cells` a side.
fn cell(h: &[f64], (side, channels): (usize, usize), channel: usize, (line, column, cells): Cell) -> Vec<f64> {
    let range = |i: usize| i * side / cells..(i + 1) * side / cells;
    let places = range(line).flat_map(|y| range(column).map(move |x| y * side + x));
    places.map(|place| h[place * channels + channel]).collect()
}

type Cell = (usize, usize, usize);

/// A map of 3 or 6 places a side cut into `cells` × `cells`.
fn cut(h: &[f64], shape: (usize, usize), cells: usize, of: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let all = (0..cells).flat_map(|line| (0..cells).map(move |column| (line, column, cells)));
    all.flat_map(|at| (0..shape.1).map(move |c| (at, c))).map(|(at, c)| of(&cell(h, shape, c, at))).collect()
}

/// The mean loss of a layer whose rows of activities are `h`, with the head `head`, if it has rows, and the projection `p`.
fn plain_loss(h: &[Vec<f64>], shape: (usize, usize), (head, p): (&[Vec<f64>], &[Vec<f64>]), labels: &[u8]) -> f64 {
    let dense = shape.0 == 1;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let cross = h.iter().zip(labels).map(|(h, label)| {
        let seen = if dense { h.clone() } else { cut(h, shape, 2, rms) };
        let about = centred(&seen);
        let standard: Vec<f64> = about.iter().map(|s| s / (1e-5 + rms(&about))).collect();
        let hidden = head.iter().map(|unit| dot(unit, &standard).max(0.0)).collect();
        let seen = if head.is_empty() { seen } else { hidden };
        let g: Vec<f64> = p.iter().map(|p| dot(p, &seen) / 0.5).collect();
        g.iter().map(|g| g.exp()).sum::<f64>().ln() - g[usize::from(*label)]
    });
    let cross = cross.sum::<f64>() / h.len() as f64;
    let unit = |h: &Vec<f64>| {
        let seen = centred(&if dense { h.clone() } else { cut(h, shape, 1, |x| rms(&centred(x))) });
        let length = dot(&seen, &seen).sqrt();
        seen.iter().map(|s| s / length).collect::<Vec<f64>>()
    };
    let units: Vec<Vec<f64>> = h.iter().map(unit).collect();
    let mut sum = 0.0;
    for (a, x) in units.iter().zip(labels) {
        for (b, y) in units.iter().zip(labels) {
            let target = if x == y { 1.0 } else { -1.0 / (CLASSES - 1) as f64 };
            sum += (dot(a, b) - target).powi(2);
        }
    }
    cross + 0.7 * sum / (h.len() * h.len()) as f64
}

#[test]
fn the_loss_is_that_of_plain_loops() {
    for (recipe, read) in [(STEP.to_string(), [4 * 5, 4 * 4, 6]), (with_head(), [7; 3])] {
        told_as_in_plain_loops(&recipe, read);
    }
}

fn told_as_in_plain_loops(recipe: &str, read: [usize; 3]) {
    let (trainer, data) = (trainer(recipe), data());
    let wide = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let mut h: Vec<Vec<Vec<f64>>> = Vec::new();
    trainer.pool().run(|| {
        trainer.network().activities(&data, |_, x| h = x.iter().map(|x| x.rows().iter().map(wide).collect()).collect());
    });
    let layers = &trainer.network().layers;
    assert_eq!(layers.iter().map(|l| l.projection.width()).collect::<Vec<_>>(), read);
    for (l, shape) in [(6, 5), (3, 4), (1, 6)].into_iter().enumerate() {
        let [head, p] = [&layers[l].head, &layers[l].projection].map(|m| m.rows().iter().map(wide).collect::<Vec<_>>());
        let (truth, told) = (plain_loss(&h[l], shape, (&head, &p), data.labels()), told(recipe, l, |_| ()));
        assert!((truth - told).abs() < 1e-5 * truth, "layer {l}: the loss is {truth}, not {told}");
    }
}

#[test]
fn a_layer_follows_the_slope_of_its_loss_through_both_views() {
    let most = steepest(STEP);
    assert!(most[0] > 0.05 && most[2] > 0.05, "little moved: {most:?}");
    let most = steepest(&with_head());
    assert!(most.iter().all(|m| *m > 0.05), "little moved: {most:?}");
}

/// Holds the step of the weights, of the head and of the projection to the slopes of the loss; gives the largest of each.
fn steepest(recipe: &str) -> [f64; 3] {
    let start = trainer(recipe);
    let mut end = trainer(recipe);
    end.run(|_| Flow::Continue).unwrap();
    let mut most = [0.0f64; 3];
    for l in 0..3 {
        let numbers = |t: &Trainer| {
            let layer = &t.network().layers[l];
            [&layer.weights, &layer.head, &layer.projection].map(|m| m.data().to_vec())
        };
        let (before, after) = (numbers(&start), numbers(&end));
        for kind in 0..3 {
            for i in (0..before[kind].len()).step_by(5) {
                let moved = |by: f32| {
                    told(recipe, l, |trainer| {
                        let layer = &mut trainer.network_mut().layers[l];
                        [&mut layer.weights, &mut layer.head, &mut layer.projection][kind].data_mut()[i] += by;
                    })
                };
                // A unit may fall silent within so coarse a step: then the slopes of the two sides differ.
                let (there, sides) = (moved(0.0), [moved(1e-3), moved(-1e-3)]);
                let sides = [(sides[0] - there) / 1e-3, (there - sides[1]) / 1e-3];
                let step = f64::from(before[kind][i] - after[kind][i]);
                let between = sides[0].min(sides[1]) - 5e-3..sides[0].max(sides[1]) + 5e-3;
                assert!(between.contains(&step), "layer {l}, {kind}, {i}: moved by {step}, not {sides:?}");
                most[kind] = most[kind].max(step.abs());
            }
        }
    }
    most
}

fn trained(recipe: &str, threads: usize) -> Trainer {
    let recipe = Recipe::parse("views", recipe).unwrap();
    let (training, validation) = (toy::pictures(120, CLASSES, 1), toy::pictures(60, CLASSES, 2));
    let mut trainer = Trainer::new(&recipe, training, validation, threads).unwrap();
    trainer.run(|_| Flow::Continue).unwrap();
    trainer
}

#[test]
fn a_network_learns_through_views_and_comes_back_from_a_file() {
    let head = LEARNS.replace("projection =", "head = 16\n    projection =");
    for recipe in [LEARNS, &head] {
        let mut one = trained(recipe, 1);
        let error = one.validation_error();
        assert!(error < 0.05, "{} % of the pictures were misread", 100.0 * error);
        let mut three = trained(recipe, 3);
        assert_eq!(one.network().layers, three.network().layers);
        assert_eq!(error, three.validation_error());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        Model::save(one.network(), one.recipe(), &path).unwrap();
        let (model, data) = (Model::load(&path).unwrap(), toy::pictures(60, CLASSES, 2));
        let scores = one.pool().run(|| one.network().scores(&data));
        assert_eq!(scores, one.pool().run(|| model.network.scores(&data)));
    }
}

#[test]
fn readouts_read_what_the_view_makes_of_layers() {
    for (readout, weights) in [
        ("{ name = \"linear\", from = 1 }", vec![9 * 8, 9 * 10]),
        ("{ name = \"ridge\", from = 2 }", vec![9 * 10, CLASSES]),
        ("{ name = \"average\", linear_from = 2 }", vec![9 * 10]),
    ] {
        let recipe = LEARNS.replace("[train]", &format!("readout = {readout}\n[train]"));
        let mut trainer = trained(&recipe, 2);
        let seen: Vec<usize> = trainer.network().readout.weights().iter().map(|w| w.width()).collect();
        assert_eq!(seen, weights, "{readout}");
        let error = trainer.validation_error();
        assert!(error < 0.1, "{readout}: {} % of the pictures were misread", 100.0 * error);
        let summary = trainer.summary(None);
        assert_eq!(summary.layer_errors.len(), 2, "{readout}");
    }
}

/// Weights of a ridge on layers that stay as they were drawn.
fn ridge_of(data: &Dataset, mirror: f64) -> Vec<f32> {
    let recipe = LEARNS.replace("rate = 0.01", "rate = 0.0").replace("[train]", "readout = \"ridge\"\n[train]");
    let recipe = format!("{recipe}\n[data]\nmirror = {mirror}");
    let recipe = Recipe::parse("views", &recipe).unwrap();
    let mut trainer = Trainer::new(&recipe, data.clone(), data.clone(), 1).unwrap();
    trainer.validation_error();
    trainer.network().readout.weights().iter().flat_map(|w| w.data()).copied().collect()
}

#[test]
fn a_ridge_is_solved_on_mirror_images_too_where_training_mirrors() {
    let data = toy::pictures(60, CLASSES, 1);
    let mirrored = data.mirrored();
    let rows = || (0..data.len()).map(|r| data.row(r)).chain((0..data.len()).map(|r| mirrored.row(r)));
    let labels = [data.labels(), mirrored.labels()].concat();
    let both = Dataset::new("both", rows().flatten().copied().collect(), labels, CLASSES, data.shape()).unwrap();
    let (solved, want, without) = (ridge_of(&data, 0.5), ridge_of(&both, 0.0), ridge_of(&data, 0.0));
    let apart = |other: &[f32]| solved.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let (equal, unequal) = (apart(&want), apart(&without));
    assert!(equal < 0.01 * unequal, "{equal} and {unequal}");
}

#[test]
fn cells_that_are_too_small_are_named() {
    let recipe = STEP.replace("\"deviation\", cells = 1", "\"deviation\", cells = 3");
    let recipe = Recipe::parse("views", &recipe).unwrap();
    let error = Trainer::new(&recipe, data(), data(), 1).err().unwrap().to_string();
    let says = "train.similarity_view = deviation with 3 cells along each side, of layer 2: cells of 2 places at least, cut \
                from the 3 × 3 places of the layer";
    assert!(error.ends_with(says), "{error}");
}
