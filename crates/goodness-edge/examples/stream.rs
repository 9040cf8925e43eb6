//! Writes digits for a device to learn, and prints what the device must come to.
//!
//! ```console
//! $ cargo run --release -p goodness-edge --example stream -- i8-32 500 100 samples.bin
//! ```

mod emulated;
mod heartbeat;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use emulated::Flash;
use goodness_edge::flash::{Place, Sliced, Turns};
use goodness_edge::precision::Reads;
use goodness_edge::{Baseline, Net, Rule};
use goodness_mnist::Set;
use heartbeat::{Beat, UNUSUAL, VALUES, beat};

fn rows(set: &Set, count: usize) -> impl Iterator<Item = (&[u8], u8)> {
    set.images.chunks_exact(784).zip(set.labels.iter().copied()).cycle().take(count)
}

fn write(train: (&Set, usize), test: (&Set, usize), path: &str) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for count in [train.1, test.1] {
        file.write_all(&(count as u32).to_le_bytes())?;
    }
    for (x, label) in rows(train.0, train.1).chain(rows(test.0, test.1)) {
        file.write_all(x)?;
        file.write_all(&[label])?;
    }
    file.flush()
}

fn run<W: Reads<u8>, const A: usize, const B: usize>(args: &[String]) -> Result<(), Box<dyn Error>> {
    let (learned, tested): (usize, usize) = (args[1].parse()?, args[2].parse()?);
    let (train, test) = (goodness_mnist::train()?, goodness_mnist::test()?);
    write((&train, learned), (&test, tested), &args[3])?;
    let mut net: Box<Net<W, 784, A, B, 10>> = Box::new(Net::blank());
    net.start(1, Rule::wide(A as u32));
    for (x, label) in rows(&train, learned) {
        net.learn(x, label)?;
    }
    let digest = net.digest();
    let mut wrong = 0;
    for (x, label) in rows(&test, tested) {
        wrong += usize::from(net.predict(x)?.label != label);
    }
    println!("digest {digest:08x} after {learned} samples, {wrong} of {tested} misread");
    Ok(())
}

fn run_sliced<W: Reads<u8>, const S: usize>(args: &[String]) -> Result<(), Box<dyn Error>> {
    let (learned, tested): (usize, usize) = (args[1].parse()?, args[2].parse()?);
    let (train, test) = (goodness_mnist::train()?, goodness_mnist::test()?);
    write((&train, learned), (&test, tested), &args[3])?;
    let turns = Turns { place: Place { offset: 0, erases: 10_000 }, stay: 100 };
    let (mut net, mut flash) = (
        Box::new(Sliced::<W, 784, 32, 32, 10, S>::blank()),
        Flash::new(Sliced::<W, 784, 32, 32, 10, S>::flash_bytes::<Flash>()),
    );
    net.start(&mut flash, 1, Rule::new(), turns)?;
    for (x, label) in rows(&train, learned) {
        net.learn(&mut flash, x, label)?;
    }
    let digest = net.digest(&mut flash)?;
    let mut wrong = 0;
    for (x, label) in rows(&test, tested) {
        wrong += usize::from(net.predict(&mut flash, x)?.label != label);
    }
    println!("digest {digest:08x} after {learned} samples, {wrong} of {tested} misread");
    Ok(())
}

/// Beats are made up on the device, so there is nothing to write.
fn run_heartbeats() -> Result<(), Box<dyn Error>> {
    let mut usual = Box::new(Baseline::<f32, i16, VALUES, 32>::blank());
    usual.start(1, Rule::new());
    (0..2000).try_for_each(|i| usual.learn(&beat(1, i, Beat::Normal)))?;
    usual.forget_band();
    (2000..2500).try_for_each(|i| usual.follow(&beat(1, i, Beat::Normal)))?;
    let mut alarms = [0; 5];
    for (alarms, kind) in alarms.iter_mut().zip(std::iter::once(&Beat::Normal).chain(&UNUSUAL)) {
        for i in 2500..2600 {
            *alarms += u32::from(usual.score(&beat(1, i, *kind))?.abs() > 3.0);
        }
    }
    println!("digest {:08x} after 2000 beats, alarms in 100 of each kind: {alarms:?}", usual.digest());
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        _ if args.len() != 4 => Err("usage: stream NETWORK LEARNED TESTED FILE".into()),
        Some("f32-32") => run::<f32, 32, 32>(&args),
        Some("i16-32") => run::<i16, 32, 32>(&args),
        Some("i8-128") => run::<i8, 128, 128>(&args),
        Some("i8-32-slices") => run_sliced::<i8, 2>(&args),
        Some("i8-32-slices4") => run_sliced::<i8, 4>(&args),
        Some("i16-32-slices") => run_sliced::<i16, 4>(&args),
        Some("heartbeats") => run_heartbeats(),
        Some("i8-16") => run::<i8, 16, 16>(&args),
        Some(other) => Err(format!("unknown network {other}").into()),
        None => Err("no network".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
