//! Maps that learn from pairs: labels as waves over the whole picture, goodness place by place and as a whole, and negatives
//! made anew between layers, against the plain definition in float64.
#![allow(clippy::unwrap_used)]

use goodness::core::Rng;
use goodness::core::overlay::{Overlay, Waves};
use goodness::data::Dataset;
use goodness::model::Model;
use goodness::train::Flow;
use goodness::{Network, Recipe, Trainer};
use goodness_testkit::toy;

const SAMPLES: usize = 12;
const SIDE: usize = 6;
const WAVES: Waves = Waves { strength: 0.5, cycles: 2.0 };

/// One batch an epoch, plain descent at rate 1: the weights move by their gradient.
const LABELS: &str = r#"
    name = "places"
    [network]
    layers = [4, 6]
    convolutions = [{ side = 3 }, { side = 3, pool = 2 }]
    overlay = { name = "waves", strength = 0.5, cycles = 2.0 }
    goodness = "place_mean_of_squares"
    readout = "label_sweep"
    [train]
    loss = { name = "two_thresholds", band = 0.5, pull = 0.1 }
    theta = 1.0
    negatives = "wrong_label"
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 12
"#;

fn data(samples: usize) -> Dataset {
    toy::pictures(samples, 2, 1)
}

fn trainer(recipe: &str, samples: usize) -> Trainer {
    Trainer::new(&Recipe::parse("places", recipe).unwrap(), data(samples), data(samples), 2).unwrap()
}

fn run(mut trainer: Trainer) -> Trainer {
    trainer.run(|_| Flow::Continue).unwrap();
    trainer
}

#[derive(Clone)]
struct Layer {
    w: Vec<Vec<f64>>,
    b: Vec<f64>,
}

fn layers(network: &Network) -> Vec<Layer> {
    let wide = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let layers = network.layers.iter();
    layers.map(|l| Layer { w: l.weights.rows().iter().map(wide).collect(), b: wide(&l.biases) }).collect()
}

/// A square picture: its side, and its numbers, channels last.
type Picture = (usize, Vec<f64>);

fn rms((side, x): &Picture) -> Picture {
    let scale = 1e-8 + (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
    (*side, x.iter().map(|x| x / scale).collect())
}

/// A picture of class `label`'s wave over image number `row`, as the first layer reads it.
fn image(data: &Dataset, row: usize, label: u8) -> Picture {
    let mut wave = vec![0.0; SIDE * SIDE];
    WAVES.pattern_into(usize::from(label), (SIDE, SIDE, 1), &mut Rng::keyed(0, 0, 0), &mut wave);
    let pixel = |(p, w): (&u8, &f32)| f64::from(*p) / 255.0 + 0.5 * f64::from(*w);
    rms(&(SIDE, data.row(row).iter().zip(&wave).map(pixel).collect()))
}

fn pool(picture: &Picture) -> Picture {
    let (side, channels) = (picture.0, picture.1.len() / (picture.0 * picture.0));
    let at = |y: usize, x: usize, c: usize| picture.1[(y * side + x) * channels + c];
    let half = side / 2;
    let mean = |i: usize| {
        let (c, x, y) = (i % channels, i / channels % half * 2, i / channels / half * 2);
        (at(y, x, c) + at(y, x + 1, c) + at(y + 1, x, c) + at(y + 1, x + 1, c)) / 4.0
    };
    (half, (0..half * half * channels).map(mean).collect())
}

/// Activities of squares of 3 × 3 with zeros around.
fn convolve(layer: &Layer, picture: &Picture) -> Picture {
    let (side, channels) = (picture.0, picture.1.len() / (picture.0 * picture.0));
    let unit = |place: usize, w: &[f64], b: f64| {
        let seen = |i: usize, w: &f64| {
            let (dy, dx, c) = (i / channels / 3, i / channels % 3, i % channels);
            let (y, x) = ((place / side + dy).wrapping_sub(1), (place % side + dx).wrapping_sub(1));
            if y < side && x < side { w * picture.1[(y * side + x) * channels + c] } else { 0.0 }
        };
        (w.iter().enumerate().map(|(i, w)| seen(i, w)).sum::<f64>() + b).max(0.0)
    };
    let place = |place| layer.w.iter().zip(&layer.b).map(move |(w, b)| unit(place, w, *b));
    (side, (0..side * side).flat_map(place).collect())
}

/// What layer number `l` reads of what the one below passed on.
fn read(l: usize, x: &Picture) -> Picture {
    if l == 0 { x.clone() } else { pool(x) }
}

/// What every layer reads of a picture.
fn walk(layers: &[Layer], image: Picture) -> Vec<Picture> {
    let (mut x, mut all) = (image, Vec::new());
    for (l, layer) in layers.iter().enumerate() {
        let seen = read(l, &x);
        x = rms(&convolve(layer, &seen));
        all.push(seen);
    }
    all
}

/// Goodness place by place, or as a whole.
fn goodness((side, h): &Picture, by_place: bool) -> Vec<f64> {
    let width = if by_place { h.len() / (side * side) } else { h.len() };
    h.chunks(width).map(|place| place.iter().map(|h| h * h).sum::<f64>() / width as f64).collect()
}

fn mean(all: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = all.len() as f64;
    all.sum::<f64>() / count
}

/// The mean loss of layer number `l` with its weights `own`, above layers with the weights `all`.
fn layer_loss(all: &[Layer], own: &Layer, l: usize, by_place: bool) -> f64 {
    let data = data(SAMPLES);
    let softplus = |x: f64| x.exp().ln_1p();
    let sample = |row: usize| {
        let g = |label| goodness(&convolve(own, &walk(all, image(&data, row, label))[l]), by_place);
        let (pos, neg) = (g(data.label(row)), g(1 - data.label(row)));
        mean(pos.iter().zip(&neg).map(|(p, n)| softplus(0.75 - p) + softplus(n - 1.25) + 0.1 * p))
    };
    mean((0..SAMPLES).map(sample))
}

fn follows_its_slope(recipe: &str, by_place: bool) {
    let trainer = trainer(recipe, SAMPLES);
    let start = layers(trainer.network());
    let trained = run(trainer);
    for (l, end) in layers(trained.network()).iter().enumerate() {
        let told = trained.history()[0].layers[l].loss;
        let truth = layer_loss(&start, &start[l], l, by_place);
        assert!((told - truth).abs() < 1e-5, "layer {l}: the loss is {truth}, not {told}");
        let mut most = 0.0f64;
        for unit in 0..start[l].b.len() {
            for input in (unit % 3..start[l].w[unit].len()).step_by(3).map(Some).chain([None]) {
                let moved = |by: f64| {
                    let mut layer = start[l].clone();
                    *input.map_or(&mut layer.b[unit], |input| &mut layer.w[unit][input]) += by;
                    layer_loss(&start, &layer, l, by_place)
                };
                let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                let number = |of: &Layer| input.map_or(of.b[unit], |input| of.w[unit][input]);
                let step = number(&start[l]) - number(end);
                assert!((step - slope).abs() < 1e-5, "layer {l}, unit {unit}, {input:?}: moved by {step}, not {slope}");
                most = most.max(step.abs());
            }
        }
        assert!(most > 1e-3, "layer {l}: nothing moved");
    }
}

#[test]
fn a_map_follows_the_slope_of_its_places_losses() {
    follows_its_slope(LABELS, true);
}

#[test]
fn a_map_follows_the_slope_of_its_whole_loss() {
    follows_its_slope(&LABELS.replace("place_mean_of_squares", "mean_of_squares"), false);
}

#[test]
fn a_sweep_reads_the_mean_over_places_and_comes_back_from_a_file() {
    let trainer = run(trainer(LABELS, SAMPLES));
    let (all, data) = (layers(trainer.network()), data(SAMPLES));
    let scores = trainer.pool().run(|| trainer.network().scores(&data));
    for (row, label) in (0..SAMPLES).flat_map(|row| [(row, 0u8), (row, 1)]) {
        let seen = walk(&all, image(&data, row, label));
        let says = |(layer, x): (&Layer, &Picture)| mean(goodness(&convolve(layer, x), true).into_iter());
        let truth: f64 = all.iter().zip(&seen).map(says).sum();
        let score = f64::from(scores.rows().row(row)[usize::from(label)]);
        assert!((truth - score).abs() < 1e-4 * (1.0 + truth.abs()), "{score}, not {truth}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    let model = Model::load(&path).unwrap();
    assert_eq!(scores, trainer.pool().run(|| model.network.scores(&data)));
}

/// Two images, so that each is the other's other, and weights that stay as they are.
const PAIR: &str = r#"
    name = "places"
    [network]
    layers = [4, 6, 3]
    convolutions = [{ side = 3 }, { side = 3, pool = 2 }, { side = 3 }]
    goodness = "place_mean_of_squares"
    readout = { name = "linear", from = 1 }
    [train]
    loss = "two_thresholds"
    negatives = { name = "self_contrast", every = 2 }
    optimizer = { name = "smoothed_sgd", rate = 0.0, smoothing = 0.0, weight_decay = 0.0 }
    epochs = 1
    batch = 2
"#;

/// The mean goodness of two layers' negatives when both layers read halves of sums, or the first alone.
fn goodness_of_negatives(layers: &[Layer], anew: [bool; 3]) -> [f64; 3] {
    let data = data(2);
    let picture = |row: usize| (SIDE, data.row(row).iter().map(|p| f64::from(*p) / 255.0).collect());
    let half = |(side, a): &Picture, (_, b): &Picture| (*side, a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect());
    let mut pair = [picture(0), picture(1)];
    let mut negative = half(&pair[0], &pair[1]);
    // The first layer reads images at length √N whether they are sums or not.
    pair.iter_mut().chain([&mut negative]).for_each(|x| *x = rms(x));
    let mut all = [0.0; 3];
    for (l, layer) in layers.iter().enumerate() {
        if l > 0 && anew[l] {
            negative = half(&pair[0], &pair[1]);
        }
        let h = convolve(layer, &read_pooled(l, &negative));
        all[l] = mean(goodness(&h, true).into_iter());
        negative = rms(&h);
        pair = pair.map(|x| rms(&convolve(layer, &read_pooled(l, &x))));
    }
    all
}

/// The second layer alone pools.
fn read_pooled(l: usize, x: &Picture) -> Picture {
    if l == 1 { pool(x) } else { x.clone() }
}

#[test]
fn layers_read_sums_of_activities_where_negatives_are_made_anew() {
    for (every, anew) in [(0, [true, false, false]), (1, [true; 3]), (2, [true, false, true])] {
        let trainer = run(trainer(&PAIR.replace("every = 2", &format!("every = {every}")), 2));
        let truth = goodness_of_negatives(&layers(trainer.network()), anew);
        for (l, truth) in truth.iter().enumerate() {
            let told = trainer.history()[0].layers[l].goodness_neg;
            assert!((told - truth).abs() < 1e-5, "every {every}, layer {l}: {told}, not {truth}");
        }
    }
}

#[test]
fn what_has_no_places_is_named() {
    let refused = |from: &str, to: &str| Recipe::parse("places", &LABELS.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        refused("[train]", "[train]\ncollaboration = \"all\""),
        "places: train.collaboration = \"all\" and network.goodness = \"place_mean_of_squares\" clash: one layer's places are \
         not another's"
    );
    let projected = refused("[train]", "projection = \"linear\"\n[train]");
    assert!(projected.ends_with("clash: a projection has no places"), "{projected}");
    let residual = "[network]\nlayers = [4, 6, 3]\nresidual = \"concatenate\"\n[train]\n";
    let recipe =
        format!("name = \"x\"\n{residual}negatives = {{ name = \"self_contrast\", every = 1 }}\nloss = \"symba\"");
    let anew = Recipe::parse("places", &recipe).unwrap_err().to_string();
    assert!(anew.ends_with("clash: negatives are made anew of what one layer passed on"), "{anew}");
}
