//! Features without labels: layers tell images from hybrids of two images (Hinton 2022, section 3.2); only the linear
//! readout, whose gradient reaches no layer, ever sees a label.

use goodness::{Recipe, Trainer, data, train::Flow};

const RECIPE: &str = r#"
name = "unsupervised"
[network]
layers = [400, 400]
goodness = "sum_of_squares"
readout = { name = "linear", from = 1 }
[train]
loss = "logistic"
negatives = "hybrid_mask"
optimizer = { name = "adam", rate = 0.001 }
epochs = 4
batch = 100
validate_every = 0
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::parse("unsupervised", RECIPE)?;
    let (train, validation) = data::load_train("mnist")?.split_tail(10_000)?;
    let mut trainer = Trainer::new(&recipe, train.select(0..20_000)?, validation, 0)?;
    trainer.run(|_| Flow::Continue)?;
    let error = trainer.validation_error();
    assert!(error < 0.08, "{:.2} % of the digits were misread", 100.0 * error);
    println!("{:.2} % of the held-out digits were misread", 100.0 * error);
    Ok(())
}
