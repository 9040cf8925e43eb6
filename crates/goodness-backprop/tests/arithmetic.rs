//! The arithmetic that the comparison counts in matrix products, against a count on paper. One test, because the counter is
//! the whole process's.
#![allow(clippy::unwrap_used)]

use goodness::data::{Dataset, Shape};
use goodness::engine::product;
use goodness::{Recipe, Trainer};
use goodness_backprop::{Choices, Form, Twin};

const BATCH: usize = 20;
const INPUTS: usize = 42;
const CLASSES: usize = 3;

fn noise(rows: usize) -> Dataset {
    let shape = Shape { height: 6, width: 7, channels: 1 };
    let levels = (0..rows * INPUTS).map(|i| (i * i % 251) as u8).collect();
    Dataset::new("noise", levels, (0..rows).map(|r| (r % CLASSES) as u8).collect(), CLASSES, shape).unwrap()
}

fn counted(work: impl FnOnce()) -> usize {
    let before = product::multiply_adds();
    work();
    (product::multiply_adds() - before) as usize
}

#[test]
fn multiply_adds_are_those_that_can_be_counted_on_paper() {
    let layers = [30, 24, 18, 12, 9];
    let text = |train: &str, network: &str| {
        format!("name = 'a'\n[network]\nlayers = {layers:?}\n{network}\n[train]\nbatch = {BATCH}\n{train}")
    };
    let (first, between) = (INPUTS * layers[0], layers.windows(2).map(|w| w[0] * w[1]).collect::<Vec<_>>());
    let (above, top): (usize, usize) = (between.iter().sum(), layers[4] * CLASSES);
    let of_layers = |train: &str, network: &str| {
        let recipe = Recipe::parse("a", &text(train, network)).unwrap();
        let mut trainer = Trainer::new(&recipe, noise(60), noise(9), 1).unwrap();
        counted(|| drop(trainer.watched_step().unwrap()))
    };
    // Images meet the first layer once, forward and for the gradient; pairs meet the others, both ways.
    let pairs = BATCH * (2 * first + 4 * above);
    assert_eq!(of_layers("", ""), pairs);
    // Negatives that ask the first layer cost no product; those that ask the first two, one row a label in the second.
    let hard = |layers: usize| format!("negatives = {{ name = 'hard_label', layers = {layers} }}");
    assert_eq!(of_layers(&hard(1), ""), pairs);
    assert_eq!(of_layers(&hard(2), ""), pairs + BATCH * CLASSES * between[0]);
    // One row a sample where goodness is by class.
    assert_eq!(of_layers("", "goodness = 'class_mean'"), BATCH * 2 * (first + above));
    let of_twin = |form: Form| {
        let recipe = Recipe::parse("a", &text("", "")).unwrap();
        let choices = Choices { form, ..Choices::default() };
        let mut twin = Twin::new(&recipe, choices, noise(60), noise(9), 1).unwrap();
        counted(|| drop(twin.watched_step().unwrap()))
    };
    // Forward, weight gradients, and the way down, which ends above the first layer.
    let whole = BATCH * (2 * first + 3 * (above + top));
    assert_eq!(of_twin(Form::Full), whole);
    assert_eq!(of_twin(Form::Accumulation { parts: 4 }), whole);
    // Segments of 3 and 2 layers: of the first, all but its border is computed again.
    assert_eq!(of_twin(Form::Checkpointing), whole + BATCH * (first + between[0]));
}
