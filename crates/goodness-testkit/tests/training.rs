//! What a whole training run must hold to.
#![allow(clippy::unwrap_used)]

use goodness::Trainer;
use goodness::data::{DataError, Dataset, Shape};
use goodness::model::{Model, ModelError};
use goodness::readout::CATALOGUE as READOUTS;
use goodness::train::{Event, Flow, Outcome, TrainError};
use goodness_testkit::runs::{recipe, trained, trainer};
use goodness_testkit::toy;

const VARIANTS: &[&[&str]] = &[
    &[],
    &["precision=bf16"],
    &["precision=int8", "layers=[13, 11, 9]", "readout=linear"],
    &["precision=bf16", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["layers=[13, 11, 14, 9, 12]", "negatives.layers=5"],
    &["negatives.layers=1"],
    &["readout={name=\"linear\", from=1}"],
    &["adviser={name=\"linear\", from=1}"],
    &["negatives=", "goodness=class_mean_of_squares", "layers=[12, 9]", "loss=cross_entropy"],
    &["negatives=", "goodness=class_mean", "projection=linear", "loss=learned_temperature", "layers=[12, 9]"],
    &["negatives=", "goodness=class_log_sum_exp", "projection={name=\"cosine\", each=2}", "loss=n_pair", "average=0.9"],
    &["negatives=hybrid_mask"],
    &["negatives=self_contrast", "loss=two_thresholds", "normalize=rms_above", "data.standardize=true", "theta=auto"],
    &["negatives=shuffle", "negatives.patch=2", "readout=linear", "data.whiten=3"],
    &["negatives=hybrid_mask", "layers=[18, 12]", "fields=[[4, 1], [2, 1]]"],
    &[
        "negatives=",
        "goodness=class_mean",
        "layers=[12, 12]",
        "convolutions=[{side=3}]",
        "readout={name=\"class_goodness\", from=2}",
        "average=0.9",
        "data.shift=0",
    ],
    &["overlay=waves", "layers=[5, 4]", "convolutions=[{side=5, stride=2}]", "precision=bf16", "readout=linear"],
    &[
        "negatives=hybrid_mask",
        "layers=[6, 12]",
        "convolutions=[{side=3, groups=1}]",
        "readout={name=\"linear\", from=1}",
    ],
    &["normalize=batch", "layers=[13, 11, 9]", "average=0.9", "dropout=0.1"],
    &["normalize=batch", "readout={name=\"linear\", from=1}"],
    &["normalize=batch", "plan=greedy", "negatives=wrong_label", "data.shift=0", "layers=[13, 11, 9]"],
    &["normalize=batch", "plan=windowed", "layers=[13, 11, 9]", "epochs=5", "collaboration=all"],
    &[
        "normalize={name=\"batch\", stays=0.5}",
        "negatives=",
        "goodness=class_mean",
        "layers=[12, 12, 9]",
        "convolutions=[{side=3}, {side=3, stride=2}]",
        "loss=cross_entropy",
        "readout={name=\"class_goodness\", from=3}",
        "data.shift=0",
    ],
    &[
        "normalize=group",
        "negatives=",
        "goodness=class_mean",
        "layers=[12, 9]",
        "convolutions=[{side=3}]",
        "loss=cross_entropy",
        "readout=class_goodness",
        "data.shift=0",
    ],
    &["normalize=layer", "layers=[13, 11, 9]"],
    &[
        "negatives=",
        "goodness=class_mean",
        "layers=[7, 9]",
        "convolutions=[{side=3}]",
        "projection=linear",
        "view={name=\"rms\", cells=2}",
        "readout={name=\"linear\", from=1}",
        "loss=cross_entropy",
        "similarity={name=\"matching\", map=5}",
        "similarity_view=deviation",
    ],
    &[
        "negatives=hybrid_mask",
        "layers=[6, 12]",
        "convolutions=[{side=3}]",
        "view={name=\"average\", cells=3}",
        "readout={name=\"linear\", from=1}",
    ],
    &[
        "residual=add",
        "negatives=",
        "goodness=class_mean",
        "layers=[12, 12, 12, 9, 9]",
        "convolutions=[{side=3}, {side=3, stride=2}, {side=3}]",
        "normalize=batch",
        "loss=cross_entropy",
        "readout={name=\"class_goodness\", from=4}",
        "data.shift=0",
    ],
    &["residual=add", "layers=[12, 12, 12]", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["plan=windowed", "epochs=5"],
    &[
        "plan={name=\"readout_last\", readout_epochs=2}",
        "readout={name=\"linear\", beta2=0.99, rate=0.01}",
        "negatives=hybrid_mask",
    ],
    &[
        "negatives={name=\"self_contrast\", every=2}",
        "goodness=place_mean_of_squares",
        "loss={name=\"two_thresholds\", pull=0.1}",
        "theta=auto",
        "layers=[6, 8, 5]",
        "convolutions=[{side=3}, {side=3, pool=2, pooling=\"largest\"}]",
        "plan={name=\"windowed\", overlap=0}",
        "readout={name=\"linear\", from=1}",
    ],
    &[
        "negatives=",
        "goodness=class_mean_of_squares",
        "layers=[6, 9, 12, 12]",
        "convolutions=[{side=3}, {side=3, groups=3}, {side=3, pool=2}]",
        "loss={name=\"learned_temperature\", high=0.3}",
        "hierarchy=[[0, 1, 1]]",
        "readout={name=\"class_goodness\", from=3}",
        "plan=windowed",
        "epochs=10",
        "data.shift=0",
    ],
    &["readout=ridge", "negatives=wrong_label", "average=0.9", "plan=windowed"],
    &["readout=ridge", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["readout={name=\"average\", linear_from=1}"],
    &[
        "readout={name=\"average\", from=2}",
        "negatives=",
        "goodness=class_mean",
        "projection=linear",
        "loss=cross_entropy",
    ],
    &["goodness=sum_of_squares", "loss=logistic", "optimizer=smoothed_sgd", "theta=auto"],
    &["readout=fusion", "negatives=", "goodness=class_mean", "layers=[12, 9]", "loss=cross_entropy"],
    &["similarity={name=\"matching\", map=7}", "negatives=wrong_label", "layers=[13, 11, 9]", "average=0.9"],
    &["similarity={name=\"contrastive\", map=20}", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["rates=[0.3, 1.7]", "plan=windowed", "negatives=wrong_label"],
    &["dropout=0.3", "similarity=matching", "average=0.9", "data.turn=20", "data.wave=0.5", "data.mirror=0.5"],
    &[
        "data.crop=0.95",
        "data.turn=2",
        "data.padding=reflect",
        "data.brightness=0.1",
        "data.contrast=0.1",
        "data.cutout=1",
    ],
    &[
        "data.saturation=0.5",
        "data.hue=0.1",
        "data.grey=0.5",
        "data.wave=0.2",
        "data.padding=edge",
        "data.mirror=0.5",
        "data.mirroring=alternating",
        "data.cutout=1",
        "negatives=shuffle",
    ],
    &["goodness=sum_of_squares", "loss=logistic", "optimizer=smoothed_sgd"],
    &["optimizer={name=\"muon\", momentum=0.5}", "negatives=wrong_label", "average=0.9"],
    &["flow=recurrent", "optimizer=muon", "negatives=wrong_label"],
    &["flow=recurrent", "adviser={name=\"linear\", from=1}"],
    &["flow={name=\"recurrent\", iterations=3, from=2, to=3, label=2.0}", "negatives=wrong_label", "average=0.9"],
    &["plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["collaboration=below", "layers=[13, 11, 9]"],
    &["collaboration={name=\"all\", weight=0.5}", "layers=[13, 11, 9]", "dropout=0.2", "theta=3.0", "loss=logistic"],
    &["collaboration=all", "negatives=", "goodness=class_mean", "loss=cross_entropy", "layers=[15, 12, 9]"],
    &["collaboration=all", "plan=windowed", "layers=[13, 11, 9]", "epochs=5", "residual=concatenate"],
    &["collaboration=below", "plan=greedy", "negatives=wrong_label", "data.shift=0", "layers=[13, 11, 9]"],
    &["residual=concatenate", "layers=[13, 11, 9]", "readout={name=\"linear\", from=1}"],
    &["residual=concatenate", "layers=[13, 12, 11, 10]", "dropout=0.2", "normalize=l2", "average=0.9"],
    &["residual=concatenate", "layers=[13, 11, 9, 8]", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &[
        "residual=concatenate",
        "plan=greedy",
        "negatives=wrong_label",
        "data.shift=0",
        "similarity=matching",
        "layers=[13, 11, 9]",
    ],
    &["overlay={name=\"appended\", strength=2.0}"],
    &["overlay=waves", "readout=linear"],
    &["overlay=waves", "layers=[75, 18]", "fields=[[2, 1], [3, 1]]", "negatives=wrong_label"],
    &["overlay=waves", "layers=[75, 18]", "fields=[[2, 1], [3, 1]]", "negatives=wrong_label", "optimizer=muon"],
    &["overlay=waves", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["overlay={name=\"embedding\", width=4}", "average=0.9"],
    &["overlay=embedding", "readout={name=\"average\", linear_from=1}", "optimizer=smoothed_sgd", "plan=windowed"],
    &["overlay=embedding", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["overlay=appended", "plan=greedy", "negatives=wrong_label", "data.shift=0"],
    &["plan=pipelined", "negatives=wrong_label", "layers=[13, 11, 14, 9, 12]", "dropout=0.2"],
    &["plan=pipelined", "negatives=", "goodness=class_mean", "loss=cross_entropy", "layers=[15, 12]", "average=0.9"],
];

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for settings in VARIANTS {
        let recipe = recipe(settings);
        let one = trained(&recipe, 1);
        for threads in [2, 3] {
            assert_eq!(
                one.network().layers,
                trained(&recipe, threads).network().layers,
                "{settings:?}, {threads} threads"
            );
        }
    }
}

#[test]
fn another_seed_gives_another_network() {
    let (a, b) = (trained(&recipe(&[]), 1), trained(&recipe(&["seed=2"]), 1));
    assert_ne!(a.network().layers, b.network().layers);
}

#[test]
fn a_run_stopped_at_any_step_resumes_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    for settings in VARIANTS {
        let recipe = recipe(settings);
        let whole = trained(&recipe, 2);
        for stop_after in [1, 4, 6, 7, 11, 17] {
            let (mut first, mut steps) = (trainer(&recipe, 1), 0);
            let watch = |event: Event<'_>| {
                steps += usize::from(matches!(event, Event::Step { .. }));
                if steps >= stop_after { Flow::Stop } else { Flow::Continue }
            };
            assert_eq!(first.run(watch).unwrap(), Outcome::Stopped);
            first.save(&path).unwrap();
            let mut second = trainer(&recipe, 2);
            second.restore(&path).unwrap();
            assert_eq!(second.run(|_| Flow::Continue).unwrap(), Outcome::Finished);
            assert_eq!(whole.network().layers, second.network().layers, "{settings:?}, stopped after {stop_after}");
            let weights = |t: &Trainer| t.network().readout.weights().into_iter().cloned().collect::<Vec<_>>();
            assert_eq!(weights(&whole), weights(&second));
            let told = |t: &Trainer| {
                t.history().iter().map(|e| (e.epoch, e.layers.clone(), e.validation_error)).collect::<Vec<_>>()
            };
            assert_eq!(told(&whole), told(&second));
        }
    }
}

#[test]
fn a_checkpoint_of_another_experiment_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    trained(&recipe(&[]), 1).save(&path).unwrap();
    let error = trainer(&recipe(&["seed=9"]), 1).restore(&path).unwrap_err();
    assert!(
        error.to_string().contains("another recipe or data set: the recipes differ: seed = 1 there, seed = 9 here"),
        "{error}"
    );
    let mut other = Trainer::new(&recipe(&[]), toy::pictures(90, 3, 1), toy::pictures(31, 3, 2), 1).unwrap();
    let error = other.restore(&path).unwrap_err().to_string();
    assert!(error.contains("it saw (101, 31) samples, here are (90, 31)"), "{error}");
}

#[test]
fn a_checkpoint_from_before_there_was_a_key_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    let trained = trained(&recipe(&[]), 1);
    trained.save(&path).unwrap();
    // The key becomes a comment of the same length.
    let (key, comment) = (b"mirroring = ", b"#irroring = ");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap();
    bytes[at..][..key.len()].copy_from_slice(comment);
    std::fs::write(&path, bytes).unwrap();
    let mut again = trainer(&recipe(&[]), 1);
    again.restore(&path).unwrap();
    assert_eq!(again.network().layers, trained.network().layers);
}

#[test]
fn the_toy_is_learned() {
    for settings in VARIANTS {
        let mut all = settings.to_vec();
        all.extend(["epochs=30", "data.shift=0"]);
        let error = trained(&recipe(&all), 2).validation_error();
        assert!(error < 0.15, "{settings:?}: {error}");
    }
}

#[test]
fn every_readout_comes_back_from_a_file_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    for entry in READOUTS {
        let by_row = ["negatives=wrong_label"];
        let by_class = ["negatives=", "goodness=class_mean", "loss=cross_entropy", "projection=linear"];
        let by_class_too = ["class_goodness", "fusion"].contains(&entry.info.name);
        let mut settings = if by_class_too { by_class.to_vec() } else { by_row.to_vec() };
        let readout = format!("network.readout={}", entry.info.name);
        settings.push(&readout);
        let trainer = trained(&recipe(&settings), 1);
        Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
        let model = Model::load(&path).unwrap();
        let data = toy::pictures(40, 3, 5);
        let scores = |network: &goodness::Network| trainer.pool().run(|| network.scores(&data));
        assert_eq!(scores(trainer.network()), scores(&model.network), "{readout}");
        assert!(scores(&model.network).data().iter().all(|s| s.is_finite()), "{readout}");
        assert_eq!(&model.recipe, trainer.recipe());
    }
}

#[test]
fn a_prediction_does_not_depend_on_its_neighbours() {
    let trainer = trained(&recipe(&[]), 1);
    let data = toy::pictures(300, 3, 5);
    let all = trainer.pool().run(|| trainer.network().scores(&data));
    for row in [0, 7, 299] {
        let one = data.select(row..row + 1).unwrap();
        let alone = trainer.pool().run(|| trainer.network().scores(&one));
        for (a, b) in alone.data().iter().zip(all.rows().row(row)) {
            assert!((a - b).abs() <= 1e-5 * b.abs(), "{a} alone, {b} among others");
        }
    }
}

#[test]
fn numbers_that_go_wrong_end_the_run_with_their_place() {
    let mut nan = trainer(&recipe(&[]), 1);
    nan.network_mut().layers[1].weights.data_mut()[0] = f32::NAN;
    let error = nan.run(|_| Flow::Continue).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { layer: 2, step: 1, .. }), "{error}");
    assert!(error.to_string().starts_with("layer 2 broke down in step 1: loss is NaN"), "{error}");
    let mut silent = trainer(&recipe(&[]), 1);
    silent.network_mut().layers[0].weights.data_mut().fill(0.0);
    silent.network_mut().layers[0].biases.fill(-1.0);
    let error = silent.run(|_| Flow::Continue).unwrap_err().to_string();
    assert!(error.starts_with("layer 1 broke down in step 1: goodness of every row is 0"), "{error}");
}

#[test]
fn what_does_not_fit_the_data_is_said() {
    let refused = |settings: &[&str], rows: usize| {
        let result = Trainer::new(&recipe(settings), toy::pictures(rows, 3, 1), toy::pictures(31, 3, 2), 1);
        result.err().map(|e| e.to_string()).unwrap_or_default()
    };
    assert_eq!(refused(&["batch=102"], 101), "train.batch = 102: at most the 101 training samples there are");
    let many = Trainer::new(&recipe(&[]), toy::pictures(99, 40, 1), toy::pictures(80, 40, 2), 1);
    let error = many.err().map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(error, "network.overlay = one_hot: 40 classes take 40 inputs, the images have only 36");
    let vast = Shape { height: 512, width: 513, channels: 1 };
    let set = || Dataset::new("vast", vec![0; 17 * vast.features()], vec![0; 17], 256, vast).unwrap();
    let waves = recipe(&["overlay=waves", "layers=[4, 4]", "fields=[[1, 1024], [1, 1]]"]);
    let error = Trainer::new(&waves, set(), set(), 1).err().map(|e| e.to_string()).unwrap_or_default();
    let expected = "256 patterns of 262656 numbers are more than 67108864 numbers";
    assert_eq!(error, format!("network.overlay = waves: {expected}"));
    let held: DataError = toy::pictures(9, 3, 1).split_tail(9).unwrap_err();
    assert!(held.to_string().contains("cannot hold out 9 of its 9 images"));
}

#[test]
fn broken_model_files_are_refused_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let trainer = trained(&recipe(&[]), 1);
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Model::load(&path).err()
    };
    for cut in [0, 1, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        let error = load(&whole[..cut]).unwrap();
        assert!(matches!(error, ModelError::NotAModel { .. }), "cut at {cut}: {error}");
    }
    let replace = |from: &str, to: &str| {
        let at = whole.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
        let mut bytes = whole.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        load(&bytes).unwrap().to_string()
    };
    let version = replace("goodness-model/1", "goodness-model/9");
    assert!(
        version.contains("its format is \"goodness-model/9\", this version reads \"goodness-model/1\""),
        "{version}"
    );
    let shape = replace("[13, 11]", "[13, 12]");
    assert!(shape.contains("tensor layers.1.weights: expected shape [12, 13], found [11, 13] of F32"), "{shape}");
    let mut nan = whole.clone();
    let end = nan.len();
    nan[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let error = load(&nan).unwrap();
    assert!(
        matches!(error, ModelError::NotFinite { .. }) && error.to_string().contains("is NaN, expected finite"),
        "{error}"
    );
    std::fs::remove_file(&path).unwrap();
    assert!(Model::load(&path).err().unwrap().to_string().contains("cannot read it"));
}
