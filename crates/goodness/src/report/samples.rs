//! What training makes of samples.

use super::{Augmented, Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.samples.is_empty() {
        return String::new();
    }
    let lines: String = report.samples.iter().map(|sample| line(report, sample)).collect();
    let reading = "Each line is a sample as it is, named by its class, and draws of what training makes of it, before it is \
                   scaled or whitened.";
    page::section("What training sees", reading, &lines)
}

fn line(report: &Report, sample: &Augmented) -> String {
    let name = report.class(sample.label);
    let image = |levels: &[u8], alt: &str| {
        picture::element(picture::levels(levels, sample.channels), sample.height, sample.width, alt)
    };
    let draw = |draw: &Vec<u8>| format!("<div class=\"tile\">{}</div>", image(draw, &format!("a draw of {name}")));
    let draws: String = sample.draws.iter().map(draw).collect();
    let original = image(&sample.original, &name);
    format!("<div class=\"tiles\"><div class=\"tile\">{original}{name}</div>{draws}</div>\n")
}
