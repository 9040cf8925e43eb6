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
    let colours = if report.weights[0].channels == 3 {
        "a colour excites, its opposite calms, grey is zero"
    } else {
        "red excites, blue calms, white is zero"
    };
    let label = match report.weights[0].label {
        0 => String::new(),
        numbers => format!(" A label lies over the first {numbers} numbers of the top row."),
    };
    let reading = format!("Weights of the first units as images: {colours}; each has its own scale.{label}");
    page::section("What the first layer looks for", &reading, &format!("<div class=\"units\">{units}</div>"))
}
