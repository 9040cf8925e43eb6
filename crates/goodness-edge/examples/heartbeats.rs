//! Learns what a heart's normal beats are, from normal beats alone, and says which others are unusual.
//!
//! ```console
//! $ cargo run --release -p goodness-edge --example heartbeats
//! $ cargo run --release -p goodness-edge --example heartbeats -- --beats ECG5000_TRAIN.txt ECG5000_TEST.txt
//! ```
//!
//! The beats are synthetic unless files are given: one beat a line, its class first and 140 values behind it, as in the
//! UCR archive; class 1 is normal.

mod heartbeat;

use std::error::Error;
use std::process::ExitCode;

use goodness_edge::{Baseline, Rule};
use heartbeat::{Beat, UNUSUAL, VALUES, beat};

/// Beats learned of each heart, followed after that, and read of each kind.
const COUNTS: [u64; 3] = [2000, 500, 500];
const LIMIT: f32 = 3.0;

/// Share of pairs in which the unusual beat scores higher than the normal one.
fn area(normal: &[f32], unusual: &[f32]) -> f64 {
    let wins = |u: &f32| {
        normal
            .iter()
            .map(|n| {
                if u > n {
                    1.0
                } else if u == n {
                    0.5
                } else {
                    0.0
                }
            })
            .sum::<f64>()
    };
    unusual.iter().map(wins).sum::<f64>() / (normal.len() * unusual.len()).max(1) as f64
}

fn beyond(scores: &[f32]) -> f64 {
    100.0 * scores.iter().filter(|score| **score > LIMIT).count() as f64 / scores.len().max(1) as f64
}

/// Share of alarms, in percent, and area under the curve.
type Found = (f64, f64);

/// Learns one made-up heart; the share of alarms for normal beats, and what was found of each unusual kind.
fn heart(seed: u64) -> Result<(f64, Vec<Found>), Box<dyn Error>> {
    let mut usual = Box::new(Baseline::<f32, i16, VALUES, 32>::blank());
    usual.start(seed, Rule::new());
    let [learned, followed, read] = COUNTS;
    (0..learned).try_for_each(|i| usual.learn(&beat(seed, i, Beat::Normal)))?;
    usual.forget_band();
    (learned..learned + followed).try_for_each(|i| usual.follow(&beat(seed, i, Beat::Normal)))?;
    let mut scores = |kind: Beat| -> Result<Vec<f32>, Box<dyn Error>> {
        let from = learned + followed;
        (from..from + read).map(|i| Ok(usual.score(&beat(seed, i, kind))?.abs())).collect()
    };
    let normal = scores(Beat::Normal)?;
    let kinds = UNUSUAL.iter().map(|kind| scores(*kind).map(|s| (beyond(&s), area(&normal, &s))));
    Ok((beyond(&normal), kinds.collect::<Result<_, _>>()?))
}

fn hearts() -> Result<(), Box<dyn Error>> {
    println!("synthetic beats, {} bytes, alarms at {LIMIT} deviations", Baseline::<f32, i16, VALUES, 32>::TRAIN_BYTES);
    for seed in 1..=10 {
        let (normal, kinds) = heart(seed)?;
        let words: Vec<_> =
            UNUSUAL.iter().zip(kinds).map(|(k, (hit, area))| format!("{k:?} {hit:.1} % ({area:.3})")).collect();
        println!("heart {seed}: normal {normal:.1} %, {}", words.join(", "));
    }
    Ok(())
}

type Labelled = Vec<(bool, [f32; 140])>;

fn beats(path: &str) -> Result<Labelled, Box<dyn Error>> {
    let line = |line: &str| -> Result<(bool, [f32; 140]), Box<dyn Error>> {
        let numbers = line.split([',', ' ', '\t']).filter(|word| !word.is_empty()).map(str::parse::<f32>);
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let (class, values) = numbers.split_first().ok_or("an empty line")?;
        Ok((*class == 1.0, values.try_into().map_err(|_| format!("a beat has {} values, expected 140", values.len()))?))
    };
    std::fs::read_to_string(path)?.lines().map(line).collect()
}

/// Learns the normal beats of the first file, four in five of them, follows the others, and reads the second file.
fn files(train: &str, test: &str) -> Result<(), Box<dyn Error>> {
    let (train, test) = (beats(train)?, beats(test)?);
    let normal: Vec<_> = train.iter().filter(|(normal, _)| *normal).collect();
    let held = normal.len() / 5;
    println!("{} beats learned, {held} followed, {} read", normal.len() - held, test.len());
    for seed in 1..=5 {
        let mut usual = Box::new(Baseline::<f32, f32, 140, 32>::blank());
        usual.start(seed, Rule::new());
        for _ in 0..20 {
            normal[held..].iter().try_for_each(|(_, x)| usual.learn(x))?;
        }
        usual.forget_band();
        normal[..held].iter().try_for_each(|(_, x)| usual.follow(x))?;
        let mut scores = [Vec::new(), Vec::new()];
        for (normal, x) in &test {
            scores[usize::from(!normal)].push(usual.score(x)?.abs());
        }
        let [normal, unusual] = &scores;
        println!(
            "seed {seed}: alarms {:.1} % of normal, {:.1} % of others, area {:.3}",
            beyond(normal),
            beyond(unusual),
            area(normal, unusual)
        );
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => hearts(),
        ["--beats", train, test] => files(train, test),
        _ => Err("usage: heartbeats [--beats TRAIN TEST]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
