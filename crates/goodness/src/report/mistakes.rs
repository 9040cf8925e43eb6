//! The worst mistakes.

use super::{Mistake, Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.mistakes.is_empty() {
        return String::new();
    }
    let tiles: String = report.mistakes.iter().map(|m| tile(report, m)).collect();
    let reading = "Test samples on which the class that won is furthest ahead of the true one: true class → answer, and \
                   their two scores.";
    page::section("The worst mistakes", reading, &format!("<div class=\"tiles\">{tiles}</div>"))
}

fn tile(report: &Report, m: &Mistake) -> String {
    let (truth, answer) = (report.class(m.truth), report.class(m.predicted));
    let alt = format!("a {truth} taken for {answer}");
    let image = picture::element(picture::levels(&m.pixels, m.channels), m.height, m.width, &alt);
    let scores = format!("{} · {}", score(m.truth_score), score(m.predicted_score));
    format!("<div class=\"tile\">{image}{truth} → <b>{answer}</b><small>{scores}</small></div>\n")
}

fn score(s: f32) -> String {
    match s {
        s if !s.is_finite() => "–".to_string(),
        s if s.abs() >= 100.0 => format!("{s:.0}"),
        s => format!("{s:.2}"),
    }
}
