//! What first-layer units look for.

use super::{Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.weights.is_empty() {
        return String::new();
    }
    let unit = |w: &super::WeightImage| {
        let alt = format!("weights of unit {}", w.unit);
        let pixels =
            if w.channels == 3 { picture::coloured(&w.values) } else { picture::diverging(&w.values, w.channels) };
        picture::element(pixels, w.height, w.width, &alt)
    };
    let units: String = report.weights.iter().map(unit).collect();
    let reading = if report.weights[0].channels == 3 {
        "Weights of the first units as images: a colour excites, its opposite calms, grey is zero; each has its own scale."
    } else {
        "Weights of the first units as images: red excites, blue calms, white is zero; each has its own scale. A one-hot label \
         lies over the first pixels of the top row."
    };
    page::section("What the first layer looks for", reading, &format!("<div class=\"units\">{units}</div>"))
}
