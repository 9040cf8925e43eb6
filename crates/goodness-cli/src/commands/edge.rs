//! `goodness edge`

mod eval;
mod export;
mod image;
mod kinds;
mod train;

use anyhow::Result;

use crate::failure::Done;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  goodness edge train i8-784-32-32-10 --epochs 3 --out digits.edge\n  goodness edge eval \
                        digits.edge\n  goodness edge export digits.edge --as c --out digits.h\n\nThe file is what a \
                        device's flash holds: a device goes on learning from it, and what is read back from its flash is \
                        such a file again."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Train a network for a microcontroller on this machine, to the bits that the device would come to
    Train(train::Args),
    /// Measure such a network, or what a device's flash holds, on a data set
    Eval(eval::Args),
    /// Write it as an array in Rust or C, or as an image to flash
    Export(export::Args),
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    match &args.action {
        Action::Train(args) => train::run(args),
        Action::Eval(args) => eval::run(args),
        Action::Export(args) => export::run(args),
    }
}
