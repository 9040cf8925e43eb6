//! `goodness completions`

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::Cli;
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Example:\n  goodness completions bash > ~/.local/share/bash-completion/completions/goodness")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "goodness", &mut script);
    super::print_line(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Done::Fully)
}
