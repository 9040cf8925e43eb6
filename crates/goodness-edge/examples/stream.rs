//! Writes digits for a device to learn, and prints what the device must come to.
//!
//! ```console
//! $ cargo run --release -p goodness-edge --example stream -- i8-16 500 100 samples.bin
//! $ cargo run --release -p goodness-edge --example stream -- i8-128 full samples.bin
//! ```

mod emulated;
mod heartbeat;
mod lesson;

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
use lesson::Lesson;

/// The file that a device reads: four numbers, then samples with their labels.
fn write(lesson: &Lesson, train: &Set, test: &Set, path: &str) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let counts = [lesson.rows.len() as u32, lesson.tested as u32];
    for number in counts.into_iter().chain([lesson.rate, lesson.stay]) {
        file.write_all(&number.to_le_bytes())?;
    }
    for (x, label) in lesson.train(train).chain(lesson.test(test)) {
        file.write_all(x)?;
        file.write_all(&[label])?;
    }
    file.flush()
}

fn run<W: Reads<u8>, const A: usize, const B: usize>(lesson: &Lesson, path: &str) -> Result<(), Box<dyn Error>> {
    let (train, test) = (goodness_mnist::train()?, goodness_mnist::test()?);
    write(lesson, &train, &test, path)?;
    let mut net: Box<Net<W, 784, A, B, 10>> = Box::new(Net::blank());
    net.start(1, lesson.rule(0));
    for (i, (x, label)) in lesson.train(&train).enumerate() {
        *net.rule_mut() = lesson.rule(i);
        net.learn(x, label)?;
    }
    let digest = net.digest();
    let mut wrong = 0;
    for (x, label) in lesson.test(&test) {
        wrong += usize::from(net.predict(x)?.label != label);
    }
    lesson.print(digest, wrong);
    Ok(())
}

fn run_sliced<W: Reads<u8>, const S: usize>(lesson: &Lesson, path: &str) -> Result<(), Box<dyn Error>> {
    let (train, test) = (goodness_mnist::train()?, goodness_mnist::test()?);
    write(lesson, &train, &test, path)?;
    let turns = Turns { place: Place { offset: 0, erases: 10_000 }, stay: lesson.stay };
    let (mut net, mut flash) = (
        Box::new(Sliced::<W, 784, 32, 32, 10, S>::blank()),
        Flash::new(Sliced::<W, 784, 32, 32, 10, S>::flash_bytes::<Flash>()),
    );
    net.start(&mut flash, 1, lesson.rule(0), turns)?;
    for (i, (x, label)) in lesson.train(&train).enumerate() {
        *net.rule_mut() = lesson.rule(i);
        net.learn(&mut flash, x, label)?;
    }
    let digest = net.digest(&mut flash)?;
    let mut wrong = 0;
    for (x, label) in lesson.test(&test) {
        wrong += usize::from(net.predict(&mut flash, x)?.label != label);
    }
    lesson.print(digest, wrong);
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
    let done = Lesson::of(&args).and_then(|(lesson, path)| match args[0].as_str() {
        "f32-32" => run::<f32, 32, 32>(&lesson, path),
        "i16-32" => run::<i16, 32, 32>(&lesson, path),
        "i8-128" => run::<i8, 128, 128>(&lesson, path),
        "i8-32-slices" => run_sliced::<i8, 2>(&lesson, path),
        "i8-32-slices4" => run_sliced::<i8, 4>(&lesson, path),
        "i16-32-slices" => run_sliced::<i16, 4>(&lesson, path),
        "heartbeats" => run_heartbeats(),
        "i8-16" => run::<i8, 16, 16>(&lesson, path),
        other => Err(format!("unknown network {other}").into()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
