//! Normalisation by statistics, by rows and by groups of channels, against plain loops over what layers did.
#![allow(clippy::unwrap_used)]

use goodness::data::Dataset;
use goodness::model::Model;
use goodness::{Recipe, Trainer};
use goodness_testkit::plain::run;
use goodness_testkit::toy;

const SAMPLES: usize = 24;
const CLASSES: usize = 2;
const TEMPERATURE: f64 = 0.5;

/// One batch an epoch, in which weights stay as they are; each class has a picture of two channels, then one of one, then
/// three units.
const MAPS: &str = r#"
    name = "normalizations"
    [network]
    layers = [4, 2, 6]
    convolutions = [{ side = 3 }, { side = 3, pool = 2 }]
    goodness = "class_mean"
    readout = { name = "class_goodness", from = 3 }
    [train]
    loss = { name = "cross_entropy", temperature = 0.5, smoothing = 0.0 }
    optimizer = { name = "smoothed_sgd", rate = 0.0, smoothing = 0.0, weight_decay = 0.0 }
    schedule = "constant"
    epochs = 1
    batch = 24
"#;

/// Two classes have one wrong label each: pairs are the same under every plan.
const PAIRS: &str = r#"
    name = "normalizations"
    [network]
    layers = [8, 6]
    normalize = "batch"
    [train]
    negatives = "wrong_label"
    optimizer = { name = "smoothed_sgd", rate = 0.0, smoothing = 0.0, weight_decay = 0.0 }
    epochs = 1
    batch = 24
"#;

/// Places and channels of a class in each layer of [`MAPS`].
const SHAPES: [(usize, usize); 3] = [(36, 2), (9, 1), (1, 3)];

fn data() -> Dataset {
    toy::pictures(SAMPLES, CLASSES, 1)
}

fn trainer(recipe: &str) -> Trainer {
    Trainer::new(&Recipe::parse("normalizations", recipe).unwrap(), data(), data(), 2).unwrap()
}

fn with(recipe: &str, line: &str) -> String {
    recipe.replace("[train]", &format!("{line}\n[train]"))
}

/// What the first `layers` layers pass on for every image: rows of numbers.
fn passed(trainer: &Trainer) -> Vec<Vec<Vec<f64>>> {
    let mut all = Vec::new();
    let wide = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect();
    trainer.pool().run(|| {
        trainer.network().activities(&data(), |_, x| {
            all = x.iter().map(|x| x.rows().iter().map(wide).collect()).collect();
        });
    });
    all
}

/// The numbers of channel `channel` of class `class` in a row.
fn of_channel((places, channels): (usize, usize), class: usize, channel: usize, row: &[f64]) -> Vec<f64> {
    (0..places).map(|place| row[(class * places + place) * channels + channel]).collect()
}

fn moments(numbers: &[f64]) -> (f64, f64) {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    (mean, numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / numbers.len() as f64)
}

fn close(what: &str, told: f64, truth: f64) {
    assert!((told - truth).abs() < 1e-4 * (1.0 + truth.abs()), "{what}: {told}, not {truth}");
}

#[test]
fn a_layer_remembers_the_statistics_of_its_batch() {
    let (raw, trained) =
        (trainer(&with(MAPS, "normalize = \"keep\"")), run(trainer(&with(MAPS, "normalize = \"batch\""))));
    let (h, layers) = (passed(&raw), &trained.network().layers);
    let mut dead = 0;
    for (class, channel) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let numbers: Vec<f64> = h[0].iter().flat_map(|row| of_channel(SHAPES[0], class, channel, row)).collect();
        assert_eq!(numbers.len(), SAMPLES * 36);
        let ((mean, variance), index) = (moments(&numbers), class * 2 + channel);
        close("mean", f64::from(layers[0].running.rows().row(0)[index]), mean);
        close("variance", f64::from(layers[0].running.rows().row(1)[index]), variance);
        dead += usize::from(variance == 0.0);
    }
    assert!(dead < 4, "no channel stirs");
    assert_eq!(layers[1].running.width(), 2);
    assert!(layers[2].running.is_empty(), "nobody reads the last layer");
}

#[test]
fn channels_are_passed_on_with_mean_0_and_deviation_1() {
    let trained = run(trainer(&with(MAPS, "normalize = \"batch\"")));
    for (l, x) in passed(&trained)[..2].iter().enumerate() {
        let (_, channels) = SHAPES[l];
        let mut seen = 0;
        for (class, channel) in (0..CLASSES).flat_map(|class| (0..channels).map(move |c| (class, c))) {
            let numbers: Vec<f64> = x.iter().flat_map(|row| of_channel(SHAPES[l], class, channel, row)).collect();
            let remembered = trained.network().layers[l].running.rows().row(1)[class * channels + channel];
            let (mean, variance) = moments(&numbers);
            close("mean", mean, 0.0);
            close("variance", variance, f64::from(remembered) / (f64::from(remembered) + 1e-5));
            seen += usize::from(remembered > 0.0);
        }
        assert!(seen > 0, "layer {l} is silent");
    }
}

/// The mean loss of the last layer of [`MAPS`], as the network that is read says it.
fn loss_when_read(trained: &Trainer) -> f64 {
    let (data, mut all) = (data(), 0.0);
    let scores = trained.pool().run(|| trained.network().scores(&data));
    for (r, g) in scores.rows().iter().enumerate() {
        let label = usize::from(data.label(r));
        all += (f64::from(g[1 - label] - g[label]) / TEMPERATURE).exp().ln_1p();
    }
    all / SAMPLES as f64
}

#[test]
fn training_and_reading_see_the_same_numbers() {
    for normalize in ["\"batch\"", "\"layer\"", "\"group\"", "\"triangle\"", "\"rms\""] {
        let trained = run(trainer(&with(MAPS, &format!("normalize = {normalize}"))));
        // After one step that moved nothing, the running averages are those of the batch.
        close(normalize, trained.history()[0].layers[2].loss, loss_when_read(&trained));
    }
}

#[test]
fn rows_and_groups_of_channels_are_standardised() {
    let standard = |what: &str, numbers: &[f64], silent: &mut usize| {
        let (mean, variance) = moments(numbers);
        close(what, mean, 0.0);
        if numbers.iter().all(|x| *x == 0.0) {
            *silent += 1;
        } else {
            assert!((variance - 1.0).abs() < 1e-2, "{what}: variance {variance}");
        }
    };
    let mut silent = 0;
    let layer = passed(&trainer(&with(MAPS, "normalize = \"layer\"")));
    layer.iter().flatten().for_each(|row| standard("layer", row, &mut silent));
    let group = passed(&trainer(&with(MAPS, "normalize = \"group\"")));
    for row in group.iter().flatten() {
        row.chunks(row.len() / CLASSES).for_each(|class| standard("group", class, &mut silent));
    }
    // Two runs of channels in pictures that no class has to itself.
    let halves = MAPS.replace("goodness = \"class_mean\"", "goodness = \"class_mean\"\nprojection = \"linear\"");
    let halves = passed(&trainer(&with(&halves, "normalize = { name = \"group\", groups = 2 }")));
    for row in &halves[0] {
        for run in 0..2 {
            let numbers: Vec<f64> = row.chunks(4).flat_map(|place| place[2 * run..][..2].to_vec()).collect();
            standard("groups", &numbers, &mut silent);
        }
    }
    assert!(silent < 3 * SAMPLES, "{silent} groups of channels say nothing");
}

#[test]
fn a_layer_that_is_finished_is_read_by_what_it_remembers() {
    let all = run(trainer(PAIRS));
    let greedy = run(trainer(&PAIRS.replace("[train]", "[train]\nplan = \"greedy\"")));
    assert_eq!(all.network().layers[0].running, greedy.network().layers[0].running);
    assert_ne!(all.network().layers[0].running.rows().row(0)[..], [0.0; 8]);
    let told = |trainer: &Trainer| trainer.history().last().unwrap().layers.last().unwrap().loss;
    assert_eq!(greedy.history().len(), 2);
    close("loss", told(&greedy), told(&all));
}

#[test]
fn whoever_reads_the_last_layer_has_its_statistics() {
    let linear = |line: &str, key: &str| {
        let text = with(PAIRS, line).replace("negatives = \"wrong_label\"", key);
        trainer(&text).network().layers.last().unwrap().running.len()
    };
    assert_eq!(linear("", "negatives = \"wrong_label\""), 0);
    assert_eq!(linear("readout = \"linear\"", "negatives = \"wrong_label\""), 2);
    assert_eq!(linear("", "negatives = \"hard_label\"\nadviser = \"linear\""), 2);
}

#[test]
fn an_image_alone_is_read_as_among_others_and_after_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    for normalize in ["\"batch\"", "\"layer\"", "\"group\""] {
        let text = with(MAPS, &format!("normalize = {normalize}")).replace("rate = 0.0", "rate = 0.1");
        let trained = run(trainer(&text.replace("batch = 24", "batch = 6")));
        let (data, network) = (data(), trained.network());
        let scores = trained.pool().run(|| network.scores(&data));
        for row in [0, 7, SAMPLES - 1] {
            let alone = trained.pool().run(|| network.scores(&data.select(row..row + 1).unwrap()));
            let pairs = alone.data().iter().zip(scores.rows().row(row));
            pairs.for_each(|(a, b)| close(normalize, f64::from(*a), f64::from(*b)));
        }
        Model::save(network, trained.recipe(), &path).unwrap();
        let model = Model::load(&path).unwrap();
        assert_eq!(model.network.layers, network.layers, "{normalize}");
        assert_eq!(scores, trained.pool().run(|| model.network.scores(&data)), "{normalize}");
    }
}

#[test]
fn averaged_weights_have_averaged_statistics() {
    let text = PAIRS.replace("rate = 0.0", "rate = 0.5").replace("batch = 24", "batch = 6");
    let (plain, average) = (run(trainer(&text)), run(trainer(&text.replace("[train]", "[train]\naverage = 0.5"))));
    let running = |trainer: &Trainer| trainer.network().layers[0].running.clone();
    assert_ne!(running(&plain), running(&average));
    let known = |trainer: &Trainer| running(trainer).data().iter().all(|x| x.is_finite() && *x >= 0.0);
    assert!(known(&plain) && known(&average));
}

#[test]
fn a_batch_of_one_sample_has_no_statistics() {
    // The last batch of an epoch is a single sample.
    let data = || toy::pictures(SAMPLES + 1, CLASSES, 1);
    let text = PAIRS.replace("negatives = \"wrong_label\"", "loss = \"cross_entropy\"");
    let text = with(&text, "goodness = \"class_mean\"\noverlay = \"none\"\nreadout = \"class_goodness\"");
    let trainer = |normalize: &str| {
        let text = text.replace("normalize = \"batch\"", &format!("normalize = {normalize:?}"));
        Trainer::new(&Recipe::parse("normalizations", &text).unwrap(), data(), data(), 2).unwrap()
    };
    let (raw, trained) = (trainer("keep"), run(trainer("batch")));
    let mut h: Vec<Vec<f32>> = Vec::new();
    raw.pool().run(|| {
        raw.network().activities(&data(), |_, x| h = x[0].rows().iter().map(<[f32]>::to_vec).collect());
    });
    let running = trained.network().layers[0].running.rows();
    let is_of_all_but = |left_out: usize| {
        (0..running.width()).all(|unit| {
            let all = h.iter().enumerate().filter(|(sample, _)| *sample != left_out);
            let (mean, variance) = moments(&all.map(|(_, row)| f64::from(row[unit])).collect::<Vec<_>>());
            let near = |told: f32, truth: f64| (f64::from(told) - truth).abs() < 1e-4 * (1.0 + truth.abs());
            near(running.row(0)[unit], mean) && near(running.row(1)[unit], variance)
        })
    };
    assert_eq!((0..h.len()).filter(|sample| is_of_all_but(*sample)).count(), 1);
}
