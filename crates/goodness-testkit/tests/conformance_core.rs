//! Every member of every family of formulas, present and future.
#![allow(clippy::unwrap_used)]

use goodness::catalogue::families;
use goodness::core::goodness::Goodness;
use goodness::core::loss::{Loss, Pairs, Slopes};
use goodness::core::normalize::Channels;
use goodness::core::optim::{Memory, Moment, Optimizer};
use goodness::core::overlay::Place;
use goodness::core::{Rng, Rows, RowsMut};
use goodness::core::{
    activation, class_loss, goodness as g, init, loss, negatives, normalize, optim, overlay, penalty, schedule,
};
use goodness_testkit::{toy, variants};

fn close(label: &str, numeric: f64, exact: f64, scale: f64) {
    assert!(
        (numeric - exact).abs() <= 2e-2 * scale.max(exact.abs()).max(1e-3),
        "{label}: slope {exact}, measured {numeric}"
    );
}

/// Numbers of goodness a row, with three classes or three places.
fn numbers(member: &dyn Goodness) -> usize {
    if member.per_class() || member.per_place() { 3 } else { 1 }
}

fn score_of(member: &dyn Goodness, h: &[f32], width: usize) -> Vec<f32> {
    let mut out = vec![f32::NAN; h.len() / width * numbers(member)];
    member.score(Rows::new(h, h.len() / width, width), &mut out);
    out
}

fn pulled(member: &dyn Goodness, h: &[f32], dg: &[f32], width: usize) -> Vec<f32> {
    let mut dh = vec![f32::NAN; h.len()];
    let rows = h.len() / width;
    member.pull_back(Rows::new(h, rows, width), dg, RowsMut::new(&mut dh, rows, width));
    dh
}

#[test]
fn goodness_slopes_are_the_slopes() {
    for v in variants(g::CATALOGUE) {
        let (width, k) = (9, numbers(&*v.member));
        let h: Vec<f32> = toy::rows(3, width, 1).iter().map(|x| x.abs()).collect();
        let dg: Vec<f32> = (0..3 * k).map(|i| [1.0, -0.5, 2.0][i % 3]).collect();
        let dh = pulled(&*v.member, &h, &dg, width);
        for (i, slope) in dh.iter().enumerate().filter(|(i, _)| h[*i] > 0.02) {
            let at = |d: f32| -> f64 {
                let mut moved = h.clone();
                moved[i] += d;
                let (g, row) = (score_of(&*v.member, &moved, width), i / width * k);
                (row..row + k).map(|j| f64::from(dg[j]) * f64::from(g[j])).sum()
            };
            close(&v.label, (at(1e-2) - at(-1e-2)) / 2e-2, f64::from(*slope), 0.1);
        }
    }
}

#[test]
fn goodness_rows_do_not_see_one_another() {
    for v in variants(g::CATALOGUE) {
        let (h, width, k) = (toy::rows(5, 9, 2), 9, numbers(&*v.member));
        let together = score_of(&*v.member, &h, width);
        for (r, row) in h.chunks(width).enumerate() {
            assert_eq!(score_of(&*v.member, row, width), together[r * k..(r + 1) * k], "{}", v.label);
        }
    }
}

#[test]
fn goodness_of_hostile_rows_is_finite() {
    for v in variants(g::CATALOGUE) {
        for row in toy::hostile(9) {
            assert!(score_of(&*v.member, &row, 9).iter().all(|g| g.is_finite()), "{}: {row:?}", v.label);
            let dg = vec![1.0; numbers(&*v.member)];
            assert!(pulled(&*v.member, &row, &dg, 9).iter().all(|d| d.is_finite()), "{}: {row:?}", v.label);
        }
        assert!(v.member.theta(1000).is_finite(), "{}", v.label);
    }
}

#[test]
fn class_loss_slopes_are_the_slopes_and_stay_finite() {
    for v in variants(class_loss::CATALOGUE) {
        let at = |g: &[f32; 3]| {
            let (mut loss, mut dg) = ([f32::NAN], [f32::NAN; 3]);
            let slopes = class_loss::Slopes { loss: &mut loss, dg: RowsMut::new(&mut dg, 1, 3) };
            v.member.score(Rows::new(g, 1, 3), &[1], v.member.knob().unwrap_or(0.0), slopes);
            (f64::from(loss[0]), dg)
        };
        for g in [[0.3, 0.0, 0.2], [1.0, 0.0, 2.0], [-1.0, 3.0, 0.5]] {
            let (_, slope) = at(&g);
            // In units of the member's own scale, found from its slope.
            let step = 0.02 / slope.iter().fold(1e-4f32, |top, s| top.max(s.abs())).max(1.0);
            for k in 0..3 {
                let moved = |d: f32| at(&std::array::from_fn(|j| if j == k { g[j] + d } else { g[j] })).0;
                let wide = f64::from(g[k] + step) - f64::from(g[k] - step);
                let scale = f64::from(slope.iter().fold(0.0f32, |top, s| top.max(s.abs())));
                close(&v.label, (moved(step) - moved(-step)) / wide, f64::from(slope[k]), scale);
            }
        }
        for g in [[0.0; 3], [1e6, -1e6, 0.0], [1e-40; 3]] {
            let (loss, slope) = at(&g);
            assert!(loss.is_finite() && slope.iter().all(|s| s.is_finite()), "{}: {g:?}: {loss} {slope:?}", v.label);
        }
        assert!(at(&[0.0; 3]).1[1] < 0.0, "{}: the true class is not pulled up", v.label);
    }
}

fn loss_at(member: &dyn Loss, g_pos: f32, g_neg: f32) -> (f32, f32, f32) {
    let (mut l, mut p, mut n) = ([f32::NAN], [f32::NAN], [f32::NAN]);
    let pairs = Pairs { g_pos: &[g_pos], g_neg: &[g_neg], theta: 2.0 };
    member.score(pairs, Slopes { loss: &mut l, d_pos: &mut p, d_neg: &mut n });
    (l[0], p[0], n[0])
}

#[test]
fn loss_slopes_are_the_slopes() {
    for v in variants(loss::CATALOGUE) {
        // In units of the member's own scale, found from its slope at equality.
        let unit = 1.0 / loss_at(&*v.member, 2.0, 2.0).1.abs().max(1e-6) / 2.0;
        for (a, b) in [(0.0, 0.0), (0.5, -0.5), (-0.7, 0.4), (1.5, -1.0), (-1.5, 1.5)] {
            let (p, n) = (2.0 + a * unit, 2.0 + b * unit);
            let (_, d_pos, d_neg) = loss_at(&*v.member, p, n);
            let step = 0.02 * unit;
            let at = |p: f32, n: f32| f64::from(loss_at(&*v.member, p, n).0);
            let width = |low: f32, high: f32| f64::from(high) - f64::from(low);
            let numeric_pos = (at(p + step, n) - at(p - step, n)) / width(p - step, p + step);
            let numeric_neg = (at(p, n + step) - at(p, n - step)) / width(n - step, n + step);
            let scale = f64::from(0.5 / unit);
            close(&v.label, numeric_pos, f64::from(d_pos), scale);
            close(&v.label, numeric_neg, f64::from(d_neg), scale);
        }
    }
}

#[test]
fn losses_stay_finite_and_push_the_right_way() {
    for v in variants(loss::CATALOGUE) {
        for (p, n) in [(0.0, 0.0), (1e6, 0.0), (0.0, 1e6), (1e6, 1e6), (1e-40, 1e-40)] {
            let (l, d_pos, d_neg) = loss_at(&*v.member, p, n);
            assert!(
                l.is_finite() && d_pos.is_finite() && d_neg.is_finite(),
                "{}: {p} {n}: {l} {d_pos} {d_neg}",
                v.label
            );
        }
        let (_, d_pos, d_neg) = loss_at(&*v.member, 2.0, 2.0);
        assert!(d_pos < 0.0 && d_neg > 0.0, "{}", v.label);
    }
}

#[test]
fn the_true_label_is_never_negative() {
    for v in variants(negatives::CATALOGUE) {
        for classes in [2usize, 3, 10, 256] {
            let labels: Vec<u8> = (0..512).map(|i| (i % classes) as u8).collect();
            let scores: Vec<f32> = toy::rows(512, classes, 3).iter().map(|x| x.abs()).collect();
            let mut wrong = vec![0; labels.len()];
            let fill = |index, wrong: &mut [u8]| {
                let mut rng = Rng::keyed(1, 0, index);
                let scores = Some(Rows::new(&scores, 512, classes));
                v.member.fill(&labels, classes, scores, &mut rng, wrong);
            };
            let mut seen = vec![false; classes];
            for index in 0..40 {
                fill(index, &mut wrong);
                assert!(labels.iter().zip(&wrong).all(|(y, w)| y != w), "{} drew the true label", v.label);
                assert!(wrong.iter().all(|w| usize::from(*w) < classes), "{}", v.label);
                wrong.iter().for_each(|w| seen[usize::from(*w)] = true);
            }
            assert!(classes > 10 || seen.iter().all(|s| *s), "{}: some class is never drawn", v.label);
            let mut again = wrong.clone();
            fill(39, &mut again);
            assert_eq!(wrong, again, "{}: not a function of its generator", v.label);
        }
    }
}

#[test]
fn overlays_tell_labels_apart_and_are_neutral_when_asked() {
    for v in variants(overlay::CATALOGUE) {
        let classes = 10;
        let width = v.member.width(classes);
        if width == 0 {
            continue; // it writes nothing, and a recipe that needs labels is refused
        }
        let code = |label| {
            let mut out = vec![f32::NAN; width];
            v.member.label_into(label, &mut out);
            out
        };
        let codes: Vec<_> = (0..classes as u8).map(code).collect();
        assert!(codes.iter().flatten().all(|c| c.is_finite()), "{}", v.label);
        let mut neutral = vec![f32::NAN; width];
        v.member.neutral_into(&mut neutral);
        let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        let first = distance(&codes[0], &neutral);
        for code in &codes {
            assert!((distance(code, &neutral) - first).abs() <= 1e-4 * first, "{}: neutral leans", v.label);
        }
        // What stands in the input.
        let written: Vec<_> = codes.iter().map(|code| written(&*v.member, code)).collect();
        assert!(written.iter().flatten().all(|x| x.is_finite()), "{}", v.label);
        let size = written.iter().map(|w| distance(w, &vec![0.0; w.len()])).fold(0.0, f64::max);
        for (i, a) in written.iter().enumerate() {
            assert!(written[..i].iter().all(|b| distance(a, b) > 1e-6 * size), "{}: two labels look alike", v.label);
        }
        let mean = |j: usize| written.iter().map(|w| w[j]).sum::<f32>() / classes as f32;
        let mean: Vec<f32> = (0..written[0].len()).map(mean).collect();
        let off = distance(&self::written(&*v.member, &neutral), &mean);
        assert!(off <= 1e-6 * size, "{}: neutral is not the mean of all labels: {off}", v.label);
    }
}

/// What a code adds to the inputs that it reaches, for images of 6 × 6.
fn written(member: &dyn overlay::Overlay, code: &[f32]) -> Vec<f32> {
    let width = match member.place() {
        Place::First | Place::After => return code.to_vec(),
        Place::Learned(width) => width,
        Place::Over => 36,
    };
    let (mut sum, mut pattern, mut rng) = (vec![0.0; width], vec![f32::NAN; width], Rng::keyed(1, 0, 0));
    for (t, c) in code.iter().enumerate() {
        member.pattern_into(t, (6, 6, 1), &mut rng, &mut pattern);
        sum.iter_mut().zip(&pattern).for_each(|(s, p)| *s += c * p);
    }
    sum
}

#[test]
fn activations_keep_nan_and_pass_slopes_of_active_units() {
    for v in variants(activation::CATALOGUE) {
        let z = [-2.0, -0.5, 0.5, 2.0, f32::NAN];
        let mut h = z;
        v.member.forward(RowsMut::new(&mut h, 1, 5));
        assert!(h[4].is_nan(), "{} hides a number that went wrong", v.label);
        assert!(h[..4].iter().all(|x| *x >= 0.0), "{}", v.label);
        let mut dz = [1.0f32; 4];
        v.member.pull_back(Rows::new(&h[..4], 1, 4), RowsMut::new(&mut dz, 1, 4));
        for i in [2, 3] {
            let at = |d: f32| {
                let mut x = [z[i] + d];
                v.member.forward(RowsMut::new(&mut x, 1, 1));
                f64::from(x[0])
            };
            close(&v.label, (at(1e-2) - at(-1e-2)) / 2e-2, f64::from(dz[i]), 1.0);
        }
    }
}

#[test]
fn normalisations_are_finite_and_row_by_row() {
    // Means and inverse deviations, for those that ask.
    let known = [[0.5, -1.0, 0.0, 2.0, 1.0, 0.0, 1e3, 0.1], [1.0, 2.0, 0.5, 1e2, 1.0, 3.0, 1e-3, 1.0]].concat();
    let channels = |width: usize, blocks: usize, places: usize| Channels {
        blocks,
        places,
        known: Rows::new(&known[..2 * width / places], 2, width / places),
    };
    for v in variants(normalize::CATALOGUE) {
        for (row, (blocks, places)) in toy::hostile(8).iter().zip([(1, 1), (2, 1), (1, 2), (2, 2), (4, 2)]) {
            let mut out = vec![f32::NAN; 8];
            let channels = channels(8, blocks, places);
            v.member.forward_into(Rows::new(row, 1, 8), channels, RowsMut::new(&mut out, 1, 8));
            assert!(out.iter().all(|x| x.is_finite()), "{}: {row:?} → {out:?}", v.label);
        }
        let (x, mut all, channels) = (toy::rows(4, 6, 5), vec![0.0; 24], channels(6, 1, 2));
        v.member.forward_into(Rows::new(&x, 4, 6), channels, RowsMut::new(&mut all, 4, 6));
        let mut there = x.clone();
        v.member.forward(RowsMut::new(&mut there, 4, 6), channels);
        assert_eq!(there, all, "{}: where they stand, and elsewhere", v.label);
        for r in 0..4 {
            let mut one = x[r * 6..][..6].to_vec();
            v.member.row(&mut one, channels);
            assert_eq!(one, &all[r * 6..][..6], "{}", v.label);
            let squares: f32 = one.iter().map(|x| x * x).sum();
            let promised = v.member.squares(6).unwrap_or(squares);
            assert!((squares - promised).abs() <= 1e-3 * promised, "{}: {squares}, not {promised}", v.label);
            let factor = v.member.scale(x[r * 6..][..6].iter().map(|x| x * x).sum(), 6);
            let multiplied = one.iter().zip(&x[r * 6..]).all(|(o, x)| (o - factor * x).abs() < 1e-5);
            assert_eq!(multiplied, v.member.is_factor(), "{}: {one:?}", v.label);
        }
        let shares: Vec<f32> = [1, 2, 1000].iter().filter_map(|step| v.member.stays(*step)).collect();
        assert!(shares.iter().all(|s| (0.0..1.0).contains(s)), "{}: {shares:?}", v.label);
        assert!(shares.first().is_none_or(|first| *first == 0.0), "{}: {shares:?}", v.label);
    }
}

#[test]
fn slopes_of_normalisations_are_the_slopes() {
    for v in variants(normalize::CATALOGUE) {
        for (square, width) in [(0.01, 1), (2.0, 3), (50.0, 7)] {
            let at = |share: f32| f64::from(v.member.scale(square * share, width));
            let numeric = (at(1.01) - at(0.99)) / (0.02 * f64::from(square));
            close(&v.label, numeric, f64::from(v.member.slope(square, width)), at(1.0) / f64::from(square));
        }
        assert!(v.member.is_factor() || v.member.image_scale(50.0, 7) == 1.0, "{}", v.label);
        let hostile = [0.0, 1e-30, 1e-38, f32::from_bits(1), 8e24, 1e38];
        assert!(hostile.iter().all(|square| v.member.slope(*square, 8).is_finite()), "{}", v.label);
    }
}

#[test]
fn penalties_are_finite_and_rest_on_equals() {
    for v in variants(penalty::CATALOGUE) {
        let mut state = vec![v.member.initial_state(); 6];
        let mut slope = vec![f32::NAN; 6];
        v.member.slope_into(&[0.4; 6], &mut state, &mut slope);
        assert!(slope.iter().all(|s| s.abs() < 1e-6), "{}: equal units feel a pull {slope:?}", v.label);
        v.member.slope_into(&[0.0, 1e12, 1.0, 1e-40, 2.0, 0.0], &mut state, &mut slope);
        assert!(slope.iter().chain(&state).all(|s| s.is_finite()), "{}", v.label);
    }
}

fn step(member: &dyn Optimizer, t: u64, w: &mut [f32], grad: &[f32], memory: &mut [Vec<f32>; 2]) {
    let [first, second] = memory;
    let pace = member.pace(Moment { step: t, gain: 1.0 }).still();
    member.update(pace, w, grad, Memory { first, second });
}

fn memory(member: &dyn Optimizer, len: usize) -> [Vec<f32>; 2] {
    [0, 1].map(|slot| vec![0.0; if slot < member.slots() { len } else { 0 }])
}

#[test]
fn optimizers_go_down_and_stand_still_without_a_slope() {
    for v in variants(optim::CATALOGUE) {
        let o = &*v.member;
        let (mut w, mut m) = (vec![1.0, -1.0], memory(o, 2));
        for t in 1..=50 {
            step(o, t, &mut w, &[0.0, 0.0], &mut m);
        }
        assert_eq!(w, [1.0, -1.0], "{} moves without a slope", v.label);
        step(o, 51, &mut w, &[1.0, -1.0], &mut m);
        let still = o.rate() == 0.0;
        assert!(still || (w[0] < 1.0 && w[1] > -1.0), "{} goes up: {w:?}", v.label);
        for t in 52..60 {
            step(o, t, &mut w, &[1e15, -1e-40], &mut m);
        }
        assert!(w.iter().all(|x| x.is_finite()), "{}: {w:?}", v.label);
    }
}

#[test]
fn optimizer_weights_do_not_see_one_another() {
    for v in variants(optim::CATALOGUE) {
        let o = &*v.member;
        let grads = toy::rows(1, 5, 7);
        let (mut all, mut m) = (vec![0.5; 5], memory(o, 5));
        (1..4).for_each(|t| step(o, t, &mut all, &grads, &mut m));
        for i in 0..5 {
            let (mut one, mut m) = (vec![0.5], memory(o, 1));
            (1..4).for_each(|t| step(o, t, &mut one, &grads[i..=i], &mut m));
            assert_eq!(one[0].to_bits(), all[i].to_bits(), "{}", v.label);
        }
    }
}

#[test]
fn schedules_stay_between_nothing_and_all() {
    for v in variants(schedule::CATALOGUE) {
        for total in [0, 1, 2, 7, 100] {
            let gains: Vec<f32> = (0..total.max(1)).map(|s| v.member.at(s, total)).collect();
            assert!(gains.iter().all(|x| (0.0..=1.0).contains(x)), "{}: {gains:?}", v.label);
            assert!(gains[0] > 0.0, "{}", v.label);
        }
    }
}

#[test]
fn initial_weights_are_a_function_of_their_key() {
    for v in variants(init::CATALOGUE) {
        let fill = |index| {
            let (mut w, mut b) = (vec![f32::NAN; 300], vec![f32::NAN; 3]);
            v.member.fill(100, &mut Rng::keyed(1, Rng::WEIGHTS, index), &mut w, &mut b);
            (w, b)
        };
        assert_eq!(fill(0), fill(0), "{}", v.label);
        assert_ne!(fill(0).0, fill(1).0, "{}", v.label);
        let (w, b) = fill(2);
        assert!(w.iter().chain(&b).all(|x| x.is_finite()), "{}", v.label);
        assert!(w.iter().any(|x| *x > 0.0) && w.iter().any(|x| *x < 0.0), "{}", v.label);
    }
}

#[test]
fn every_member_introduces_itself() {
    for (family, infos) in families() {
        assert!(!infos.is_empty(), "{family} has no members");
        for (i, info) in infos.iter().enumerate() {
            let who = format!("{family} {}", info.name);
            let snake = |name: &str| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            };
            assert!(snake(info.name), "{who}: not snake_case");
            assert!(infos[..i].iter().all(|other| other.name != info.name), "{who}: twice");
            assert!(!info.summary.is_empty() && !info.summary.contains('\n') && !info.source.is_empty(), "{who}");
            for p in info.params {
                assert!(snake(p.name) && !p.summary.is_empty(), "{who}: {}", p.name);
                assert!(p.min <= p.default && p.default <= p.max, "{who}: default of {} outside its range", p.name);
            }
        }
    }
}
