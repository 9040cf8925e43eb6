//! Negatives that the library does not know: half of the time the digit that looks most like the true one.

use goodness::core::negatives::Negatives;
use goodness::core::{Rng, Rows};
use goodness::train::{Contrast, Flow};
use goodness::{Recipe, Trainer, data};

struct LookAlikes;

/// The digit that each digit is most often taken for.
const TWIN: [u8; 10] = [6, 7, 3, 5, 9, 3, 0, 1, 3, 4];

impl Negatives for LookAlikes {
    fn looks_at(&self) -> usize {
        0
    }

    fn fill(&self, labels: &[u8], classes: usize, _scores: Option<Rows<'_>>, rng: &mut Rng, negatives: &mut [u8]) {
        for (negative, label) in negatives.iter_mut().zip(labels) {
            let step = 1 + rng.below(classes as u32 - 1) as u8;
            let any = (label + step) % classes as u8; // never the label itself
            *negative = if rng.unit() < 0.5 { TWIN[usize::from(*label)] } else { any };
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = ["layers=[200]", "epochs=2", "negatives=wrong_label"].map(String::from);
    let recipe = Recipe::load_with("mnist", &settings)?;
    let (train, validation) = data::load_train("mnist")?.split_tail(10_000)?;
    let mut trainer = Trainer::new(&recipe, train, validation, 0)?;
    trainer.method_mut().negatives = Contrast::Labels(Box::new(LookAlikes));
    trainer.run(|_| Flow::Continue)?;
    let error = trainer.validation_error();
    assert!(error < 0.07, "{:.2} % of the digits were misread", 100.0 * error);
    println!("{:.2} % of the held-out digits were misread", 100.0 * error);
    Ok(())
}
