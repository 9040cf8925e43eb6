//! A goodness that the library does not know: g = Σ ln(1 + h²). The louder a unit is, the less it counts to be louder still.

use goodness::core::goodness::Goodness;
use goodness::core::math;
use goodness::core::{Rows, RowsMut};
use goodness::{Recipe, Trainer, data, train::Flow};

struct LogOfSquares;

impl Goodness for LogOfSquares {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = row.iter().map(|h| math::ln(1.0 + h * h)).sum());
    }

    // ∂g/∂h = 2h / (1 + h²).
    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        for (r, row) in h.iter().enumerate() {
            dh.row_mut(r).iter_mut().zip(row).for_each(|(d, h)| *d = dg[r] * 2.0 * h / (1.0 + h * h));
        }
    }

    // That of units at 1.
    fn theta(&self, width: usize) -> f32 {
        width as f32 * std::f32::consts::LN_2
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::load_with("mnist", &["layers=[200]".into(), "epochs=2".into(), "loss.alpha=0.03".into()])?;
    let (train, validation) = data::load_train("mnist")?.split_tail(10_000)?;
    let mut trainer = Trainer::new(&recipe, train, validation, 0)?;
    trainer.network_mut().parts.goodness = Box::new(LogOfSquares);
    trainer.run(|_| Flow::Continue)?;
    let error = trainer.validation_error();
    assert!(error < 0.08, "{:.2} % of the digits were misread", 100.0 * error);
    println!("{:.2} % of the held-out digits were misread", 100.0 * error);
    Ok(())
}
