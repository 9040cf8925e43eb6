//! What a training step and a label sweep cost: `cargo bench --package goodness`.

#![allow(missing_docs, clippy::expect_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use goodness::core::Rng;
use goodness::data::{Dataset, Shape};
use goodness::train::{Event, Flow};
use goodness::{Recipe, Trainer};

const SHAPE: Shape = Shape { height: 28, width: 28, channels: 1 };

fn noise(rows: usize) -> Dataset {
    let mut rng = Rng::keyed(1, 0, 0);
    let levels = (0..rows * SHAPE.features()).map(|_| rng.below(256) as u8).collect();
    let labels = (0..rows).map(|r| (r % 10) as u8).collect();
    Dataset::new("noise", levels, labels, 10, SHAPE).expect("the counts fit")
}

fn trainer(settings: &[&str], rows: usize) -> Trainer {
    let settings: Vec<String> = settings.iter().map(|s| s.to_string()).collect();
    let recipe = Recipe::load_with("mnist", &settings).expect("a recipe");
    Trainer::new(&recipe, noise(rows), noise(1000), 0).expect("a trainer")
}

/// Steps of a batch of 256 on 784-1000-1000, with the default recipe's hard negatives and with plain ones.
fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("training step, 784-1000-1000, batch 256");
    group.sample_size(20).throughput(Throughput::Elements(256));
    for negatives in ["{name=\"hard_label\", power=32, layers=1}", "{name=\"hard_label\"}", "wrong_label"] {
        let setting = format!("negatives={negatives}");
        group.bench_function(negatives, |b| {
            b.iter_custom(|steps| {
                // The first step sizes the workspace; it is not counted.
                let mut trainer = trainer(&[&setting, "epochs=1"], 256 * (steps as usize + 2));
                let (mut done, mut start, mut took) = (0, std::time::Instant::now(), std::time::Duration::ZERO);
                let watch = |event: Event<'_>| {
                    if let Event::Step { step: (step, _), .. } = event {
                        if step == 1 {
                            start = std::time::Instant::now();
                        }
                        (done, took) = (step, start.elapsed());
                    }
                    if done as u64 > steps { Flow::Stop } else { Flow::Continue }
                };
                trainer.run(watch).expect("a step");
                took
            });
        });
    }
    group.finish();
}

/// Reading 1000 images: one pass for each of ten labels, and one neutral pass.
fn readings(c: &mut Criterion) {
    let mut group = c.benchmark_group("reading 1000 images, 784-1000-1000");
    group.sample_size(20).throughput(Throughput::Elements(1000));
    for readout in ["label_sweep", "linear"] {
        let setting = format!("readout={readout}");
        let trainer = trainer(&[&setting], 256);
        let data = noise(1000);
        group.bench_function(readout, |b| {
            b.iter(|| trainer.pool().run(|| trainer.network().scores(&data)));
        });
    }
    group.finish();
}

criterion_group!(benches, steps, readings);
criterion_main!(benches);
