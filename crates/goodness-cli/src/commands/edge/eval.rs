//! `goodness edge eval`

use std::path::PathBuf;

use anyhow::Result;
use goodness::data;
use serde::Serialize;

use super::{image, kinds};
use crate::commands::{name_left_out, print_json, print_line};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Example:\n  goodness edge eval flash.bin --data mnist --json")]
pub(crate) struct Args {
    /// An image, or what was read from a device's flash: the newest whole state in it counts
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// A known set or a folder of data, whose test part is read
    #[arg(long, value_name = "SET|FOLDER", default_value = "mnist")]
    data: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Evaluation {
    image: String,
    network: String,
    learned: u32,
    digest: String,
    data: String,
    samples: usize,
    misread: usize,
    error: f64,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let mut net = image::load(&args.image)?;
    let test = data::load_test(args.data.as_str())?;
    name_left_out(&test);
    image::check(&*net, &test)?;
    let (misread, samples) = (image::misread(&mut *net, &test)?, test.len());
    let e = Evaluation {
        image: args.image.display().to_string(),
        network: kinds::name(&*net),
        learned: net.step(),
        digest: format!("{:08x}", net.digest()),
        data: args.data.clone(),
        samples,
        misread,
        error: 100.0 * misread as f64 / samples.max(1) as f64,
    };
    if args.json {
        print_json(&e)?
    } else {
        print_line(&words(&e))?
    }
    Ok(Done::Fully)
}

fn words(e: &Evaluation) -> String {
    let Evaluation { image, network, learned, digest, data, samples, misread, error } = e;
    format!(
        "{image}: {network} after {learned} samples, digest {digest}\nerror {error:.2} %: {misread} of {samples} samples \
         of {data} misread"
    )
}
