//! The worst mistakes.

use super::{Mistake, Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.mistakes.is_empty() {
        return String::new();
    }
    let tiles: String = report.mistakes.iter().map(|m| tile(report, m)).collect();
    let reading = "Test samples on which the class that won is furthest ahead of the true one: true class → answer, and \
                   how much of all classes' scores went to the one and to the other; the two scores, where scores may be below \
                   zero. Where a readout gives probabilities, that is its confidence; goodness of all classes is of one \
                   size, and the shares are near one another.";
    page::section("The worst mistakes", reading, &format!("<div class=\"tiles\">{tiles}</div>"))
}

fn tile(report: &Report, m: &Mistake) -> String {
    let (truth, answer) = (report.class(m.truth), report.class(m.predicted));
    let alt = format!("a {truth} taken for {answer}");
    let image = picture::element(picture::levels(&m.pixels, m.channels), m.height, m.width, &alt);
    let shares = match m.all_scores.map(|all| [m.truth_score, m.predicted_score].map(|s| 100.0 * s / all)) {
        Some([a, b]) if a.is_finite() && b.is_finite() => format!("{} → {}", share(a), share(b)),
        Some(_) => "–".to_string(),
        None => format!("{} → {}", score(m.truth_score), score(m.predicted_score)),
    };
    let scores = format!("scores {} and {}", score(m.truth_score), score(m.predicted_score));
    format!("<div class=\"tile\" title=\"{scores}\">{image}{truth} → <b>{answer}</b><small>{shares}</small></div>\n")
}

fn share(percent: f32) -> String {
    if percent < 1.0 { "&lt;1 %".to_string() } else { format!("{percent:.0} %") }
}

fn score(s: f32) -> String {
    match s {
        s if !s.is_finite() => "–".to_string(),
        s if s.abs() >= 100.0 => format!("{s:.0}").replace('-', "−"),
        s => format!("{s:.2}").replace('-', "−"),
    }
}
