//! Layers that convolve, against the plain definition in float64.
#![allow(clippy::unwrap_used)]

use goodness::data::Dataset;
use goodness::model::Model;
use goodness::{Recipe, Trainer};
use goodness_testkit::plain::{self, Layer, follows, layers, run};
use goodness_testkit::toy;

const SAMPLES: usize = 12;
const TEMPERATURE: f64 = 0.5;

/// One batch an epoch, plain descent at rate 1: the weights move by their gradient. The last layer is dense.
const CLASSES: &str = r#"
    name = "convolutions"
    [network]
    layers = [6, 4, 8, 6]
    convolutions = [
        { side = 3 },
        { side = 3, stride = 2, padding = 1, groups = 2 },
        { side = 1, pool = 2, pooling = "largest" },
    ]
    goodness = "class_mean"
    [train]
    loss = { name = "cross_entropy", temperature = 0.5, smoothing = 0.0 }
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 12
"#;

/// Layers that read two below them, from the third on: two grids of one size, of two, and none.
const DEEP: &str = r#"
    name = "convolutions"
    [network]
    layers = [4, 4, 6, 6, 6, 6]
    convolutions = [{ side = 3 }, { side = 3, stride = 2 }, { side = 3, groups = 2 }]
    goodness = "class_mean"
    residual = "concatenate"
    [train]
    loss = { name = "cross_entropy", temperature = 0.5, smoothing = 0.0 }
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 12
"#;

fn data() -> Dataset {
    toy::pictures(SAMPLES, 2, 1)
}

fn trainer(recipe: &str) -> Trainer {
    Trainer::new(&Recipe::parse("convolutions", recipe).unwrap(), data(), data(), 2).unwrap()
}

/// A picture: channels, each lines of places.
type Picture = Vec<Vec<Vec<f64>>>;

/// What a layer does: a convolution after pooling, or a product with everything.
#[derive(Clone, Copy)]
struct Kind {
    side: usize,
    stride: usize,
    padding: usize,
    pool: usize,
    groups: usize,
}

/// What a layer reads beside the layer below.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shortcut {
    None,
    Beside,
    Sum,
}

/// A recipe, and what its layers do.
#[derive(Clone, Copy)]
struct Case {
    kinds: &'static [Option<Kind>],
    shortcut: Shortcut,
}

const PLAIN: Case = Case { kinds: &KINDS, shortcut: Shortcut::None };

const DEEP_KINDS: [Option<Kind>; 6] = [
    Some(Kind { side: 3, stride: 1, padding: 1, pool: 1, groups: 1 }),
    Some(Kind { side: 3, stride: 2, padding: 1, pool: 1, groups: 1 }),
    Some(Kind { side: 3, stride: 1, padding: 1, pool: 1, groups: 2 }),
    None,
    None,
    None,
];

const KINDS: [Option<Kind>; 4] = [
    Some(Kind { side: 3, stride: 1, padding: 1, pool: 1, groups: 1 }),
    Some(Kind { side: 3, stride: 2, padding: 1, pool: 1, groups: 2 }),
    Some(Kind { side: 1, stride: 1, padding: 0, pool: 2, groups: 1 }),
    None,
];

fn largest(x: &Picture, side: usize) -> Picture {
    let places = |of: &Vec<Vec<f64>>, y: usize, x: usize| {
        let square = (0..side * side).map(|i| of[y * side + i / side][x * side + i % side]);
        square.fold(f64::NEG_INFINITY, f64::max)
    };
    let (height, width) = (x[0].len() / side, x[0][0].len() / side);
    let channel = |of| (0..height).map(|y| (0..width).map(|x| places(of, y, x)).collect()).collect();
    x.iter().map(channel).collect()
}

/// The weight of input channel `channel` of a group at (`dy`, `dx`). A class's channels below stand together, so weights come
/// class by class, where more than one class lies below.
fn weight(w: &[f64], (channel, together): (usize, usize), (dy, dx): (usize, usize), side: usize) -> f64 {
    let square = side * side * together;
    w[channel / together * square + (dy * side + dx) * together + channel % together]
}

fn convolve(layer: &Layer, kind: Kind, x: &Picture, classes_below: usize) -> Picture {
    let x = &largest(x, kind.pool);
    let (below, own) = (x.len() / kind.groups, layer.w.len() / kind.groups);
    let together = below.min(x.len() / classes_below);
    let places = |length: usize| (length + 2 * kind.padding - kind.side) / kind.stride + 1;
    let at = |unit: usize, y: usize, x0: usize| {
        let mut sum = layer.b[unit];
        for channel in 0..below {
            for (dy, dx) in (0..kind.side).flat_map(|dy| (0..kind.side).map(move |dx| (dy, dx))) {
                let (y, x0) = (
                    (y * kind.stride + dy).wrapping_sub(kind.padding),
                    (x0 * kind.stride + dx).wrapping_sub(kind.padding),
                );
                let seen = x[unit / own * below + channel].get(y).and_then(|line| line.get(x0)).copied().unwrap_or(0.0);
                sum += weight(&layer.w[unit], (channel, together), (dy, dx), kind.side) * seen;
            }
        }
        sum.max(0.0)
    };
    let line = |unit: usize, y: usize| (0..places(x[0][0].len())).map(|x0| at(unit, y, x0)).collect();
    (0..layer.w.len()).map(|unit| (0..places(x[0].len())).map(|y| line(unit, y)).collect()).collect()
}

/// All units of a class side by side: place by place, its channels last.
fn flat(x: &Picture, classes: usize) -> Vec<f64> {
    let (each, mut all) = (x.len() / classes, Vec::new());
    for class in 0..classes {
        for (y, x0) in (0..x[0].len()).flat_map(|y| (0..x[0][0].len()).map(move |x0| (y, x0))) {
            all.extend((0..each).map(|c| x[class * each + c][y][x0]));
        }
    }
    all
}

fn rms(x: &Picture) -> Picture {
    let (numbers, count) = (x.iter().flatten().flatten(), (x.len() * x[0].len() * x[0][0].len()) as f64);
    let scale = 1e-8 + (numbers.map(|x| x * x).sum::<f64>() / count).sqrt();
    x.iter().map(|c| c.iter().map(|line| line.iter().map(|x| x / scale).collect()).collect()).collect()
}

/// The average of every square of `side` places.
fn average(x: &Picture, side: usize) -> Picture {
    let square = |of: &Vec<Vec<f64>>, y: usize, x: usize| {
        let places = (0..side * side).map(|i| of[y * side + i / side][x * side + i % side]);
        places.sum::<f64>() / (side * side) as f64
    };
    let (height, width) = (x[0].len() / side, x[0][0].len() / side);
    x.iter().map(|of| (0..height).map(|y| (0..width).map(|x| square(of, y, x)).collect()).collect()).collect()
}

/// What a layer of a kind reads of the two layers below it.
fn joined(case: Case, kind: Option<Kind>, near: &Picture, far: &Picture) -> Picture {
    let side = far[0].len() / near[0].len();
    // A dense layer's units lie at no place: they are added to units alone.
    let alike = near.len() == far.len() && (kind.is_some() || (near[0].len(), side) == (1, 1));
    if case.shortcut == Shortcut::Sum && alike {
        let sum = |(a, b): (&f64, &f64)| (a + b) / 2f64.sqrt();
        let line = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(sum).collect();
        let pairs = near.iter().zip(average(far, side));
        return pairs.map(|(near, far)| near.iter().zip(&far).map(line).collect()).collect();
    }
    if kind.is_none() {
        let whole = [flat(near, 2), flat(far, 2)].concat();
        return whole.into_iter().map(|x| vec![vec![x]]).collect();
    }
    let far = average(far, side);
    let classes = near.chunks(near.len() / 2).zip(far.chunks(far.len() / 2));
    classes.flat_map(|(near, far)| [near, far].concat()).collect()
}

/// The activities of layer number `l` for what it reads.
fn forward(case: Case, layer: &Layer, l: usize, x: &Picture) -> Picture {
    match case.kinds[l] {
        Some(kind) => convolve(layer, kind, x, if l == 0 { 1 } else { 2 }),
        None => plain::forward(layer, &flat(x, 2)).into_iter().map(|h| vec![vec![h]]).collect(),
    }
}

fn goodness(h: &Picture) -> Vec<f64> {
    let mean = |group: &[Vec<Vec<f64>>]| {
        let numbers: Vec<f64> = group.iter().flatten().flatten().copied().collect();
        numbers.iter().sum::<f64>() / numbers.len() as f64
    };
    h.chunks(h.len() / 2).map(mean).collect()
}

/// What every layer reads of an image, and its goodness.
fn walk(case: Case, layers: &[Layer], data: &Dataset, row: usize) -> Vec<(Picture, Vec<f64>)> {
    let lines = data.row(row).chunks(6).map(|line| line.iter().map(|p| f64::from(*p) / 255.0).collect());
    let (image, mut passed, mut all) = (rms(&vec![lines.collect()]), Vec::<Picture>::new(), Vec::new());
    for (l, layer) in layers.iter().enumerate() {
        let x = match passed.as_slice() {
            [] => image.clone(),
            [.., far, near] if case.shortcut != Shortcut::None => joined(case, case.kinds[l], near, far),
            [.., near] => near.clone(),
        };
        let h = forward(case, layer, l, &x);
        all.push((x, goodness(&h)));
        passed.push(rms(&h));
    }
    all
}

/// The mean loss of layer number `l` with its weights `own`, above layers with the weights `all`.
fn layer_loss(case: Case, all: &[Layer], own: &Layer, l: usize) -> f64 {
    let data = data();
    let sample = |row: usize| {
        let g = goodness(&forward(case, own, l, &walk(case, all, &data, row)[l].0));
        let label = usize::from(data.label(row));
        ((g[1 - label] - g[label]) / TEMPERATURE).exp().ln_1p()
    };
    (0..SAMPLES).map(sample).sum::<f64>() / SAMPLES as f64
}

#[test]
fn a_layer_follows_the_slope_of_its_loss() {
    steps(PLAIN, trainer(CLASSES));
}

const SHORTCUTS: [(Shortcut, &str, [usize; 6]); 2] = [
    (Shortcut::Beside, "concatenate", [36, 144, 9 * 8, 54 + 36, 6 + 54, 6 + 6]),
    (Shortcut::Sum, "add", [36, 144, 9 * 4, 54 + 36, 6 + 54, 6]),
];

#[test]
fn a_layer_that_reads_two_grids_follows_the_slope_of_its_loss() {
    for (shortcut, name, inputs) in SHORTCUTS {
        let trainer = trainer(&DEEP.replace("concatenate", name));
        let read: Vec<usize> = trainer.network().layers.iter().map(|l| l.inputs()).collect();
        assert_eq!(read, inputs, "{name}");
        steps(Case { kinds: &DEEP_KINDS, shortcut }, trainer);
    }
}

#[test]
fn two_grids_are_read_as_they_are_learned_from() {
    for (shortcut, name, _) in SHORTCUTS {
        let trainer = run(trainer(&DEEP.replace("concatenate", name)));
        reads(Case { kinds: &DEEP_KINDS, shortcut }, &trainer);
    }
}

/// Trains for a step and checks it against central differences.
fn steps(case: Case, trainer: Trainer) {
    let start = layers(trainer.network());
    let trained = run(trainer);
    for (l, end) in layers(trained.network()).iter().enumerate() {
        let told = trained.history()[0].layers[l].loss;
        let at = |own: &Layer| layer_loss(case, &start, own, l);
        assert!((told - at(&start[l])).abs() < 1e-5, "layer {l}: the loss is not {told}");
        follows(&start[l], end, &at, &format!("layer {l}"));
    }
}

#[test]
fn a_network_reads_as_it_learns_and_comes_back_from_a_file() {
    let trainer = run(trainer(CLASSES));
    let layers_of = &trainer.network().layers;
    let units: Vec<usize> = layers_of.iter().map(|l| l.units()).collect();
    assert_eq!(units, [6 * 36, 4 * 9, 8, 6]);
    let parameters: Vec<usize> = layers_of.iter().map(|l| l.parameters()).collect();
    assert_eq!(parameters, [6 * 9 + 6, 4 * 3 * 9 + 4, 8 * 4 + 8, 6 * 8 + 6]);
    reads(PLAIN, &trainer);
    let (data, folder) = (data(), tempfile::tempdir().unwrap());
    let scores = trainer.pool().run(|| trainer.network().scores(&data));
    let path = folder.path().join("model.safetensors");
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    let model = Model::load(&path).unwrap();
    assert_eq!(scores, trainer.pool().run(|| model.network.scores(&data)));
}

/// Checks the scores of every image against the goodness of a plain walk.
fn reads(case: Case, trainer: &Trainer) {
    let (all, data) = (layers(trainer.network()), data());
    let scores = trainer.pool().run(|| trainer.network().scores(&data));
    for row in 0..SAMPLES {
        // The score of a class is the sum of what the layers say.
        let label = usize::from(data.label(row));
        let truth: f64 = walk(case, &all, &data, row).iter().map(|(_, g)| g[label]).sum();
        let score = f64::from(scores.rows().row(row)[label]);
        assert!((truth - score).abs() < 1e-4 * (1.0 + truth.abs()), "{score}, not {truth}");
    }
}

#[test]
fn halves_learn_nearly_the_same() {
    let halves = run(trainer(&CLASSES.replace("[train]", "precision = \"bf16\"\n[train]")));
    let (whole, halves) = (layers(run(trainer(CLASSES)).network()), layers(halves.network()));
    let off = |(a, b): (&Layer, &Layer)| {
        let pairs = a.w.iter().flatten().zip(b.w.iter().flatten());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let off: Vec<f64> = whole.iter().zip(&halves).map(off).collect();
    // Convolutions of few channels are in 32 bits on processors that are faster so.
    assert!(off.iter().all(|off| *off < 0.02) && off.iter().any(|off| *off > 0.0), "off by {off:?}");
}

#[test]
fn what_does_not_fit_the_images_is_named() {
    let refused = |from: &str, to: &str| {
        let recipe = Recipe::parse("convolutions", &CLASSES.replace(from, to)).unwrap();
        Trainer::new(&recipe, data(), data(), 1).err().unwrap().to_string()
    };
    let odd = refused("layers = [6, 4,", "layers = [6, 5,");
    assert!(
        odd.ends_with("network.layers = 5: a multiple of the 2 classes, for each has its own group of channels"),
        "{odd}"
    );
    let large = refused("{ side = 3 }", "{ side = 9, padding = 1 }");
    let says = "network.convolutions = side 9 with padding 1 in layer 1: a square within the 6 × 6 places below and the zeros \
                around them";
    assert!(large.ends_with(says), "{large}");
    let pooled = refused("{ side = 3 }", "{ side = 5, padding = 0, pool = 3 }");
    assert!(
        pooled.contains(
            "side 5 with padding 0 in layer 1: a square within the 6 × 6 places below, 3 × 3 of them made one"
        )
    );
    let pool = refused("{ side = 3 }", "{ side = 3, pool = 7 }");
    let says = "network.convolutions = pool 7 in layer 1: at most 6, for the 6 × 6 places below";
    assert!(pool.ends_with(says), "{pool}");
    let groups = refused("groups = 2", "groups = 4");
    let says = "network.convolutions = 4 groups in layer 2: groups into which its 4 channels and the 6 below can be cut, each \
                of whole classes or part of one";
    assert!(groups.ends_with(says), "{groups}");
    let shrunk = DEEP.replace("{ side = 3, stride = 2 }", "{ side = 3, padding = 0 }");
    let recipe = Recipe::parse("convolutions", &shrunk).unwrap();
    let error = Trainer::new(&recipe, data(), data(), 1).err().unwrap().to_string();
    let says = "network.residual = concatenate into layer 3, which convolves: the 6 × 6 places two layers below a whole \
                multiple of the 4 × 4 below";
    assert!(error.ends_with(says), "{error}");
}
