//! How weights are moved once their gradient is known, where layers convolve: rates, decay, averages.
#![allow(clippy::unwrap_used)]

use goodness::layer::Layer;
use goodness::train::Flow;
use goodness::{Recipe, Trainer};
use goodness_testkit::toy;

const SAMPLES: usize = 12;

/// One batch an epoch: an epoch is a step.
const RECIPE: &str = r#"
    name = "pace"
    [network]
    layers = [6, 4, 6]
    convolutions = [{ side = 3 }, { side = 3, stride = 2, groups = 2 }]
    goodness = "class_mean"
    [train]
    schedule = "constant"
    epochs = 1
    batch = 12
"#;

fn trained(settings: &[&str]) -> Trainer {
    let settings: Vec<String> = settings.iter().map(|s| s.to_string()).collect();
    let recipe = Recipe::parse("pace", RECIPE).unwrap().with(&settings).unwrap();
    let data = || toy::pictures(SAMPLES, 2, 1);
    let mut trainer = Trainer::new(&recipe, data(), data(), 2).unwrap();
    trainer.run(|_| Flow::Continue).unwrap();
    trainer
}

/// Every layer's weights and biases.
fn weights(trainer: &Trainer) -> Vec<(Vec<f32>, Vec<f32>)> {
    trainer.network().layers.iter().map(|l| (l.weights.data().to_vec(), l.biases.clone())).collect()
}

fn near(a: &[f32], b: &[f32], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "{what}: {a}, not {b}");
    }
}

#[test]
fn decay_pulls_the_weights_of_maps_apart_from_their_gradient_and_leaves_biases_alone() {
    for optimizer in ["smoothed_sgd", "adam", "muon"] {
        let with = |rate: f32, decay: f32| {
            let set = format!("optimizer={{name=\"{optimizer}\", rate={rate}, weight_decay={decay}}}");
            weights(&trained(&[set.as_str()]))
        };
        let (start, free, pulled) = (with(0.0, 0.0), with(0.1, 0.0), with(0.1, 0.5));
        for (l, ((start, free), pulled)) in start.iter().zip(&free).zip(&pulled).enumerate() {
            let expected: Vec<f32> = free.0.iter().zip(&start.0).map(|(w, w0)| w - 0.1 * 0.5 * w0).collect();
            near(&pulled.0, &expected, &format!("{optimizer}, layer {}", l + 1));
            assert_eq!(pulled.1, free.1, "{optimizer}, biases of layer {}", l + 1);
            assert_ne!(start.0, free.0, "{optimizer}: layer {} learned", l + 1);
        }
    }
}

/// Five rounds of Newton and Schulz's iteration on the matrix itself, in double precision.
fn orthogonal(mut x: Vec<f64>, rows: usize) -> Vec<f64> {
    let width = x.len() / rows;
    let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
    x.iter_mut().for_each(|x| *x /= norm);
    for _ in 0..5 {
        let by_gram = |y: &[f64]| -> Vec<f64> {
            let gram = |i: usize, k: usize| (0..width).map(|j| x[i * width + j] * x[k * width + j]).sum::<f64>();
            let sum = |i: usize, j: usize| (0..rows).map(|k| gram(i, k) * y[k * width + j]).sum();
            (0..rows * width).map(|at| sum(at / width, at % width)).collect()
        };
        let cubes = by_gram(&x);
        let fifths = by_gram(&cubes);
        let terms = cubes.iter().zip(&fifths).map(|(cube, fifth)| -4.775 * cube + 2.0315 * fifth);
        x = x.iter().zip(terms).map(|(x, more)| 3.4445 * x + more).collect();
    }
    x
}

#[test]
fn a_matrix_moves_as_one_group_by_group_and_all_else_by_adam() {
    let after = |optimizer: &str| trained(&[&format!("optimizer={{{optimizer}}}"), "projection=cosine"]);
    let start = after("name=\"adam\", rate=0");
    let slope = after("name=\"smoothed_sgd\", rate=1, smoothing=0, weight_decay=0");
    let muon = after("name=\"muon\", rate=0.01, rms=0.5, weight_decay=0.1");
    let adam = after("name=\"adam\", rate=0.01, weight_decay=0.1");
    for (l, groups) in [1, 2, 1].into_iter().enumerate() {
        let layer = |trainer: &Trainer| trainer.network().layers[l].clone();
        let (start, slope, muon, adam) = (layer(&start), layer(&slope), layer(&muon), layer(&adam));
        let (rows, width) = (start.weights.len() / groups, start.weights.width());
        let mut expected = Vec::new();
        for (old, new) in start.weights.data().chunks(rows * width).zip(slope.weights.data().chunks(rows * width)) {
            // In the first step the direction is the gradient, but for its size.
            let gradient = old.iter().zip(new).map(|(old, new)| f64::from(old - new)).collect();
            let size = 0.01 * 0.5 * (rows.max(width) as f64).sqrt();
            let step = orthogonal(gradient, rows).into_iter().map(|o| size * o);
            expected.extend(old.iter().zip(step).map(|(w, step)| (f64::from(*w) * (1.0 - 0.01 * 0.1) - step) as f32));
        }
        for (got, expected) in muon.weights.data().iter().zip(&expected) {
            assert!((got - expected).abs() < 1e-4, "layer {}: {got}, not {expected}", l + 1);
        }
        assert_ne!(muon.weights, adam.weights, "layer {}", l + 1);
        let rest = |layer: &Layer| (layer.biases.clone(), layer.projection.clone());
        assert_eq!(rest(&muon), rest(&adam), "layer {}", l + 1);
    }
}

#[test]
fn averages_follow_the_weights_of_maps_step_by_step() {
    let after = |epochs: usize| weights(&trained(&[&format!("epochs={epochs}"), "optimizer.rate=0.05"]));
    let mut average = weights(&trained(&["optimizer.rate=0"]));
    for step in 1..=4 {
        // The last average is of what a run of so many steps would have ended with.
        let keep = 0.2f32.min(step as f32 / (step as f32 + 10.0));
        for ((average, biases), (now, own)) in average.iter_mut().zip(after(step)) {
            let pairs = average.iter_mut().zip(now).chain(biases.iter_mut().zip(own));
            pairs.for_each(|(a, n)| *a += (1.0 - keep) * (n - *a));
        }
    }
    let kept = weights(&trained(&["epochs=4", "optimizer.rate=0.05", "average=0.2"]));
    for (l, (kept, expected)) in kept.iter().zip(&average).enumerate() {
        near(&kept.0, &expected.0, &format!("layer {}", l + 1));
        near(&kept.1, &expected.1, &format!("biases of layer {}", l + 1));
    }
    assert_ne!(kept, after(4), "an average is not the last weights");
}

#[test]
fn a_window_is_a_training_of_its_own() {
    // Windows that do not overlap are one layer after another: each has its own warm-up and its own end. There is one
    // wrong label of two, so pairs that are drawn anew are those that are kept.
    let common = [
        "goodness=mean_of_squares",
        "loss=swish_symba",
        "negatives=wrong_label",
        "overlay=waves",
        "readout=label_sweep",
        "schedule={name=\"cosine\", warmup=0.3}",
        "optimizer={name=\"adam\", rate=0.01}",
    ];
    let with = |more: &[&str]| trained(&[&common[..], more].concat());
    let windowed = with(&["plan={name=\"windowed\", overlap=0}", "epochs=12"]);
    let greedy = with(&["plan=greedy", "epochs=4"]);
    for (l, (a, b)) in weights(&windowed).iter().zip(&weights(&greedy)).enumerate() {
        near(&a.0, &b.0, &format!("layer {}", l + 1));
    }
    let rates = |trainer: &Trainer| trainer.history().iter().map(|e| e.rate).collect::<Vec<_>>();
    assert_eq!(rates(&windowed), rates(&greedy));
    assert!(rates(&windowed)[0] < rates(&windowed)[1] && rates(&windowed)[3] < rates(&windowed)[2]);
}
