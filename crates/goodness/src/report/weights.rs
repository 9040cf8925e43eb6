//! What first-layer units look for.

use super::{Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.weights.is_empty() {
        return String::new();
    }
    let unit = |w: &super::WeightImage| {
        let alt = format!("weights of unit {}", w.unit);
        picture::element(picture::diverging(&w.values, w.channels), w.height, w.width, &alt)
    };
    let units: String = report.weights.iter().map(unit).collect();
    let reading = "Weights of the first units as images: red excites, blue calms, white is zero; each has its own scale. \
                   The first pixels of the top row hold the label.";
    page::section("What the first layer looks for", reading, &format!("<div class=\"units\">{units}</div>"))
}
