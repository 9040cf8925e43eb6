//! Small data.

use goodness::core::Rng;
use goodness::data::{Dataset, Shape};

/// Rows of numbers around zero, some of them exactly zero.
pub fn rows(rows: usize, width: usize, seed: u64) -> Vec<f32> {
    let mut rng = Rng::keyed(seed, 0, 0);
    (0..rows * width).map(|_| if rng.below(5) == 0 { 0.0 } else { rng.normal() }).collect()
}

/// Rows that formulas trip over: zeros, huge, tiny, denormal, alternating.
pub fn hostile(width: usize) -> Vec<Vec<f32>> {
    let alternating = (0..width).map(|i| if i % 2 == 0 { 1e12 } else { 0.0 }).collect();
    vec![vec![0.0; width], vec![1e12; width], vec![1e-30; width], vec![f32::from_bits(1); width], alternating]
}

/// Pictures of 6×6 levels, each class a bright row of its own with noise around: easy, not trivial.
///
/// # Panics
/// Never: the counts fit by construction.
pub fn pictures(rows: usize, classes: usize, seed: u64) -> Dataset {
    let shape = Shape { height: 6, width: 6, channels: 1 };
    let mut rng = Rng::keyed(seed, 0, 0);
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for r in 0..rows {
        let class = r % classes;
        let level = |i: usize, noise: u32| if i / 6 == 1 + class % 5 { 155 + noise as u8 } else { noise as u8 };
        images.extend((0..36).map(|i| level(i, rng.below(100))));
        labels.push(class as u8);
    }
    match Dataset::new("toy", images, labels, classes, shape) {
        Ok(set) => set,
        Err(e) => panic!("{e}"),
    }
}
