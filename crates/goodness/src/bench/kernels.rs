//! Each product of a layer, at the sizes that layers have, as a share of the peak: of 32 bits, or of bf16 where it is of those.

use goodness_engine::gradient::{Packs, gradient_pieces};
use goodness_engine::{Matrix, Pool, Precision, Rounded, product};

use super::work::{Contender, random, seconds, shares};
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
    z: [Matrix; 3],
    dw: [Matrix; 2],
}

impl Operands {
    fn new(shape: (usize, usize, usize)) -> Self {
        let (rows, units, inputs) = shape;
        let (x, w, dz) = (random(rows, inputs, 1), random(units, inputs, 2), random(rows, units, 3));
        let (z, dw) = (|| Matrix::zeros(rows, units), || Matrix::zeros(units, inputs));
        Self { shape, x, w, dz, z: [z(), z(), z()], dw: [dw(), dw()] }
    }

    /// The products forward, in each precision.
    fn forward<'a>(&'a mut self, pool: &'a Pool) -> Vec<Contender<'a>> {
        let Self { x, w, z: outs, .. } = self;
        let (x, w) = (&*x, &*w);
        let product = |(precision, out): (Precision, &'a mut Matrix)| -> Contender<'a> {
            let mut rounded = Rounded::default();
            Box::new(move |n| {
                let (rounded, out) = (&mut rounded, &mut *out);
                Ok(seconds(pool, n, || {
                    product::forward_rounded(precision, x.rows(), w.rows(), rounded, out.rows_mut());
                }))
            })
        };
        FORWARD.into_iter().zip(outs).map(product).collect()
    }

    /// The weights' gradients, in each precision that they have, each piece written where it belongs.
    fn gradients<'a>(&'a mut self, pool: &'a Pool) -> Vec<Contender<'a>> {
        let Self { x, dz, dw: outs, .. } = self;
        let (x, dz) = (&*x, &*dz);
        let product = |(precision, out): (Precision, &'a mut Matrix)| -> Contender<'a> {
            let mut packs = Packs::default();
            Box::new(move |n| {
                let (packs, out) = (&mut packs, &mut *out);
                Ok(seconds(pool, n, || {
                    gradient_pieces(precision, (dz.rows(), x.rows()), packs, [out.data_mut()], |piece| {
                        let [out] = piece.following;
                        out.copy_from_slice(piece.numbers);
                    });
                }))
            })
        };
        GRADIENT.into_iter().zip(outs).map(product).collect()
    }
}

/// Precisions of the products forward, and of gradients.
const FORWARD: [Precision; 3] = [Precision::F32, Precision::Bf16, Precision::Int8];
const GRADIENT: [Precision; 2] = [Precision::F32, Precision::Bf16];

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let pool = Pool::new(settings.threads)?;
    let mut rows = Vec::new();
    for mut operands in SHAPES.iter().copied().map(Operands::new) {
        let (m, n, k) = operands.shape;
        let forward = format!("x·wᵀ, {m}×{n}×{k}");
        compare(settings, &pool, (&forward, &FORWARD, (m, n, k)), operands.forward(&pool), &mut rows)?;
        let gradient = format!("dzᵀ·x, {n}×{k}×{m}");
        compare(settings, &pool, (&gradient, &GRADIENT, (m, n, k)), operands.gradients(&pool), &mut rows)?;
    }
    Ok(rows)
}

/// Times the products of one shape in turn with the peaks.
fn compare(
    settings: &Settings,
    pool: &Pool,
    (name, precisions, (m, n, k)): (&str, &[Precision], (usize, usize, usize)),
    products: Vec<Contender<'_>>,
    rows: &mut Vec<Row>,
) -> Result<(), BenchError> {
    let halves = precisions.iter().map(|precision| *precision == Precision::Bf16);
    let shares = shares(settings, pool, 2.0 * (m * n * k) as f64, halves.zip(products).collect())?;
    for (precision, [rates, peaks]) in precisions.iter().zip(shares) {
        let name = match precision {
            Precision::F32 => name.to_string(),
            Precision::Bf16 => format!("{name} bf16"),
            Precision::Int8 => format!("{name} int8"),
        };
        rows.push(Row::of_peak(name, &rates, &peaks));
    }
    Ok(())
}
