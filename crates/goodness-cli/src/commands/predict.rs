//! `goodness predict`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use goodness::data::{Dataset, prepare};
use goodness::engine::Pool;
use goodness::model::Model;
use goodness::network::Network;
use goodness::run::Test;
use serde::Serialize;

use super::{print_json, print_line};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Example:\n  goodness predict runs/mnist-1/model.safetensors digit.png photo.jpg")]
pub(crate) struct Args {
    /// A model file
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// PNG or JPEG pictures of any size
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<PathBuf>,
    /// Say the mean of the scores of each picture and of its mirror image
    #[arg(long)]
    flip: bool,
    /// Print one line of JSON a picture
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Prediction {
    image: String,
    prepared: Vec<String>,
    label: usize,
    class: String,
    #[serde(skip)]
    classes: Vec<String>,
    scores: Vec<f32>,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let Model { network, .. } = Model::load(&args.model)?;
    let pool = Pool::new(0)?;
    let mut failed = 0;
    for image in &args.images {
        match predict(&network, (&pool, args.flip), image) {
            Ok(prediction) if args.json => print_json(&prediction)?,
            Ok(prediction) => print_line(&words(&prediction))?,
            // The other pictures can still be read.
            Err(error) => {
                eprintln!("error: {error:#}");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of {} pictures could not be read", args.images.len());
    }
    Ok(Done::Fully)
}

fn predict(network: &Network, (pool, flip): (&Pool, bool), image: &Path) -> Result<Prediction> {
    let prepared = prepare(image, network.shape)?;
    let one = Dataset::new("picture", prepared.pixels, vec![0], network.classes, network.shape)?;
    let read = Test::read(network, pool, &one)?;
    let read = if flip { read.flipped(network, pool, &one) } else { read };
    let scores = read.scores().data().to_vec();
    let label = goodness::core::math::argmax(&scores);
    let classes: Vec<String> = (0..network.classes).map(|k| network.class_name(k)).collect();
    let class = classes[label].clone();
    Ok(Prediction { image: image.display().to_string(), prepared: prepared.steps, label, class, classes, scores })
}

fn words(p: &Prediction) -> String {
    // Goodnesses of different labels are close together: what counts is who is ahead, and by how much.
    let least = p.scores.iter().copied().fold(f32::INFINITY, f32::min);
    let span = (p.scores[p.label] - least).max(f32::MIN_POSITIVE);
    let bar = |score: f32| "█".repeat((30.0 * (score - least) / span).round() as usize);
    let longest = p.classes.iter().map(|name| name.chars().count()).max().unwrap_or(1);
    let line = |(k, score): (usize, &f32)| {
        let mark = if k == p.label { "→" } else { " " };
        format!("  {mark} {:<longest$}  {score:>9.4}  {}", p.classes[k], bar(*score))
    };
    let scores: Vec<String> = p.scores.iter().enumerate().map(line).collect();
    let steps: Vec<String> = p.prepared.iter().map(|step| format!("  {step}")).collect();
    format!("{}: {}\n{}\n{}", p.image, p.class, steps.join("\n"), scores.join("\n"))
}
