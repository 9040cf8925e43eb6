//! Learns MNIST sample by sample on the host, with the bits that a microcontroller would come to.
//!
//! ```console
//! $ cargo run --release -p goodness-edge --example mnist -- i8-128 --epochs 3
//! ```
//!
//! Chooses nothing and reads no test set unless `--test` is given: the error is that of 10,000 training images held out.

use std::error::Error;
use std::process::ExitCode;

use goodness_core::Rng;
use goodness_edge::precision::Reads;
use goodness_edge::{Net, Rule};
use goodness_mnist::Set;

const PIXELS: usize = 784;

/// What the command line asks for.
struct Options {
    net: String,
    epochs: u64,
    rates: [f32; 2],
    temperature: u8,
    code: u8,
    seed: u64,
    train: usize,
    test: bool,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut o = Options {
        net: "f32-32".into(),
        epochs: 1,
        rates: [0.05, 0.05],
        temperature: 2,
        code: 3,
        seed: 1,
        train: 50_000,
        test: false,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--test" => o.test = true,
            "--epochs" => o.epochs = value()?.parse()?,
            "--rate" => o.rates[0] = value()?.parse()?,
            "--rate2" => o.rates[1] = value()?.parse()?,
            "--temperature" => o.temperature = value()?.parse()?,
            "--code" => o.code = value()?.parse()?,
            "--seed" => o.seed = value()?.parse()?,
            "--train" => o.train = value()?.parse()?,
            _ if arg.starts_with("--") => return Err(format!("unknown option {arg}").into()),
            _ => o.net = arg,
        }
    }
    Ok(o)
}

/// Share of images from `from` on that are misread: by the first layer alone, and by both.
fn errors<W: Reads<u8>, const A: usize, const B: usize>(
    net: &mut Net<W, PIXELS, A, B, 10>,
    set: &Set,
    from: usize,
) -> Result<[f64; 2], Box<dyn Error>> {
    let mut wrong = [0; 2];
    for (x, label) in set.images.chunks_exact(PIXELS).zip(&set.labels).skip(from) {
        let both = net.predict(x)?.label;
        let first = (0..10).fold(0, |best, k| if net.goodness()[0][k] > net.goodness()[0][best] { k } else { best });
        wrong[0] += usize::from(first != usize::from(*label));
        wrong[1] += usize::from(both != *label);
    }
    Ok(wrong.map(|w| 100.0 * w as f64 / (set.labels.len() - from) as f64))
}

fn run<W: Reads<u8>, const A: usize, const B: usize>(o: &Options) -> Result<(), Box<dyn Error>> {
    let set = goodness_mnist::train()?;
    let mut net: Box<Net<W, PIXELS, A, B, 10>> = Box::new(Net::blank());
    net.start(o.seed, Rule::new());
    println!("{} {PIXELS}-{A}-{B}: {} bytes", W::NAME, Net::<W, PIXELS, A, B, 10>::TRAIN_BYTES);
    let rates = o.rates.map(|rate| (65_536.0 * rate) as u32);
    let rule = Rule { rates, temperature: o.temperature, code: o.code };
    let total = o.epochs as u32 * o.train as u32;
    for epoch in 0..o.epochs {
        let mut order: Vec<usize> = (0..o.train).collect();
        let mut rng = Rng::keyed(o.seed, Rng::ORDER, epoch);
        (1..order.len()).rev().for_each(|i| order.swap(i, rng.below(i as u32 + 1) as usize));
        for row in order {
            *net.rule_mut() = rule.at(net.step(), total);
            net.learn(&set.images[row * PIXELS..(row + 1) * PIXELS], set.labels[row])?;
        }
        let [first, both] = errors(&mut net, &set, 50_000)?;
        println!("epoch {}: {first:.2} % by the first layer, {both:.2} % by both, of 10,000 held out", epoch + 1);
    }
    println!("{:?}", net.health());
    if o.test {
        println!("test error {:.2} %", errors(&mut net, &goodness_mnist::test()?, 0)?[1]);
    }
    Ok(())
}

fn main() -> ExitCode {
    let done = options().and_then(|o| match o.net.as_str() {
        "f32-32" => run::<f32, 32, 32>(&o),
        "i16-32" => run::<i16, 32, 32>(&o),
        "i8-32" => run::<i8, 32, 32>(&o),
        "i16-64" => run::<i16, 64, 64>(&o),
        "i8-128" => run::<i8, 128, 128>(&o),
        "f32-128" => run::<f32, 128, 128>(&o),
        "i8-16" => run::<i8, 16, 16>(&o),
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
