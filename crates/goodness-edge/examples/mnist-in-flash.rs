//! Learns MNIST with the first layer in (emulated) flash and a slice of it in memory.
//!
//! ```console
//! $ cargo run --release -p goodness-edge --example mnist-in-flash -- i8-32/2 --epochs 3 --stay 250
//! ```
//!
//! Chooses nothing and reads no test set unless `--test` is given: the error is that of 10,000 training images held out.

mod emulated;

use std::error::Error;
use std::process::ExitCode;

use emulated::Flash;
use goodness_core::Rng;
use goodness_edge::Rule;
use goodness_edge::flash::{Place, Sliced, Turns};
use goodness_edge::precision::Reads;
use goodness_mnist::Set;

const PIXELS: usize = 784;

/// What the command line asks for.
struct Options {
    net: String,
    epochs: u64,
    stay: u32,
    rate: f32,
    temperature: u8,
    seed: u64,
    train: usize,
    test: bool,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let net = "i8-32/2".into();
    let mut o = Options { net, epochs: 1, stay: 250, rate: 0.05, temperature: 2, seed: 1, train: 50_000, test: false };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--test" => o.test = true,
            "--epochs" => o.epochs = value()?.parse()?,
            "--stay" => o.stay = value()?.parse()?,
            "--rate" => o.rate = value()?.parse()?,
            "--temperature" => o.temperature = value()?.parse()?,
            "--seed" => o.seed = value()?.parse()?,
            "--train" => o.train = value()?.parse()?,
            _ if arg.starts_with("--") => return Err(format!("unknown option {arg}").into()),
            _ => o.net = arg,
        }
    }
    Ok(o)
}

fn error<W: Reads<u8>, const A: usize, const B: usize, const S: usize>(
    net: &mut Sliced<W, PIXELS, A, B, 10, S>,
    flash: &mut Flash,
    set: &Set,
    from: usize,
) -> Result<f64, Box<dyn Error>> {
    let mut wrong = 0;
    for (x, label) in set.images.chunks_exact(PIXELS).zip(&set.labels).skip(from) {
        wrong += usize::from(net.predict(flash, x)?.label != *label);
    }
    Ok(100.0 * wrong as f64 / (set.labels.len() - from) as f64)
}

fn run<W: Reads<u8>, const A: usize, const B: usize, const S: usize>(o: &Options) -> Result<(), Box<dyn Error>> {
    let set = goodness_mnist::train()?;
    let turns = Turns { place: Place { offset: 0, erases: 10_000 }, stay: o.stay };
    let mut net: Box<Sliced<W, PIXELS, A, B, 10, S>> = Box::new(Sliced::blank());
    let bytes = Sliced::<W, PIXELS, A, B, 10, S>::flash_bytes::<Flash>();
    let mut flash = Flash::new(bytes);
    net.start(&mut flash, o.seed, Rule::new(), turns)?;
    let memory = Sliced::<W, PIXELS, A, B, 10, S>::TRAIN_BYTES;
    println!("{} {PIXELS}-{A}-{B}, {S} units at a time: {memory} bytes of memory, {bytes} of flash", W::NAME);
    let rate = (65_536.0 * o.rate) as u32;
    let rule = Rule { rates: [rate, rate], temperature: o.temperature, ..Rule::new() };
    let total = o.epochs as u32 * o.train as u32;
    for epoch in 0..o.epochs {
        let mut order: Vec<usize> = (0..o.train).collect();
        let mut rng = Rng::keyed(o.seed, Rng::ORDER, epoch);
        (1..order.len()).rev().for_each(|i| order.swap(i, rng.below(i as u32 + 1) as usize));
        for row in order {
            *net.rule_mut() = rule.at(net.step(), total);
            net.learn(&mut flash, &set.images[row * PIXELS..(row + 1) * PIXELS], set.labels[row])?;
        }
        let error = error(&mut net, &mut flash, &set, 50_000)?;
        let worst = flash.erases.iter().max().copied().unwrap_or(0);
        println!("epoch {}: {error:.2} % of 10,000 held out; at most {worst} erases of a page", epoch + 1);
    }
    println!("{:?}", net.health());
    if o.test {
        println!("test error {:.2} %", error(&mut net, &mut flash, &goodness_mnist::test()?, 0)?);
    }
    Ok(())
}

fn main() -> ExitCode {
    let done = options().and_then(|o| match o.net.as_str() {
        "i8-32/2" => run::<i8, 32, 32, 2>(&o),
        "i8-32/4" => run::<i8, 32, 32, 4>(&o),
        "i16-32/4" => run::<i16, 32, 32, 4>(&o),
        "i8-64/4" => run::<i8, 64, 32, 4>(&o),
        "f32-32/2" => run::<f32, 32, 32, 2>(&o),
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
