//! Memory that training takes beyond the weights and what the optimizer remembers of each, by depth, of dense layers and of
//! convolutions: each network in a process of its own, for a process never forgets its peak.

use goodness_engine::memory::peak_bytes;

use super::child::ask;
use super::work::{Net, noise};
use super::{BenchError, Measurement, Row, Settings};
use crate::recipe::Recipe;
use crate::train::{Event, Flow, Trainer};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "memory", summary: "training beyond weights and optimizer state, by depth", run };

/// What a question to a process starts with; the kind of layers comes after it, then a dash and the depth.
pub(super) const QUESTION: &str = "memory:";
/// Kinds of layers, and how rows call them.
const KINDS: [(&str, &str); 2] = [("dense", "layers of 1000, batch 512"), ("maps", "convolutions of 40, batch 64")];
/// Numbers that training keeps for each weight: itself, and the two that Adam remembers.
const KEPT: f64 = 3.0;
/// Steps after which nothing grows any more.
const STEPS: usize = 3;

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    // The peak of a process hardly varies.
    let (depths, rounds): (&[usize], _) = if settings.quick { (&[2, 4], 1) } else { (&[4, 16, 64], 3) };
    let mut rows = Vec::new();
    for ((kind, words), depth) in KINDS.into_iter().flat_map(|kind| depths.iter().map(move |depth| (kind, depth))) {
        let question = format!("{QUESTION}{kind}-{depth}");
        let answers: Result<Vec<_>, _> = (0..rounds).map(|_| ask(settings, &question)).collect();
        let beyond = answers?.into_iter().map(|a| (a.figures[0] - a.figures[1]) / f64::from(1 << 20));
        rows.push(Row::plain(format!("{depth} {words}"), "MiB", beyond));
    }
    Ok(rows)
}

/// Trains some steps: the peak of this process, and what of it weights and optimizer take, in bytes.
pub(super) fn answer(network: &str, threads: usize) -> Result<Vec<f64>, BenchError> {
    let unknown = || BenchError::Question { came: format!("{QUESTION}{network}") };
    let (kind, depth) = network.split_once('-').ok_or_else(unknown)?;
    let depth: usize = depth.parse().ok().filter(|depth| (1..=1000).contains(depth)).ok_or_else(unknown)?;
    let mut trainer = match kind {
        "dense" => Net::new(depth, 1000, 512).trainer(threads)?,
        "maps" => maps(depth, threads)?,
        _ => return Err(unknown()),
    };
    let mut done = 0;
    trainer.run(|event| {
        done += usize::from(matches!(event, Event::Step { .. }));
        if done >= STEPS { Flow::Stop } else { Flow::Continue }
    })?;
    let kept = KEPT * trainer.network().parameters() as f64 * size_of::<f32>() as f64;
    Ok(vec![peak_bytes().ok_or(BenchError::Size)? as f64, kept])
}

/// A trainer of `depth` convolutions.
fn maps(depth: usize, threads: usize) -> Result<Trainer, BenchError> {
    let (layers, convolutions) = (vec![40; depth], vec!["{ side = 3 }"; depth].join(", "));
    let text = format!(
        "name = \"bench\"\n[network]\nlayers = {layers:?}\nconvolutions = [{convolutions}]\ngoodness = \"class_mean\"\n\
         normalize = \"batch\"\nreadout = \"class_goodness\"\n[train]\nloss = \"cross_entropy\"\nbatch = 64\n"
    );
    Ok(Trainer::new(&Recipe::parse("bench", &text)?, noise(8 * 64)?, noise(10)?, threads)?)
}
