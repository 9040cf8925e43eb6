//! The two products of a convolution, at the sizes that its layers have, as shares of the peak: of 32
//! bits, or of bf16 where they are of those.

use std::time::Instant;

use goodness_core::Grid;
use goodness_engine::conv::{self, Convolution, Window};
use goodness_engine::gradient::Packs;
use goodness_engine::{Matrix, Pool, Precision, Rounded};

use super::work::{Contender, random, seconds, shares};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "convolution", summary: "products of 128 pictures, 3×3, counted as if tiles saved none", run };

/// Begins the question that a process answers to: one product's name follows, such as `64-f32-forward`.
pub(super) const QUESTION: &str = "convolution:";

/// Channels below and of its own, and the side of the picture.
const SHAPES: [(usize, usize); 3] = [(64, 32), (128, 16), (256, 8)];
const PICTURES: usize = 128;

/// What is measured of each shape, by the names that questions have for it.
const PRODUCTS: [(&str, Precision, bool); 4] = [
    ("f32-forward", Precision::F32, true),
    ("bf16-forward", Precision::Bf16, true),
    ("f32-gradient", Precision::F32, false),
    ("bf16-gradient", Precision::Bf16, false),
];

struct Operands {
    of: Convolution,
    x: Matrix,
    w: Matrix,
    dz: Matrix,
}

impl Operands {
    /// `None` for no channels.
    fn new((channels, side): (usize, usize)) -> Option<Self> {
        let window = Window { side: 3, stride: 1, padding: 1, groups: 1 };
        let of = Convolution::fit(Grid { height: side, width: side, channels, blocks: 1 }, window, (channels, 1))?;
        let (numbers, inputs) = (of.own().numbers(), of.inputs());
        Some(Self {
            of,
            x: random(PICTURES, numbers, 1),
            w: random(channels, inputs, 2),
            dz: random(PICTURES, numbers, 3),
        })
    }

    fn operations(&self) -> f64 {
        2.0 * (PICTURES * self.of.own().numbers() * self.of.inputs()) as f64
    }

    /// One of the products.
    fn product<'a>(&'a self, pool: &'a Pool, precision: Precision, forward: bool) -> Contender<'a> {
        let (of, mut rounded, mut packs) = (&self.of, Rounded::default(), Packs::default());
        let mut out = if forward { self.x.clone() } else { self.w.clone() };
        Box::new(move |times| {
            Ok(seconds(pool, times, || match forward {
                true => conv::forward(of, precision, self.x.rows(), self.w.rows(), &mut rounded, out.rows_mut()),
                false => conv::gradient(of, precision, (self.dz.rows(), self.x.rows()), &mut packs, out.rows_mut()),
            }))
        })
    }
}

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let pool = Pool::new(settings.threads)?;
    let mut rows = Vec::new();
    for (shape, operands) in SHAPES.into_iter().filter_map(|shape| Some((shape, Operands::new(shape)?))) {
        let products = PRODUCTS
            .map(|(_, precision, forward)| (precision == Precision::Bf16, operands.product(&pool, precision, forward)));
        let shares = shares(settings, &pool, operands.operations(), products.into())?;
        for ((name, ..), [rates, peaks]) in PRODUCTS.into_iter().zip(shares) {
            let what = format!("{0}→{0}, {1}×{1}: {2}", shape.0, shape.1, name.replace('-', " "));
            rows.push(Row::of_peak(what, &rates, &peaks));
        }
    }
    Ok(rows)
}

/// Seconds of one product, round after round for about a third of a second.
pub(super) fn answer(name: &str, threads: usize) -> Result<Vec<f64>, BenchError> {
    let unknown = || BenchError::Question { came: format!("{QUESTION}{name}") };
    let (channels, product) = name.split_once('-').ok_or_else(unknown)?;
    let shape = SHAPES.into_iter().find(|(own, _)| own.to_string() == channels).ok_or_else(unknown)?;
    let (_, precision, forward) = PRODUCTS.into_iter().find(|(name, ..)| *name == product).ok_or_else(unknown)?;
    let operands = Operands::new(shape).ok_or_else(unknown)?;
    let pool = Pool::new(threads)?;
    let mut once = operands.product(&pool, precision, forward);
    once(2)?;
    let (start, mut rounds) = (Instant::now(), Vec::new());
    while rounds.len() < 5 || start.elapsed().as_secs_f64() < 0.3 {
        rounds.push(once(1)?);
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted() {
        // By hand: 128 pictures, 8·8 places, 256 channels that see 9·256 numbers, a multiply-add being two operations.
        let operands = Operands::new((256, 8)).unwrap();
        assert_eq!(operands.operations(), 2.0 * 128.0 * 64.0 * 256.0 * (9.0 * 256.0));
    }
}
