//! The `goodness` command: one file a verb.
#![forbid(unsafe_code)]

mod commands;
#[cfg(feature = "download")]
mod download;
mod failure;
mod interrupt;
mod progress;

use clap::Parser;

/// Trains neural networks by the Forward-Forward algorithm: no backward pass, every layer learns by itself.
#[derive(Parser)]
#[command(name = "goodness", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Start with:\n  goodness train            learn to read digits, about a minute\n  \
                        goodness recipes          what else there is to train\n  \
                        goodness help train       every option of a command, with an example")]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> std::process::ExitCode {
    let outcome = commands::run(Cli::parse().command);
    failure::exit_code(outcome)
}
