//! What tests that hold a network to its definition in float64 have in common: layers as plain numbers, and their slopes.

use goodness::train::Flow;
use goodness::{Network, Trainer};

/// W, a row a unit or a channel, and b of one layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// W.
    pub w: Vec<Vec<f64>>,
    /// b.
    pub b: Vec<f64>,
}

/// The layers of a network.
pub fn layers(network: &Network) -> Vec<Layer> {
    let wide = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let layers = network.layers.iter();
    layers.map(|l| Layer { w: l.weights.rows().iter().map(wide).collect(), b: wide(&l.biases) }).collect()
}

/// A row at root mean square 1.
pub fn rms(x: &[f64]) -> Vec<f64> {
    let scale = 1e-8 + (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
    x.iter().map(|x| x / scale).collect()
}

/// The activities of a dense layer.
pub fn forward(layer: &Layer, x: &[f64]) -> Vec<f64> {
    let unit = |(w, b): (&Vec<f64>, &f64)| (w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b).max(0.0);
    layer.w.iter().zip(&layer.b).map(unit).collect()
}

/// Trains to the end.
///
/// # Panics
/// When training fails.
pub fn run(mut trainer: Trainer) -> Trainer {
    let came = trainer.run(|_| Flow::Continue);
    assert!(came.is_ok(), "{came:?}");
    trainer
}

/// Checks that one step of plain descent at rate 1 moved a layer from `start` to `end` against the slope of the loss `at`, by
/// central differences.
///
/// # Panics
/// When it did not, or did not move at all.
pub fn follows(start: &Layer, end: &Layer, at: &dyn Fn(&Layer) -> f64, who: &str) {
    let mut most = 0.0f64;
    for unit in 0..start.b.len() {
        // The bias, and every third input, to be quick: they share their unit's slope.
        for input in (unit % 3..start.w[unit].len()).step_by(3).map(Some).chain([None]) {
            let moved = |by: f64| {
                let mut layer = start.clone();
                *input.map_or(&mut layer.b[unit], |input| &mut layer.w[unit][input]) += by;
                at(&layer)
            };
            let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            let number = |of: &Layer| input.map_or(of.b[unit], |input| of.w[unit][input]);
            let step = number(start) - number(end);
            assert!((step - slope).abs() < 1e-5, "{who}, unit {unit}, {input:?}: moved by {step}, not {slope}");
            most = most.max(if input.is_some() { step.abs() } else { 0.0 });
        }
    }
    assert!(most > 1e-3, "{who}: nothing moved");
}
