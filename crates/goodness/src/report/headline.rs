//! The figures at the top.

use super::Report;
use super::page::escape;

pub(super) fn section(report: &Report) -> String {
    let s = &report.summary;
    let main = match s.test_error {
        Some(error) => figure("figure main", &format!("{error:.2} %"), "test error, read once at the end"),
        None => figure("figure main", "–", "test error: not read yet"),
    };
    let flipped = [
        (s.test_error_flipped, "test error, averaged with the mirror image"),
        (s.validation_error_flipped, "validation error, averaged with the mirror image"),
    ];
    let flipped =
        flipped.iter().filter_map(|(error, what)| error.map(|e| figure("figure", &format!("{e:.2} %"), what)));
    let flipped: String = flipped.collect();
    let others: String = [
        (s.validation_error.map_or("–".to_string(), |e| format!("{e:.2} %")), "validation error"),
        (seconds(s.train_seconds), "of training"),
        (grouped(s.samples_per_second), "samples a second"),
        (s.epochs.to_string(), "epochs"),
        (
            if s.peak_memory_bytes > 0 { format!("{} MiB", s.peak_memory_bytes >> 20) } else { "–".into() },
            "peak memory",
        ),
        (grouped(s.parameters as f64), "parameters"),
        (s.seed.to_string(), "seed"),
        (s.threads.to_string(), "threads"),
    ]
    .iter()
    .map(|(value, what)| figure("figure", value, what))
    .collect();
    let warnings = s.warnings.iter().map(|w| format!("<p class=\"warning\">{}</p>\n", escape(w))).collect::<String>();
    format!(
        "<header>\n<h1>{}</h1>\n<p class=\"sub\">{} on {}, {} plan, {} readout. Every layer learned by itself; no gradient \
         crossed from one to another.</p>\n</header>\n<div class=\"figures\">{main}{flipped}{others}</div>\n{warnings}",
        escape(&s.recipe),
        escape(&s.rule),
        escape(&s.data),
        escape(&s.plan),
        escape(&s.readout),
    )
}

fn figure(class: &str, value: &str, what: &str) -> String {
    format!("<div class=\"{class}\"><b>{}</b><span>{}</span></div>\n", escape(value), escape(what))
}

fn seconds(s: f64) -> String {
    match s {
        s if s >= 5400.0 => format!("{:.1} h", s / 3600.0),
        s if s >= 120.0 => format!("{:.1} min", s / 60.0),
        s => format!("{s:.1} s"),
    }
}

/// 12 345, with a narrow space.
fn grouped(x: f64) -> String {
    let digits = format!("{:.0}", x.max(0.0));
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
