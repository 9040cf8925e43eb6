//! Every projection and every similarity, present and future.
#![allow(clippy::unwrap_used)]

use goodness::core::image_negatives::{self, Batch};
use goodness::core::projection::{self, Projection};
use goodness::core::similarity::{self, Similarity};
use goodness::core::{Rng, Rows, RowsMut, class_loss};
use goodness_testkit::{toy, variants};

const UNITS: usize = 7;
const CLASSES: usize = 3;

struct Projected {
    a: Vec<f32>,
    dh: Vec<f32>,
    dp: Vec<f32>,
}

/// What a projection makes of rows, and of a derivative by it.
fn project(member: &dyn Projection, h: &[f32], p: &[f32], da: &[f32]) -> Projected {
    let (rows, width) = (h.len() / UNITS, member.width(CLASSES));
    let (mut a, mut dh, mut dp) = (vec![f32::NAN; rows * width], vec![f32::NAN; h.len()], vec![f32::NAN; p.len()]);
    let (h, p) = (Rows::new(h, rows, UNITS), Rows::new(p, width, UNITS));
    member.forward_into(h, p, RowsMut::new(&mut a, rows, width));
    let (a_rows, da) = (Rows::new(&a, rows, width), Rows::new(&da[..rows * width], rows, width));
    member.pull_back(h, p, a_rows, da, RowsMut::new(&mut dh, rows, UNITS));
    (0..width).for_each(|k| member.gradient_into(k, h, p, a_rows, da, &mut dp[k * UNITS..(k + 1) * UNITS]));
    Projected { a, dh, dp }
}

fn weights(member: &dyn Projection) -> Vec<f32> {
    // Away from where they start: that may be 0, where little can be seen.
    toy::rows(member.width(CLASSES), UNITS, 5).iter().map(|x| x + 0.1).collect()
}

fn total(a: &[f32], da: &[f32]) -> f64 {
    a.iter().zip(da).map(|(a, da)| f64::from(*a) * f64::from(*da)).sum()
}

#[test]
fn projection_slopes_are_the_slopes() {
    for v in variants(projection::CATALOGUE) {
        let width = v.member.width(CLASSES);
        let (h, p) = (toy::rows(3, UNITS, 1), weights(&*v.member));
        let da: Vec<f32> = (0..3 * width).map(|i| [1.0, -0.5, 2.0][i % 3]).collect();
        let exact = project(&*v.member, &h, &p, &da);
        let scale = exact.dh.iter().chain(&exact.dp).fold(1e-3f64, |top, d| top.max(f64::from(d.abs())));
        let check = |what: &str, i: usize, slope: f32, at: &dyn Fn(f32) -> f64| {
            let numeric = (at(5e-3) - at(-5e-3)) / 1e-2;
            assert!((numeric - f64::from(slope)).abs() < 1e-2 * scale, "{}: {what} {i}: {slope} {numeric}", v.label);
        };
        let moved = |x: &[f32], i: usize, d: f32| -> Vec<f32> {
            x.iter().enumerate().map(|(j, x)| if i == j { x + d } else { *x }).collect()
        };
        if width > 0 {
            for (i, slope) in exact.dh.iter().enumerate() {
                check("h", i, *slope, &|d| total(&project(&*v.member, &moved(&h, i, d), &p, &da).a, &da));
            }
        }
        if v.member.learns() {
            for (i, slope) in exact.dp.iter().enumerate() {
                check("p", i, *slope, &|d| total(&project(&*v.member, &h, &moved(&p, i, d), &da).a, &da));
            }
        }
    }
}

#[test]
fn projections_stay_finite_and_rows_do_not_see_one_another() {
    for v in variants(projection::CATALOGUE) {
        let (width, p) = (v.member.width(CLASSES), weights(&*v.member));
        let da = vec![1.0; 5 * width];
        for row in toy::hostile(UNITS) {
            for p in [&p, &vec![0.0; p.len()]] {
                let all = project(&*v.member, &row, p, &da);
                let numbers = all.a.iter().chain(&all.dh).chain(&all.dp);
                assert!(numbers.clone().all(|x| x.is_finite()), "{}: {row:?}", v.label);
            }
        }
        let h = toy::rows(5, UNITS, 2);
        let together = project(&*v.member, &h, &p, &da);
        for (r, row) in h.chunks(UNITS).enumerate() {
            let alone = project(&*v.member, row, &p, &da);
            assert_eq!(alone.a, together.a[r * width..(r + 1) * width], "{}", v.label);
            assert_eq!(alone.dh, together.dh[r * UNITS..(r + 1) * UNITS], "{}", v.label);
        }
        let start = |index| {
            let mut p = vec![f32::NAN; width * UNITS];
            v.member.start(UNITS, &mut Rng::keyed(1, 0, index), &mut p);
            p
        };
        assert!(start(0).iter().all(|p| p.is_finite()), "{}", v.label);
        assert_eq!(start(0), start(0), "{}: not a function of its generator", v.label);
    }
}

fn term(member: &dyn Similarity, cosines: &[f32], labels: &[u8]) -> (f64, Vec<f32>) {
    let n = labels.len();
    let (mut loss, mut slopes) = (vec![f32::NAN; n], vec![f32::NAN; n * n]);
    member.score(Rows::new(cosines, n, n), (labels, CLASSES), &mut loss, RowsMut::new(&mut slopes, n, n));
    (loss.iter().map(|l| f64::from(*l)).sum::<f64>() / n as f64, slopes)
}

#[test]
fn similarity_slopes_are_symmetric_and_the_slopes() {
    let labels = [0, 1, 0, 2, 1];
    let n = labels.len();
    let cosine = |i: usize, j: usize| if i == j { 1.0 } else { 0.9 - 0.3 * (i as f32 - j as f32).abs() };
    let cosines: Vec<f32> = (0..n * n).map(|x| cosine(x / n, x % n)).collect();
    for v in variants(similarity::CATALOGUE) {
        let (_, slopes) = term(&*v.member, &cosines, &labels);
        let scale = slopes.iter().fold(1e-6f64, |top, s| top.max(f64::from(s.abs())));
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            assert_eq!(slopes[i * n + j], slopes[j * n + i], "{}", v.label);
            let at = |d: f32| {
                let mut moved = cosines.clone();
                (moved[i * n + j], moved[j * n + i]) = (moved[i * n + j] + d, moved[j * n + i] + d);
                term(&*v.member, &moved, &labels).0
            };
            let numeric = (at(2e-3) - at(-2e-3)) / 4e-3;
            let slope = f64::from(slopes[i * n + j]);
            assert!((numeric - slope).abs() < 2e-2 * scale, "{}: {i} {j}: {slope} {numeric}", v.label);
        }
    }
}

#[test]
fn similarities_stay_finite() {
    for v in variants(similarity::CATALOGUE) {
        for (cosines, labels) in [(vec![0.0; 9], [0, 1, 2]), (vec![1.0; 9], [0; 3]), (vec![-1.0; 9], [1, 1, 0])] {
            let (loss, slopes) = term(&*v.member, &cosines, &labels);
            assert!(loss.is_finite() && slopes.iter().all(|s| s.is_finite()), "{}: {cosines:?}", v.label);
        }
    }
}

#[test]
fn the_slope_by_a_learned_number_is_the_slope() {
    for v in variants(class_loss::CATALOGUE) {
        let Some(start) = v.member.knob() else { continue };
        let at = |knob: f32| {
            let (mut loss, mut dg) = ([f32::NAN; 2], [f32::NAN; 6]);
            let slopes = class_loss::Slopes { loss: &mut loss, dg: RowsMut::new(&mut dg, 2, 3) };
            let g = [0.3, 0.1, -0.2, 0.0, 0.5, 0.2];
            let slope = v.member.score(Rows::new(&g, 2, 3), &[1, 0], knob, slopes);
            (f64::from(loss[0]) + f64::from(loss[1]), f64::from(slope))
        };
        for knob in [start, start + 1.0, start - 2.0] {
            let ((high, _), (low, _), (_, slope)) = (at(knob + 1e-2), at(knob - 1e-2), at(knob));
            let numeric = (high - low) / 2e-2;
            assert!((numeric - slope).abs() <= 2e-2 * slope.abs().max(0.01), "{}: {slope} {numeric}", v.label);
        }
    }
}

#[test]
fn image_negatives_are_images_of_the_batch_and_differ_from_their_positive() {
    let (rows, shape) = (6, (8, 9, 2));
    let features = 8 * 9 * 2;
    let images: Vec<f32> = toy::rows(rows, features, 3).iter().map(|x| x.abs()).collect();
    let batch = Batch { images: Rows::new(&images, rows, features), shape };
    for v in variants(image_negatives::CATALOGUE) {
        let make = |row: usize, batch: Batch<'_>| {
            let (mut out, mut scratch) = (vec![f32::NAN; features], vec![f32::NAN; 2 * features]);
            v.member.fill(batch, row, &mut Rng::keyed(1, 0, row as u64), &mut scratch, &mut out);
            out
        };
        for row in 0..rows {
            let out = make(row, batch);
            let top = images.iter().fold(0.0f32, |a, b| a.max(*b));
            assert!(out.iter().all(|x| (0.0..=top).contains(x)), "{}", v.label);
            assert_eq!(out, make(row, batch), "{}: not a function of its generator", v.label);
            assert!(out != batch.images.row(row), "{}: the positive itself came out", v.label);
        }
        let alone = Batch { images: Rows::new(&images[..features], 1, features), shape };
        assert!(make(0, alone).iter().all(|x| x.is_finite()), "{}: a batch of one", v.label);
    }
}
