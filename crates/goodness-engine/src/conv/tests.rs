//! Convolutions against their plain definition.

use goodness_core::{Rng, Rows};

use super::*;
use crate::gradient::Packs;
use crate::simd::lanes::Registers;
use crate::{Matrix, Pool, Precision, Rounded};

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

/// Calls `visit(number of z, row of w, its column, number of x)` for every product of one picture.
fn each_product(of: &Convolution, mut visit: impl FnMut(usize, usize, usize, usize)) {
    let (below, own, Window { side, stride, padding, groups }) = (of.below(), of.own(), of.window());
    let (part, run) = (below.channels / groups, (below.channels / groups).min(below.block()));
    for (y, x) in (0..own.height).flat_map(|y| (0..own.width).map(move |x| (y, x))) {
        for unit in 0..own.channels {
            let group = unit / (own.channels / groups);
            for column in 0..of.inputs() {
                let (channel, within) =
                    (column / (side * side * run) * run + column % run, column / run % (side * side));
                let (from_y, from_x) = (y * stride + within / side, x * stride + within % side);
                let inside = |at: usize, length: usize| (padding..length + padding).contains(&at);
                if inside(from_y, below.height) && inside(from_x, below.width) {
                    let x_at = at(below, from_y - padding, from_x - padding, group * part + channel);
                    visit(at(own, y, x, unit), unit, column, x_at);
                }
            }
        }
    }
}

fn rounded(of: &Matrix, halves: bool) -> Vec<f64> {
    let round = |x: &f32| if halves { crate::Bf16::from_f32(*x).to_f32() } else { *x };
    of.data().iter().map(|x| f64::from(round(x))).collect()
}

fn near(got: &Matrix, want: &[f64], depth: usize) {
    within(2e-6, got, want, depth);
}

/// Within `unit` of every number and of every number that it is a sum of, as errors of both signs add up.
fn within(unit: f64, got: &Matrix, want: &[f64], depth: usize) {
    let bound = unit * (1.0 + (depth as f64).sqrt());
    for (g, w) in got.data().iter().zip(want) {
        assert!((f64::from(*g) - w).abs() <= bound * (1.0 + w.abs()), "{g} is not {w}");
    }
}

/// As near as tiles come: points that are rounded to 8 bits leave a hundredth of a result's deviation, and a seventh at worst.
fn near_of_tiles(registers: Registers, got: &Matrix, want: &[f64], depth: usize) {
    if registers.held() == 1 {
        return within(6e-6, got, want, depth);
    }
    within(0.15, got, want, depth);
    let wrong = |(g, w): (&f32, &f64)| (f64::from(*g) - w).powi(2);
    let (wrong, all) = (got.data().iter().zip(want).map(wrong).sum::<f64>(), want.iter().map(|w| w * w).sum::<f64>());
    assert!(wrong <= 0.02f64.powi(2) * all, "{registers:?}: {} of the whole is wrong", (wrong / all).sqrt());
}

/// Sides, strides, padding, groups, blocks and channels that do not go up in anything.
fn odd() -> Vec<Convolution> {
    let cases = [
        (map(5, 7, 3, 1), (1, 1, 0, 1), (5, 1)),
        (map(5, 7, 3, 1), (3, 1, 1, 1), (4, 2)),
        (map(6, 5, 4, 2), (3, 2, 1, 1), (6, 3)),
        (map(9, 8, 6, 3), (5, 1, 2, 3), (9, 3)),
        (map(4, 4, 6, 1), (3, 1, 1, 2), (4, 1)),
        (map(4, 3, 6, 6), (3, 1, 1, 2), (4, 4)),
        (map(11, 13, 2, 1), (5, 3, 0, 1), (31, 1)),
        (map(2, 2, 1, 1), (7, 1, 3, 1), (1, 1)),
        (map(40, 41, 17, 1), (3, 1, 1, 1), (35, 5)),
        // Enough units to be multiplied where places lie, and enough channels for planes of them.
        (map(7, 6, 64, 1), (3, 1, 1, 1), (47, 1)),
        (map(6, 5, 56, 2), (3, 2, 1, 2), (64, 4)),
        (map(9, 8, 29, 1), (5, 1, 2, 1), (17, 1)),
        (map(5, 4, 90, 3), (1, 1, 0, 1), (48, 3)),
        (map(3, 17, 31, 1), (2, 3, 1, 1), (16, 1)),
        // Squares of two places and of four, more and less than whole panels.
        (map(15, 16, 19, 1), (3, 1, 1, 1), (33, 1)),
        (map(7, 5, 64, 1), (2, 1, 1, 1), (40, 1)),
        (map(6, 9, 16, 1), (4, 1, 3, 1), (7, 1)),
        (map(3, 2, 35, 1), (1, 1, 0, 1), (70, 1)),
        // Enough channels for tiles: a single one, more than there are places for, without padding and with too much of it.
        (map(4, 4, 16, 1), (3, 1, 1, 1), (16, 1)),
        (map(5, 9, 33, 1), (3, 1, 1, 1), (21, 7)),
        (map(9, 11, 40, 2), (3, 1, 0, 1), (30, 3)),
        (map(6, 3, 18, 3), (3, 1, 2, 1), (34, 1)),
        // More padding than a square is wide.
        (map(3, 4, 16, 1), (3, 1, 4, 1), (17, 1)),
    ];
    let fit = |(below, (side, stride, padding, groups), own)| {
        Convolution::fit(below, Window { side, stride, padding, groups }, own).unwrap()
    };
    cases.into_iter().map(fit).collect()
}

/// A convolution's operands, rounded where it has halves, and both its products by their definition.
struct Products {
    x: Matrix,
    w: Matrix,
    dz: Matrix,
    z: Vec<f64>,
    dw: Vec<f64>,
}

impl Products {
    fn new(of: &Convolution, pictures: usize, halves: bool) -> Self {
        let (below, own) = (of.below().numbers(), of.own().numbers());
        let (x, w, dz) =
            (random(pictures, below, 1), random(of.own().channels, of.inputs(), 2), random(pictures, own, 3));
        let (xs, ws, dzs) = (rounded(&x, halves), rounded(&w, halves), rounded(&dz, halves));
        let (mut z, mut dw) = (vec![0.0; pictures * own], vec![0.0; ws.len()]);
        for picture in 0..pictures {
            each_product(of, |to, unit, column, from| {
                let (to, at, from) = (picture * own + to, unit * of.inputs() + column, picture * below + from);
                z[to] += ws[at] * xs[from];
                dw[at] += dzs[to] * xs[from];
            });
        }
        Self { x, w, dz, z, dw }
    }
}

#[test]
fn both_products_agree_with_their_definition_on_odd_shapes() {
    let many = |of: &Convolution| if of.own().places() < 200 { 18 } else { 3 };
    for (of, pictures) in odd().into_iter().flat_map(|of| [(of, 1), (of, many(&of))]) {
        let by_tiles = winograd::pays(&of);
        let [plain, rounded] = [false, true].map(|halves| Products::new(&of, pictures, halves));
        let Products { x, w, dz, .. } = &plain;
        for precision in [Precision::F32, Precision::Bf16] {
            // By matrix registers operands are rounded; by tiles their points are; else as the processor has it.
            let check = |flat: bool, got: &Matrix, of: fn(&Products) -> &Vec<f64>, depth| {
                let flat = flat && precision != Precision::F32;
                match by_tiles && !flat {
                    true => near_of_tiles(Registers::widest(pairs_pay(precision)), got, of(&plain), depth),
                    false => near(got, of(if flat || pairs_pay(precision) { &rounded } else { &plain }), depth),
                }
            };
            let (mut out, mut packs) =
                (Matrix::from_vec(vec![7.0; plain.z.len()], pictures, of.own().numbers()), Packs::default());
            forward(&of, precision, x.rows(), w.rows(), &mut Rounded::default(), out.rows_mut());
            check(flat::forward_pays(&of), &out, |products| &products.z, of.inputs());
            let mut out = Matrix::from_vec(vec![7.0; plain.dw.len()], w.len(), w.width());
            gradient(&of, precision, (dz.rows(), x.rows()), &mut packs, out.rows_mut());
            check(flat::gradient_pays(&of), &out, |products| &products.dw, pictures * of.own().places());
            let halves = precision == Precision::Bf16;
            packs.whole(w.len(), w.width()).data_mut().fill(0.0);
            gradient::one_by_one(&of, halves, (dz.rows(), x.rows()), &mut packs);
            let want = if halves { &rounded.dw } else { &plain.dw };
            within(2e-6, packs.sums(), want, pictures * of.own().places());
        }
    }
}

#[test]
fn tiles_agree_with_the_definition_for_registers_of_every_width() {
    let cases = odd().into_iter().filter(winograd::pays).flat_map(|of| {
        let many = if of.own().places() < 200 { 21 } else { 2 };
        [(of, 0), (of, 1), (of, many)]
    });
    for (of, pictures) in cases {
        let Products { x, w, dz, z, dw } = Products::new(&of, pictures, false);
        for registers in Registers::every() {
            let mut out = Matrix::from_vec(vec![7.0; z.len()], pictures, of.own().numbers());
            winograd::forward(&of, registers, (x.rows(), w.rows()), &mut Rounded::default(), out.rows_mut());
            near_of_tiles(registers, &out, &z, of.inputs());
            let mut packs = Packs::default();
            winograd::gradient(&of, registers, (dz.rows(), x.rows()), &mut packs);
            near_of_tiles(registers, packs.sums(), &dw, pictures * of.own().places());
        }
    }
}

#[test]
fn pictures_may_be_made_smaller_first() {
    let window = Window { side: 3, stride: 1, padding: 1, groups: 1 };
    for (channels, own) in [(4, 6), (32, 18)] {
        let pooling = Pooling { kind: pooling::Kind::Largest, side: 2, below: map(11, 9, channels, 2) };
        let of = Convolution::fit_pooled(pooling, window, (own, 2)).unwrap();
        let plain = Convolution::fit(pooling.own(), window, (own, 2)).unwrap();
        assert_eq!(winograd::pays(&of), channels == 32);
        let (x, w, dz) =
            (random(3, pooling.below.numbers(), 1), random(own, of.inputs(), 2), random(3, of.own().numbers(), 3));
        let mut pooled = Matrix::zeros(3, pooling.own().numbers());
        pooling.forward(x.rows(), pooled.rows_mut());
        let both = |of: &Convolution, x: Rows<'_>, precision| {
            let (mut z, mut dw) = (Matrix::zeros(3, of.own().numbers()), Matrix::zeros(own, of.inputs()));
            forward(of, precision, x, w.rows(), &mut Rounded::default(), z.rows_mut());
            gradient(of, precision, (dz.rows(), x), &mut Packs::default(), dw.rows_mut());
            (z, dw)
        };
        for precision in [Precision::F32, Precision::Bf16] {
            assert_eq!(both(&of, x.rows(), precision), both(&plain, pooled.rows(), precision));
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let window = Window { side: 3, stride: 1, padding: 1, groups: 1 };
    // The last one's pictures are more than a thread lays out at a time, and than are summed up at a time.
    for (below, channels, pictures) in
        [(map(28, 28, 3, 1), 20, 7), (map(9, 10, 18, 1), 40, 7), (map(40, 41, 17, 1), 20, 13)]
    {
        let of = Convolution::fit(below, window, (channels, 10)).unwrap();
        let (x, w, dz) = (
            random(pictures, below.numbers(), 1),
            random(channels, of.inputs(), 2),
            random(pictures, of.own().numbers(), 3),
        );
        for precision in [Precision::F32, Precision::Bf16] {
            let [a, b, c] = [1, 2, 3].map(|threads| {
                let (mut z, mut dw, mut sums) = (
                    Matrix::zeros(pictures, of.own().numbers()),
                    Matrix::zeros(channels, of.inputs()),
                    vec![0.0; channels],
                );
                Pool::new(threads).unwrap().run(|| {
                    forward(&of, precision, x.rows(), w.rows(), &mut Rounded::default(), z.rows_mut());
                    gradient(&of, precision, (dz.rows(), x.rows()), &mut Packs::default(), dw.rows_mut());
                    sum_places(&of, dz.rows(), &mut sums);
                });
                (z, dw, sums)
            });
            assert!(a == b && b == c, "{precision:?} of {below:?}");
        }
    }
}

#[test]
fn pictures_that_come_in_parts_are_summed_up_as_a_whole() {
    let window = Window { side: 3, stride: 1, padding: 1, groups: 1 };
    for (below, channels, pictures) in [(map(15, 16, 19, 1), 33, 31), (map(40, 41, 17, 1), 20, 13)] {
        let of = Convolution::fit(below, window, (channels, 1)).unwrap();
        let products = Products::new(&of, pictures, true);
        let (mut z, mut dw) = (Matrix::zeros(pictures, of.own().numbers()), Matrix::zeros(channels, of.inputs()));
        forward(&of, Precision::Bf16, products.x.rows(), products.w.rows(), &mut Rounded::default(), z.rows_mut());
        gradient(&of, Precision::Bf16, (products.dz.rows(), products.x.rows()), &mut Packs::default(), dw.rows_mut());
        // As near as halves come, whichever way this processor takes.
        within(0.15, &z, &products.z, of.inputs());
        within(0.15, &dw, &products.dw, pictures * of.own().places());
    }
}

#[test]
fn what_packs_held_before_does_not_count() {
    let window = Window { side: 3, stride: 1, padding: 1, groups: 1 };
    let made = |of: &Convolution, pictures: usize, rounded: &mut Rounded, packs: &mut Packs, spoiled: bool| {
        let number =
            |m: Matrix| if spoiled { Matrix::from_vec(vec![f32::NAN; m.data().len()], m.len(), m.width()) } else { m };
        let (x, dz) = (random(pictures, of.below().numbers(), 1), random(pictures, of.own().numbers(), 3));
        let w = random(of.own().channels, of.inputs(), 2);
        let (mut z, mut dw) = (Matrix::zeros(dz.len(), dz.width()), Matrix::zeros(w.len(), w.width()));
        let (x, w, dz) = (number(x), number(w), number(dz));
        forward(of, Precision::Bf16, x.rows(), w.rows(), rounded, z.rows_mut());
        gradient(of, Precision::Bf16, (dz.rows(), x.rows()), packs, dw.rows_mut());
        (z, dw)
    };
    let [large, odd] = [(map(17, 19, 64, 1), 64), (map(5, 7, 19, 1), 21)]
        .map(|(below, channels)| Convolution::fit(below, window, (channels, 1)).unwrap());
    let (mut rounded, mut packs) = (Rounded::default(), Packs::default());
    made(&large, 5, &mut rounded, &mut packs, true);
    let after = made(&odd, 3, &mut rounded, &mut packs, false);
    assert_eq!(after, made(&odd, 3, &mut Rounded::default(), &mut Packs::default(), false));
}

#[test]
fn a_channel_sums_up_its_places() {
    let window = Window { side: 1, stride: 1, padding: 0, groups: 1 };
    let of = Convolution::fit(map(1, 2, 1, 1), window, (4, 2)).unwrap();
    // Two blocks of two places with two channels each, in two pictures.
    let dz = [1., 10., 2., 20., 3., 30., 4., 40., 5., 0., 0., 0., 0., 0., 0., 1.];
    let mut sums = [0.0; 4];
    sum_places(&of, Rows::new(&dz, 2, 8), &mut sums);
    assert_eq!(sums, [8., 30., 7., 71.]);
}

#[test]
fn products_are_counted() {
    let window = Window { side: 3, stride: 1, padding: 1, groups: 2 };
    let of = Convolution::fit(map(4, 5, 6, 1), window, (8, 1)).unwrap();
    let (x, w, mut z) = (random(2, 120, 1), random(8, 27, 2), Matrix::zeros(2, 160));
    // Other tests count too, so it is at least as much: pictures × places × channels × inputs, both ways.
    let before = crate::product::multiply_adds();
    forward(&of, Precision::F32, x.rows(), w.rows(), &mut Rounded::default(), z.rows_mut());
    assert!(crate::product::multiply_adds() - before >= 2 * 20 * 8 * 27);
}

#[test]
fn what_does_not_fit_is_not_made() {
    let window = Window { side: 3, stride: 1, padding: 0, groups: 1 };
    let fit = |below, window, own| Convolution::fit(below, window, own).is_some();
    assert!(fit(map(3, 3, 4, 2), window, (4, 2)));
    assert!(!fit(map(2, 3, 4, 2), window, (4, 2)));
    assert!(!fit(map(3, 3, 4, 2), window, (5, 2)));
    assert!(!fit(map(3, 3, 4, 2), Window { stride: 0, ..window }, (4, 2)));
    assert!(!fit(map(3, 3, 4, 2), Window { groups: 3, ..window }, (6, 2)));
    assert!(!fit(map(3, 3, 6, 2), Window { groups: 3, ..window }, (6, 2)));
    // Sizes that cannot be counted.
    assert!(!fit(map(usize::MAX / 2 + 2, 2, 32, 1), Window { side: 1, ..window }, (32, 1)));
    assert!(!fit(map(3, 3, usize::MAX / 4, 1), window, (4, 1)));
    assert!(!fit(map(3, 3, 4, 1), window, (usize::MAX, 1)));
    assert!(!fit(map(3, 3, 4, 2), Window { padding: usize::MAX / 2, ..window }, (4, 2)));
}

#[test]
#[should_panic(expected = "convolution: pictures 1×8, weights 2×9 and results 1×2 do not fit")]
fn shapes_that_do_not_fit_are_named() {
    let window = Window { side: 3, stride: 1, padding: 0, groups: 1 };
    let of = Convolution::fit(map(3, 3, 1, 1), window, (2, 1)).unwrap();
    let (x, w, mut z) = (random(1, 8, 1), random(2, 9, 2), Matrix::zeros(1, 2));
    forward(&of, Precision::F32, x.rows(), w.rows(), &mut Rounded::default(), z.rows_mut());
}
