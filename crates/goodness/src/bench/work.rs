//! What is timed, and how: contenders in turn.

use std::time::Instant;

use goodness_core::Rng;
use goodness_engine::{Matrix, Pool, peak};

use super::{BenchError, Settings};
use crate::Recipe;
use crate::data::{Dataset, Shape};
use crate::train::{Event, Flow, Trainer};

/// The images of every measurement have the size of MNIST's.
const SHAPE: Shape = Shape { height: 28, width: 28, channels: 1 };
const CLASSES: usize = 10;

/// Something that can be done a number of times; returns the seconds that it took.
pub(super) type Contender<'a> = Box<dyn FnMut(u64) -> Result<f64, BenchError> + 'a>;

/// Seconds that each contender takes for one time, by contender and round. Each is done as often in a round as makes
/// `settings` seconds; rounds go through all of them, forth and back.
pub(super) fn in_turn(settings: &Settings, contenders: &mut [Contender<'_>]) -> Result<Vec<Vec<f64>>, BenchError> {
    let mut times = Vec::new();
    for contender in contenders.iter_mut() {
        // The first time sizes buffers and fills caches.
        contender(1)?;
        times.push((settings.seconds() / contender(1)?.max(1e-9)).ceil().clamp(1.0, 1e9) as u64);
    }
    let mut all = vec![Vec::new(); contenders.len()];
    for round in 0..settings.rounds() {
        for i in 0..contenders.len() {
            let i = if round % 2 == 0 { i } else { contenders.len() - 1 - i };
            all[i].push(contenders[i](times[i])? / times[i] as f64);
        }
    }
    Ok(all)
}

/// Seconds that `work` takes, done `times` times on the pool.
pub(super) fn seconds(pool: &Pool, times: u64, mut work: impl FnMut() + Send) -> f64 {
    pool.run(|| {
        let start = Instant::now();
        (0..times).for_each(|_| work());
        start.elapsed().as_secs_f64()
    })
}

/// Rounds of multiply-adds that one time of a [`Peak`] is made of.
const ROUNDS: u64 = 20_000;

/// The most that all threads of a pool can multiply and add.
#[derive(Clone, Copy)]
pub(super) struct Peak<'a> {
    pool: &'a Pool,
    halves: bool,
    /// Operations in one time of it.
    pub(super) operations: f64,
}

impl<'a> Peak<'a> {
    /// Of numbers of 32 bits.
    pub(super) fn of(pool: &'a Pool) -> Self {
        Self { pool, halves: false, operations: peak::multiply_adds(ROUNDS) as f64 * pool.threads() as f64 }
    }

    /// Of halves, if the processor multiplies them.
    pub(super) fn of_halves(pool: &'a Pool) -> Option<Self> {
        let one = peak::multiply_adds_of_halves(ROUNDS)?;
        Some(Self { pool, halves: true, operations: one as f64 * pool.threads() as f64 })
    }

    /// As a contender.
    pub(super) fn contender(self) -> Contender<'a> {
        let per_second = if self.halves { peak::per_second_of_halves } else { peak::per_second };
        Box::new(move |times| Ok(self.pool.run(|| self.operations * times as f64 / per_second(ROUNDS * times))))
    }
}

/// Times products in turn with the peaks; returns the operations a second of each, and of the peak that it is a share of:
/// that of halves for products of halves, where the processor has one.
pub(super) fn shares(
    settings: &Settings,
    pool: &Pool,
    operations: f64,
    products: Vec<(bool, Contender<'_>)>,
) -> Result<Vec<[Vec<f64>; 2]>, BenchError> {
    let peaks: Vec<Peak<'_>> = std::iter::once(Peak::of(pool)).chain(Peak::of_halves(pool)).collect();
    let (of_halves, products): (Vec<bool>, Vec<Contender<'_>>) = products.into_iter().unzip();
    let mut contenders: Vec<Contender<'_>> = peaks.iter().map(|peak| peak.contender()).collect();
    contenders.extend(products);
    let times = in_turn(settings, &mut contenders)?;
    let peak = |halves: bool| {
        let which = usize::from(halves).min(peaks.len() - 1);
        rates(peaks[which].operations, &times[which])
    };
    let products = of_halves.into_iter().zip(&times[peaks.len()..]);
    Ok(products.map(|(halves, times)| [rates(operations, times), peak(halves)]).collect())
}

/// Operations a second, by round, from seconds.
pub(super) fn rates(operations: f64, seconds: &[f64]) -> Vec<f64> {
    seconds.iter().map(|s| operations / s).collect()
}

/// Normal numbers.
pub(super) fn random(rows: usize, width: usize, seed: u64) -> Matrix {
    let mut rng = Rng::keyed(seed, 0, 0);
    Matrix::from_vec((0..rows * width).map(|_| rng.normal()).collect(), rows, width)
}

/// Images of noise.
pub(super) fn noise(rows: usize) -> Result<Dataset, BenchError> {
    let mut rng = Rng::keyed(1, 0, 0);
    let levels = (0..rows * SHAPE.features()).map(|_| rng.below(256) as u8).collect();
    let labels = (0..rows).map(|r| (r % CLASSES) as u8).collect();
    Ok(Dataset::new("noise", levels, labels, CLASSES, SHAPE)?)
}

/// A network that learns in the plainest way: no negatives that are looked for, no penalty, nothing that reads along.
#[derive(Clone, Debug)]
pub(super) struct Net {
    pub(super) layers: Vec<usize>,
    pub(super) batch: usize,
    /// As recipes have it.
    pub(super) readout: &'static str,
    pub(super) precision: &'static str,
}

impl Net {
    /// `depth` layers of `width` units.
    pub(super) fn new(depth: usize, width: usize, batch: usize) -> Self {
        Self { layers: vec![width; depth], batch, readout: "\"label_sweep\"", precision: "f32" }
    }

    /// What it is called in tables.
    pub(super) fn name(&self) -> String {
        let (width, depth) = (self.layers[0], self.layers.len());
        let times = if depth > 1 { format!("×{depth}") } else { String::new() };
        format!("{}-{width}{times}", SHAPE.features())
    }

    /// Width of the inputs of each layer.
    fn inputs(&self) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(SHAPE.features()).chain(self.layers.iter().copied())
    }

    /// Multiply-adds of one row in each layer, counted as two operations each.
    fn operations(&self) -> impl Iterator<Item = f64> + '_ {
        self.inputs().zip(&self.layers).map(|(inputs, units)| 2.0 * (inputs * units) as f64)
    }

    /// Operations that a training step needs: every layer its product and its gradient, the first one for the images
    /// alone, which positives and negatives share, the others for both; no gradient of any input.
    pub(super) fn needed_to_learn(&self) -> f64 {
        self.passes(2) * 2.0 * self.batch as f64
    }

    /// Operations that `passes` passes of one image need; the first layer's product is shared.
    pub(super) fn passes(&self, passes: usize) -> f64 {
        self.operations().enumerate().map(|(l, one)| if l == 0 { one } else { passes as f64 * one }).sum()
    }

    /// A trainer of it, with enough noise for some batches.
    pub(super) fn trainer(&self, threads: usize) -> Result<Trainer, BenchError> {
        self.trainer_by("simultaneous", 8, threads)
    }

    /// The same by a plan, with noise for `batches` in an epoch.
    pub(super) fn trainer_by(&self, plan: &str, batches: usize, threads: usize) -> Result<Trainer, BenchError> {
        let Self { layers, batch, readout, precision } = self;
        let text = format!(
            "name = \"bench\"\n[network]\nlayers = {layers:?}\nreadout = {readout}\nprecision = {precision:?}\n[train]\nloss = \"logistic\"\n\
             schedule = \"constant\"\nplan = {plan:?}\nepochs = 1000000\nbatch = {batch}\nvalidate_every = 0\n"
        );
        Ok(Trainer::new(&Recipe::parse("bench", &text)?, noise(batches * batch)?, noise(10)?, threads)?)
    }
}

/// A trainer's steps as a contender.
pub(super) fn steps(trainer: &mut Trainer) -> Contender<'_> {
    Box::new(move |times| {
        let mut lap = Lap { left: times, start: None, took: 0.0 };
        trainer.run(|event| if let Event::Step { .. } = event { lap.step() } else { Flow::Continue })?;
        Ok(lap.took)
    })
}

/// The time that some steps take.
struct Lap {
    /// Steps that are still to be timed.
    left: u64,
    /// The end of a step, so that an epoch's beginning is not counted without one.
    start: Option<Instant>,
    took: f64,
}

impl Lap {
    /// A step has ended. Those that end after the last one, as batches do that are under way in a pipeline, do not count.
    fn step(&mut self) -> Flow {
        let Some(start) = self.start else {
            self.start = Some(Instant::now());
            return Flow::Continue;
        };
        if self.left > 0 {
            (self.left, self.took) = (self.left - 1, start.elapsed().as_secs_f64());
        }
        if self.left == 0 { Flow::Stop } else { Flow::Continue }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_that_is_needed_is_counted() {
        // By hand: first layer 2·3·784·5, counted once in each direction; second 2·3·5·5, both passes, both directions.
        let net = Net::new(2, 5, 3);
        assert_eq!(net.needed_to_learn(), 2.0 * (2.0 * 3.0 * 784.0 * 5.0) + 4.0 * (2.0 * 3.0 * 25.0));
        assert_eq!(net.passes(10), 2.0 * 784.0 * 5.0 + 10.0 * 2.0 * 25.0);
        assert_eq!((net.name(), Net::new(1, 7, 1).name()), ("784-5×2".to_string(), "784-7".to_string()));
    }

    #[test]
    fn contenders_take_turns() {
        let order = std::cell::RefCell::new(String::new());
        let contender = |name: char| -> Contender<'_> {
            let order = &order;
            Box::new(move |times| {
                order.borrow_mut().push(name);
                Ok(0.01 * times as f64)
            })
        };
        let settings = Settings { threads: 1, quick: true, program: Default::default() };
        let all = in_turn(&settings, &mut [contender('a'), contender('b')]).unwrap();
        // Twice each to warm up and to see how long it takes, then forth and back.
        assert_eq!(order.into_inner(), "aabbabba");
        assert!(all.iter().all(|rounds| rounds.len() == 2 && rounds.iter().all(|s| (s - 0.01).abs() < 1e-12)));
    }

    #[test]
    fn what_is_under_way_after_the_last_step_does_not_count() {
        let mut lap = Lap { left: 2, start: None, took: 0.0 };
        assert_eq!([lap.step(), lap.step(), lap.step()], [Flow::Continue, Flow::Continue, Flow::Stop]);
        let took = lap.took;
        std::thread::sleep(std::time::Duration::from_millis(1));
        assert_eq!((lap.step(), lap.took), (Flow::Stop, took));
        assert!(took > 0.0);
    }

    #[test]
    fn steps_are_counted_from_the_end_of_one() {
        let mut trainer = Net::new(1, 8, 4).trainer(1).unwrap();
        let mut count = 0;
        steps(&mut trainer)(20).unwrap();
        trainer
            .run(|event| {
                if let Event::Step { epoch, step, .. } = event {
                    count = (epoch.0 - 1) * step.1 + step.0;
                }
                Flow::Stop
            })
            .unwrap();
        assert_eq!(count, 22);
    }
}
