//! Every view, present and future, against plain loops in float64.
#![allow(clippy::unwrap_used)]

use goodness::core::Grid;
use goodness::core::view::{self, View};
use goodness::core::{Rows, RowsMut};
use goodness_testkit::{toy, variants};

/// Odd sides, one block and several, more channels than a register holds.
const GRIDS: [Grid; 5] = [
    Grid { height: 7, width: 5, channels: 6, blocks: 2 },
    Grid { height: 4, width: 9, channels: 3, blocks: 3 },
    Grid { height: 3, width: 3, channels: 37, blocks: 1 },
    Grid { height: 1, width: 11, channels: 2, blocks: 1 },
    Grid { height: 1, width: 1, channels: 5, blocks: 1 },
];

fn see(member: &dyn View, grid: Grid, h: &[f32]) -> Vec<f32> {
    let (rows, width) = (h.len() / grid.numbers(), member.width(grid));
    let mut s = vec![f32::NAN; rows * width];
    member.forward_into(grid, Rows::new(h, rows, grid.numbers()), RowsMut::new(&mut s, rows, width));
    s
}

fn pull(member: &dyn View, grid: Grid, h: &[f32], s: &[f32], ds: &[f32]) -> Vec<f32> {
    let (rows, width, numbers) = (h.len() / grid.numbers(), member.width(grid), grid.numbers());
    // It is added to what is there.
    let mut dh = vec![0.25; h.len()];
    let (s, ds) = (Rows::new(s, rows, width), Rows::new(&ds[..rows * width], rows, width));
    member.pull_back(grid, Rows::new(h, rows, numbers), s, ds, RowsMut::new(&mut dh, rows, numbers));
    dh.iter().map(|dh| dh - 0.25).collect()
}

/// The grids that a view is asked to cut.
fn grids(member: &dyn View) -> impl Iterator<Item = Grid> + '_ {
    GRIDS.into_iter().filter(|grid| {
        let fits = member.cells() == 0 || grid.smallest(member.cells()) >= member.least();
        fits && !(member.is_whole(*grid) && member.cells() > 0)
    })
}

/// What one cell of one channel comes to, by the name of the member.
fn of_cell(name: &str, numbers: &[f64]) -> f64 {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let square = |from: f64| (numbers.iter().map(|h| (h - from) * (h - from)).sum::<f64>() / n).sqrt();
    match name {
        "average" => mean,
        "rms" => square(0.0),
        "deviation" => square(mean),
        _ => panic!("{name}: a plain loop is missing here"),
    }
}

/// A row as it should be seen: block, cell, channel.
fn plainly(name: &str, cells: usize, grid: Grid, h: &[f32]) -> Vec<f64> {
    if name == "whole" {
        return h.iter().map(|h| f64::from(*h)).collect();
    }
    let (each, mut seen) = (grid.channels / grid.blocks, Vec::new());
    let (down, across) = (cells.min(grid.height), cells.min(grid.width));
    for (block, (line, column)) in
        (0..grid.blocks).flat_map(|b| (0..down * across).map(move |i| (b, (i / across, i % across))))
    {
        for channel in 0..each {
            let mut numbers = Vec::new();
            for (y, x) in (0..grid.height).flat_map(|y| (0..grid.width).map(move |x| (y, x))) {
                // The cell of a place is the one whose borders it lies between.
                let of = |i: usize, length: usize, parts: usize| {
                    (0..parts).find(|p| (p * length / parts..(p + 1) * length / parts).contains(&i)).unwrap()
                };
                if (of(y, grid.height, down), of(x, grid.width, across)) == (line, column) {
                    numbers.push(f64::from(h[((block * grid.height + y) * grid.width + x) * each + channel]));
                }
            }
            seen.push(of_cell(name, &numbers));
        }
    }
    seen
}

#[test]
fn views_are_what_plain_loops_say() {
    for v in variants(view::CATALOGUE) {
        let name = v.label.split('(').next().unwrap();
        for grid in grids(&*v.member) {
            let h = toy::rows(2, grid.numbers(), 3);
            let truth: Vec<f64> =
                h.chunks(grid.numbers()).flat_map(|h| plainly(name, v.member.cells(), grid, h)).collect();
            let seen = see(&*v.member, grid, &h);
            assert_eq!(seen.len(), truth.len(), "{} on {grid:?}", v.label);
            for (s, truth) in seen.iter().zip(&truth) {
                assert!((f64::from(*s) - truth).abs() < 1e-5, "{} on {grid:?}: {s}, not {truth}", v.label);
            }
        }
    }
}

#[test]
fn view_slopes_are_the_slopes() {
    let mut looked = 0;
    for v in variants(view::CATALOGUE) {
        for grid in grids(&*v.member) {
            let h: Vec<f32> = toy::rows(1, grid.numbers(), 1);
            let s = see(&*v.member, grid, &h);
            let ds: Vec<f32> = (0..s.len()).map(|i| [1.0, -0.5, 2.0][i % 3]).collect();
            let total = |h: &[f32]| {
                let pairs = see(&*v.member, grid, h).into_iter().zip(&ds);
                pairs.map(|(s, ds)| f64::from(s) * f64::from(*ds)).sum::<f64>()
            };
            for (i, slope) in pull(&*v.member, grid, &h, &s, &ds).iter().enumerate() {
                let moved = |d: f32| {
                    let mut moved = h.clone();
                    moved[i] += d;
                    total(&moved)
                };
                let numeric = (moved(2e-3) - moved(-2e-3)) / 4e-3;
                let off = (numeric - f64::from(*slope)).abs();
                assert!(off < 1e-2, "{} on {grid:?}, {i}: {slope} {numeric}", v.label);
                looked += 1;
            }
        }
    }
    assert!(looked > 1000, "{looked} slopes");
}

#[test]
fn views_stay_finite_and_rows_do_not_see_one_another() {
    for v in variants(view::CATALOGUE) {
        for grid in grids(&*v.member) {
            let ds = vec![1.0; 5 * v.member.width(grid)];
            for row in toy::hostile(grid.numbers()) {
                let s = see(&*v.member, grid, &row);
                let dh = pull(&*v.member, grid, &row, &s, &ds);
                assert!(s.iter().chain(&dh).all(|x| x.is_finite()), "{}: {:?}", v.label, &row[..2]);
            }
            let h = toy::rows(5, grid.numbers(), 2);
            let together = see(&*v.member, grid, &h);
            let (back, width) = (pull(&*v.member, grid, &h, &together, &ds), v.member.width(grid));
            for (r, row) in h.chunks(grid.numbers()).enumerate() {
                let alone = see(&*v.member, grid, row);
                assert_eq!(alone, together[r * width..(r + 1) * width], "{}", v.label);
                let slopes = pull(&*v.member, grid, row, &alone, &ds);
                assert_eq!(slopes, back[r * row.len()..(r + 1) * row.len()], "{}", v.label);
            }
        }
    }
}

#[test]
fn a_single_place_is_seen_as_it_is() {
    for v in variants(view::CATALOGUE) {
        assert!(v.member.is_whole(Grid::point(9)), "{}", v.label);
        assert_eq!(v.member.width(Grid::point(9)), 9, "{}", v.label);
        let (whole, grid) = (v.label == "whole()", GRIDS[0]);
        assert_eq!(v.member.is_whole(grid), whole, "{}", v.label);
        assert!(whole || v.member.width(grid) <= grid.numbers(), "{}", v.label);
    }
}
