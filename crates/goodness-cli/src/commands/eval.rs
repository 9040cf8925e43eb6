//! `goodness eval`

use std::path::PathBuf;

use anyhow::Result;
use goodness::data::{self, DataError, Dataset, Source};
use goodness::engine::Pool;
use goodness::model::Model;
use goodness::precision;
use goodness::run::Test;
use serde::Serialize;

use super::{name_left_out, print_json, print_line};
use crate::failure::Done;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  goodness eval runs/mnist-1/model.safetensors\n  \
                        goodness eval runs/mnist-1/model.safetensors --data path/to/folder --json\n  \
                        goodness eval runs/cifar-1/model.safetensors --flip")]
pub(crate) struct Args {
    /// A model file
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// A known set or a folder of data, whose test part is read, pictures by the recipe's rules
    /// [default: the set it was trained on]
    #[arg(long, value_name = "SET|FOLDER")]
    data: Option<String>,
    /// How operands of products are rounded: f32, bf16 or int8 [default: as it was trained]
    #[arg(long, value_name = "NAME", value_parser = goodness::precision::names())]
    precision: Option<String>,
    /// Read the mirror image of every image too, and say the error by the mean of both scores beside the error without
    #[arg(long)]
    flip: bool,
    /// Threads that compute; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Evaluation {
    model: String,
    recipe: String,
    data: String,
    samples: usize,
    error: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_flipped: Option<f64>,
    classes: Vec<String>,
    class_errors: Vec<Option<f64>>,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let Model { mut network, recipe } = Model::load(&args.model)?;
    args.precision.as_deref().and_then(precision::by_name).iter().for_each(|p| network.set_precision(*p));
    let set = args.data.as_ref().unwrap_or(&recipe.data.set).clone();
    let test = load(Source { set, pictures: recipe.data.pictures })?;
    name_left_out(&test);
    let pool = Pool::new(args.threads)?;
    let read = Test::read(&network, &pool, &test)?;
    let confusion = read.confusion();
    let class_error = |k: usize| {
        let row = &confusion.counts[k * confusion.classes..][..confusion.classes];
        let all: u32 = row.iter().sum();
        (all > 0).then(|| 100.0 * f64::from(all - row[k]) / f64::from(all))
    };
    let evaluation = Evaluation {
        model: args.model.display().to_string(),
        recipe: recipe.name,
        data: test.name().to_string(),
        samples: test.len(),
        error: read.error(),
        error_flipped: args.flip.then(|| read.flipped(&network, &pool, &test).error()),
        classes: (0..confusion.classes).map(|k| network.class_name(k)).collect(),
        class_errors: (0..confusion.classes).map(class_error).collect(),
    };
    if args.json {
        print_json(&evaluation)?
    } else {
        print_line(&words(&evaluation))?
    }
    Ok(Done::Fully)
}

/// The test part: pictures by the rules of the model's recipe, all other data as they are.
fn load(source: Source) -> Result<Dataset, DataError> {
    let as_it_is = Source::from(source.set.as_str());
    match data::load_test(source) {
        Err(DataError::NotForPictures { .. }) => data::load_test(as_it_is),
        read => read,
    }
}

fn words(e: &Evaluation) -> String {
    let head = format!("{}: error {:.2} % on {} samples of {}", e.model, e.error, e.samples, e.data);
    let flipped = e.error_flipped.map(|error| format!("  averaged with the mirror image: error {error:.2} %"));
    let line = |(k, error): (usize, &Option<f64>)| match error {
        Some(error) => format!("  class {}: {error:.2} %", e.classes[k]),
        None => format!("  class {}: no samples", e.classes[k]),
    };
    std::iter::once(head)
        .chain(flipped)
        .chain(e.class_errors.iter().enumerate().map(line))
        .collect::<Vec<_>>()
        .join("\n")
}
