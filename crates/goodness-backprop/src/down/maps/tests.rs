//! The way down through convolutions against its definition in loops, in float64.

use goodness_core::Rng;
use goodness_engine::Bf16;
use goodness_engine::conv::pooling::{Kind, Pooling};

use super::*;

fn random(rows: usize, width: usize, seed: u64) -> Matrix {
    let mut rng = Rng::keyed(seed, 0, 0);
    Matrix::from_vec((0..rows * width).map(|_| rng.normal()).collect(), rows, width)
}

fn map(height: usize, width: usize, channels: usize, blocks: usize) -> Grid {
    Grid { height, width, channels, blocks }
}

/// Where channel `channel` of place (`y`, `x`) lies.
fn at(map: Grid, y: usize, x: usize, channel: usize) -> usize {
    (channel / map.block() * map.places() + y * map.width + x) * map.block() + channel % map.block()
}

/// Adds, for every weight that a unit sees a place through, w · dz to what stands at the place.
fn slopes(of: &Convolution, weights: &Matrix, dz: &[f32], dx: &mut [f64]) {
    let (seen, own, Window { side, stride, padding, groups }) = (of.pooling().own(), of.own(), of.window());
    let (part, run) = (seen.channels / groups, (seen.channels / groups).min(seen.block()));
    for (y, x, unit) in places(own).flat_map(|(y, x)| (0..own.channels).map(move |unit| (y, x, unit))) {
        let (group, d) = (unit / (own.channels / groups), f64::from(dz[at(own, y, x, unit)]));
        for (dy, dx_, channel) in (0..side * side * part).map(|i| (i / part / side, i / part % side, i % part)) {
            let from = ((y * stride + dy).checked_sub(padding), (x * stride + dx_).checked_sub(padding));
            let (Some(from_y), Some(from_x)) = from else { continue };
            if from_y < seen.height && from_x < seen.width {
                let column = (channel / run * side * side + dy * side + dx_) * run + channel % run;
                dx[at(seen, from_y, from_x, group * part + channel)] += d * f64::from(weights.rows().row(unit)[column]);
            }
        }
    }
}

fn places(map: Grid) -> impl Iterator<Item = (usize, usize)> {
    (0..map.height).flat_map(move |y| (0..map.width).map(move |x| (y, x)))
}

/// What that comes to before the picture was made smaller.
fn unpooled(of: &Pooling, d: &[f64], x: &[f32]) -> Vec<f64> {
    let mut out = vec![0.0; of.below.numbers()];
    for ((y, x0), channel) in places(of.own()).flat_map(|p| (0..of.below.channels).map(move |c| (p, c))) {
        let square = (0..of.side * of.side)
            .map(|i| at(of.below, y * of.side + i / of.side, x0 * of.side + i % of.side, channel))
            .collect::<Vec<_>>();
        let d = d[at(of.own(), y, x0, channel)];
        match of.kind {
            Kind::Average => square.iter().for_each(|i| out[*i] += d / square.len() as f64),
            Kind::Largest => {
                let largest = square.iter().map(|i| x[*i]).fold(f32::NEG_INFINITY, f32::max);
                out[*square.iter().find(|i| x[**i] == largest).unwrap()] += d;
            }
        }
    }
    out
}

/// Sides, strides, paddings, groups, blocks, channels and squares that do not go up in anything.
fn odd() -> Vec<Convolution> {
    let one = |below| Pooling { side: 1, below, ..Pooling::default() };
    let smaller = |side, kind, below| Pooling { side, kind, below };
    let cases = [
        (one(map(5, 7, 3, 1)), (1, 1, 0, 1), (5, 1)),
        (one(map(5, 7, 3, 1)), (3, 1, 1, 1), (4, 2)),
        (one(map(6, 5, 4, 2)), (3, 2, 1, 1), (6, 3)),
        (one(map(9, 8, 6, 3)), (5, 1, 2, 3), (9, 3)),
        (one(map(4, 4, 6, 1)), (3, 1, 0, 2), (4, 1)),
        (one(map(11, 13, 2, 1)), (5, 3, 0, 1), (31, 1)),
        (one(map(2, 2, 1, 1)), (7, 1, 3, 1), (1, 1)),
        (one(map(8, 7, 5, 1)), (2, 3, 1, 1), (3, 1)),
        (smaller(2, Kind::Average, map(9, 8, 6, 2)), (3, 1, 1, 2), (4, 2)),
        (smaller(2, Kind::Largest, map(9, 8, 6, 3)), (3, 2, 1, 1), (6, 2)),
        // Enough channels for kernels that read places where they lie.
        (one(map(7, 6, 47, 1)), (3, 1, 1, 1), (64, 1)),
        (one(map(6, 5, 64, 4)), (3, 2, 1, 2), (56, 2)),
        (smaller(3, Kind::Largest, map(11, 9, 48, 1)), (3, 1, 1, 1), (32, 1)),
    ];
    let fit = |(pooling, (side, stride, padding, groups), own)| {
        Convolution::fit_pooled(pooling, Window { side, stride, padding, groups }, own).unwrap()
    };
    cases.into_iter().map(fit).collect()
}

/// Whether products may be of rounded points of tiles, which are off by a hundredth of a result's deviation.
fn by_tiles(of: &Convolution) -> bool {
    let Window { side, stride, groups, .. } = of.window();
    (side, stride, groups) == (3, 1, 1) && of.below().channels.min(of.own().channels) >= 16
}

#[test]
fn the_way_down_is_its_definition_on_odd_shapes() {
    for (of, halves) in odd().iter().flat_map(|of| [(of, false), (of, true)]) {
        let (pooling, seen) = (of.pooling(), of.pooling().own());
        let mut weights = random(of.own().channels, of.inputs(), 1);
        let (mut dz, x) = (random(3, of.own().numbers(), 2), random(3, pooling.below.numbers(), 3));
        let mut dx = random(3, pooling.below.numbers(), 4);
        if halves {
            let round = |x: &mut f32| *x = Bf16::from_f32(*x).to_f32();
            weights.data_mut().iter_mut().chain(dz.data_mut()).for_each(round);
        }
        let precision = if halves { Precision::Bf16 } else { Precision::F32 };
        Turned::default().down((of, precision), weights.rows(), dz.rows(), x.rows(), dx.rows_mut());
        for r in 0..3 {
            let mut wanted = vec![0.0; seen.numbers()];
            slopes(of, &weights, dz.rows().row(r), &mut wanted);
            let deviation = (wanted.iter().map(|w| w * w).sum::<f64>() / wanted.len() as f64).sqrt();
            let wanted = if pooling.side == 1 { wanted } else { unpooled(&pooling, &wanted, x.rows().row(r)) };
            for (got, want) in dx.rows().row(r).iter().zip(&wanted) {
                let near = if halves && by_tiles(of) { 0.15 * deviation } else { 1e-4 * (1.0 + want.abs()) };
                assert!((f64::from(*got) - want).abs() <= near, "{of:?}: {got} is not {want}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "squares of 1 with padding 1: expected less padding than side")]
fn more_padding_than_a_square_is_named() {
    let window = Window { side: 1, stride: 1, padding: 1, groups: 1 };
    let of = Convolution::fit(map(2, 2, 1, 1), window, (1, 1)).unwrap();
    let (weights, x) = (random(1, 1, 1), random(1, 4, 2));
    let (dz, mut dx) = (random(1, of.own().numbers(), 3), Matrix::zeros(1, 4));
    Turned::default().down((&of, Precision::F32), weights.rows(), dz.rows(), x.rows(), dx.rows_mut());
}
