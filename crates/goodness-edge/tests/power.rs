//! The power fails at every write there is.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Mock, PAGE, sample};
use goodness_edge::flash::{FlashError, Place, Sliced, Turns};
use goodness_edge::precision::Reads;
use goodness_edge::{Net, Rule};

const PLACE: Place = Place { offset: PAGE as u32, erases: 1000 };
const TURNS: Turns = Turns { place: Place { offset: 0, erases: 1000 }, stay: 5 };
type Small<W> = Net<W, 16, 8, 6, 4>;
type SmallSliced<W> = Sliced<W, 16, 8, 6, 4, 2>;

fn taught<W: Reads<u8>>(steps: u32) -> Small<W> {
    let mut net = Small::blank();
    net.start(3, Rule::new());
    teach(&mut net, 0, steps);
    net
}

fn teach<W: Reads<u8>>(net: &mut Small<W>, from: u32, to: u32) {
    for i in from..to {
        let (x, label) = sample(i);
        net.learn(&x, label).unwrap();
    }
}

fn flash() -> Mock {
    Mock::new(8 * PAGE)
}

/// Cuts the power at every operation of a save that follows another; returns how many there were.
fn cut_everywhere<W: Reads<u8>>() -> u32 {
    let mut saved = flash();
    let (old, new) = (taught::<W>(40), taught::<W>(70));
    old.save(&mut saved, PLACE).unwrap();
    let mut whole = saved.clone();
    whole.operations = 0;
    new.save(&mut whole, PLACE).unwrap();
    for cut in 1..=whole.operations {
        let mut flash = Mock { power: Some(cut), ..saved.clone() };
        assert!(matches!(new.save(&mut flash, PLACE), Err(FlashError::Failed { .. })), "cut {cut}");
        flash.power = None;
        let mut back = Small::<W>::blank();
        back.restore(&mut flash, PLACE).unwrap();
        assert_eq!(back.digest(), old.digest(), "cut {cut}");
        // What is found lives on: it learns to the same bits, and can be saved again.
        teach(&mut back, 40, 70);
        assert_eq!(back.digest(), new.digest(), "cut {cut}");
        back.save(&mut flash, PLACE).unwrap();
        back.restore(&mut flash, PLACE).unwrap();
        assert_eq!(back.digest(), new.digest(), "cut {cut}");
    }
    whole.operations
}

#[test]
fn a_saved_state_survives_a_cut_at_every_write_index() {
    assert!(cut_everywhere::<i8>() > 40);
    assert!(cut_everywhere::<i16>() > 60);
    assert!(cut_everywhere::<f32>() > 100);
}

#[test]
fn a_first_save_that_is_cut_leaves_nothing_that_looks_like_a_state() {
    let net = taught::<i8>(40);
    let mut whole = flash();
    net.save(&mut whole, PLACE).unwrap();
    for cut in 1..=whole.operations {
        let mut flash = Mock { power: Some(cut), ..flash() };
        net.save(&mut flash, PLACE).unwrap_err();
        flash.power = None;
        let mut back = Small::<i8>::blank();
        back.restore(&mut flash, PLACE).unwrap_err();
        net.save(&mut flash, PLACE).unwrap();
        back.restore(&mut flash, PLACE).unwrap();
        assert_eq!(back.digest(), net.digest());
    }
}

fn sliced<W: Reads<u8>>() -> (SmallSliced<W>, Mock) {
    (Sliced::blank(), Mock::new(SmallSliced::<W>::flash_bytes::<Mock>()))
}

/// Learns samples from the network's own step on, to `to`; the digest after each step.
fn learn_sliced<W: Reads<u8>>(net: &mut SmallSliced<W>, flash: &mut Mock, to: u32) -> Result<(), FlashError> {
    while net.step() < to {
        let (x, label) = sample(net.step());
        net.learn(flash, &x, label)?;
    }
    Ok(())
}

#[test]
fn a_sliced_network_survives_a_cut_at_every_write_index_of_a_whole_round() {
    const STEPS: u32 = 47;
    let (mut net, mut started) = sliced::<i16>();
    net.start(&mut started, 3, Rule::new(), TURNS).unwrap();
    let mut whole = Mock { operations: 0, ..started.clone() };
    learn_sliced(&mut net, &mut whole, STEPS).unwrap();
    let digest = net.digest(&mut whole).unwrap();
    assert!(whole.operations > 300);
    for cut in 1..=whole.operations {
        let mut flash = Mock { power: Some(cut), ..started.clone() };
        let (mut net, _) = sliced::<i16>();
        net.restore(&mut flash, TURNS).unwrap();
        learn_sliced(&mut net, &mut flash, STEPS).unwrap_err();
        flash.power = None;
        let (mut back, _) = sliced::<i16>();
        back.restore(&mut flash, TURNS).unwrap();
        // Turns end every five samples, and the one that was cut was the last.
        assert!(back.step() % 5 == 0 && back.step() <= net.step() && back.step() + 5 >= net.step(), "cut {cut}");
        learn_sliced(&mut back, &mut flash, STEPS).unwrap();
        assert_eq!(back.digest(&mut flash).unwrap(), digest, "cut {cut}");
    }
}

#[test]
fn a_cut_start_is_no_network() {
    let (mut net, mut used) = sliced::<i8>();
    net.start(&mut used, 1, Rule::new(), TURNS).unwrap();
    learn_sliced(&mut net, &mut used, 12).unwrap();
    let mut whole = Mock { operations: 0, ..used.clone() };
    net.start(&mut whole, 2, Rule::new(), TURNS).unwrap();
    let digest = net.digest(&mut whole).unwrap();
    for cut in 1..=whole.operations {
        let mut flash = Mock { power: Some(cut), ..used.clone() };
        let (mut net, _) = sliced::<i8>();
        net.start(&mut flash, 2, Rule::new(), TURNS).unwrap_err();
        flash.power = None;
        if net.restore(&mut flash, TURNS).is_ok() {
            assert_eq!(cut, 1, "a mixture of two networks was taken for one");
        }
        net.start(&mut flash, 2, Rule::new(), TURNS).unwrap();
        assert_eq!(net.digest(&mut flash).unwrap(), digest);
    }
}
