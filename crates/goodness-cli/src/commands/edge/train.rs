//! `goodness edge train`

use std::path::PathBuf;

use anyhow::{Context, Result};
use goodness::core::Rng;
use goodness::data::{self, Dataset};
use goodness::files::write_whole;
use goodness_edge::Rule;
use goodness_edge::network::{Network, Values};

use super::{image, kinds};
use crate::commands::{name_left_out, print_line};
use crate::failure::{Done, Usage};

/// One in rates of the rule.
const ONE: f64 = 65_536.0;

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  goodness edge train i8-784-32-32-10 --epochs 3 --out digits.edge\n  goodness edge \
                        train --from flash.bin --data my-digits --out digits.edge"
)]
pub(crate) struct Args {
    /// Precision, inputs, units of both layers, classes
    #[arg(value_name = "NETWORK", value_parser = clap::builder::PossibleValuesParser::new(kinds::names()),
          required_unless_present = "from", conflicts_with = "from")]
    network: Option<String>,
    /// Go on from an image, or from what was read from a device's flash
    #[arg(long, value_name = "IMAGE")]
    from: Option<PathBuf>,
    /// Where to write the image
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A known set or a folder of data, whose training part is learned
    #[arg(long, value_name = "SET|FOLDER", default_value = "mnist")]
    data: String,
    /// How often every sample is learned
    #[arg(long, value_name = "N", default_value_t = 3)]
    epochs: u64,
    /// Samples held out at the end of the training part, and read after each epoch
    #[arg(long, value_name = "N", default_value_t = 0)]
    validation: usize,
    /// Step size, held for half of the training and then brought down to 0 [default: 0.05 for 32 units, 0.1 for 64, …]
    #[arg(long, value_name = "RATE")]
    rate: Option<f64>,
    /// Seed of weights, order and rounding
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<Done> {
    let mut net = network(args)?;
    let all = data::load_train(args.data.as_str())?;
    name_left_out(&all);
    image::check(&*net, &all)?;
    let (train, validation) = match args.validation {
        0 => (all, None),
        rows => all.split_tail(rows).map(|(train, validation)| (train, Some(validation)))?,
    };
    let rates = rates(args, &*net)?;
    for epoch in 0..args.epochs {
        learn(&mut *net, &train, args, epoch, rates)?;
        print_line(&progress(&mut *net, validation.as_ref(), epoch)?)?;
    }
    // A device that goes on learns at the full rate again.
    net.rule_mut().rates = rates;
    write_whole(&args.out, &image::bytes(&*net)?)
        .with_context(|| format!("{}: cannot write it", args.out.display()))?;
    print_line(&format!("{}: {}, digest {:08x}", args.out.display(), kinds::name(&*net), net.digest()))?;
    Ok(Done::Fully)
}

/// The network to train: a new one, or the one in a file.
fn network(args: &Args) -> Result<Box<dyn Network>> {
    if let Some(path) = &args.from {
        return image::load(path);
    }
    let wanted = args.network.as_deref().unwrap_or_default();
    let mut net = kinds::by_name(wanted).ok_or_else(|| Usage(format!("no network is called {wanted:?}")))?;
    let units = net.shape().units[0] as u32;
    net.start(args.seed, Rule::wide(units));
    Ok(net)
}

fn rates(args: &Args, net: &dyn Network) -> Result<[u32; 2]> {
    match args.rate {
        None => Ok(Rule::wide(net.shape().units[0] as u32).rates),
        Some(rate) if rate > 0.0 && rate <= 16.0 => Ok([(ONE * rate) as u32; 2]),
        Some(rate) => Err(Usage(format!("--rate {rate}: expected a number above 0, 16 at most")).into()),
    }
}

/// Learns every sample once, in an order of this epoch's own.
fn learn(net: &mut dyn Network, set: &Dataset, args: &Args, epoch: u64, rates: [u32; 2]) -> Result<()> {
    let mut order: Vec<usize> = (0..set.len()).collect();
    let mut rng = Rng::keyed(args.seed, Rng::ORDER, epoch);
    (1..order.len()).rev().for_each(|i| order.swap(i, rng.below(i as u32 + 1) as usize));
    let steps = |epochs: u64| u32::try_from(epochs.saturating_mul(set.len() as u64)).unwrap_or(u32::MAX);
    let (before, total) = (steps(epoch), steps(args.epochs));
    for (i, row) in order.into_iter().enumerate() {
        net.rule_mut().rates = Rule { rates, ..Rule::new() }.at(before.saturating_add(i as u32), total).rates;
        net.learn(Values::U8(set.row(row)), set.label(row))?;
    }
    Ok(())
}

fn progress(net: &mut dyn Network, validation: Option<&Dataset>, epoch: u64) -> Result<String> {
    let health = net.health();
    let mut line = format!("epoch {}: {:.1} % of the last samples read rightly", epoch + 1, 100.0 * health.accuracy);
    if let Some(set) = validation {
        let wrong = image::misread(net, set)?;
        line += &format!(", {:.2} % of {} held out misread", 100.0 * wrong as f64 / set.len().max(1) as f64, set.len());
    }
    if let Some(symptom) = health.symptom() {
        line += &format!("; {symptom}");
    }
    Ok(line)
}
