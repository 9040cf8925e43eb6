//! Trains a small network for two epochs, reads the test set, and asserts what it must reach.

use goodness::{Recipe, Trainer, data, train::Flow};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::load_with("mnist", &["layers=[200]".into(), "epochs=2".into()])?;
    let (train, validation) = data::load_train("mnist")?.split_tail(10_000)?;
    let mut trainer = Trainer::new(&recipe, train, validation, 0)?;
    trainer.run(|_| Flow::Continue)?;
    let test = data::load_test("mnist")?;
    let error = trainer.pool().run(|| trainer.network().error(&test));
    assert!(error < 0.04, "{:.2} % of the digits were misread", 100.0 * error);
    println!("{:.2} % of the digits were misread", 100.0 * error);
    let first = test.select(0..1)?;
    let scores = trainer.pool().run(|| trainer.network().scores(&first));
    println!("the first one has label {}, its scores are {:.2?}", test.label(0), scores.data());
    Ok(())
}
