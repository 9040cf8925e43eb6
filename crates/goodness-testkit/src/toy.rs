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

/// The same in three colours, that of the class the brightest.
pub fn colours(rows: usize, classes: usize, seed: u64) -> Dataset {
    let grey = pictures(rows, classes, seed);
    let pixel =
        |class: u8, level: &u8| [0u8, 1, 2].map(|c| if c == class % 3 { level.saturating_add(40) } else { *level });
    let mut images = Vec::new();
    for r in 0..rows {
        images.extend(grey.row(r).iter().flat_map(|level| pixel(grey.label(r), level)));
    }
    made(images, grey.labels().to_vec(), classes, Shape { channels: 3, ..grey.shape() })
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
    made(images, labels, classes, shape)
}

/// Pictures of any shape: noise, brighter the higher the class.
///
/// # Panics
/// Never: the counts fit by construction.
pub fn noise(rows: usize, classes: usize, shape: Shape) -> Dataset {
    let mut rng = Rng::keyed(3, 0, 0);
    let labels: Vec<u8> = (0..rows).map(|r| (r % classes) as u8).collect();
    let bright = |label: &u8| u32::from(*label) * 155 / classes as u32;
    let images = labels.iter().flat_map(|label| {
        let pixels: Vec<u8> = (0..shape.features()).map(|_| (bright(label) + rng.below(100)) as u8).collect();
        pixels
    });
    made(images.collect(), labels.clone(), classes, shape)
}

fn made(images: Vec<u8>, labels: Vec<u8>, classes: usize, shape: Shape) -> Dataset {
    match Dataset::new("toy", images, labels, classes, shape) {
        Ok(set) => set,
        Err(e) => panic!("{e}"),
    }
}
