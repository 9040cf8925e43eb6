//! Several runs beside one another: what each recipe reached over its seeds, as text, as Markdown and as a page.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::chart::{Line, lines};
use super::page;
use super::{EpochRecord, Summary};
use crate::recipe::{BUILTIN, Recipe};

/// The runs of one recipe, one a seed.
#[derive(Clone, Debug)]
pub struct Group {
    /// The recipe's name.
    pub recipe: String,
    /// The runs, in the order of their seeds.
    pub runs: Vec<Run>,
}

/// A run that is done.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its figures.
    pub summary: Summary,
    /// Its epochs, where they are known.
    pub epochs: Vec<EpochRecord>,
}

/// Recipes side by side, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// One for each recipe.
    pub groups: Vec<Group>,
}

/// Mean and sample standard deviation; the deviation of one number is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Sample standard deviation.
    pub sd: Option<f64>,
}

impl Spread {
    /// Of some numbers; none of none.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
        (n > 0.0).then(|| Self { mean, sd: (n > 1.0).then(|| (squares / (n - 1.0)).sqrt()) })
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.sd {
            Some(sd) => write!(f, "{:.2} ± {sd:.2}", self.mean),
            None => write!(f, "{:.2}", self.mean),
        }
    }
}

impl Group {
    /// The numbers that `of` finds in the runs.
    fn numbers(&self, of: impl Fn(&Summary) -> Option<f64>) -> Vec<f64> {
        self.runs.iter().filter_map(|run| of(&run.summary)).collect()
    }

    /// What `of` finds in the runs: once where they agree, else everything that they differ in.
    fn distinct<T: Ord + ToString>(&self, of: impl Fn(&Summary) -> T) -> String {
        let values: BTreeSet<T> = self.runs.iter().map(|run| of(&run.summary)).collect();
        values.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
    }

    /// Test error over the seeds.
    pub fn test_error(&self) -> Option<Spread> {
        Spread::of(&self.numbers(|s| s.test_error))
    }

    /// Validation error over the seeds.
    pub fn validation_error(&self) -> Option<Spread> {
        Spread::of(&self.numbers(|s| s.validation_error))
    }

    /// Seconds of training, the mean over the seeds.
    pub fn seconds(&self) -> Option<f64> {
        Spread::of(&self.numbers(|s| Some(s.train_seconds))).map(|spread| spread.mean)
    }

    /// The largest peak of memory over the seeds, in MiB.
    pub fn peak_mebibytes(&self) -> Option<f64> {
        self.numbers(|s| Some(s.peak_memory_bytes as f64 / 1_048_576.0)).into_iter().reduce(f64::max)
    }

    /// What the recipe's source reports, where the recipe is one of the program's own and says it.
    fn published(&self) -> Option<f64> {
        let builtin = BUILTIN.iter().find(|b| b.name == self.recipe)?;
        let expected = Recipe::load(builtin.name).ok()?.expected;
        expected.get("published")?.as_float()
    }
}

/// A column: its title, and what a group says in it.
type Column = (&'static str, fn(&Group) -> String);

/// The columns of the table.
const COLUMNS: &[Column] = &[
    ("recipe", |g| g.recipe.clone()),
    ("data", |g| g.distinct(|s| s.data.clone())),
    ("test error %", |g| g.test_error().map_or("–".into(), |e| e.to_string())),
    ("validation %", |g| g.validation_error().map_or("–".into(), |e| e.to_string())),
    ("published %", |g| g.published().map_or("–".into(), |e| format!("{e:.2}"))),
    ("seeds", |g| g.runs.len().to_string()),
    ("epochs", |g| g.distinct(|s| s.epochs)),
    ("threads", |g| g.distinct(|s| s.threads)),
    ("parameters", |g| g.distinct(|s| s.parameters)),
    ("seconds", |g| g.seconds().map_or("–".into(), |s| format!("{s:.0}"))),
    ("peak MiB", |g| g.peak_mebibytes().map_or("–".into(), |m| format!("{m:.0}"))),
];

/// How the table is to be read.
const READING: &str = "Mean ± standard deviation over the seeds; seconds are their mean, peak MiB their largest. The test \
                       set is read once, at the end of each run. Published: what the recipe's source reports; for a \
                       record, the best dense network trained layer by layer before it.";

impl Comparison {
    /// Adds a run to its recipe's group.
    pub fn add(&mut self, run: Run) {
        let at = match self.groups.iter().position(|g| g.recipe == run.summary.recipe) {
            Some(at) => at,
            None => {
                self.groups.push(Group { recipe: run.summary.recipe.clone(), runs: Vec::new() });
                self.groups.len() - 1
            }
        };
        self.groups[at].runs.push(run);
        self.groups[at].runs.sort_by_key(|run| run.summary.seed);
    }

    fn cells(&self) -> Vec<Vec<String>> {
        let head = COLUMNS.iter().map(|(name, _)| name.to_string()).collect();
        let rows = self.groups.iter().map(|group| COLUMNS.iter().map(|(_, cell)| cell(group)).collect());
        std::iter::once(head).chain(rows).collect()
    }

    /// The table as aligned text.
    pub fn text(&self) -> String {
        let cells = self.cells();
        let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
        let mut out = String::new();
        for row in &cells {
            let pad = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width - cell.chars().count()));
            let line: Vec<String> = row.iter().zip(&widths).map(pad).collect();
            let _ = writeln!(out, "{}", line.join("  ").trim_end());
        }
        out
    }

    /// A page of Markdown: how to read the table, and the table.
    pub fn markdown(&self) -> String {
        let mut out = format!("# Results\n\n{READING}\n\n");
        for (i, row) in self.cells().iter().enumerate() {
            let _ = writeln!(out, "| {} |", row.join(" | "));
            if i == 0 {
                let _ = writeln!(out, "|{}", "---|".repeat(row.len()));
            }
        }
        out
    }

    /// A page: the table, and the validation error of every run over its epochs.
    pub fn render(&self) -> String {
        let cells = self.cells();
        let row = |row: &Vec<String>, tag: &str| {
            let cells: String = row.iter().map(|c| format!("<{tag}>{}</{tag}>", page::escape(c))).collect();
            format!("<tr>{cells}</tr>\n")
        };
        let head = cells.first().map_or(String::new(), |c| row(c, "th"));
        let body: String = cells.iter().skip(1).map(|c| row(c, "td")).collect();
        let table = format!("<div class=\"table\"><table class=\"plain\">{head}{body}</table></div>");
        let names: Vec<_> = self.groups.iter().map(|g| page::escape(&g.recipe)).collect();
        let header = format!("<header>\n<h1>{}</h1>\n</header>\n", names.join(" · "));
        let sections = page::section("Results", READING, &table) + &self.curves();
        page::wrap("Comparison · goodness", &(header + &sections))
    }

    fn curves(&self) -> String {
        let line = |(i, group): (usize, &Group)| {
            let colour = format!("var(--c{})", i % 6 + 1);
            let curve = |run: &Run| Line {
                name: page::escape(&format!("{} seed {}", group.recipe, run.summary.seed)),
                colour: colour.clone(),
                dashed: i >= 6,
                points: run.epochs.iter().filter_map(|e| Some((e.epoch as f64, e.validation_error?))).collect(),
            };
            group.runs.iter().filter(|run| !run.epochs.is_empty()).map(curve).collect::<Vec<_>>()
        };
        let all: Vec<Line> = self.groups.iter().enumerate().flat_map(line).collect();
        if all.iter().all(|line| line.points.is_empty()) {
            return String::new();
        }
        let chart = lines("Validation error, %", "epoch", &all);
        page::section("Learning curves", "One line a run, one colour a recipe.", &chart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    fn run(recipe: &str, seed: u64, error: f64) -> Run {
        let report = report(3, 0.5);
        let summary = Summary { recipe: recipe.to_string(), seed, test_error: Some(error), ..report.summary };
        Run { summary, epochs: report.epochs }
    }

    #[test]
    fn seeds_of_a_recipe_share_a_row() {
        let mut all = Comparison::default();
        [run("b", 2, 1.0), run("a<", 1, 4.0), run("b", 1, 3.0)].into_iter().for_each(|run| all.add(run));
        let text = all.text();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 3);
        assert!(rows[1].starts_with("b ") && rows[1].contains("2.00 ± 1.41"), "{text}");
        assert!(rows[2].starts_with("a<") && rows[2].contains("4.00 "), "{text}");
        assert!(all.markdown().lines().nth(5).unwrap().starts_with("|---|"));
        let page = all.render();
        assert!(page.contains("a&lt;") && page.matches("<path class=\"line\"").count() == 3);
    }

    #[test]
    fn what_runs_differ_in_is_said_of_all_of_them() {
        let mut all = Comparison::default();
        for (seed, threads, seconds, mebibytes) in [(1, 2, 10.0, 400), (2, 1, 30.0, 500), (3, 1, 20.0, 300)] {
            let mut run = run("b", seed, 1.0);
            run.summary.threads = threads;
            run.summary.train_seconds = seconds;
            run.summary.peak_memory_bytes = mebibytes << 20;
            all.add(run);
        }
        let row = all.markdown().lines().last().unwrap().to_string();
        assert!(row.contains("| 1, 2 |") && row.ends_with("| 20 | 500 |"), "{row}");
    }
}
