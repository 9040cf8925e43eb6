//! The report as text, in eighty columns.

use super::row::{Measured, Row};
use crate::bench::Measurement;

/// Columns of a name.
const NAME: usize = 34;

/// The table of a measurement: its summary, and a line for each figure.
pub fn text(measurement: &Measurement, rows: &[Row]) -> String {
    let head = format!("{}: {}\n", measurement.name, measurement.summary);
    rows.iter().fold(head, |text, row| text + &line(row))
}

fn line(row: &Row) -> String {
    let Measured { median, low, high } = row.value;
    let [middle, low, high] = [median, low, high].map(short);
    let more = match (row.share, row.needed) {
        (Some(share), _) => format!("{:3.0} % of peak", 100.0 * share.median),
        (None, Some(needed)) => format!("needed {needed:.2}"),
        (None, None) => String::new(),
    };
    let name: String = row.what.chars().take(NAME).collect();
    let line = format!("  {name:<NAME$}{middle:>7} {:<9}{:<14}{more}", row.unit, format!("({low}-{high})"));
    format!("{}\n", line.trim_end())
}

/// A number in five characters or few more.
pub(super) fn short(x: f64) -> String {
    match x.abs() {
        a if a >= 1e6 => format!("{:.0}k", x / 1000.0),
        a if a >= 100.0 => format!("{x:.0}"),
        a if a >= 10.0 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::MEASUREMENTS;

    #[test]
    fn the_table_fits_eighty_columns() {
        let kernel = Row::of_peak("dzᵀ·x, 2000×2000×1024", &[123.4e9, 300e9, 402e9], &[400e9; 3]);
        let ratio = Row::plain("784-1000×3: label sweep, 10 labels", "×", [4.0, 5.0, 6.5]);
        let sweep = Row { needed: Some(6.05), ..ratio };
        let images = Row::plain("784-2000×4, batch 512", "images/s", [123_456.0, 99_999.0, 200_000.0]);
        let table = text(&MEASUREMENTS[1], &[kernel, sweep, images]);
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
        assert!(table.starts_with("kernels: products of a layer\n"), "{table}");
        assert!(table.contains("    300 GFLOP/s  (123-402)      75 % of peak\n"), "{table}");
        assert!(table.contains("   5.00 ×        (4.00-6.50)   needed 6.05\n"), "{table}");
        assert!(table.contains(" 123456 images/s (99999-200000)\n"), "{table}");
    }

    #[test]
    fn heads_fit_too() {
        assert!(MEASUREMENTS.iter().all(|m| text(m, &[]).trim_end().chars().count() <= 80));
    }
}
