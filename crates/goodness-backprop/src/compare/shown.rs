//! What a row looks like: as text, as Markdown, as HTML.

use std::fmt::Write;

use goodness::report::page;

/// What a row's parts came to.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// What was measured, and what it is for Forward-Forward and for backpropagation.
    pub lines: Vec<[String; 3]>,
    /// Who wins and by how much, from the numbers.
    pub sentence: String,
    /// Plots, as HTML.
    pub charts: String,
}

impl Shown {
    /// Adds a line.
    pub(super) fn line(&mut self, what: impl Into<String>, ff: impl Into<String>, bp: impl Into<String>) {
        self.lines.push([what.into(), ff.into(), bp.into()]);
    }
}

/// The whole comparison.
#[derive(Clone, Debug)]
pub struct Page {
    /// What was compared.
    pub title: String,
    /// In what way.
    pub about: String,
    /// Name, what is measured, and what it came to.
    pub rows: Vec<(&'static str, &'static str, Shown)>,
}

const HEAD: [&str; 3] = ["", "Forward-Forward", "backprop"];

impl Page {
    /// As text in aligned columns.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, measured, shown) in &self.rows {
            let _ = writeln!(out, "{name}: {measured}");
            out += &aligned(&shown.lines);
            let _ = writeln!(out, "  {}\n", shown.sentence);
        }
        out
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut out = format!("# Forward-Forward beside backpropagation: {}\n\n{}\n", self.title, self.about);
        for (name, measured, shown) in &self.rows {
            let _ = write!(out, "\n## {name}\n\n{measured}\n\n| {} |\n|---|---|---|\n", HEAD.join(" | "));
            for line in &shown.lines {
                let _ = writeln!(out, "| {} |", line.join(" | "));
            }
            let _ = writeln!(out, "\n{}", shown.sentence);
        }
        out
    }

    /// As a page that needs nothing from anywhere.
    pub fn html(&self) -> String {
        let title = page::escape(&self.title);
        let mut body = format!(
            "<header>\n<h1>Forward-Forward beside backpropagation</h1>\n<p class=\"sub\">{}</p>\n</header>\n",
            page::escape(&self.about)
        );
        for (name, measured, shown) in &self.rows {
            let row =
                |cells: &[String; 3]| cells.iter().map(|c| format!("<td>{}</td>", page::escape(c))).collect::<String>();
            let lines: String = shown.lines.iter().map(|l| format!("<tr>{}</tr>\n", row(l))).collect();
            let head: String = HEAD.iter().map(|h| format!("<th>{h}</th>")).collect();
            let table = format!("<div class=\"table\"><table class=\"plain\"><tr>{head}</tr>\n{lines}</table></div>");
            let sentence = format!("<p class=\"warning\">{}</p>\n", page::escape(&shown.sentence));
            let charts = if shown.charts.is_empty() {
                String::new()
            } else {
                format!("<div class=\"grid\">{}</div>", shown.charts)
            };
            body += &page::section(name, measured, &format!("{table}\n{sentence}{charts}"));
        }
        page::wrap(&format!("{title} · comparison · goodness"), &body)
    }
}

fn aligned(lines: &[[String; 3]]) -> String {
    let head = HEAD.map(str::to_string);
    let all = || std::iter::once(&head).chain(lines);
    let width = |c: usize| all().map(|l| l[c].chars().count()).max().unwrap_or(0);
    let widths: [usize; 3] = std::array::from_fn(width);
    let pad = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width - cell.chars().count()));
    let row = |l: &[String; 3]| l.iter().zip(&widths).map(pad).collect::<Vec<_>>().join("  ");
    all().map(|l| format!("  {}\n", row(l).trim_end())).collect()
}

/// Which of two numbers is smaller, in words, and by how much; `digits` after the point.
pub(super) fn smaller(what: &str, (ff, bp): (f64, f64), digits: usize, unit: &str) -> String {
    let (a, b) = (format!("{ff:.digits$}"), format!("{bp:.digits$}"));
    if a == b {
        return format!("{what} is the same for both: {a}{unit}.");
    }
    let (who, by) = if ff < bp { ("Forward-Forward", bp - ff) } else { ("backprop", ff - bp) };
    format!("{what} is lower for {who}, by {by:.digits$}{unit} ({a} against {b}{unit}).")
}

/// How many times the larger of two numbers is the smaller, in words.
pub(super) fn times(what: &str, (ff, bp): (f64, f64)) -> String {
    if !(ff > 0.0 && bp > 0.0) {
        return format!("{what} was not measured for both.");
    }
    let (who, ratio) = if ff > bp { ("Forward-Forward", ff / bp) } else { ("backprop", bp / ff) };
    match format!("{ratio:.2}").as_str() {
        "1.00" => format!("{what} is the same for both within half a percent."),
        ratio => format!("{what} of {who} is {ratio} times that of the other."),
    }
}

/// A number of bytes in MiB.
pub(super) fn mebibytes(bytes: u64) -> String {
    let mebibytes = bytes as f64 / 1_048_576.0;
    if mebibytes >= 1.0 { format!("{mebibytes:.1}") } else { format!("{mebibytes:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_follow_the_numbers() {
        assert_eq!(
            smaller("error", (1.18, 1.24), 2, " %"),
            "error is lower for Forward-Forward, by 0.06 % (1.18 against 1.24 %)."
        );
        assert_eq!(smaller("error", (2.0, 1.5), 1, " %"), "error is lower for backprop, by 0.5 % (2.0 against 1.5 %).");
        assert_eq!(smaller("error", (1.001, 1.002), 2, " %"), "error is the same for both: 1.00 %.");
        assert_eq!(times("rate", (3.0, 1.5)), "rate of Forward-Forward is 2.00 times that of the other.");
        assert_eq!(times("rate", (1.0, 1.001)), "rate is the same for both within half a percent.");
        assert_eq!(times("rate", (0.0, 1.0)), "rate was not measured for both.");
    }

    #[test]
    fn small_numbers_of_bytes_are_seen() {
        assert_eq!([0, 1 << 10, 1 << 20, 123 << 18].map(mebibytes), ["0.000", "0.001", "1.0", "30.8"]);
    }

    #[test]
    fn every_shape_has_every_line() {
        let mut shown = Shown { sentence: "s<".into(), ..Shown::default() };
        shown.line("what & why", "1", "22");
        let page = Page { title: "t".into(), about: "about".into(), rows: vec![("accuracy", "errors", shown)] };
        assert!(page.text().contains("  what & why  1                22\n"), "{}", page.text());
        assert!(page.markdown().contains("| what & why | 1 | 22 |\n\ns<\n"));
        let html = page.html();
        assert!(html.contains("<td>what &amp; why</td>") && html.contains("s&lt;") && !html.contains("http"));
    }
}
