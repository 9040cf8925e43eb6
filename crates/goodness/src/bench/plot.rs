//! The report as a picture: a bar for each figure, with what lies between its smallest and its largest.

use std::fmt::Write;

use super::Measurement;
use super::row::{Measured, Row};
use super::table::short;
use crate::report::page::escape;

const WIDTH: f64 = 760.0;
const LINE: f64 = 22.0;
/// Where bars start, and how long they are at most.
const LEFT: f64 = 270.0;
const LONGEST: f64 = 300.0;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1d2430}.head{font-weight:600}.soft{fill:#5d6878}\
                     .bar{fill:#1769c2}.between{stroke:#1d2430;stroke-width:1.5}.paper{fill:#fbfcfe}\
                     @media(prefers-color-scheme:dark){text{fill:#e7ebf2}.soft{fill:#9aa6b8}.bar{fill:#62a8f5}\
                     .between{stroke:#e7ebf2}.paper{fill:#12161d}}";

/// A self-contained SVG of all figures. Shares of the peak are drawn from 0 to 1, other figures from 0 to the largest
/// of their unit in the measurement.
pub fn plot(report: &[(&Measurement, Vec<Row>)]) -> String {
    let (mut body, mut y) = (String::new(), LINE);
    for (measurement, rows) in report {
        let head = format!("{}: {}", measurement.name, measurement.summary);
        let _ = writeln!(body, "<text class=\"head\" x=\"12\" y=\"{y}\">{}</text>", escape(&head));
        for row in rows {
            y += LINE;
            body += &bar(row, y, longest(row, rows));
        }
        y += 2.0 * LINE;
    }
    let (height, paper) = (y - LINE, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"goodness bench\">\n<style>{STYLE}</style>\n{paper}\n{body}</svg>\n"
    )
}

/// What is drawn of a row.
fn drawn(row: &Row) -> Measured {
    row.share.unwrap_or(row.value)
}

/// The number at which a bar has its full length.
fn longest(row: &Row, rows: &[Row]) -> f64 {
    let same = |other: &&Row| other.unit == row.unit && other.share.is_some() == row.share.is_some();
    let largest = rows.iter().filter(same).map(|r| drawn(r).high).fold(0.0, f64::max);
    if row.share.is_some() { largest.max(1.0) } else { largest.max(f64::MIN_POSITIVE) }
}

fn bar(row: &Row, y: f64, longest: f64) -> String {
    let length = |x: f64| (LONGEST * x / longest).clamp(0.0, LONGEST);
    let Measured { median, low, high } = drawn(row);
    let share = row.share.map_or(String::new(), |s| format!(", {:.0} % of peak", 100.0 * s.median));
    let figure = format!("{} {}{share}", short(row.value.median), row.unit);
    let [from, to] = [low, high].map(|x| LEFT + length(x));
    let (top, middle, end) = (y - 12.0, y - 5.0, to.max(LEFT + length(median)) + 8.0);
    format!(
        "<text x=\"12\" y=\"{y}\">{}</text><rect class=\"bar\" x=\"{LEFT}\" y=\"{top}\" width=\"{:.1}\" height=\"14\" \
         rx=\"2\"/><line class=\"between\" x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{middle}\" y2=\"{middle}\"/>\
         <text class=\"soft\" x=\"{end:.1}\" y=\"{y}\">{}</text>\n",
        escape(&row.what),
        length(median),
        escape(&figure)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::MEASUREMENTS;

    #[test]
    fn bars_are_as_long_as_their_shares() {
        let kernel = Row::of_peak("a<b", &[100e9, 200e9, 300e9], &[400e9; 3]);
        let rows = vec![kernel, Row::plain("x", "MiB", [3.0]), Row::plain("y", "MiB", [6.0])];
        let picture = plot(&[(&MEASUREMENTS[1], rows)]);
        for width in ["150.0", "300.0"] {
            assert!(picture.contains(&format!("width=\"{width}\" height=\"14\"")), "{picture}");
        }
        assert_eq!(picture.matches("width=\"150.0\"").count(), 2, "half of the peak, half of the largest: {picture}");
        assert!(picture.contains("x1=\"345.0\" x2=\"495.0\"") && picture.contains("a&lt;b"), "{picture}");
        assert!(picture.contains("200 GFLOP/s, 50 % of peak"), "{picture}");
    }

    #[test]
    fn nothing_is_drawn_outside() {
        let rows = vec![Row::of_peak("x", &[9e9], &[1e9]), Row::plain("y", "s", [0.0]), Row::plain("z", "s", [])];
        let picture = plot(&[(&MEASUREMENTS[0], rows)]);
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
    }
}
