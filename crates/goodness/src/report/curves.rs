//! Learning curves.

use super::chart::{Line, lines};
use super::{EpochRecord, LayerRecord, Report, page};

pub(super) fn section(report: &Report) -> String {
    if report.epochs.is_empty() {
        return String::new();
    }
    let charts = [
        validation(report),
        alone(report),
        by_layer(report, "Loss of each layer", |l| Some(l.loss)),
        goodness(report),
        by_layer(report, "Pairs told apart, %", |l| Some(100.0 * l.separation)),
        by_layer(report, "Dead units, %", |l| Some(100.0 * l.dead)),
    ];
    let reading = "The validation error counts samples that were held out of training; of a layer alone, as its own \
                   goodness tells. A pair is told apart when the positive has the higher goodness. A unit is dead when \
                   no positive excited it in the whole epoch.";
    page::section("Learning", reading, &format!("<div class=\"grid\">{}</div>", charts.concat()))
}

fn validation(report: &Report) -> String {
    let read = report.epochs.iter().filter_map(|e| e.validation_error.map(|error| (e.epoch as f64, error)));
    let line = Line { name: "validation".into(), colour: "var(--c1)".into(), dashed: false, points: read.collect() };
    if line.points.is_empty() { String::new() } else { lines("Validation error, %", "epoch", &[line]) }
}

/// Each layer's own error, where it was read more than once.
fn alone(report: &Report) -> String {
    let read = |e: &&EpochRecord| e.layers.iter().any(|l| l.validation_error.is_some());
    match report.epochs.iter().filter(read).count() {
        0 | 1 => String::new(),
        _ => by_layer(report, "Validation error of each layer alone, %", |l| l.validation_error),
    }
}

fn by_layer(report: &Report, title: &str, of: fn(&LayerRecord) -> Option<f64>) -> String {
    let line = |layer| Line {
        name: format!("layer {layer}"),
        colour: colour(layer),
        dashed: false,
        points: points(report, layer, of),
    };
    lines(title, "epoch", &layers(report).map(line).collect::<Vec<_>>())
}

fn goodness(report: &Report) -> String {
    let pair = |layer| {
        let line = |sign: &str, dashed, of: fn(&LayerRecord) -> Option<f64>| Line {
            name: format!("layer {layer} {sign}"),
            colour: colour(layer),
            dashed,
            points: points(report, layer, of),
        };
        [line("positive", false, |l| Some(l.goodness_pos)), line("negative", true, |l| Some(l.goodness_neg))]
    };
    lines("Goodness: positives solid, negatives dashed", "epoch", &layers(report).flat_map(pair).collect::<Vec<_>>())
}

fn layers(report: &Report) -> std::ops::RangeInclusive<usize> {
    1..=report.epochs.iter().flat_map(|e| &e.layers).map(|l| l.layer).max().unwrap_or(0)
}

fn points(report: &Report, layer: usize, of: fn(&LayerRecord) -> Option<f64>) -> Vec<(f64, f64)> {
    let point = |e: &EpochRecord| Some((e.epoch as f64, of(e.layers.iter().find(|l| l.layer == layer)?)?));
    report.epochs.iter().filter_map(point).collect()
}

fn colour(layer: usize) -> String {
    format!("var(--c{})", (layer - 1) % 6 + 1)
}
