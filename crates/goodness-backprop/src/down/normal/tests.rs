//! The way back through normalisation against central differences of its definition, in float64.

use goodness::Recipe;
use goodness_core::Rng;
use goodness_core::normalize::{CATALOGUE, Keep, Rms};

use super::*;

const ROWS: usize = 5;

fn random(rows: usize, width: usize, seed: u64) -> Matrix {
    let mut rng = Rng::keyed(seed, 0, 0);
    Matrix::from_vec((0..rows * width).map(|_| 0.5 + rng.normal()).collect(), rows, width)
}

/// Mean 0 and deviation 1 for the numbers at `members`, in float64; `add` lies below the root or beside it.
fn standardized(numbers: &[f64], members: &[usize], add: impl Fn(f64) -> f64) -> Vec<f64> {
    let count = members.len() as f64;
    let mean = members.iter().map(|i| numbers[*i]).sum::<f64>() / count;
    let variance = members.iter().map(|i| (numbers[*i] - mean).powi(2)).sum::<f64>() / count;
    members.iter().map(|i| (numbers[*i] - mean) / add(variance)).collect()
}

/// Holds what `pull_back` says of Σ d · x̂ to its slopes, where the numbers of each of `all` are standardised together.
fn slopes_are(normal: Normal, all: &[Vec<usize>], channels: Channels<'_>, h: &Matrix, add: impl Fn(f64) -> f64 + Copy) {
    let d = random(ROWS, h.width(), 8);
    let mut numbers: Vec<f64> = h.data().iter().map(|x| f64::from(*x)).collect();
    let mut got = d.clone();
    normal.pull_back(&Keep, h.rows(), channels, &mut got);
    for members in all {
        let value = |numbers: &[f64]| {
            let x = standardized(numbers, members, add);
            x.iter().zip(members).map(|(x, i)| x * f64::from(d.data()[*i])).sum::<f64>()
        };
        for i in members {
            let mut at = |by: f64| {
                numbers[*i] += by;
                let value = value(&numbers);
                numbers[*i] -= by;
                value
            };
            let slope = (at(1e-4) - at(-1e-4)) / 2e-4;
            let got = f64::from(got.data()[*i]);
            assert!((got - slope).abs() < 1e-4 * (1.0 + slope.abs()), "{normal:?}, number {i}: {got} is not {slope}");
        }
    }
}

/// The numbers of ROWS rows of two blocks of `block` channels at three places, as sets of those with the same `key` of row,
/// channel and place.
fn members(block: usize, key: impl Fn(usize, usize) -> usize) -> Vec<Vec<usize>> {
    let width = 2 * block * 3;
    let mut all: Vec<Vec<usize>> = Vec::new();
    for i in 0..ROWS * width {
        let (row, within) = (i / width, i % width);
        let key = key(row, within / (3 * block) * block + within % block);
        all.resize_with(all.len().max(key + 1), Vec::new);
        all[key].push(i);
    }
    all
}

#[test]
fn groups_of_a_row_have_the_slopes_of_their_definition() {
    let channels = Channels { blocks: 2, places: 3, ..Channels::default() };
    let h = random(ROWS, 24, 1);
    let add = |variance: f64| 1e-5 + variance.sqrt();
    // Of 8 channels: all, one block, half a block.
    for (groups, each) in [(1, 8), (2, 4), (0, 4), (4, 2)] {
        let all = members(4, |row, channel| row * 8 + channel / each);
        let all: Vec<_> = all.into_iter().filter(|m| !m.is_empty()).collect();
        slopes_are(Normal::Groups(groups), &all, channels, &h, add);
    }
}

#[test]
fn what_is_above_its_places_mean_has_the_slopes_of_its_definition() {
    let channels = Channels { blocks: 2, places: 3, ..Channels::default() };
    let (h, d) = (random(1, 24, 5), random(1, 24, 6));
    let place = |i: usize| i / 4 % 3;
    let value = |h: &[f64]| {
        let mean = |p| (0..24).filter(|i| place(*i) == p).map(|i| h[i]).sum::<f64>() / 8.0;
        let t: Vec<f64> = (0..24).map(|i| (h[i] - mean(place(i))).max(0.0)).collect();
        let x = standardized(&t, &(0..24).collect::<Vec<_>>(), |variance| 1e-5 + variance.sqrt());
        x.iter().zip(d.data()).map(|(x, d)| x * f64::from(*d)).sum::<f64>()
    };
    let (mut got, mut numbers) = (d.clone(), h.data().iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
    Normal::Triangle.pull_back(&Keep, h.rows(), channels, &mut got);
    for i in 0..24 {
        let mut at = |by: f64| {
            numbers[i] += by;
            let value = value(&numbers);
            numbers[i] -= by;
            value
        };
        let (slope, got) = ((at(1e-5) - at(-1e-5)) / 2e-5, f64::from(got.data()[i]));
        assert!((got - slope).abs() < 1e-4 * (1.0 + slope.abs()), "number {i}: {got} is not {slope}");
    }
}

#[test]
fn channels_of_a_batch_have_the_slopes_of_their_definition() {
    let h = random(ROWS, 24, 2);
    let all = members(4, |_, channel| channel);
    let mut known = Matrix::zeros(2, 8);
    for (c, members) in all.iter().enumerate() {
        let count = members.len() as f64;
        let mean = members.iter().map(|i| f64::from(h.data()[*i])).sum::<f64>() / count;
        let variance = members.iter().map(|i| (f64::from(h.data()[*i]) - mean).powi(2)).sum::<f64>() / count;
        known.rows_mut().row_mut(0)[c] = mean as f32;
        known.rows_mut().row_mut(1)[c] = (1.0 / (variance + 1e-5).sqrt()) as f32;
    }
    let channels = Channels { blocks: 2, places: 3, known: known.rows() };
    slopes_are(Normal::Batch, &all, channels, &h, |variance| (variance + 1e-5).sqrt());
}

#[test]
fn a_factor_bends_along_its_row_and_equal_numbers_pass_nothing() {
    let h = Matrix::from_vec(vec![3.0, 4.0], 1, 2);
    let mut d = Matrix::from_vec(vec![1.0, 0.0], 1, 2);
    Normal::Factor.pull_back(&Rms, h.rows(), Channels::default(), &mut d);
    // x̂ = √2 h / |h|: dh = √2 / 5 · (d − (h·d) h / 25).
    let wanted = [1.0 - 9.0 / 25.0, -12.0 / 25.0].map(|x: f32| x * 2f32.sqrt() / 5.0);
    d.data().iter().zip(wanted).for_each(|(d, w)| assert!((d - w).abs() < 1e-6, "{d} is not {w}"));
    let mut d = Matrix::from_vec(vec![1.0, 1.0], 1, 2);
    Normal::Groups(1).pull_back(&Keep, Matrix::from_vec(vec![2.0, 2.0], 1, 2).rows(), Channels::default(), &mut d);
    assert_eq!(d.data(), [0.0, 0.0]);
}

#[test]
fn every_normalisation_of_today_has_a_way_back() {
    for entry in CATALOGUE {
        let text = format!(
            "name = 'toy'\n[network]\nlayers = [8]\ngoodness = 'class_mean'\nnormalize = '{}'",
            entry.info.name
        );
        let choice = Recipe::parse("toy", &text).unwrap().network.normalize;
        let built = choice.build(CATALOGUE);
        assert!(Normal::of(&choice, &*built).is_some(), "{}", entry.info.name);
    }
}
