//! What stages of layers on threads of their own must hold to: what steps of all layers do, to the bit.
#![allow(clippy::unwrap_used)]

use std::ops::Range;

use goodness::Trainer;
use goodness::plan::{Pipeline, Plan};
use goodness::train::{Event, Flow, Outcome};
use goodness_testkit::runs::{recipe, trained, trainer};

/// What can be had stage by stage.
const PIPELINES: &[&[&str]] = &[
    &["negatives=wrong_label"],
    &[
        "negatives=wrong_label",
        "layers=[9, 30, 14, 21, 12]",
        "dropout=0.2",
        "average=0.9",
        "theta=auto",
        "loss=logistic",
    ],
    &["negatives=", "goodness=class_mean", "projection=linear", "loss=learned_temperature", "layers=[12, 9, 8]"],
    &[
        "negatives=shuffle",
        "readout=ridge",
        "precision=bf16",
        "similarity={name=\"matching\", map=7}",
        "layers=[13, 11, 9]",
    ],
    &["negatives=wrong_label", "overlay=waves", "layers=[5, 4, 6]", "convolutions=[{side=5, stride=2}, {side=3}]"],
    &["normalize=batch", "negatives=", "goodness=class_mean", "loss=cross_entropy", "layers=[12, 9, 15]"],
    &["negatives=wrong_label", "overlay=embedding", "readout=ridge", "schedule=cosine", "optimizer=smoothed_sgd"],
    &["negatives=wrong_label", "optimizer=muon", "layers=[13, 11, 9]"],
    &["negatives=wrong_label", "layers=[13, 11, 9]", "rates=[1, 0.5, 0]"],
];

/// Stages for threads, and batches one by one or in a row; an epoch has six.
const PLANS: [&str; 4] = [
    "plan=pipelined",
    "plan={name=\"pipelined\", in_a_row=2}",
    "plan={name=\"pipelined\", stages=1, in_a_row=4}",
    "plan={name=\"pipelined\", stages=5, in_a_row=100}",
];

#[test]
fn stages_give_the_bits_of_steps_of_all_layers() {
    for settings in PIPELINES {
        let with = |plan: &'static str| recipe(&[&[plan][..], settings].concat());
        let told = |t: &Trainer| {
            t.history().iter().map(|e| (e.layers.clone(), e.rate, e.validation_error)).collect::<Vec<_>>()
        };
        let together = trained(&with("plan=simultaneous"), 2);
        for (plan, threads) in PLANS.iter().flat_map(|plan| [1, 2, 3, 7].map(|threads| (*plan, threads))) {
            let staged = trained(&with(plan), threads);
            assert_eq!(together.network().layers, staged.network().layers, "{settings:?}, {plan}, {threads} threads");
            assert_eq!(told(&together), told(&staged), "{settings:?}, {plan}, {threads} threads");
        }
    }
}

/// Every layer learns at every step, each at a place of its own in the schedule.
struct Apart {
    stages: bool,
}

impl Plan for Apart {
    fn epochs(&self, epochs: usize, _layers: usize) -> usize {
        epochs
    }

    fn learning(&self, _epoch: usize, _epochs: usize, layers: usize) -> Range<usize> {
        0..layers
    }

    fn pipeline(&self) -> Option<Pipeline> {
        self.stages.then_some(Pipeline { stages: 0, in_a_row: 2 })
    }

    fn progress(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch, epochs)
    }

    fn progress_of(&self, layer: usize, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch, epochs + layer)
    }
}

#[test]
fn in_stages_too_a_layers_rate_is_its_own() {
    let recipe = recipe(&["negatives=wrong_label", "layers=[13, 11, 9]", "schedule=cosine"]);
    let apart = |stages: bool| {
        let mut trainer = trainer(&recipe, 2);
        trainer.method_mut().plan = Box::new(Apart { stages });
        trainer.run(|_| Flow::Continue).unwrap();
        trainer.network().layers.clone()
    };
    assert_eq!(apart(false), apart(true));
    assert_ne!(apart(true), trained(&recipe, 2).network().layers);
}

#[test]
fn stages_stop_with_every_layer_at_the_same_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    for (settings, plan) in PIPELINES.iter().zip(PLANS.iter().cycle()) {
        let recipe = recipe(&[&[*plan][..], settings].concat());
        let whole = trained(&recipe, 1);
        for stop_after in [1, 2, 5, 8] {
            let (mut first, mut steps) = (trainer(&recipe, 3), Vec::new());
            let watch = |event: Event<'_>| {
                if let Event::Step { epoch, step, .. } = event {
                    steps.push((epoch.0, step.0));
                }
                if steps.len() >= stop_after { Flow::Stop } else { Flow::Continue }
            };
            assert_eq!(first.run(watch).unwrap(), Outcome::Stopped, "{settings:?}, {stop_after}");
            let expected: Vec<_> = (0..steps.len()).map(|s| (s / 6 + 1, s % 6 + 1)).collect();
            assert_eq!(steps, expected, "{settings:?}");
            first.save(&path).unwrap();
            let mut second = trainer(&recipe, 2);
            second.restore(&path).unwrap();
            second.run(|_| Flow::Continue).unwrap();
            assert_eq!(whole.network().layers, second.network().layers, "{settings:?}, stopped after {stop_after}");
        }
    }
}

#[test]
fn stages_break_where_steps_of_all_layers_break() {
    let settings = [
        "negatives=wrong_label",
        "layers=[13, 11, 14, 9]",
        "optimizer={name=\"smoothed_sgd\", rate=100, smoothing=0}",
        "goodness=sum_of_squares",
        "loss=logistic",
        "epochs=9",
    ];
    let error = |plan, threads| {
        let recipe = recipe(&[&[plan][..], &settings].concat());
        trainer(&recipe, threads).run(|_| Flow::Continue).unwrap_err().to_string()
    };
    let together = error("plan=simultaneous", 1);
    assert!(together.starts_with("layer "), "{together}");
    for (plan, threads) in PLANS.iter().flat_map(|plan| [1, 2, 3, 4].map(|threads| (*plan, threads))) {
        assert_eq!(error(plan, threads), together, "{plan}, {threads} threads");
    }
}

#[test]
fn a_stage_that_breaks_ends_the_run_with_its_error() {
    let recipe = recipe(&["plan=pipelined", "negatives=wrong_label", "layers=[13, 11, 14, 9]"]);
    for (broken, threads) in (0..4).flat_map(|l| [1, 2, 3, 4].map(|t| (l, t))) {
        let mut trainer = trainer(&recipe, threads);
        trainer.network_mut().layers[broken].weights.data_mut().fill(f32::NAN);
        let error = trainer.run(|_| Flow::Continue).unwrap_err().to_string();
        assert!(error.starts_with(&format!("layer {} broke down in step 1: ", broken + 1)), "{error}");
    }
}
