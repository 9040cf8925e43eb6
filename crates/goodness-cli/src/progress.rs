//! What training looks like: a bar and a line an epoch on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};

use goodness::train::{EpochRecord, Event, LayerRecord};
use indicatif::{ProgressBar, ProgressStyle};

/// Shows events as they come.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Whether standard output is kept for JSON.
    aside: bool,
}

const BAR: &str = "{prefix} {wide_bar} {pos}/{len} {msg} ETA {eta}";

impl Progress {
    /// `aside`: everything goes to standard error, because standard output is for JSON.
    pub(crate) fn new(aside: bool) -> Self {
        let shown = std::io::stderr().is_terminal() && std::io::stdout().is_terminal();
        let bar = if shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        // The template is a constant that its test has read.
        bar.set_style(ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, aside }
    }

    /// One event.
    pub(crate) fn show(&self, event: &Event<'_>) {
        match event {
            Event::Step { epoch: (epoch, epochs), step: (step, steps), samples_per_second } => {
                self.bar.set_length((epochs * steps) as u64);
                self.bar.set_position(((epoch - 1) * steps + step) as u64);
                self.bar.set_prefix(format!("epoch {epoch}/{epochs}"));
                self.bar.set_message(format!("{}/s", thousands(*samples_per_second)));
            }
            Event::Epoch { record, epochs } => self.line(&epoch_lines(record, *epochs)),
            Event::Warning { text } => self.line(&format!("  warning: {text}")),
        }
    }

    /// A line that stays.
    pub(crate) fn line(&self, text: &str) {
        self.bar.suspend(|| {
            // A reader that went away must not stop the training.
            let _ =
                if self.aside { writeln!(std::io::stderr(), "{text}") } else { writeln!(std::io::stdout(), "{text}") };
        });
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// An epoch in words: one line of its own and one a layer.
fn epoch_lines(record: &EpochRecord, epochs: usize) -> String {
    let validation = record.validation_error.map_or("-".to_string(), |e| format!("{e:.2} %"));
    let head = format!(
        "epoch {:>3}/{epochs}  validation error {validation:>8}  {:>6.1} s  {}/s",
        record.epoch,
        record.seconds,
        thousands(record.samples_per_second)
    );
    let layers = record.layers.iter().map(layer_line);
    std::iter::once(head).chain(layers).collect::<Vec<_>>().join("\n")
}

fn layer_line(l: &LayerRecord) -> String {
    format!(
        "  layer {}  loss {:>8.4}  goodness {:>7} vs {:<7}  apart {:>5.1} %  dead {:>3.0} %",
        l.layer,
        l.loss,
        significant(l.goodness_pos),
        significant(l.goodness_neg),
        100.0 * l.separation,
        100.0 * l.dead
    )
}

/// About three digits.
fn significant(x: f64) -> String {
    match x.abs() {
        a if a >= 1000.0 => format!("{x:.0}"),
        a if a >= 10.0 => format!("{x:.1}"),
        _ => format!("{x:.3}"),
    }
}

/// 12,345.
pub(crate) fn thousands(x: f64) -> String {
    let digits = format!("{:.0}", x.max(0.0));
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(|c| String::from_utf8_lossy(c).into_owned());
    let head = (first > 0).then(|| digits[..first].to_string());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(BAR).is_ok());
    }

    #[test]
    fn thousands_are_grouped() {
        let all = [0.0, 7.0, 999.0, 1000.0, 65_432.1, 1e6].map(thousands);
        assert_eq!(all, ["0", "7", "999", "1,000", "65,432", "1,000,000"]);
    }

    #[test]
    fn an_epoch_fits_eighty_columns() {
        let layer = LayerRecord {
            layer: 1,
            loss: -0.27,
            goodness_pos: 1048.3,
            goodness_neg: -1007.2,
            separation: 0.998,
            dead: 0.17,
            validation_error: Some(3.2),
        };
        let record = EpochRecord {
            epoch: 100,
            seconds: 1234.5,
            samples_per_second: 12_345.0,
            rate: 0.003,
            validation_error: Some(12.34),
            layers: vec![layer; 2],
        };
        let text = epoch_lines(&record, 1000);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("goodness    1048 vs -1007"), "{text}");
    }
}
