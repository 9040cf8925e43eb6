//! Real digits: what a few thousand of them teach, and that every processor must come to the same bits.
#![allow(clippy::unwrap_used)]

mod common;

use common::Mock;
use goodness_edge::flash::{Place, Sliced, Turns};
use goodness_edge::precision::Reads;
use goodness_edge::{Net, Rule};
use goodness_mnist::Set;

type Digits<W, const A: usize, const B: usize> = Net<W, 784, A, B, 10>;

fn image(set: &Set, i: usize) -> &[u8] {
    &set.images[i * 784..(i + 1) * 784]
}

fn taught<W: Reads<u8>, const A: usize, const B: usize>(set: &Set, samples: usize) -> Box<Digits<W, A, B>> {
    let mut net = Box::new(Net::blank());
    net.start(1, Rule::wide(A as u32));
    for i in 0..samples {
        net.learn(image(set, i), set.labels[i]).unwrap();
    }
    net
}

fn errors<W: Reads<u8>, const A: usize, const B: usize>(net: &mut Digits<W, A, B>, set: &Set) -> usize {
    (50_000..52_000).filter(|i| net.predict(image(set, *i)).unwrap().label != set.labels[*i]).count()
}

#[test]
fn a_thousand_digits_give_the_golden_weights() {
    let set = goodness_mnist::train().unwrap();
    // CRC-32 of all weights after the first 1,000 training images, seed 1. `firmware/` compares the same numbers.
    let digests = [
        taught::<f32, 32, 32>(&set, 1000).digest(),
        taught::<i16, 32, 32>(&set, 1000).digest(),
        taught::<i8, 32, 32>(&set, 1000).digest(),
        taught::<i8, 128, 128>(&set, 1000).digest(),
    ];
    assert_eq!(digests, [3_108_817_848, 341_664_884, 388_598_506, 1_552_237_295], "f32, i16, i8, i8 of 128 units");
}

#[test]
fn five_thousand_digits_are_enough_to_read_six_in_seven() {
    let set = goodness_mnist::train().unwrap();
    let wrong = [
        errors(&mut taught::<f32, 32, 32>(&set, 5000), &set),
        errors(&mut taught::<i16, 32, 32>(&set, 5000), &set),
        errors(&mut taught::<i8, 32, 32>(&set, 5000), &set),
    ];
    assert!(wrong.iter().all(|wrong| *wrong < 280), "misread of 2000: {wrong:?}");
}

/// Goodness of every label by whole passes: the code written behind the pixels, the product from scratch each time.
fn naive_label(state: &[f32], x: &[u8]) -> usize {
    let (second, first) = state.split_at(32 * 33);
    let rms = (x.iter().map(|x| f32::from(*x).powi(2)).sum::<f32>() / 784.0).sqrt();
    let layer = |weights: &[f32], x: &[f32]| -> Vec<f32> {
        let z = |unit: &[f32]| goodness_core::math::dot(&unit[..x.len()], x) + unit[x.len()];
        weights.chunks(x.len() + 1).map(|unit| z(unit).max(0.0)).collect()
    };
    let goodness = |h: &[f32]| h.iter().map(|h| h * h).sum::<f32>() / h.len() as f32;
    let sweep = |label: usize| {
        let mut input: Vec<f32> = x.iter().map(|x| f32::from(*x) / rms).collect();
        input.extend((0..10).map(|k| if k == label { 3.0 } else { 0.0 }));
        let h = layer(first, &input);
        let below = goodness(&h);
        let seen: Vec<f32> = h.iter().map(|h| h / below.sqrt()).collect();
        below + goodness(&layer(second, &seen))
    };
    let all: Vec<f32> = (0..10).map(sweep).collect();
    goodness_core::math::argmax(&all)
}

#[test]
fn one_product_for_all_labels_reads_as_ten_passes_do_on_the_whole_test_set() {
    let set = goodness_mnist::train().unwrap();
    let mut net = taught::<f32, 32, 32>(&set, 3000);
    let mut bytes = Vec::new();
    net.each_byte(&mut |piece| bytes.extend_from_slice(piece));
    let state: Vec<f32> = bytes[22..].chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let test = goodness_mnist::test().unwrap();
    for i in 0..10_000 {
        let label = net.predict(image(&test, i)).unwrap().label;
        assert_eq!(usize::from(label), naive_label(&state, image(&test, i)), "image {i}");
    }
    let products = [Digits::<f32, 32, 32>::SWEEP, Digits::<f32, 32, 32>::NAIVE_SWEEP];
    assert_eq!(products, [35_648, 264_320]);
}

/// The compiler checks it; the smallest network of all is checked by running.
#[test]
fn budgets_are_kept() {
    const { Digits::<f32, 32, 32>::fits(107 * 1024) };
    const { Digits::<i8, 128, 128>::fits(123 * 1024) };
    const { Sliced::<i16, 784, 32, 32, 10, 4>::fits(12 * 1024) };
    const { Sliced::<i8, 784, 32, 32, 10, 2>::fits(5500) };
}

#[test]
fn a_network_in_flash_learns_slice_by_slice_and_one_slice_of_all_is_a_network_in_memory() {
    let set = goodness_mnist::train().unwrap();
    let turns = Turns { place: Place { offset: 0, erases: 100 }, stay: 100 };
    let mut sliced = Box::new(Sliced::<i8, 784, 32, 32, 10, 4>::blank());
    let mut flash = Mock::new(Sliced::<i8, 784, 32, 32, 10, 4>::flash_bytes::<Mock>());
    sliced.start(&mut flash, 1, Rule::new(), turns).unwrap();
    for i in 0..8000 {
        sliced.learn(&mut flash, image(&set, i), set.labels[i]).unwrap();
    }
    let misread = |i: &usize| sliced.predict(&mut flash, image(&set, *i)).unwrap().label != set.labels[*i];
    let wrong = (50_000..51_000).filter(misread).count();
    assert!(wrong < 200, "misread of 1000: {wrong}");

    let mut whole = Box::new(Sliced::<i8, 784, 32, 32, 10, 32>::blank());
    let mut flash = Mock::new(Sliced::<i8, 784, 32, 32, 10, 32>::flash_bytes::<Mock>());
    whole.start(&mut flash, 1, Rule::new(), turns).unwrap();
    for i in 0..300 {
        whole.learn(&mut flash, image(&set, i), set.labels[i]).unwrap();
    }
    assert_eq!(whole.digest(&mut flash).unwrap(), taught::<i8, 32, 32>(&set, 300).digest());
}
