//! A goodness that the library does not know: the mean activity of a row, g = Σ h / N.

use goodness::core::goodness::Goodness;
use goodness::core::math;
use goodness::core::{Rows, RowsMut};
use goodness::{Recipe, Trainer, data, train::Flow};

struct MeanActivity;

impl Goodness for MeanActivity {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = math::sum(row) / row.len() as f32);
    }

    // ∂g/∂h = 1/N for every unit.
    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        (0..h.len()).for_each(|r| dh.row_mut(r).fill(dg[r] / h.width() as f32));
    }

    fn theta(&self, _width: usize) -> f32 {
        1.0
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::load_with("mnist", &["layers=[200]".into(), "epochs=2".into(), "loss.alpha=20".into()])?;
    let (train, validation) = data::load_train("mnist")?.split_tail(10_000)?;
    let mut trainer = Trainer::new(&recipe, train, validation, 0)?;
    trainer.network_mut().parts.goodness = Box::new(MeanActivity);
    trainer.run(|_| Flow::Continue)?;
    let error = trainer.validation_error();
    assert!(error < 0.08, "{:.2} % of the digits were misread", 100.0 * error);
    println!("{:.2} % of the held-out digits were misread", 100.0 * error);
    Ok(())
}
