//! # Robustness
//!
//! The error when images or weights are not what they were in training.

use goodness::data::Dataset;
use goodness_core::Rng;
use goodness_engine::Matrix;

use super::Both;
use crate::compare::lab::Lab;
use crate::compare::{CompareError, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "robustness",
    measured: "Validation error in percent (5,000 samples, networks of seed 1) under normal noise on the grey levels, under normal \
               noise on the weights (as a share of each matrix's root mean square), and with weights rounded to 8 and to 4 bits \
               (the largest weight of each unit sets its scale).",
    parts: |_| vec!["robustness".to_string()],
    measure,
    show,
};

const SAMPLES: usize = 5000;
const INPUT_NOISE: [f64; 3] = [0.1, 0.2, 0.4];

/// What is done to weights.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Noise(f32),
    Bits(u32),
}

const HARMS: [(&str, Harm); 5] = [
    ("weight noise 10 %", Harm::Noise(0.1)),
    ("weight noise 30 %", Harm::Noise(0.3)),
    ("weight noise 100 %", Harm::Noise(1.0)),
    ("8-bit weights", Harm::Bits(8)),
    ("4-bit weights", Harm::Bits(4)),
];

type Errors = Vec<(String, Both<f64>)>;

fn measure(lab: &mut Lab<'_>, part: &str) -> Result<(), CompareError> {
    let (_, validation) = lab.first(1, SAMPLES)?;
    let mut errors: Errors = vec![("as trained".to_string(), read(lab, &validation)?)];
    for noise in INPUT_NOISE {
        lab.say("noise on images", 0.0)?;
        errors.push((format!("input noise {noise} of full scale"), read(lab, &noisy(&validation, noise)?)?));
    }
    for (name, harm) in HARMS {
        lab.say(name, 0.0)?;
        errors.push((name.to_string(), harmed(lab, &validation, harm)?));
    }
    lab.store.put(part, &errors)
}

fn read(lab: &mut Lab<'_>, data: &Dataset) -> Result<Both<f64>, CompareError> {
    let (trainer, twin) = lab.learned()?;
    let ff = 100.0 * trainer.pool().run(|| trainer.network().error(data));
    let bp = 100.0 * twin.pool().run(|| twin.network().error(data));
    Ok(Both { ff, bp })
}

/// Reads with harmed weights, readouts included, and puts back what they were.
fn harmed(lab: &mut Lab<'_>, data: &Dataset, harm: Harm) -> Result<Both<f64>, CompareError> {
    let (trainer, twin) = lab.learned()?;
    let network = trainer.network_mut();
    let own = network.layers.iter_mut().flat_map(|l| [&mut l.weights, &mut l.head, &mut l.projection]);
    let kept_ff = hurt(own.chain(network.readout.weights_mut()), harm);
    let kept_bp = hurt(twin.network_mut().layers.iter_mut().map(|l| &mut l.weights), harm);
    let errors = read(lab, data)?;
    let (trainer, twin) = lab.learned()?;
    let network = trainer.network_mut();
    let own = network.layers.iter_mut().flat_map(|l| [&mut l.weights, &mut l.head, &mut l.projection]);
    own.chain(network.readout.weights_mut()).zip(kept_ff).for_each(|(w, kept)| *w = kept);
    twin.network_mut().layers.iter_mut().zip(kept_bp).for_each(|(l, kept)| l.weights = kept);
    Ok(errors)
}

/// Harms matrices, and returns what they were.
fn hurt<'a>(all: impl Iterator<Item = &'a mut Matrix>, harm: Harm) -> Vec<Matrix> {
    let one = |(i, w): (usize, &'a mut Matrix)| {
        let before = w.clone();
        match harm {
            Harm::Noise(share) => add_noise(w, share, i as u64),
            Harm::Bits(bits) => (0..w.len()).for_each(|r| round(w.rows_mut().row_mut(r), bits)),
        }
        before
    };
    all.enumerate().map(one).collect()
}

fn add_noise(w: &mut Matrix, share: f32, index: u64) {
    let squares: f64 = w.data().iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    let deviation = share * (squares / w.data().len().max(1) as f64).sqrt() as f32;
    let mut rng = Rng::keyed(1, Rng::WEIGHTS, 1 << 32 | index);
    w.data_mut().iter_mut().for_each(|x| *x += deviation * rng.normal());
}

/// Rounds a unit's weights to multiples of the largest over 2^(bits − 1) − 1.
fn round(row: &mut [f32], bits: u32) {
    let step = row.iter().fold(0.0f32, |m, x| m.max(x.abs())) / ((1u32 << (bits - 1)) - 1) as f32;
    if step > 0.0 {
        row.iter_mut().for_each(|x| *x = (*x / step).round() * step);
    }
}

/// Images with normal noise on their grey levels, which stay between 0 and 255.
fn noisy(data: &Dataset, share: f64) -> Result<Dataset, CompareError> {
    let mut rng = Rng::keyed(1, Rng::AUGMENT, u64::MAX);
    let levels = (0..data.len()).flat_map(|r| data.row(r).iter().copied());
    let noisy =
        levels.map(|p| (f64::from(p) + 255.0 * share * f64::from(rng.normal())).round().clamp(0.0, 255.0) as u8);
    Ok(Dataset::new(data.name(), noisy.collect(), data.labels().to_vec(), data.classes(), data.shape())?)
}

fn show(_: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let Some(errors) = store.get::<Errors>("robustness") else { return shown };
    for (what, e) in &errors {
        shown.line(what.as_str(), format!("{:.2}", e.ff), format!("{:.2}", e.bp));
    }
    shown.sentence = sentence(&errors);
    shown
}

/// In how many of the ways each loses less than the other.
fn sentence(errors: &Errors) -> String {
    let Some(((_, own), harms)) = errors.split_first() else { return String::new() };
    let lost = |e: &Both<f64>| (e.ff - own.ff, e.bp - own.bp);
    let ff = harms.iter().filter(|(_, e)| lost(e).0 < lost(e).1).count();
    let bp = harms.iter().filter(|(_, e)| lost(e).1 < lost(e).0).count();
    let (worst_ff, worst_bp) =
        harms.iter().map(|(_, e)| lost(e)).fold((0.0f64, 0.0f64), |(a, b), (x, y)| (a.max(x), b.max(y)));
    format!(
        "Forward-Forward loses less in {ff} of {} ways, backprop in {bp}; the largest loss is {worst_ff:.2} and {worst_bp:.2} points.",
        harms.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_the_largest_and_has_few_levels() {
        let mut row: Vec<f32> = (0..200).map(|i| (i as f32 - 99.5) / 10.0).collect();
        round(&mut row, 4);
        let mut levels: Vec<i32> = row.iter().map(|x| (x * 7.0 / 9.95).round() as i32).collect();
        levels.dedup();
        assert_eq!(levels, (-7..=7).collect::<Vec<_>>());
        round(&mut [0.0; 3], 8);
    }

    #[test]
    fn what_is_harmed_is_put_back() {
        let mut m = Matrix::from_vec((0..600).map(|i| (i % 7) as f32 - 3.0).collect(), 2, 300);
        let before = m.clone();
        let kept = hurt(std::iter::once(&mut m), Harm::Noise(0.5));
        assert!(kept[0] == before && m != before);
        let difference: f32 = m.data().iter().zip(before.data()).map(|(a, b)| (a - b) * (a - b)).sum();
        assert!(((difference / 600.0).sqrt() - 1.0).abs() < 0.1); // half of the root mean square, which is 2
    }

    #[test]
    fn the_sentence_counts_losses_not_errors() {
        let of = |what: &str, ff, bp| (what.to_string(), Both { ff, bp });
        let said = sentence(&vec![of("as trained", 2.0, 1.0), of("a", 3.0, 2.5), of("b", 2.5, 1.0)]);
        assert!(said.contains("less in 1 of 2 ways, backprop in 1; the largest loss is 1.00 and 1.50"), "{said}");
    }
}
