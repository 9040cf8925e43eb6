//! `goodness catalogue`

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use goodness::catalogue::{Info, families};
use serde::Serialize;

use super::{print_json, print_prose};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness catalogue\n  goodness catalogue loss")]
pub(crate) struct Args {
    /// One family only, such as loss
    #[arg(value_name = "FAMILY", value_parser = PossibleValuesParser::new(families().iter().map(|(name, _)| *name)))]
    family: Option<String>,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Member {
    family: &'static str,
    name: &'static str,
    summary: &'static str,
    source: &'static str,
    parameters: Vec<Parameter>,
}

#[derive(Serialize)]
struct Parameter {
    name: &'static str,
    summary: &'static str,
    default: f64,
    min: f64,
    max: f64,
    whole: bool,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let all = families();
    let chosen = all.iter().filter(|(name, _)| args.family.as_ref().is_none_or(|f| f == name));
    if args.json {
        let members = chosen.flat_map(|(family, infos)| infos.iter().map(|info| member(family, info)));
        print_json(&members.collect::<Vec<_>>())?;
        return Ok(Done::Fully);
    }
    for (family, infos) in chosen {
        print_prose(&format!("{family}\n{}", infos.iter().map(words).collect::<String>()))?;
    }
    Ok(Done::Fully)
}

fn member(family: &'static str, info: &Info) -> Member {
    let Info { name, summary, source, params } = *info;
    let parameter = |p: &goodness::catalogue::Param| Parameter {
        name: p.name,
        summary: p.summary,
        default: p.default,
        min: p.min,
        max: p.max,
        whole: p.whole,
    };
    Member { family, name, summary, source, parameters: params.iter().map(parameter).collect() }
}

fn words(info: &Info) -> String {
    let parameter = |p: &goodness::catalogue::Param| {
        format!("      {} = {} [{}, {}]  {}\n", p.name, p.default, p.min, p.max, p.summary)
    };
    let parameters: String = info.params.iter().map(parameter).collect();
    let source = if info.source == "-" { String::new() } else { format!("      from {}\n", info.source) };
    format!("  {}\n      {}\n{source}{parameters}", info.name, info.summary)
}
