//! `goodness edge export`

use std::path::PathBuf;

use anyhow::{Context, Result};
use goodness::files::write_whole;
use goodness_edge::network::Network;

use super::image;
use crate::commands::print_line;
use crate::failure::{Done, Usage};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness edge export digits.edge --as c --out digits.h\n  goodness edge export \
                        flash.bin --as rust --name DIGITS --out digits.rs\n  goodness edge export flash.bin --as image \
                        --out digits.edge")]
pub(crate) struct Args {
    /// An image, or what was read from a device's flash: the newest whole state in it counts
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// A Rust file, a C header, or the bytes to flash
    #[arg(long = "as", value_name = "FORM")]
    form: Form,
    /// What the array is called [default: network, in capitals for Rust]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    Rust,
    C,
    Image,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let name = name(args)?;
    let net = image::load(&args.image)?;
    let bytes = image::bytes(&*net)?;
    let written = match args.form {
        Form::Rust => rust(&*net, &name, &bytes).into_bytes(),
        Form::C => c(&*net, &name, &bytes).into_bytes(),
        Form::Image => bytes,
    };
    write_whole(&args.out, &written).with_context(|| format!("{}: cannot write it", args.out.display()))?;
    print_line(&format!("{}: {} after {} samples", args.out.display(), net.shape(), net.step()))?;
    Ok(Done::Fully)
}

/// A name that both languages take.
fn name(args: &Args) -> Result<String> {
    let own = if matches!(args.form, Form::Rust) { "NETWORK" } else { "network" };
    let name = args.name.as_deref().unwrap_or(own);
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(name.to_string());
    }
    Err(Usage(format!("--name {name:?}: expected letters, digits and _, not a digit first")).into())
}

/// What the array is, in a line.
fn summary(net: &dyn Network) -> String {
    format!("{} after {} samples, digest {:08x}.", net.shape(), net.step(), net.digest())
}

/// Rows of twenty numbers.
fn rows(bytes: &[u8]) -> String {
    let row = |row: &[u8]| row.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    bytes.chunks(20).map(|bytes| format!("    {},\n", row(bytes))).collect()
}

fn rust(net: &dyn Network, name: &str, bytes: &[u8]) -> String {
    let (summary, n, rows) = (summary(net), bytes.len(), rows(bytes));
    format!("/// {summary}\n#[rustfmt::skip]\npub static {name}: [u8; {n}] = [\n{rows}];\n")
}

fn c(net: &dyn Network, name: &str, bytes: &[u8]) -> String {
    let (summary, n, rows) = (summary(net), bytes.len(), rows(bytes));
    format!("/* {summary} */\n#pragma once\n#include <stdint.h>\n\nstatic const uint8_t {name}[{n}] = {{\n{rows}}};\n")
}
