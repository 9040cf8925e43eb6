//! A recurrent network: the image below, the label above, and layers in between that hear from both sides until they settle.

use goodness::{Recipe, Trainer, data, train::Flow};

const RECIPE: &str = r#"
name = "recurrent"
source = "Hinton 2022 (arXiv 2212.13345), section 3.3"
[network]
layers = [200, 200]
flow = { name = "recurrent", iterations = 8, keep = 0.3, from = 3, to = 5 }
[train]
negatives = "hard_label"
adviser = { name = "linear", from = 1 }
optimizer = { name = "adam", rate = 0.003 }
epochs = 4
batch = 100
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::parse("this file", RECIPE)?;
    let (train, validation) = data::load_train("mnist")?.select(0..8_000)?.split_tail(2_000)?;
    let mut trainer = Trainer::new(&recipe, train, validation, 0)?;
    trainer.run(|_| Flow::Continue)?;
    let error = trainer.validation_error();
    println!("{:.2} % of the held-out digits were misread", 100.0 * error);
    assert!(error < 0.08, "{:.2} % of the held-out digits were misread", 100.0 * error);
    Ok(())
}
