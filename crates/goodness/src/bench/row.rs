//! One line of the report.

use serde::Serialize;

/// What came of several rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The middle one.
    pub median: f64,
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

/// A figure with its name and unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The unit of the figure.
    pub unit: &'static str,
    /// The figure.
    pub value: Measured,
    /// Its share of the machine's peak in the same rounds, from 0 to 1, where it is arithmetic.
    pub share: Option<Measured>,
    /// Where the figure is a ratio of two times: what the arithmetic that is needed would make of it.
    pub needed: Option<f64>,
}

impl Measured {
    /// Of some numbers; zeros of none.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |i: usize| sorted.get(i).copied().unwrap_or(0.0);
        let last = sorted.len().saturating_sub(1);
        Self { median: (at(last / 2) + at(last.div_ceil(2))) / 2.0, low: at(0), high: at(last) }
    }
}

impl Row {
    /// A figure that is no share of the peak.
    pub(super) fn plain(what: impl Into<String>, unit: &'static str, rounds: impl IntoIterator<Item = f64>) -> Self {
        Self { what: what.into(), unit, value: Measured::of(rounds), share: None, needed: None }
    }

    /// Operations a second, and their share of the `peaks` of the same rounds.
    pub(super) fn of_peak(what: impl Into<String>, rates: &[f64], peaks: &[f64]) -> Self {
        let share = Measured::of(rates.iter().zip(peaks).map(|(rate, peak)| rate / peak));
        Self { share: Some(share), ..Self::plain(what, "GFLOP/s", rates.iter().map(|r| r * 1e-9)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_between_the_ends() {
        assert_eq!(Measured::of([3.0, 1.0, 2.0]), Measured { median: 2.0, low: 1.0, high: 3.0 });
        assert_eq!(Measured::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!(Measured::of([]), Measured { median: 0.0, low: 0.0, high: 0.0 });
    }

    #[test]
    fn shares_are_of_the_peak_of_the_same_round() {
        let row = Row::of_peak("x", &[1e9, 4e9], &[2e9, 4e9]);
        assert_eq!(row.share, Some(Measured { median: 0.75, low: 0.5, high: 1.0 }));
        assert_eq!((row.value.median, row.unit), (2.5, "GFLOP/s"));
    }
}
