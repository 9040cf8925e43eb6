//! The smallest thing that one straight line cannot do: exclusive or, two inputs beside the label's two.

use goodness::data::{Dataset, Shape};
use goodness::{Recipe, Trainer, train::Flow};

const RECIPE: &str = r#"
name = "xor"
[data]
mean = 0.5       # inputs become -1 and 1
deviation = 0.5
[network]
layers = [32, 32]
[train]
negatives = "wrong_label"
optimizer = { name = "adam", rate = 0.01 }
epochs = 100
batch = 32
"#;

/// `count` samples: two places for the label's code, then a and b.
fn samples(count: usize) -> Result<Dataset, goodness::data::DataError> {
    let (a, b) = (|i: usize| i & 1, |i: usize| (i >> 1) & 1);
    let row = |i: usize| [0, 0, 255 * a(i) as u8, 255 * b(i) as u8];
    let label = |i: usize| (a(i) ^ b(i)) as u8;
    let shape = Shape { height: 1, width: 4, channels: 1 };
    Dataset::new("xor", (0..count).flat_map(row).collect(), (0..count).map(label).collect(), 2, shape)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::parse("xor", RECIPE)?;
    let mut trainer = Trainer::new(&recipe, samples(128)?, samples(4)?, 0)?;
    trainer.run(|_| Flow::Continue)?;
    let error = trainer.validation_error();
    assert!(error == 0.0, "{:.0} % of the four cases are wrong", 100.0 * error);
    println!("all four cases are right");
    Ok(())
}
