//! In which order layers and readouts learn, and that a plan changes nothing else.
#![allow(clippy::unwrap_used)]

use goodness::plan;
use goodness::train::{Event, Flow, Outcome, RateRange};
use goodness_testkit::runs::{recipe, trained, trainer};
use goodness_testkit::variants;

#[test]
fn plans_teach_every_layer_and_stay_within_them() {
    for v in variants(plan::CATALOGUE) {
        for (epochs, layers) in [(1, 1), (3, 2), (2, 5)] {
            let all = v.member.epochs(epochs, layers);
            let mut taught = vec![0; layers];
            for epoch in 0..all {
                let learning = v.member.learning(epoch, epochs, layers);
                assert!(!learning.is_empty() || epoch >= v.member.readout_from(epochs), "{}: idle", v.label);
                assert!(learning.end <= layers, "{}: {learning:?}", v.label);
                let (at, of) = v.member.progress(epoch, epochs, layers);
                assert!(at < of, "{}", v.label);
                for l in learning {
                    // A layer's own rate goes through the schedule once, while it learns.
                    assert_eq!(v.member.progress_of(l, epoch, epochs, layers).0, taught[l], "{}: layer {l}", v.label);
                    taught[l] += 1;
                }
            }
            let ends = |l: usize| v.member.progress_of(l, all - 1, epochs, layers).1;
            assert!((0..layers).all(|l| taught[l] == ends(l)), "{}: {taught:?}", v.label);
            assert!(taught.iter().all(|t| *t > 0), "{}: {taught:?}", v.label);
        }
    }
}

#[test]
fn an_optimizer_remembers_of_layers_that_learn_and_of_no_others() {
    for plan in ["simultaneous", "greedy", "{name=\"windowed\", overlap=0.5}"] {
        let settings = [&*format!("plan={plan}"), "negatives=wrong_label", "shift=0", "layers=[13, 11, 9]", "epochs=4"];
        let mut trainer = trainer(&recipe(&settings), 2);
        let sizes: Vec<u64> = trainer.network().layers.iter().map(|layer| layer.parameters() as u64).collect();
        let (mut epoch, mut done) = (1, false);
        while !done {
            // Adam remembers two numbers of 4 bytes.
            let plan_of = trainer.recipe().train.plan.build(plan::CATALOGUE);
            let learning = plan_of.learning(epoch - 1, 4, sizes.len());
            assert_eq!(trainer.bytes().optimizer, 8 * sizes[learning].iter().sum::<u64>(), "{plan}, epoch {epoch}");
            let outcome = trainer.run(|event| match event {
                Event::Step { epoch: (now, _), .. } if now > epoch => {
                    epoch = now;
                    Flow::Stop
                }
                _ => Flow::Continue,
            });
            done = outcome.unwrap() == Outcome::Finished;
        }
        assert_eq!(trainer.bytes().optimizer, 0, "{plan}, when it is done");
    }
}

#[test]
fn a_layer_has_its_own_share_of_the_rate() {
    let with = |more: &[&str]| {
        let settings = [&["negatives=wrong_label", "epochs=1", "optimizer={name=\"adam\", rate=0.02}"], more].concat();
        trained(&recipe(&settings), 2)
    };
    let start = trainer(&recipe(&[]), 2).network().layers.clone();
    let layers = |trainer: goodness::Trainer| trainer.network().layers.clone();
    let (plain, still) = (layers(with(&[])), layers(with(&["rates=[0, 1]"])));
    assert!(still[0] == start[0] && still[1] != start[1] && plain[0] != start[0]);
    let half = with(&["optimizer={name=\"adam\", rate=0.01}"]);
    assert_eq!(layers(with(&["rates=[0.5, 0.5]"])), layers(half));
}

#[test]
fn a_readout_that_learns_last_learns_from_layers_that_stand() {
    let with = |epochs: &str, readout: &str| {
        let plan = format!("plan={{name=\"readout_last\", readout_epochs={epochs}}}");
        let readout = format!("readout={{name=\"linear\", rate=0.01, {readout}}}");
        trained(&recipe(&["negatives=hybrid_mask", &plan, &readout]), 2)
    };
    let (short, long, plain) = (with("1", "beta2=0.99"), with("4", "beta2=0.99"), with("1", "beta2=0"));
    for other in [&long, &plain] {
        assert_eq!(short.network().layers, other.network().layers);
        assert_ne!(short.network().readout.weights(), other.network().readout.weights());
    }
    let alongside = trained(&recipe(&["negatives=hybrid_mask", "readout=linear"]), 2);
    assert_eq!(alongside.network().layers, short.network().layers, "layers do not feel who reads them, and when");
    let (layers, readout) = long.history().split_at(long.history().len() - 4);
    assert!(layers.iter().all(|e| !e.layers.is_empty() && e.validation_error.is_none()));
    assert!(readout.iter().all(|e| e.layers.is_empty()));
    assert!(readout.last().unwrap().validation_error.is_some());
}

#[test]
fn a_rate_test_gives_every_layer_its_turn_and_ends_with_the_plan() {
    let greedy = recipe(&["plan=greedy", "negatives=wrong_label", "shift=0", "epochs=1"]);
    let steps = 101usize.div_ceil(17);
    let range = RateRange { low: 1e-5, high: 1e-2, steps: 5 * steps };
    let test = trainer(&greedy, 2).find_rate(range).unwrap();
    assert_eq!(test.rates.len(), 2 * steps);
    assert_eq!(test.layers.iter().map(|(l, losses)| (*l, losses.len())).collect::<Vec<_>>(), [(1, steps), (2, steps)]);
}
