//! `goodness data`

#[cfg(feature = "download")]
mod get;

use anyhow::Result;
use goodness::data::{FoundFile, KNOWN, KnownSet, Place};
use serde::Serialize;

use super::{print_json, print_line};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness data\n  goodness data get cifar10\n\nYour own set, by --set \
                        data.set=FOLDER: a folder of PNG or JPEG pictures for each class, CIFAR batches, or MNIST's four \
                        IDX files.\nSets that are known are looked for in $GOODNESS_DATA/<name> and data/<name>.")]
pub(crate) struct Args {
    #[cfg(feature = "download")]
    #[command(subcommand)]
    action: Option<Action>,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[cfg(feature = "download")]
#[derive(clap::Subcommand)]
enum Action {
    /// Download a known set
    Get(get::Args),
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    summary: &'static str,
    classes: usize,
    found: Option<String>,
    looked: Vec<String>,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    name: String,
    sha256: String,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    #[cfg(feature = "download")]
    if let Some(Action::Get(args)) = &args.action {
        return get::run(args);
    }
    let rows = KNOWN.iter().map(row).collect::<Result<Vec<_>>>()?;
    if args.json {
        print_json(&rows)?;
        return Ok(Done::Fully);
    }
    for row in &rows {
        print_line(&words(row))?;
    }
    Ok(Done::Fully)
}

fn row(set: &KnownSet) -> Result<Row> {
    let KnownSet { name, summary, classes, .. } = *set;
    let found = |found: Option<String>, files: Vec<FoundFile>, looked: Vec<String>| {
        let files = files.into_iter().map(|f| File { name: f.name, sha256: f.sha256 }).collect();
        Row { name, summary, classes, found, looked, files }
    };
    Ok(match set.find()? {
        Place::Bundled(files) => found(Some("inside the program".to_string()), files, Vec::new()),
        Place::Folder(path, files) => found(Some(path.display().to_string()), files, Vec::new()),
        Place::Nowhere(looked) => found(None, Vec::new(), looked.iter().map(|p| p.display().to_string()).collect()),
    })
}

fn words(row: &Row) -> String {
    let place = match &row.found {
        Some(place) => format!("found: {place}"),
        None => format!("not here; looked in {}", row.looked.join(", ")),
    };
    let files: String = row.files.iter().map(|f| format!("\n    {}  {}", &f.sha256, f.name)).collect();
    format!("{}\n    {}\n    {place}{files}", row.name, row.summary)
}
