//! The confusion matrix.

use super::{Confusion, Report, page};

/// Beyond this many classes the cells are too small for numbers.
const NUMBERS: usize = 20;

pub(super) fn section(report: &Report) -> String {
    let Some(confusion) = &report.confusion else { return String::new() };
    let reading = "Test samples: a row for each true class, a column for each answer. Off the diagonal are the mistakes; \
                   the shade follows the square root of a cell's share of its row's mistakes.";
    let class = if confusion.classes > NUMBERS { "confusion small" } else { "confusion" };
    let rows: String = (0..confusion.classes).map(|truth| row(report, confusion, truth)).collect();
    let head: String = (0..confusion.classes).map(|k| format!("<th scope=\"col\">{}</th>", report.class(k))).collect();
    let head = if confusion.classes > NUMBERS {
        String::new()
    } else {
        format!("<tr><th>true ↓ answer →</th>{head}</tr>")
    };
    let table = format!("<div class=\"table\"><table class=\"{class}\">{head}{rows}</table></div>");
    page::section("Confusion", reading, &table)
}

fn row(report: &Report, confusion: &Confusion, truth: usize) -> String {
    let counts = &confusion.counts[truth * confusion.classes..][..confusion.classes];
    let mistakes: u32 = counts.iter().sum::<u32>() - counts[truth];
    let cell = |(answer, count): (usize, &u32)| {
        let own = answer == truth;
        let shade = if own { 0.16 } else { 0.85 * (f64::from(*count) / f64::from(mistakes.max(1))).sqrt() };
        let text = if confusion.classes > NUMBERS { String::new() } else { count.to_string() };
        let class = if *count == 0 { " class=\"none\"" } else { "" };
        let (truth, answer) = (report.class(truth), report.class(answer));
        format!(
            "<td{class} style=\"background:rgba(var(--heat),{shade:.2})\" title=\"{count} of class {truth} taken for \
             {answer}\">{text}</td>"
        )
    };
    let cells: String = counts.iter().enumerate().map(cell).collect();
    if confusion.classes > NUMBERS {
        return format!("<tr>{cells}</tr>");
    }
    format!("<tr><th scope=\"row\">{}</th>{cells}</tr>", report.class(truth))
}
