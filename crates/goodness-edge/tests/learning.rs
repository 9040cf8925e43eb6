//! What a step is, what reading is, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::sample;
use goodness_core::activation::{Activation, Relu};
use goodness_core::class_loss::{ClassLoss, CrossEntropy, Slopes};
use goodness_core::goodness::{Goodness, MeanOfSquares};
use goodness_core::normalize::{Channels, Normalize, Rms};
use goodness_core::{Rows, RowsMut};
use goodness_edge::precision::{Precision, Reads};
use goodness_edge::{Net, Rule, Symptom};

const INPUTS: usize = 16;
const CLASSES: usize = 4;
type Small<W> = Net<W, INPUTS, 8, 6, CLASSES>;

fn started<W: Precision>(rule: Rule) -> Small<W> {
    let mut net = Net::blank();
    net.start(5, rule);
    net
}

/// A network's state as the numbers of a layer: weights with those of labels, and bias, unit by unit.
fn state(net: &Small<f32>) -> (Vec<f32>, Vec<f32>) {
    let mut bytes = Vec::new();
    net.each_byte(&mut |piece| bytes.extend_from_slice(piece));
    let numbers: Vec<f32> = bytes[22..].chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let (second, first) = numbers.split_at(6 * 9);
    (first.to_vec(), second.to_vec())
}

/// One layer's step made of the formulas of the core, a row a label: what its weights become, what it puts out.
fn core_step(x: &[Vec<f32>], below: &[f32], weights: &[f32], label: u8, rate: f32) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let (width, units) = (x[0].len() + 1, weights.len() / (x[0].len() + 1));
    let mut h = Vec::new();
    for x in x {
        let z = |unit: &[f32]| unit.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + unit[width - 1];
        h.extend(weights.chunks(width).map(z));
    }
    Relu.forward(RowsMut::new(&mut h, CLASSES, units));
    let h_rows = Rows::new(&h, CLASSES, units);
    let mut g = [0.0; CLASSES];
    MeanOfSquares.score(h_rows, &mut g);
    g.iter_mut().zip(below).for_each(|(g, below)| *g += below);
    let (mut loss, mut dg) = ([0.0], [0.0; CLASSES]);
    let slopes = Slopes { loss: &mut loss, dg: RowsMut::new(&mut dg, 1, CLASSES) };
    CrossEntropy { temperature: 2.0, smoothing: 0.0 }.score(Rows::new(&g, 1, CLASSES), &[label], 0.0, slopes);
    let mut dz = vec![0.0; CLASSES * units];
    MeanOfSquares.pull_back(h_rows, &dg, RowsMut::new(&mut dz, CLASSES, units));
    Relu.pull_back(h_rows, RowsMut::new(&mut dz, CLASSES, units));
    let mut after = weights.to_vec();
    for (unit, after) in after.chunks_mut(width).enumerate() {
        for (k, x) in x.iter().enumerate() {
            let slope = rate * dz[k * units + unit];
            after.iter_mut().zip(x.iter().chain(&[1.0])).for_each(|(w, x)| *w -= slope * x);
        }
    }
    (after, h, g.to_vec())
}

#[test]
fn a_step_is_made_of_the_formulas_of_the_core() {
    let rule = Rule { rates: [6554, 3277], temperature: 2, code: 3 };
    let mut net = started::<f32>(rule);
    for i in 0..50 {
        let ((x, label), (first, second)) = (sample(i), state(&net));
        net.learn(&x, label).unwrap();
        let squares: f32 = x.iter().map(|x| f32::from(*x).powi(2)).sum();
        let scale = Rms.scale(squares, INPUTS);
        let input = |k: usize| {
            let code = (0..CLASSES).map(|c| if c == k { 3.0 } else { 0.0 });
            x.iter().map(|x| f32::from(*x) * scale).chain(code).collect()
        };
        let inputs: Vec<Vec<f32>> = (0..CLASSES).map(input).collect();
        let (first, h, g) = core_step(&inputs, &[0.0; CLASSES], &first, label, 6554.0 / 65_536.0);
        let mut seen = vec![0.0; h.len()];
        Rms.forward_into(Rows::new(&h, CLASSES, 8), Channels::default(), RowsMut::new(&mut seen, CLASSES, 8));
        let seen: Vec<Vec<f32>> = seen.chunks(8).map(<[f32]>::to_vec).collect();
        let (second, _, _) = core_step(&seen, &g, &second, label, 3277.0 / 65_536.0);
        let (first_now, second_now) = state(&net);
        for (now, expected) in first_now.iter().chain(&second_now).zip(first.iter().chain(&second)) {
            assert!((now - expected).abs() < 1e-5, "step {i}: {now}, by the core {expected}");
        }
    }
}

fn learns<W: Reads<u8>>() {
    let mut net = Net::<W, INPUTS, 16, 8, CLASSES>::blank();
    net.start(5, Rule { rates: [819, 819], ..Rule::new() });
    for i in 0..1500 {
        let (x, label) = sample(i);
        net.learn(&x, label).unwrap();
    }
    let wrong = (5000..5500).filter(|i| net.predict(&sample(*i).0).unwrap().label != sample(*i).1).count();
    assert!(wrong < 40, "{} misreads {wrong} of 500", W::NAME);
    let health = net.health();
    assert_eq!((health.step, health.symptom()), (1500, None));
    assert!(health.accuracy > 0.7 && health.gap() > 0.0, "{health:?}");
}

#[test]
fn every_precision_learns() {
    learns::<f32>();
    learns::<i16>();
    learns::<i8>();
}

#[test]
fn learning_says_what_the_network_took_the_sample_for() {
    let mut net = started::<i8>(Rule::new());
    for i in 0..200 {
        let (x, label) = sample(i);
        let before = net.predict(&x).unwrap().label;
        assert_eq!(net.learn(&x, label).unwrap(), before);
    }
}

#[test]
fn an_easy_sample_is_read_by_the_first_layer_alone() {
    let mut net = started::<f32>(Rule::new());
    for i in 0..800 {
        let (x, label) = sample(i);
        net.learn(&x, label).unwrap();
    }
    let mut layers = [0; 3];
    for i in 800..1000 {
        let (x, _) = sample(i);
        let full = net.predict(&x).unwrap();
        let sure = net.predict_early(&x, f32::NEG_INFINITY).unwrap();
        assert_eq!((sure.layers, full.layers), (1, 2));
        assert_eq!(net.predict_early(&x, f32::INFINITY).unwrap(), full);
        layers[net.predict_early(&x, 5.0).unwrap().layers] += 1;
    }
    assert!(layers[1] > 0 && layers[2] > 0, "{layers:?}");
}

#[test]
fn what_cannot_be_learned_is_refused_and_changes_nothing() {
    let mut net = started::<f32>(Rule::new());
    let before = net.digest();
    let mut refuse = |x: &[f32], label, expected: &str| {
        assert_eq!(net.learn(x, label).unwrap_err().to_string(), expected);
        assert_eq!(net.digest(), before);
    };
    refuse(&[1.0; 15], 0, "the sample has 15 values, the network reads 16");
    refuse(&[1.0; 16], 4, "label 4: the network has classes 0 to 3");
    let mut x = [1.0; 16];
    x[3] = f32::NAN;
    refuse(&x, 0, "value 3 of the sample is NaN: expected a finite number within ±1e15");
    x[3] = -1e20;
    refuse(&x, 0, "value 3 of the sample is -100000000000000000000: expected a finite number within ±1e15");
    let blank = Small::<i8>::blank().learn(&[1u8; 16], 0).unwrap_err();
    assert_eq!(blank.to_string(), "the network has not been started: call start(seed), or restore a saved state");
}

#[test]
fn extreme_samples_harm_no_whole_number() {
    let mut net = started::<i16>(Rule { rates: [1 << 20; 2], temperature: 1, code: 255 });
    let hostile = [[i16::MIN; 16], [i16::MAX; 16], [0; 16], [1; 16]];
    for i in 0..4000 {
        let mut x = hostile[i / 7 % 4];
        x[i % 16] = if i % 3 == 0 { i16::MIN } else { 5 };
        net.learn(&x, (i % 4) as u8).unwrap();
    }
    let health = net.health();
    assert!(health.goodness.iter().all(|g| g.is_finite()) && health.step == 4000);
}

#[test]
fn ailments_are_named() {
    let mut net = started::<f32>(Rule::new());
    let mut blind = started::<f32>(Rule { rates: [655_360; 2], ..Rule::new() });
    for i in 0..3000 {
        let (x, label) = sample(i);
        // Labels that do not belong to their samples.
        net.learn(&x, sample(i + 7919).1).unwrap();
        blind.learn(&x, label).unwrap_or(0);
    }
    assert!(matches!(net.health().symptom(), Some(Symptom::NoGap { .. })), "{:?}", net.health());
    let words = net.health().symptom().unwrap().to_string();
    assert!(words.ends_with("no more than wrong ones; are labels and samples matched?"), "{words}");
    let symptom = blind.health().symptom();
    assert!(matches!(symptom, Some(Symptom::Silent { .. } | Symptom::Collapsed { .. })), "{:?}", blind.health());
    for (symptom, words) in [
        (
            Symptom::Silent { layer: 1, silent: 9, units: 16 },
            "layer 1: 9 of 16 units have fallen silent; halve its rate and start again",
        ),
        (Symptom::Collapsed { goodness: 0.001 }, "goodness has collapsed to 0.001; start again with a lower rate"),
        (
            Symptom::AtLimit { at_limit: 30, weights: 1000 },
            "30 of 1000 weights are at their limit; lower the temperature or use i16",
        ),
    ] {
        assert_eq!(symptom.to_string(), words);
    }
}
