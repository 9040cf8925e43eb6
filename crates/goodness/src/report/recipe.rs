//! The recipe.

use super::{Report, page};

pub(super) fn section(report: &Report) -> String {
    let reading = "Every parameter, as resolved. Training by it gives the same network, bit for bit.";
    let text = format!("<pre>{}</pre>", page::escape(report.recipe_toml.trim_end()));
    let footer = format!("<footer>Written by goodness {}.</footer>", page::escape(&report.summary.version));
    page::section("Recipe", reading, &format!("{text}\n{footer}"))
}
