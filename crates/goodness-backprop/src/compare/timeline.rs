//! One step as it went: a bar for everything that was done, in the lane of the layer that it was done for.

use std::fmt::Write;

use goodness::report::page::escape;
use goodness::train::Span;

const WIDTH: f64 = 460.0;
const LEFT: f64 = 62.0;
const LANE: f64 = 16.0;

/// The picture; the lanes are layers, the first at the bottom.
pub(super) fn chart(title: &str, spans: &[Span], longest: f64) -> String {
    let lanes = spans.iter().map(|s| s.layer + 1).max().unwrap_or(0);
    let height = LANE * lanes as f64 + 26.0;
    let x = |t: f64| LEFT + t / longest.max(1e-9) * (WIDTH - LEFT - 8.0);
    let y = |layer: usize| LANE * (lanes - 1 - layer) as f64 + 4.0;
    let mut body = String::new();
    for layer in 0..lanes {
        let _ = write!(
            body,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">layer {}</text>",
            LEFT - 6.0,
            y(layer) + 11.0,
            layer + 1
        );
    }
    for span in spans {
        let (from, to) = (x(span.start), x(span.end));
        let _ = write!(
            body,
            "<rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"12\" fill=\"{}\"><title>{} {:.2} ms</title></rect>",
            y(span.layer),
            (to - from).max(0.5),
            colour(&span.what),
            escape(&span.what),
            1e3 * (span.end - span.start)
        );
    }
    let end = spans.last().map_or(0.0, |s| s.end);
    let _ = write!(
        body,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.1} ms</text>",
        x(end),
        height - 4.0,
        1e3 * end
    );
    format!(
        "<div class=\"card\"><h3>{title}</h3><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-label=\"{title}\">{body}</svg><p class=\"legend\">{}</p></div>\n",
        legend(spans)
    )
}

fn legend(spans: &[Span]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    spans
        .iter()
        .filter(|s| !seen.contains(&s.what.as_str()))
        .map(|s| s.what.as_str())
        .collect::<Vec<_>>()
        .iter()
        .for_each(|what| {
            if !seen.contains(what) {
                seen.push(what);
            }
        });
    seen.iter()
        .map(|what| format!("<span><i style=\"background:{}\"></i>{}</span>", colour(what), escape(what)))
        .collect()
}

fn colour(what: &str) -> &'static str {
    match what {
        "forward" | "learn" => "var(--c1)",
        "backward" => "var(--c2)",
        "update" => "var(--c3)",
        "again" => "var(--c4)",
        "load" => "var(--c5)",
        _ => "var(--c6)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_has_a_bar_and_every_kind_a_name() {
        let span = |what: &str, layer, start, end| Span { what: what.into(), layer, start, end };
        let spans = [span("load", 0, 0.0, 0.1), span("learn", 0, 0.1, 0.2), span("learn", 1, 0.2, 0.4)];
        let chart = chart("a step", &spans, 0.4);
        assert_eq!(chart.matches("<rect").count(), 3);
        assert_eq!(chart.matches("<i style").count(), 2);
        assert!(chart.contains("layer 2") && chart.contains("400.0 ms"));
    }
}
