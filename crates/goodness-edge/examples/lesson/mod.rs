//! What a device is taught, in which order, and at which rates.

use std::error::Error;

use goodness_core::Rng;
use goodness_edge::Rule;
use goodness_mnist::Set;

const PIXELS: usize = 784;
/// The training images that are learned from; the others are held out.
const LEARNED: usize = 50_000;

/// Rows of the training set in the order in which they are learned, how many test rows are read after them, and how.
pub(crate) struct Lesson {
    pub(crate) rows: Vec<usize>,
    pub(crate) tested: usize,
    /// Rate of both layers in 65,536ths, brought down at the end; 0: the network's own, held.
    pub(crate) rate: u32,
    /// How many samples a slice learns before the next one.
    pub(crate) stay: u32,
    /// Units of the first layer.
    units: u32,
}

/// Network, epochs, rate and stay of the whole schedules.
const FULL: [(&str, u64, f64, u32); 8] = [
    ("f32-32", 1, 0.05, 0),
    ("i16-32", 1, 0.05, 0),
    ("i8-128", 1, 0.2, 0),
    ("i8-32-slices4", 3, 0.1, 250),
    ("i16-32-slices", 3, 0.1, 250),
    ("i8-32-slices", 2, 0.1, 1000),
    ("i8-16", 1, 0.05, 0),
    // Beats are not streamed, and there is one schedule of them.
    ("heartbeats", 0, 0.0, 0),
];

impl Lesson {
    /// Of `NETWORK LEARNED TESTED FILE` or `NETWORK full FILE`, and the file.
    pub(crate) fn of(args: &[String]) -> Result<(Self, &str), Box<dyn Error>> {
        match args {
            [network, full, path] if full == "full" => Ok((Self::full(network)?, path)),
            [network, learned, tested, path] => {
                let rows = (0..learned.parse()?).map(|i: usize| i % 60_000).collect();
                let units = units(network);
                Ok((Self { rows, tested: tested.parse()?, rate: 0, stay: 100, units }, path))
            }
            _ => Err("usage: stream NETWORK LEARNED TESTED FILE, or stream NETWORK full FILE".into()),
        }
    }

    /// The digits of the examples `mnist` and `mnist-in-flash`, in their order, and the whole test set.
    fn full(network: &str) -> Result<Self, Box<dyn Error>> {
        let known = FULL.iter().find(|(name, ..)| *name == network);
        let (_, epochs, rate, stay) = known.ok_or_else(|| format!("no whole schedule for {network}"))?;
        let rows = (0..*epochs).flat_map(|epoch| order(1, epoch, LEARNED)).collect();
        let rate = (65_536.0 * rate) as u32;
        Ok(Self { rows, tested: 10_000, rate, stay: *stay, units: units(network) })
    }

    /// The rule for sample `i`.
    pub(crate) fn rule(&self, i: usize) -> Rule {
        match self.rate {
            0 => Rule::wide(self.units),
            rate => Rule { rates: [rate; 2], ..Rule::new() }.at(i as u32, self.rows.len() as u32),
        }
    }

    /// What is learned.
    pub(crate) fn train<'a>(&'a self, set: &'a Set) -> impl Iterator<Item = (&'a [u8], u8)> {
        self.rows.iter().map(|row| (&set.images[row * PIXELS..][..PIXELS], set.labels[*row]))
    }

    /// What is read.
    pub(crate) fn test<'a>(&self, set: &'a Set) -> impl Iterator<Item = (&'a [u8], u8)> {
        set.images.chunks_exact(PIXELS).zip(set.labels.iter().copied()).cycle().take(self.tested)
    }

    /// What the device prints too.
    pub(crate) fn print(&self, digest: u32, wrong: usize) {
        println!("digest {digest:08x} after {} samples, {wrong} of {} misread", self.rows.len(), self.tested);
    }
}

/// Units of the first layer, the second word of a network's name.
fn units(network: &str) -> u32 {
    network.split('-').nth(1).and_then(|units| units.parse().ok()).unwrap_or(32)
}

/// Rows `0..rows` in the order of an epoch.
fn order(seed: u64, epoch: u64, rows: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    let mut rng = Rng::keyed(seed, Rng::ORDER, epoch);
    (1..rows).rev().for_each(|i| order.swap(i, rng.below(i as u32 + 1) as usize));
    order
}
