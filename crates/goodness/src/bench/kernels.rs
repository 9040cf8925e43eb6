//! Each product of a layer, at the sizes that layers have, as a share of the peak.

use goodness_engine::{Matrix, Pool, product};

use super::work::{Contender, in_turn, operations_of_peak, peak_of, random, rates, seconds};
use super::{BenchError, Measurement, Row, Settings};

pub(super) const MEASUREMENT: Measurement = Measurement { name: "kernels", summary: "products of a layer", run };

/// Rows, units and inputs: the layers of 784-1000×3 with batches of 100 and of 784-2000×4 with batches of 512, where
/// positives and negatives share the first; and batches of few rows.
const SHAPES: &[(usize, usize, usize)] =
    &[(100, 1000, 784), (200, 1000, 1000), (512, 2000, 784), (1024, 2000, 2000), (16, 2000, 2000), (1, 2000, 2000)];

struct Operands {
    shape: (usize, usize, usize),
    x: Matrix,
    w: Matrix,
    dz: Matrix,
    z: Matrix,
    dw: Matrix,
}

impl Operands {
    fn new(shape: (usize, usize, usize)) -> Self {
        let (rows, units, inputs) = shape;
        let (x, w, dz) = (random(rows, inputs, 1), random(units, inputs, 2), random(rows, units, 3));
        Self { shape, x, w, dz, z: Matrix::zeros(rows, units), dw: Matrix::zeros(units, inputs) }
    }

    /// The two products, in turn with nothing but themselves.
    fn contenders<'a>(&'a mut self, pool: &'a Pool) -> [Contender<'a>; 2] {
        let Self { x, w, dz, z, dw, .. } = self;
        let (x, w, dz) = (&*x, &*w, &*dz);
        [
            Box::new(move |n| Ok(seconds(pool, n, || product::forward(x.rows(), w.rows(), z.rows_mut())))),
            Box::new(move |n| Ok(seconds(pool, n, || product::gradient(dz.rows(), x.rows(), dw.rows_mut())))),
        ]
    }
}

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let pool = Pool::new(settings.threads)?;
    let mut rows = Vec::new();
    for mut operands in SHAPES.iter().copied().map(Operands::new) {
        let (m, n, k) = operands.shape;
        let [forward, gradient] = operands.contenders(&pool);
        let times = in_turn(settings, &mut [peak_of(&pool), forward, gradient])?;
        let peaks = rates(operations_of_peak(&pool), &times[0]);
        for (name, times) in [(format!("x·wᵀ, {m}×{n}×{k}"), &times[1]), (format!("dzᵀ·x, {n}×{k}×{m}"), &times[2])]
        {
            rows.push(Row::of_peak(name, &rates(2.0 * (m * n * k) as f64, times), &peaks));
        }
    }
    Ok(rows)
}
