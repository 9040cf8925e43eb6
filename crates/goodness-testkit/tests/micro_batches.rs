//! Batches that are computed a part at a time: which recipes may say so, and what a run of one comes to.
#![allow(clippy::unwrap_used)]

use goodness::train::{Event, Flow};
use goodness::{Recipe, Trainer};
use goodness_testkit::toy::{self, refused, with};

#[test]
fn what_sees_a_batch_as_a_whole_is_named() {
    let classes = "goodness = \"class_mean\"";
    for (train, network, second) in [
        ("plan = \"pipelined\"", "", "train.plan = \"pipelined\" clash: stages hand on whole batches"),
        ("", "flow = \"recurrent\"", "network.flow = \"recurrent\" clash: its layers learn in every iteration"),
        ("", "normalize = \"batch\"", "network.normalize = \"batch\" clash: a part of a batch does not know"),
        ("similarity = \"matching\"", "", "train.similarity = \"matching\" clash: it compares all samples"),
        ("penalty = \"peer_normalization\"", "", "train.penalty = \"peer_normalization\" clash: it goes by mean"),
        ("loss = \"logistic\"\ntheta = \"auto\"", "", "train.theta = \"auto\" clash: the threshold moves once a batch"),
        (
            "negatives = \"hybrid_mask\"",
            "overlay = \"none\"\nreadout = \"linear\"",
            "train.negatives = \"hybrid_mask\" clash: these negatives are made of all images",
        ),
        ("", "readout = \"linear\"", "network.readout = \"linear\" clash: it would learn from every micro-batch"),
        (
            "negatives = \"hard_label\"\nadviser = \"linear\"",
            "",
            "train.adviser = \"linear\" clash: it would learn from every micro-batch",
        ),
    ] {
        let text = |size| with(&format!("micro_batch = {size}\nbatch = 16\n{train}"), network, "");
        let error = refused(&text(5));
        assert!(error.starts_with(&format!("r.toml: train.micro_batch = 5 and {second}")), "{error}");
        // A batch in one part is as any other.
        Recipe::parse("r.toml", &text(16)).unwrap();
    }
    let negative = refused(&with("micro_batch = -1", "", ""));
    assert!(negative.contains("micro_batch = -1: expected a whole number from 0"), "{negative}");
    let recipe = Recipe::parse("r.toml", &with("micro_batch = 5", classes, "")).unwrap();
    assert_eq!(Recipe::parse("again", &recipe.to_toml()).unwrap().train.micro_batch, 5);
}

/// The same bits for any number of threads, and after an interruption between two batches.
#[test]
fn micro_batches_are_the_same_for_any_number_of_threads_and_after_a_stop() {
    let text = "name = \"x\"\n[data]\nshift = 1\n[network]\nlayers = [30, 20]\n\
                [train]\nnegatives = \"hard_label\"\nepochs = 2\nbatch = 16\nmicro_batch = 5";
    let recipe = Recipe::parse("x", text).unwrap();
    let trainer = |threads| Trainer::new(&recipe, toy::pictures(60, 3, 1), toy::pictures(30, 3, 2), threads).unwrap();
    let trained = |threads| {
        let mut trainer = trainer(threads);
        trainer.run(|_| Flow::Continue).unwrap();
        trainer.network().layers.clone()
    };
    let whole = trained(1);
    assert_eq!(whole, trained(3));
    let mut stopped = trainer(2);
    let mut steps = 0;
    let stop = |_: Event<'_>| {
        steps += 1;
        if steps == 3 { Flow::Stop } else { Flow::Continue }
    };
    stopped.run(stop).unwrap();
    stopped.run(|_| Flow::Continue).unwrap();
    assert_eq!(whole, stopped.network().layers);
}
