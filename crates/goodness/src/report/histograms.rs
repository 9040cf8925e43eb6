//! Goodness of positives and negatives.

use super::chart::histogram;
use super::{Histogram, Report, page};

pub(super) fn section(report: &Report) -> String {
    if report.histograms.is_empty() {
        return String::new();
    }
    let charts: String = report.histograms.iter().map(chart).collect();
    let reading = "Held-out samples with their true label (positive) and with a random wrong one (negative). The less the \
                   two overlap, the more a layer knows; what overlaps here is still told apart where it is compared \
                   within one sample. A dashed line marks the threshold, where the loss has one.";
    page::section("Goodness, layer by layer", reading, &format!("<div class=\"grid\">{charts}</div>"))
}

fn chart(h: &Histogram) -> String {
    let heights =
        [("positive", "var(--pos)", h.positive.as_slice()), ("negative", "var(--neg)", h.negative.as_slice())];
    histogram(&format!("Layer {}", h.layer), &h.edges, heights, h.theta)
}
