//! Every member of the families that say how weights move: optimizers, schedules and what weights start from.
#![allow(clippy::unwrap_used)]

use goodness::core::Rng;
use goodness::core::optim::{Memory, Moment, Optimizer};
use goodness::core::{init, optim, schedule};
use goodness_testkit::{toy, variants};

fn step(member: &dyn Optimizer, t: u64, w: &mut [f32], grad: &[f32], memory: &mut [Vec<f32>; 2]) {
    let [first, second] = memory;
    let pace = member.pace(Moment { step: t, gain: 1.0 }).still();
    member.update(pace, w, grad, Memory { first, second });
}

fn memory(member: &dyn Optimizer, len: usize) -> [Vec<f32>; 2] {
    [0, 1].map(|slot| vec![0.0; if slot < member.slots() { len } else { 0 }])
}

#[test]
fn optimizers_go_down_and_stand_still_without_a_slope() {
    for v in variants(optim::CATALOGUE) {
        let o = &*v.member;
        let (mut w, mut m) = (vec![1.0, -1.0], memory(o, 2));
        for t in 1..=50 {
            step(o, t, &mut w, &[0.0, 0.0], &mut m);
        }
        assert_eq!(w, [1.0, -1.0], "{} moves without a slope", v.label);
        step(o, 51, &mut w, &[1.0, -1.0], &mut m);
        let still = o.rate() == 0.0;
        assert!(still || (w[0] < 1.0 && w[1] > -1.0), "{} goes up: {w:?}", v.label);
        for t in 52..60 {
            step(o, t, &mut w, &[1e15, -1e-40], &mut m);
        }
        assert!(w.iter().all(|x| x.is_finite()), "{}: {w:?}", v.label);
    }
}

#[test]
fn optimizer_weights_do_not_see_one_another() {
    for v in variants(optim::CATALOGUE) {
        let o = &*v.member;
        let grads = toy::rows(1, 5, 7);
        let (mut all, mut m) = (vec![0.5; 5], memory(o, 5));
        (1..4).for_each(|t| step(o, t, &mut all, &grads, &mut m));
        for i in 0..5 {
            let (mut one, mut m) = (vec![0.5], memory(o, 1));
            (1..4).for_each(|t| step(o, t, &mut one, &grads[i..=i], &mut m));
            assert_eq!(one[0].to_bits(), all[i].to_bits(), "{}", v.label);
        }
    }
}

#[test]
fn schedules_stay_between_nothing_and_all() {
    for v in variants(schedule::CATALOGUE) {
        for total in [0, 1, 2, 7, 100] {
            let gains: Vec<f32> = (0..total.max(1)).map(|s| v.member.at(s, total)).collect();
            assert!(gains.iter().all(|x| (0.0..=1.0).contains(x)), "{}: {gains:?}", v.label);
            assert!(gains[0] > 0.0, "{}", v.label);
        }
    }
}

#[test]
fn initial_weights_are_a_function_of_their_key() {
    for v in variants(init::CATALOGUE) {
        let fill = |index| {
            let (mut w, mut b) = (vec![f32::NAN; 300], vec![f32::NAN; 3]);
            v.member.fill(100, &mut Rng::keyed(1, Rng::WEIGHTS, index), &mut w, &mut b);
            (w, b)
        };
        assert_eq!(fill(0), fill(0), "{}", v.label);
        assert_ne!(fill(0).0, fill(1).0, "{}", v.label);
        let (w, b) = fill(2);
        assert!(w.iter().chain(&b).all(|x| x.is_finite()), "{}", v.label);
        assert!(w.iter().any(|x| *x > 0.0) && w.iter().any(|x| *x < 0.0), "{}", v.label);
    }
}
