//! `goodness data get`

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::builder::PossibleValuesParser;
use goodness::data::KNOWN;
use ureq::http::Uri;

use crate::commands::print_line;
use crate::download::{self, Wanted};
use crate::failure::{Done, Usage};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness data get cifar10\n  goodness data get fashion --dir ~/data --mirror \
                        http://localhost:8000/fashion\n\nA download that was cut goes on where it stopped. Every file is \
                        checked against its SHA-256 before it takes its place.")]
pub(crate) struct Args {
    /// The set
    #[arg(value_parser = PossibleValuesParser::new(KNOWN.iter().map(|set| set.name)))]
    set: String,
    /// The folder of data sets, in which the set has a folder of its own [default: $GOODNESS_DATA, or data]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where the set's files are, in place of its home
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
}

/// Whether files can be asked for below it.
fn is_url(base: &str) -> bool {
    let names_a_server = |url: Uri| url.host().is_some_and(|host| !host.is_empty());
    ["http://", "https://"].iter().any(|scheme| base.starts_with(scheme)) && base.parse().is_ok_and(names_a_server)
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    // The parser knows the names from the same list.
    let set = KNOWN.iter().find(|set| set.name == args.set).ok_or_else(|| anyhow!("{}: not a known set", args.set))?;
    let base = args.mirror.as_deref().unwrap_or(set.home);
    if !is_url(base) {
        let expected = "expected a URL that starts with http:// or https:// and names a server";
        return Err(Usage(format!("--mirror {base}: {expected}")).into());
    }
    let found = std::env::var_os("GOODNESS_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from);
    let home = args.dir.clone().unwrap_or_else(|| found.clone());
    let folder = home.join(set.name);
    download::set(base, Wanted { remote: set.remote, files: &set.files() }, &folder)?;
    print_line(&format!("{}: {}", set.name, folder.display()))?;
    if home != found {
        eprintln!("recipes find it with GOODNESS_DATA={}", home.display());
    }
    Ok(Done::Fully)
}
