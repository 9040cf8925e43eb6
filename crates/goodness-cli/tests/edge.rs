//! `goodness edge`: from a host to a device and back, and what is refused on the way.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Home;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use goodness_edge::flash::{Place, Sliced, Turns};
use goodness_edge::{Net, Rule};

/// What a device has; the toy set's images have 64 values.
type Device = Net<i16, 64, 16, 8, 4>;
const NAME: &str = "i16-64-16-8-4";

/// A flash of a device, pages of 2 KiB.
struct Flash(Vec<u8>);

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.copy_from_slice(&self.0[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 2048;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.0[from as usize..to as usize].fill(0xFF);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

/// A folder with a network that has learned the toy set.
fn trained() -> Home {
    let home = Home::new();
    let said =
        home.ok(&["edge", "train", NAME, "--data", "set", "--validation", "100", "--epochs", "2", "--out", "a.edge"]);
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("epoch 1: ") && lines[0].ends_with(" % of 100 held out misread"), "{said}");
    assert!(lines[2].starts_with(&format!("a.edge: {NAME}, digest ")), "{said}");
    home
}

/// Share of the toy set's test part that is misread, in percent, and samples learned.
fn read(home: &Home, image: &str) -> (f64, u64) {
    let said: serde_json::Value =
        serde_json::from_str(&home.ok(&["edge", "eval", image, "--data", "set", "--json"])).unwrap();
    assert_eq!((said["network"].as_str(), said["samples"].as_u64()), (Some(NAME), Some(200)));
    (said["error"].as_f64().unwrap(), said["learned"].as_u64().unwrap())
}

/// The numbers of an array in Rust or C.
fn array(text: &str) -> Vec<u8> {
    let rows = text.lines().filter(|line| line.starts_with("    "));
    rows.flat_map(|line| line.trim().trim_end_matches(',').split(", ")).map(|n| n.parse().unwrap()).collect()
}

#[test]
fn a_device_goes_on_from_the_host_and_the_host_from_the_device() {
    let home = trained();
    let (error, learned) = read(&home, "a.edge");
    assert!(error < 20.0 && learned == 1200, "{error} % after {learned}");
    let image = fs::read(home.path("a.edge")).unwrap();
    let mut device = Device::blank();
    device.read_image(&image).unwrap();
    assert!(device.rule_mut().rates[0] > 1000, "a device could learn nothing");
    // It learns three samples, and its flash holds more than the state.
    for label in 0..3 {
        device.learn(&[label * 9 + 1; 64], label).unwrap();
    }
    let mut flash = vec![0xFF; 9 * 1024];
    flash[..64].fill(7);
    device.write_image(&mut flash[5 * 1024..]).unwrap();
    fs::write(home.path("flash.bin"), &flash).unwrap();
    assert_eq!(read(&home, "flash.bin").1, 1203);
    let said = home.ok(&["edge", "eval", "flash.bin", "--data", "set"]);
    let head = format!("flash.bin: {NAME} after 1203 samples, digest {:08x}\nerror ", device.digest());
    assert!(said.starts_with(&head) && said.trim_end().ends_with("of 200 samples of set misread"), "{said}");
    home.ok(&["edge", "train", "--from", "flash.bin", "--data", "set", "--epochs", "1", "--out", "b.edge"]);
    let (error, learned) = read(&home, "b.edge");
    assert!(error < 20.0 && learned == 1903, "{error} % after {learned}");
}

#[test]
fn a_host_reads_the_flash_of_a_device_in_slice_mode() {
    type Device = Sliced<i16, 64, 16, 8, 4, 4>;
    let home = Home::new();
    let (mut device, mut flash) = (Device::blank(), Flash(vec![0xFF; Device::flash_bytes::<Flash>()]));
    let turns = Turns { place: Place { offset: 0, erases: 1000 }, stay: 5 };
    device.start(&mut flash, 1, Rule::new(), turns).unwrap();
    for i in 0..33u8 {
        device.learn(&mut flash, &[i * 7 + 1; 64], i % 4).unwrap();
    }
    device.save(&mut flash).unwrap();
    fs::write(home.path("flash.bin"), &flash.0).unwrap();
    let digest = device.digest(&mut flash).unwrap();
    let said = home.ok(&["edge", "eval", "flash.bin", "--data", "set"]);
    assert!(said.starts_with(&format!("flash.bin: {NAME} after 33 samples, digest {digest:08x}\n")), "{said}");
    home.ok(&["edge", "train", "--from", "flash.bin", "--data", "set", "--epochs", "2", "--out", "b.edge"]);
    let (error, learned) = read(&home, "b.edge");
    assert!(error < 20.0 && learned == 1433, "{error} % after {learned}");
}

#[test]
fn arrays_hold_the_image() {
    let home = trained();
    let image = fs::read(home.path("a.edge")).unwrap();
    let export = |form: &str, out: &str, more: &[&str]| {
        let said = home.ok(&[&["edge", "export", "a.edge", "--as", form, "--out", out], more].concat());
        assert_eq!(said, format!("{out}: i16 64-16-8-4 after 1200 samples\n"));
        fs::read(home.path(out)).unwrap()
    };
    assert_eq!(export("image", "again.edge", &[]), image);
    let rust = String::from_utf8(export("rust", "digits.rs", &["--name", "DIGITS"])).unwrap();
    assert!(rust.contains(&format!("pub static DIGITS: [u8; {}] = [\n", image.len())), "{rust}");
    assert!(rust.starts_with("/// i16 64-16-8-4 after 1200 samples, digest "));
    assert_eq!(array(&rust), image);
    let c = String::from_utf8(export("c", "digits.h", &[])).unwrap();
    assert!(c.contains(&format!("static const uint8_t network[{}] = {{\n", image.len())), "{c}");
    assert_eq!(array(&c), image);
}

#[test]
fn images_that_are_none_are_refused() {
    let home = trained();
    let image = fs::read(home.path("a.edge")).unwrap();
    let refused = |at: usize, to: u8| {
        let mut image = image.clone();
        image[at] = to;
        fs::write(home.path("bad.edge"), image).unwrap();
        home.refused(&["edge", "eval", "bad.edge", "--data", "set"]).1
    };
    let version = refused(4, 3);
    assert_eq!(version, "error: bad.edge: the state at 0x0 has version 3, this program reads version 1\n");
    let damaged = refused(99, !image[99]);
    assert!(damaged.starts_with("error: bad.edge: the state at 0x0 has checksum 0x"), "{damaged}");
    let shape = refused(8, !image[8]);
    assert!(
        shape.starts_with("error: bad.edge: its state is of a network that is none of f32-784-32-32-10, "),
        "{shape}"
    );
    let foreign = home.refused(&["edge", "export", "toy.toml", "--as", "c", "--out", "x.h"]).1;
    assert!(foreign.starts_with("error: toy.toml: no state at 0x0: it starts with 0x"), "{foreign}");
    let nothing = home.refused(&["edge", "eval", "nowhere.edge"]).1;
    assert!(nothing.starts_with("error: nowhere.edge: cannot read it"), "{nothing}");
    assert!(!home.path("x.h").exists());
}

#[test]
fn a_model_of_the_other_trainer_is_refused_with_what_would_fit() {
    let home = Home::new();
    home.ok(&["train", "toy.toml", "--set", "train.epochs=1", "--out", "run"]);
    let refused = home.refused(&["edge", "export", "run/model.safetensors", "--as", "c", "--out", "x.h"]).1;
    let expected = "error: run/model.safetensors: a model of goodness train, recipe toy; its layers normalise image and \
                    label together, those of a device the image alone, so that its weights would read something else \
                    there; goodness edge train f32-64-16-8-4 --data set makes one that fits, and so do i16-64-16-8-4, \
                    i8-64-16-8-4\n";
    assert_eq!(refused, expected);
    assert!(!home.path("x.h").exists());
}

#[test]
fn what_does_not_fit_is_refused() {
    let home = trained();
    let images = home.refused(&["edge", "eval", "a.edge"]).1;
    assert_eq!(images, "error: mnist: its images are 28×28×1, the network i16 64-16-8-4 reads 64 values\n");
    let (code, unknown) = home.refused(&["edge", "train", "i4-64-16-8-4", "--out", "x.edge"]);
    assert!(code == 2 && unknown.contains("invalid value 'i4-64-16-8-4'"), "{unknown}");
    let (code, rate) = home.refused(&["edge", "train", NAME, "--data", "set", "--rate", "0", "--out", "x.edge"]);
    assert_eq!((code, rate.as_str()), (2, "error: --rate 0: expected a number above 0, 16 at most\n"));
    let (code, name) = home.refused(&["edge", "export", "a.edge", "--as", "c", "--name", "2d", "--out", "x.h"]);
    assert_eq!((code, name.as_str()), (2, "error: --name \"2d\": expected letters, digits and _, not a digit first\n"));
    let nowhere = home.refused(&["edge", "train", NAME, "--data", "set", "--epochs", "1", "--out", "no/x.edge"]).1;
    assert!(nowhere.starts_with("error: no/x.edge: cannot write it"), "{nowhere}");
    assert!(!home.path("x.edge").exists() && !home.path("x.h").exists());
}
