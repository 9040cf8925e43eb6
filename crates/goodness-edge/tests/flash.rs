//! What flash may hold besides a good state, and how often its pages are erased.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Mock, PAGE, sample};
use goodness_edge::flash::{FlashError, Place, Sliced, Turns};
use goodness_edge::{Net, Rule};

const PLACE: Place = Place { offset: 0, erases: 1000 };
type Small = Net<i8, 16, 8, 6, 4>;

fn small() -> Small {
    let mut net = Net::blank();
    net.start(3, Rule::new());
    net
}

/// A flash with two saves of a network.
fn saved() -> Mock {
    let mut flash = Mock::new(4 * PAGE);
    small().save(&mut flash, PLACE).unwrap();
    small().save(&mut flash, PLACE).unwrap();
    flash
}

/// What restoring says; the network must be as it was.
fn refusal(mut flash: Mock) -> String {
    let mut net = small();
    let (x, label) = sample(0);
    net.learn(&x, label).unwrap();
    let before = net.digest();
    let error = net.restore(&mut flash, PLACE).unwrap_err();
    assert_eq!(net.digest(), before);
    net.learn(&x, label).unwrap();
    error.to_string()
}

fn changed(change: impl Fn(&mut [u8])) -> Mock {
    let mut flash = saved();
    let (a, b) = flash.bytes.split_at_mut(PAGE);
    change(a);
    change(b);
    flash
}

#[test]
fn everything_but_a_good_state_is_named() {
    assert_eq!(refusal(Mock::new(4 * PAGE)), "no state at 0x0: the flash is empty there");
    let foreign = refusal(changed(|slot| slot[..4].copy_from_slice(b"ELF!")));
    assert_eq!(foreign, "no state at 0x0: it starts with 0x21464c45, a state starts with 0x534e4447");
    let version = refusal(changed(|slot| slot[4] = 9));
    assert_eq!(version, "the state at 0x0 has version 9, this program reads version 1");
    let damaged = refusal(changed(|slot| slot[100] ^= 4));
    assert!(damaged.starts_with("the state at 0x0 has checksum 0x") && damaged.contains(", expected 0x"), "{damaged}");
    let mut other = Net::<i16, 16, 8, 6, 4>::blank();
    let shape = other.restore(&mut saved(), PLACE).unwrap_err().to_string();
    assert!(shape.starts_with("the state at 0x0 is of another network: shape 0x"), "{shape}");
}

#[test]
fn one_good_slot_is_enough() {
    for spoilt in 0..2 {
        let mut flash = saved();
        flash.bytes[spoilt * PAGE + 70] ^= 1;
        small().restore(&mut flash, PLACE).unwrap();
    }
}

#[test]
fn places_that_do_not_fit_are_refused() {
    let mut flash = Mock::new(PAGE);
    let error = small().save(&mut flash, PLACE).unwrap_err().to_string();
    assert_eq!(error, "2048 bytes from 0x0, in pages of 1024, do not fit a flash of 1024");
    let place = Place { offset: 100, ..PLACE };
    assert!(matches!(small().save(&mut Mock::new(8 * PAGE), place), Err(FlashError::Place { offset: 100, .. })));
    assert_eq!(flash.operations, 0);
}

#[test]
fn a_page_that_no_longer_erases_is_noticed_and_the_state_before_is_intact() {
    let mut flash = Mock::new(4 * PAGE);
    let mut net = small();
    net.save(&mut flash, PLACE).unwrap();
    let (x, label) = sample(0);
    net.learn(&x, label).unwrap();
    net.save(&mut flash, PLACE).unwrap();
    let kept = net.digest();
    net.learn(&x, label).unwrap();
    flash.stuck_from = PAGE;
    let error = net.save(&mut flash, PLACE).unwrap_err();
    assert_eq!(error.to_string(), "the state written at 0x400 does not read back; the one before it is intact");
    net.restore(&mut flash, PLACE).unwrap();
    assert_eq!(net.digest(), kept);
}

#[test]
fn failures_of_the_flash_say_where() {
    let mut flash = Mock { power: Some(1), ..saved() };
    let error = small().save(&mut flash, PLACE).unwrap_err().to_string();
    assert_eq!(error, "flash failed to erase at 0x400: Other");
    let error = Small::blank().save(&mut saved(), PLACE).unwrap_err();
    assert_eq!(error, FlashError::Blank);
}

#[test]
fn erases_are_counted_and_bounded() {
    let (place, mut flash) = (Place { erases: 3, ..PLACE }, Mock::new(4 * PAGE));
    (0..6).for_each(|_| small().save(&mut flash, place).unwrap());
    let error = small().save(&mut flash, place).unwrap_err();
    assert_eq!(error.to_string(), "the pages at 0x400 were erased 3 times, the budget is 3");
    assert_eq!(flash.erases, [3, 3, 0, 0]);
    small().restore(&mut flash, place).unwrap();
}

#[test]
fn a_sliced_network_keeps_to_its_erase_budget_and_says_when_it_is_spent() {
    let turns = Turns { place: Place { erases: 4, ..PLACE }, stay: 2 };
    let mut net = Sliced::<i8, 16, 8, 6, 4, 2>::blank();
    let mut flash = Mock::new(Sliced::<i8, 16, 8, 6, 4, 2>::flash_bytes::<Mock>());
    net.start(&mut flash, 1, Rule::new(), turns).unwrap();
    let error = loop {
        let (x, label) = sample(net.step());
        if let Err(error) = net.learn(&mut flash, &x, label) {
            break error;
        }
        assert!(flash.erases.iter().all(|erases| *erases <= net.erases()), "more erases than were counted");
    };
    assert!(error.to_string().ends_with("were erased 4 times, the budget is 4"), "{error}");
    assert!(flash.erases.iter().all(|erases| *erases <= 4), "{:?}", flash.erases);
    // It still reads, and what it learned is in memory and in flash.
    let (x, _) = sample(0);
    net.predict(&mut flash, &x).unwrap();
    let step = net.step();
    net.restore(&mut flash, turns).unwrap();
    assert!(step - net.step() <= 2);
}

type Slices = Sliced<f32, 16, 8, 6, 4, 2>;
const TURNS: Turns = Turns { place: PLACE, stay: 2 };

/// A sliced network that has learned a little, and its flash.
fn slices() -> (Slices, Mock) {
    let (mut net, mut flash) = (Slices::blank(), Mock::new(Slices::flash_bytes::<Mock>()));
    net.start(&mut flash, 1, Rule::new(), TURNS).unwrap();
    for i in 0..20 {
        let (x, label) = sample(i);
        net.learn(&mut flash, &x, label).unwrap();
    }
    (net, flash)
}

#[test]
fn a_sliced_network_refuses_what_cannot_be_learned_and_nothing_changes() {
    let (mut net, mut flash) = slices();
    let before = (net.digest(&mut flash).unwrap(), net.step());
    let mut refuse = |x: &[f32], label, expected: &str| {
        assert_eq!(net.learn(&mut flash, x, label).unwrap_err().to_string(), expected);
        assert_eq!((net.digest(&mut flash).unwrap(), net.step()), before);
    };
    refuse(&[1.0; 15], 0, "the sample has 15 values, the network reads 16");
    refuse(&[1.0; 16], 4, "label 4: the network has classes 0 to 3");
    let mut x = [1.0; 16];
    x[2] = f32::INFINITY;
    refuse(&x, 0, "value 2 of the sample is inf: expected a finite number within ±1e15");
    let blank = Slices::blank().learn(&mut flash, &[1.0f32; 16], 0).unwrap_err();
    assert_eq!(blank, FlashError::Blank);
}

#[test]
fn a_sliced_network_names_what_its_flash_holds_instead() {
    let (mut net, flash) = slices();
    net.save(&mut flash.clone()).unwrap();
    let mut refuse = |at: usize, to: u8| {
        let mut flash = flash.clone();
        // Both slots of the first slice.
        [0, PAGE].into_iter().for_each(|slot| flash.bytes[slot + at] = to);
        let error = net.restore(&mut flash, TURNS).unwrap_err();
        assert_eq!(net.learn(&mut flash, &[1.0f32; 16], 0), Err(FlashError::Blank), "a half-read network");
        error
    };
    assert!(matches!(refuse(4, 2), FlashError::Version { offset: 0, expected: 1, came: 2 }));
    assert!(matches!(refuse(0, b'X'), FlashError::Foreign { .. }));
    assert!(matches!(refuse(8, 0), FlashError::Shape { .. }));
    assert!(matches!(refuse(300, 7), FlashError::Damaged { .. }));
    // What was refused changed nothing in flash.
    let mut flash = flash;
    net.restore(&mut flash, TURNS).unwrap();
    assert!(net.step() >= 18);
}

#[test]
fn a_sliced_network_whose_flash_no_longer_erases_says_so_and_flash_holds_the_turns_before() {
    let (mut net, mut flash) = slices();
    flash.stuck_from = 0;
    let (x, label) = sample(20);
    let error = loop {
        if let Err(error) = net.learn(&mut flash, &x, label) {
            break error;
        }
    };
    assert!(error.to_string().ends_with("does not read back; the one before it is intact"), "{error}");
    let step = net.step();
    assert_eq!(net.learn(&mut flash, &x, label).unwrap_err().to_string(), error.to_string(), "it tries again");
    net.restore(&mut flash, TURNS).unwrap();
    assert!(step - net.step() <= 2);
    net.predict(&mut flash, &x).unwrap();
}
