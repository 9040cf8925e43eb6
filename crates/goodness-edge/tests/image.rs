//! States in memory: from host to device, from device to host, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Mock, PAGE, sample};
use goodness_edge::flash::{FlashError, Place, Sliced, Turns};
use goodness_edge::network::{Network, Values};
use goodness_edge::{Error, Net, Rule};

const PLACE: Place = Place { offset: 0, erases: 1000 };
type Small = Net<i8, 16, 8, 6, 4>;

fn taught(steps: u32) -> Small {
    let mut net = Small::blank();
    net.start(3, Rule::new());
    teach(&mut net, 0, steps);
    net
}

fn teach(net: &mut Small, from: u32, to: u32) {
    for i in from..to {
        let (x, label) = sample(i);
        net.learn(&x, label).unwrap();
    }
}

fn image(net: &Small) -> Vec<u8> {
    let mut image = vec![0; Small::IMAGE_BYTES];
    net.write_image(&mut image).unwrap();
    image
}

#[test]
fn a_device_goes_on_from_an_image_and_a_host_from_what_its_flash_holds() {
    let mut flash = Mock::new(4 * PAGE);
    let image = image(&taught(30));
    flash.bytes[..image.len()].copy_from_slice(&image);
    let mut device = Small::blank();
    device.restore(&mut flash, PLACE).unwrap();
    teach(&mut device, 30, 60);
    device.save(&mut flash, PLACE).unwrap();
    assert_eq!(flash.erases, [0, 1, 0, 0], "the image itself is the state before");
    let mut host = Small::blank();
    host.read_image(&flash.bytes).unwrap();
    assert_eq!(host.digest(), taught(60).digest());
    // The newer state may lie first, or its slot be spoilt.
    teach(&mut device, 60, 70);
    device.save(&mut flash, PLACE).unwrap();
    host.read_image(&flash.bytes).unwrap();
    assert_eq!(host.digest(), taught(70).digest());
    flash.bytes[100] ^= 1;
    host.read_image(&flash.bytes).unwrap();
    assert_eq!(host.digest(), taught(60).digest());
}

/// What reading `image` says; the network must be as it was.
fn refusal(image: &[u8]) -> String {
    let mut net = taught(5);
    let error = net.read_image(image).unwrap_err();
    assert_eq!(net.digest(), taught(5).digest());
    teach(&mut net, 5, 6);
    error.to_string()
}

#[test]
fn everything_but_a_good_image_is_named() {
    let good = image(&taught(30));
    let changed = |at: usize, to: u8| {
        let mut image = good.clone();
        image[at] = to;
        refusal(&image)
    };
    assert_eq!(changed(4, 9), "the state at 0x0 has version 9, this program reads version 1");
    assert_eq!(changed(0, b'X'), "no state at 0x0: it starts with 0x534e4458, a state starts with 0x534e4447");
    let damaged = changed(100, !good[100]);
    assert!(damaged.starts_with("the state at 0x0 has checksum 0x") && damaged.contains(", expected 0x"), "{damaged}");
    let mut other = vec![0; Net::<i8, 16, 8, 8, 4>::IMAGE_BYTES];
    let mut net = Net::<i8, 16, 8, 8, 4>::blank();
    net.start(1, Rule::new());
    net.write_image(&mut other).unwrap();
    let shape = refusal(&other);
    assert!(shape.starts_with("the state at 0x0 is of another network: shape 0x"), "{shape}");
    assert_eq!(refusal(&[]), "no state at 0x0: the flash is empty there");
    assert_eq!(refusal(&[0xFF; 4096]), "no state at 0x0: the flash is empty there");
    assert_eq!(refusal(&good[..63]), "flash failed to read at 0x0: OutOfBounds");
    assert!(refusal(&[1; 100]).starts_with("no state at 0x0: it starts with 0x01010101, "), "100 bytes of something");
    assert_eq!(refusal(&good[..good.len() - 64]), "flash failed to read at 0x140: OutOfBounds");
}

#[test]
fn an_image_needs_its_room_and_a_network() {
    let mut short = vec![0; Small::IMAGE_BYTES - 1];
    let error = taught(1).write_image(&mut short).unwrap_err().to_string();
    assert_eq!(error, "384 bytes from 0x0, in pages of 64, do not fit a flash of 383");
    assert_eq!(Small::blank().write_image(&mut [0; 384]), Err(FlashError::Blank));
}

#[test]
fn a_network_of_any_shape_does_what_the_shape_itself_does() {
    let mut own = taught(0);
    let any: &mut dyn Network = &mut Small::blank();
    any.start(3, Rule::new());
    for i in 0..40 {
        let (x, label) = sample(i);
        assert_eq!(any.learn(Values::U8(&x), label), own.learn(&x, label));
    }
    assert_eq!((any.digest(), any.step(), any.health()), (own.digest(), own.step(), own.health()));
    let (x, _) = sample(50);
    let (said, own) = (any.predict(Values::U8(&x)).unwrap(), own.predict(&x).unwrap());
    assert_eq!((said.label, said.lead), (own.label, own.lead as f32 / 256.0));
    assert_eq!(any.shape().to_string(), "i8 16-8-6-4");
}

#[test]
fn only_networks_in_real_numbers_read_real_numbers() {
    let reals = [0.5; 16];
    let whole: &mut dyn Network = &mut taught(1);
    let error = whole.predict(Values::F32(&reals)).unwrap_err();
    assert_eq!(error.to_string(), "a network in i8 reads whole numbers, the sample is in f32");
    assert_eq!(whole.learn(Values::F32(&reals), 1), Err(Error::Reals { precision: "i8" }));
    let real: &mut dyn Network = &mut Net::<f32, 16, 8, 6, 4>::blank();
    real.start(1, Rule::new());
    real.learn(Values::F32(&reals), 1).unwrap();
    assert_eq!(real.learn(Values::I16(&[3; 15]), 1), Err(Error::Length { expected: 16, came: 15 }));
}

type Slices = Sliced<i8, 16, 8, 6, 4, 2>;

/// What a device in slice mode has in flash after so many samples, and the digest of what it would restore.
fn slices(samples: u32) -> (Mock, u32) {
    let (mut device, mut flash) = (Slices::blank(), Mock::new(Slices::flash_bytes::<Mock>()));
    let turns = Turns { place: PLACE, stay: 3 };
    device.start(&mut flash, 3, Rule::new(), turns).unwrap();
    for i in 0..samples {
        let (x, label) = sample(i);
        device.learn(&mut flash, &x, label).unwrap();
    }
    device.restore(&mut flash, turns).unwrap();
    let digest = device.digest(&mut flash).unwrap();
    (flash, digest)
}

#[test]
fn a_host_reads_what_a_device_in_slice_mode_learned() {
    for samples in [0, 1, 7, 40, 64] {
        let (flash, digest) = slices(samples);
        let mut host = Small::blank();
        host.read_slices(2, PAGE, &flash.bytes).unwrap();
        assert_eq!(host.digest(), digest, "{samples} samples");
    }
}

#[test]
fn slices_that_are_not_there_leave_the_network_as_it_was() {
    let (flash, _) = slices(40);
    let mut host = taught(5);
    let mut refuse = |slice: usize, page: usize, bytes: &[u8]| {
        let error = host.read_slices(slice, page, bytes).unwrap_err();
        assert_eq!(host.digest(), taught(5).digest());
        error
    };
    // Other pages: what is found where slots would be is none, or belongs into the other one.
    for page in [64, PAGE / 2, 2 * PAGE, 4 * PAGE] {
        refuse(2, page, &flash.bytes);
    }
    assert!(matches!(refuse(4, PAGE, &flash.bytes), FlashError::Shape { .. }));
    assert!(matches!(refuse(3, PAGE, &flash.bytes), FlashError::Place { .. }));
    assert!(matches!(refuse(2, 0, &flash.bytes), FlashError::Place { .. }));
    let mut damaged = flash.bytes.clone();
    [6, 7].into_iter().for_each(|slot| damaged[slot * PAGE + 100] ^= 1);
    assert!(matches!(refuse(2, PAGE, &damaged), FlashError::Damaged { .. }));
    let words = refuse(2, PAGE, &flash.bytes[..5 * PAGE]).to_string();
    assert!(words.starts_with("flash failed to read at 0x"), "{words}");
}
