//! Charts: lines over epochs, bars, and dots. Numbers that are not finite leave gaps.

use std::fmt::Write;

/// A line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// What the legend calls it.
    pub name: String,
    /// Its colour as a style-sheet value.
    pub colour: String,
    /// Whether it is dashed.
    pub dashed: bool,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 30.0;

/// The rectangle that data are drawn in, and the numbers at its sides.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
    /// Whether there is nothing between two whole numbers below.
    whole: bool,
}

impl Frame {
    fn x(&self, x: f64) -> f64 {
        LEFT + (x - self.x.0) / (self.x.1 - self.x.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, y: f64) -> f64 {
        HEIGHT - BOTTOM - (y - self.y.0) / (self.y.1 - self.y.0) * (HEIGHT - TOP - BOTTOM)
    }

    /// Horizontal grid lines with their numbers.
    fn grid(&self, out: &mut String) {
        for y in ticks(self.y) {
            let at = self.y(y);
            let _ = write!(
                out,
                "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
                WIDTH - RIGHT
            );
            let _ =
                write!(out, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 6.0, at + 4.0, short(y));
        }
    }

    /// The grid, the numbers below it, and what they count.
    fn axes(&self, across: &str, labels: &[String], out: &mut String) {
        self.grid(out);
        let named = labels.iter().enumerate().map(|(i, label)| (i as f64, label.clone()));
        let told = |t: &f64| !self.whole || (t - t.round()).abs() < 1e-9;
        let counted = ticks(self.x).into_iter().filter(told).map(|t| (t, short(t)));
        for (x, text) in if labels.is_empty() { counted.collect::<Vec<_>>() } else { named.collect() } {
            let (x, y) = (self.x(x), HEIGHT - 14.0);
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>");
        }
        let _ = write!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{across}</text>", WIDTH - RIGHT, HEIGHT - 2.0);
    }
}

/// A chart of lines with its legend.
pub fn lines(title: &str, across: &str, all: &[Line]) -> String {
    lines_at(title, across, &[], all)
}

/// A chart of lines over the places 0, 1, … that `labels` name; over numbers where there are none.
pub fn lines_at(title: &str, across: &str, labels: &[String], all: &[Line]) -> String {
    let finite = || all.iter().flat_map(|l| &l.points).filter(|(x, y)| x.is_finite() && drawable(*y));
    let x = if labels.is_empty() { span(finite().map(|p| p.0)) } else { (-0.3, labels.len() as f64 - 0.7) };
    let frame = Frame { x, y: span(finite().map(|p| p.1)), whole: finite().all(|p| p.0.fract() == 0.0) };
    let mut body = String::new();
    frame.axes(across, labels, &mut body);
    for line in all {
        let dash = if line.dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let _ = write!(
            body,
            "<path class=\"line\" stroke=\"{}\"{dash} d=\"{}\"/>",
            line.colour,
            path(&frame, &line.points)
        );
        if let [(x, y)] = line.points[..]
            && drawable(y)
        {
            let (x, y) = (frame.x(x), frame.y(y));
            let _ = write!(body, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{}\"/>", line.colour);
        }
    }
    let legend: String = all.iter().map(|l| key(&l.name, &l.colour)).collect();
    let legend = if all.len() > 1 { format!("<p class=\"legend\">{legend}</p>") } else { String::new() };
    format!("<div class=\"card\"><h3>{title}</h3>{}{legend}</div>\n", picture(title, &body))
}

/// A point that can be drawn without losing all others.
fn drawable(y: f64) -> bool {
    y.is_finite() && y.abs() < 1e12
}

fn path(frame: &Frame, points: &[(f64, f64)]) -> String {
    let mut pen = 'M';
    let mut d = String::new();
    for (x, y) in points {
        if drawable(*y) {
            let _ = write!(d, "{pen}{:.1} {:.1}", frame.x(*x), frame.y(*y));
            pen = 'L';
        } else {
            pen = 'M';
        }
    }
    d
}

/// A dot of a chart.
pub(crate) struct Dot {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A chart of dots: over numbers, by their logarithm where `log`, or over the places 0, 1, … that `labels` name.
pub(crate) fn scatter(title: &str, dots: &[Dot], log: bool, labels: &[String]) -> String {
    let place = |x: f64| if log { x.log10() } else { x };
    let seen = || dots.iter().filter(|d| place(d.x).is_finite() && drawable(d.y));
    let x = if labels.is_empty() { span(seen().map(|d| place(d.x))) } else { (-0.5, labels.len() as f64 - 0.5) };
    let frame = Frame { x, y: span(seen().map(|d| d.y)), whole: false };
    let mut body = String::new();
    frame.grid(&mut body);
    let named = labels.iter().enumerate().map(|(i, label)| (i as f64, label.clone()));
    let counted = ticks(x).into_iter().map(|t| (t, if log { exponent(t) } else { short(t) }));
    for (x, text) in if labels.is_empty() { counted.collect::<Vec<_>>() } else { named.collect() } {
        let (x, y) = (frame.x(x), HEIGHT - 14.0);
        let _ = write!(body, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>");
    }
    for dot in seen() {
        let (x, y) = (frame.x(place(dot.x)), frame.y(dot.y));
        let _ = write!(body, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"var(--c1)\" fill-opacity=\".7\"/>");
    }
    format!("<div class=\"card\"><h3>{title}</h3>{}</div>\n", picture(title, &body))
}

/// The number whose logarithm this is, in few characters.
fn exponent(log: f64) -> String {
    let x = 10f64.powf(log);
    if (0.01..1e4).contains(&x) { short(x) } else { format!("{x:.0e}") }
}

/// Two histograms over the same bins, one through the other, and a line at the threshold.
pub(super) fn histogram(title: &str, edges: &[f64], heights: [(&str, &str, &[u32]); 2], theta: Option<f64>) -> String {
    let theta = theta.filter(|t| t.is_finite());
    let shown = edges.iter().copied().chain(theta);
    let top = heights.iter().flat_map(|(.., counts)| counts.iter()).max().copied().unwrap_or(0);
    let frame = Frame { x: span(shown), y: (0.0, f64::from(top.max(1))), whole: false };
    let mut body = String::new();
    frame.axes("goodness", &[], &mut body);
    for (_, colour, counts) in &heights {
        for (pair, count) in edges.windows(2).zip(counts.iter()).filter(|(_, count)| **count > 0) {
            let (x0, x1, y) = (frame.x(pair[0]), frame.x(pair[1]), frame.y(f64::from(*count)));
            let (w, h) = ((x1 - x0).max(0.5), frame.y(0.0) - y);
            let place = format!("x=\"{x0:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\"");
            let _ = write!(body, "<rect {place} fill=\"{colour}\" fill-opacity=\".55\"/>");
        }
    }
    if let Some(theta) = theta {
        let x = frame.x(theta);
        let _ =
            write!(body, "<line class=\"theta\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{}\"/>", HEIGHT - BOTTOM);
        let _ =
            write!(body, "<text class=\"label\" x=\"{:.1}\" y=\"{}\">θ = {}</text>", x + 5.0, TOP + 10.0, short(theta));
    }
    let legend: String = heights.iter().map(|(name, colour, _)| key(name, colour)).collect();
    format!("<div class=\"card\"><h3>{title}</h3>{}<p class=\"legend\">{legend}</p></div>\n", picture(title, &body))
}

fn key(name: &str, colour: &str) -> String {
    format!("<span><i style=\"background:{colour}\"></i>{name}</span>")
}

fn picture(title: &str, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{title}\">{body}</svg>"
    )
}

/// From least to most, widened where they are equal.
fn span(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    match (low, high) {
        (l, h) if l > h => (0.0, 1.0),
        (l, h) if h - l < 1e-9 * (1.0 + l.abs()) => (l - 0.5, h + 0.5),
        both => both,
    }
}

/// Four to eight round numbers within the span.
fn ticks((low, high): (f64, f64)) -> Vec<f64> {
    let rough = (high - low) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).take(12).map(|i| i as f64 * step).collect()
}

fn short(x: f64) -> String {
    match x.abs() {
        a if a >= 1e5 => format!("{x:.0e}"),
        a if a >= 100.0 || x.fract() == 0.0 => format!("{x:.0}"),
        a if a >= 0.095 => format!("{x:.2}").trim_end_matches('0').trim_end_matches('.').to_string(),
        _ => format!("{x:.3}").trim_end_matches('0').trim_end_matches('.').to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks((0.0, 10.0)), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert!(ticks((-0.274, -0.222)).iter().all(|t| (-0.274..=-0.222).contains(t)));
    }

    #[test]
    fn there_is_no_epoch_and_a_half() {
        let chart =
            |points| lines("t", "epoch", &[Line { name: "a".into(), colour: "red".into(), dashed: false, points }]);
        let whole = chart(vec![(1.0, 0.0), (3.0, 90.0)]);
        assert!(whole.contains(">2</text>") && !whole.contains(">1.5</text>"));
        assert!(chart(vec![(1.0, 0.0), (2.25, 90.0)]).contains(">1.5</text>"));
    }

    #[test]
    fn places_are_named() {
        let line = Line { name: "a".into(), colour: "red".into(), dashed: false, points: vec![(0.0, 1.0), (1.0, 2.0)] };
        let chart = lines_at("t", "layers", &["2".into(), "many".into()], &[line]);
        assert!(chart.contains(">many</text>") && chart.contains(">layers</text>") && chart.contains("class=\"line\""));
    }

    #[test]
    fn gaps_break_the_line() {
        let frame = Frame { x: (0.0, 3.0), y: (0.0, 1.0), whole: true };
        let d = path(&frame, &[(0.0, 0.0), (1.0, f64::NAN), (2.0, 1.0), (3.0, 1.0)]);
        assert_eq!(d.matches('M').count(), 2);
    }
}
