//! Layers that follow one another cut into stages that take the same time, as far as that goes.

use std::ops::Range;

use crate::layer::Layer;

/// Halvings of the interval that the longest stage's cost is looked for in.
const HALVINGS: usize = 40;

/// At most `stages` ranges of layers, in order and none empty, of which the most expensive is as cheap as can be.
pub(super) fn cut(costs: &[f64], stages: usize) -> Vec<Range<usize>> {
    let (mut low, mut high) = (costs.iter().copied().fold(0.0, f64::max), costs.iter().sum::<f64>());
    if fill(costs, low).len() <= stages {
        return fill(costs, low);
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if fill(costs, middle).len() <= stages { high = middle } else { low = middle }
    }
    fill(costs, high)
}

/// As few ranges as there can be, of which none costs more than `most`, but a single layer may.
fn fill(costs: &[f64], most: f64) -> Vec<Range<usize>> {
    let (mut ranges, mut first, mut sum) = (Vec::new(), 0, 0.0);
    for (l, cost) in costs.iter().enumerate() {
        if l > first && sum + cost > most {
            ranges.push(first..l);
            (first, sum) = (l, 0.0);
        }
        sum += cost;
    }
    ranges.push(first..costs.len());
    ranges
}

/// What a layer costs before anybody has measured it: multiply-adds of a sample's forward pass, its rows counted as often
/// as they are multiplied.
pub(super) fn counted(layer: &Layer, rows: usize) -> f64 {
    let places = layer.units() / layer.weights.len().max(1);
    (rows * places * layer.weights.data().len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_stage_is_as_short_as_can_be() {
        assert_eq!(cut(&[1.0, 2.0, 2.0], 2), [0..2, 2..3]);
        assert_eq!(cut(&[5.0, 1.0, 1.0, 1.0], 2), [0..1, 1..4]);
        assert_eq!(cut(&[1.0; 6], 3), [0..2, 2..4, 4..6]);
        assert_eq!(cut(&[3.0, 1.0], 1), vec![0..2; 1]);
        assert_eq!(cut(&[3.0, 1.0], 2), [0..1, 1..2]);
    }

    #[test]
    fn every_layer_is_in_one_stage_and_no_cut_is_better() {
        for seed in 0..200u32 {
            let costs: Vec<f64> = (0..6).map(|l| f64::from((seed * 7 + 1) * (l * l + 3) % 11)).collect();
            for stages in 1..=6 {
                let ranges = cut(&costs, stages);
                assert!((1..=stages).contains(&ranges.len()) && ranges.iter().all(|r| !r.is_empty()), "{ranges:?}");
                assert_eq!(ranges.iter().cloned().flatten().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
                let longest = |ranges: &[Range<usize>]| {
                    ranges.iter().map(|r| costs[r.clone()].iter().sum::<f64>()).fold(0.0, f64::max)
                };
                let best = (0..1u32 << 5).filter(|cuts| cuts.count_ones() < stages as u32).map(|cuts| {
                    let borders: Vec<usize> = (1..6).filter(|l| cuts >> (l - 1) & 1 == 1).collect();
                    let starts = std::iter::once(0).chain(borders.iter().copied());
                    let ends = borders.iter().copied().chain([6]);
                    longest(&starts.zip(ends).map(|(a, b)| a..b).collect::<Vec<_>>())
                });
                let best = best.fold(f64::INFINITY, f64::min);
                assert!(longest(&ranges) <= best + 1e-6, "{costs:?} in {stages}: {ranges:?}");
            }
        }
    }
}
