//! The bytes of weights, optimizers and gradients that the comparison shows, against a count on paper.
#![allow(clippy::unwrap_used)]

use goodness::Recipe;
use goodness_backprop::compare::memory::{Ask, measure};
use goodness_backprop::{Choices, Form};
use goodness_engine::gradient::numbers_packed;

const BATCH: usize = 12;
const CLASSES: usize = 3;
const DEPTH: usize = 5;
const WIDTH: usize = 18;
const INPUTS: usize = 6 * 7;

fn ask(twin: Option<Form>, keys: &str) -> Ask {
    ask_by("adam", twin, keys)
}

fn ask_by(optimizer: &str, twin: Option<Form>, keys: &str) -> Ask {
    let text = format!("name = 'a'\n[network]\nlayers = [9]\n[train]\noptimizer = '{optimizer}'\n{keys}");
    Ask {
        recipe: Recipe::parse("a", &text).unwrap().to_toml(),
        depth: DEPTH,
        width: WIDTH,
        batch: BATCH,
        twin: twin.map(|form| Choices { form, ..Choices::default() }),
        shape: (6, 7, 1),
        classes: CLASSES,
        threads: 1,
    }
}

#[test]
fn bytes_are_those_that_can_be_counted_on_paper() {
    let hidden = (INPUTS * WIDTH + WIDTH) + (DEPTH - 1) * (WIDTH * WIDTH + WIDTH);
    let softmax = WIDTH * CLASSES + CLASSES;
    let (own, twins) = (4 * hidden as u64, 4 * (hidden + softmax) as u64);
    let bytes = measure(&ask(None, "")).unwrap().bytes;
    // Adam remembers two numbers of each, with or without averaged weights.
    assert_eq!((bytes.weights, bytes.optimizer), (own, 2 * own));
    let averaged = measure(&ask(None, "average = 0.99")).unwrap().bytes;
    assert_eq!((averaged.weights, averaged.optimizer), (2 * own, 2 * own));
    for form in Form::ALL {
        let bytes = measure(&ask(Some(form), "")).unwrap().bytes;
        assert_eq!((bytes.weights, bytes.optimizer), (twins, 2 * twins), "{}", form.name());
        // The gradients of the largest layer, and what the product packs of its operands; added up over parts, those of all
        // layers besides.
        let largest = 4 * (INPUTS * WIDTH + WIDTH) as u64;
        match form {
            Form::Accumulation { .. } => assert!(bytes.gradients >= twins + largest, "{}", bytes.gradients),
            Form::Full | Form::Checkpointing => {
                assert_eq!(bytes.gradients, largest + 4 * numbers_packed(BATCH, WIDTH, INPUTS) as u64);
            }
        }
    }
}

#[test]
fn a_matrix_that_moves_as_one_has_one_number_remembered_of_a_weight() {
    let matrices = INPUTS * WIDTH + (DEPTH - 1) * WIDTH * WIDTH;
    let by_adam = DEPTH * WIDTH;
    let own = measure(&ask_by("muon", None, "")).unwrap().bytes;
    assert_eq!(own.optimizer, 4 * (matrices + 2 * by_adam) as u64);
    // The softmax at the top is no such matrix.
    let twin = measure(&ask_by("muon", Some(Form::Full), "")).unwrap().bytes;
    assert_eq!(twin.optimizer, 4 * (matrices + 2 * (by_adam + WIDTH * CLASSES + CLASSES)) as u64);
    for of in [None, Some(Form::Full)] {
        let room = 4 * (2 * INPUTS * WIDTH + 4 * WIDTH * WIDTH + numbers_packed(WIDTH, WIDTH, INPUTS)) as u64;
        let (bytes, plain) = (measure(&ask_by("muon", of, "")).unwrap().bytes, measure(&ask(of, "")).unwrap().bytes);
        assert_eq!(bytes.gradients, plain.gradients + room, "room for one matrix, at any depth");
    }
}

#[test]
fn full_storage_keeps_the_activities_of_every_layer_and_accumulation_those_of_a_part() {
    let of = |form| measure(&ask(Some(form), "")).unwrap().bytes.activities;
    let layers = 4 * (DEPTH * BATCH * WIDTH) as u64;
    let (full, parts) = (of(Form::Full), of(Form::Accumulation { parts: 4 }));
    assert!(full >= layers + 4 * (BATCH * INPUTS) as u64, "{full} bytes, {layers} of them activities");
    assert_eq!(full, 4 * parts);
}
