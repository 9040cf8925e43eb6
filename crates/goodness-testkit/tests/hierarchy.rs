//! Layers that tell super-classes apart before classes, against the plain definition in float64.
#![allow(clippy::unwrap_used)]

use goodness::data::Dataset;
use goodness::{Recipe, Trainer};
use goodness_testkit::plain::{Layer, follows, forward, layers, rms, run};
use goodness_testkit::toy;

const SAMPLES: usize = 20;
const CLASSES: usize = 5;
const TEMPERATURE: f64 = 0.5;
/// Members: two, three; and then one, one, two, one.
const LEVELS: [[usize; CLASSES]; 2] = [[0, 0, 1, 1, 1], [3, 0, 1, 1, 2]];

/// One batch an epoch, plain descent at rate 1: the weights move by their gradient. The second layer is wide enough to be silent
/// about no sample: z would be 0 there, where a bias has two slopes.
const RECIPE: &str = r#"
    name = "hierarchy"
    [network]
    layers = [10, 20, 15]
    goodness = "class_mean"
    [train]
    hierarchy = [[0, 0, 1, 1, 1], [3, 0, 1, 1, 2]]
    loss = { name = "cross_entropy", temperature = 0.5, smoothing = 0.0 }
    optimizer = { name = "smoothed_sgd", rate = 1.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 20
"#;

fn data() -> Dataset {
    toy::pictures(SAMPLES, CLASSES, 1)
}

/// −ln of the softmax of the mean goodnesses of super-classes, at the label's.
fn loss(g: &[f64], label: usize, of: &dyn Fn(usize) -> usize) -> f64 {
    let merged = |s: usize| {
        let members: Vec<f64> = (0..CLASSES).filter(|k| of(*k) == s).map(|k| g[k]).collect();
        members.iter().sum::<f64>() / members.len() as f64 / TEMPERATURE
    };
    let count = (0..CLASSES).map(of).max().unwrap() + 1;
    (0..count).map(|s| merged(s).exp()).sum::<f64>().ln() - merged(of(label))
}

/// The mean loss of layer number `l` with its weights `own`, above layers with the weights `all`.
fn layer_loss(all: &[Layer], own: &Layer, l: usize) -> f64 {
    let data = data();
    let of = |k: usize| LEVELS.get(l).map_or(k, |level| level[k]);
    let sample = |row: usize| {
        let image: Vec<f64> = data.row(row).iter().map(|p| f64::from(*p) / 255.0).collect();
        let below = all[..l].iter().fold(rms(&image), |x, layer| rms(&forward(layer, &x)));
        let h = forward(own, &below);
        let g: Vec<f64> = h.chunks(h.len() / CLASSES).map(|g| g.iter().sum::<f64>() / g.len() as f64).collect();
        loss(&g, usize::from(data.label(row)), &of)
    };
    (0..SAMPLES).map(sample).sum::<f64>() / SAMPLES as f64
}

#[test]
fn each_layer_follows_the_slope_of_its_level() {
    let trainer = Trainer::new(&Recipe::parse("hierarchy", RECIPE).unwrap(), data(), data(), 2).unwrap();
    let start = layers(trainer.network());
    let trained = run(trainer);
    for (l, end) in layers(trained.network()).iter().enumerate() {
        let told = trained.history()[0].layers[l].loss;
        let at = |own: &Layer| layer_loss(&start, own, l);
        assert!((told - at(&start[l])).abs() < 1e-5, "layer {l}: the loss is not {told}");
        follows(&start[l], end, &at, &format!("layer {l}"));
    }
}

#[test]
fn levels_that_do_not_fit_are_named() {
    let parse = |from: &str, to: &str| Recipe::parse("hierarchy", &RECIPE.replace(from, to));
    let says = "expected a name of `goodness catalogue hierarchy`, or for each level the super-class of each class, from 0, none \
                left out, two at least and fewer than classes, such as [[0, 0, 1, 1]]";
    for odd in ["[[0, 0, 2, 2, 2]]", "[[0, 0, 0]]", "[[0, 1, 2]]", "[[0, 0, 1], [0, 1]]", "3", "[[-1, 0, 1]]"] {
        let error = parse("[[0, 0, 1, 1, 1], [3, 0, 1, 1, 2]]", odd).unwrap_err().to_string();
        assert_eq!(error, format!("hierarchy: train.hierarchy = {odd}: {says}"));
    }
    let unknown = parse("[[0, 0, 1, 1, 1], [3, 0, 1, 1, 2]]", "\"cifar\"").unwrap_err().to_string();
    assert!(unknown.contains("train.hierarchy") && unknown.contains("none, cifar10, cifar100"), "{unknown}");
    let pairs = RECIPE
        .replace("goodness = \"class_mean\"", "")
        .replace("cross_entropy\", temperature = 0.5, smoothing = 0.0", "symba\"");
    let error = Recipe::parse("hierarchy", &pairs).unwrap_err().to_string();
    let reason = "train.hierarchy and train.loss = \"symba\" clash: this loss has no classes that could be merged";
    assert_eq!(error, format!("hierarchy: {reason}"));
    let named = parse("[[0, 0, 1, 1, 1], [3, 0, 1, 1, 2]]", "\"cifar10\"").unwrap();
    assert_eq!(Recipe::parse("again", &named.to_toml()).unwrap(), named);
    let error = Trainer::new(&named, data(), data(), 1).err().unwrap().to_string();
    assert_eq!(error, "train.hierarchy = a level of 10: a super-class for each of the 5 classes of the data");
}
