//! What each layer knows by itself.

use super::{Report, page};

pub(super) fn section(report: &Report) -> String {
    let errors = &report.summary.layer_errors;
    let Some(worst) = errors.iter().copied().reduce(f64::max).filter(|e| e.is_finite()) else {
        return String::new();
    };
    let row = |(layer, error): (usize, &f64)| {
        let share = if worst > 0.0 { 100.0 * error / worst } else { 0.0 };
        format!(
            "<tr><td>layer {}</td><td>{error:.2} %</td><td class=\"bar\"><i style=\"width:{share:.1}%\"></i></td></tr>\n",
            layer + 1
        )
    };
    let rows: String = errors.iter().enumerate().map(row).collect();
    let reading = "Validation error of each layer asked alone: by its own goodness, or, where activities are read, by the \
                   nearest class mean. Deeper layers should not fall behind the ones they learn from.";
    page::section("What each layer knows", reading, &format!("<table class=\"plain layers\">{rows}</table>"))
}
