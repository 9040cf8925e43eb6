//! What calls refuse, by the code they return; the network is as it was.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::ffi::{CStr, c_void};
use std::ptr::null_mut;

use goodness_edge_c::Code::{self, *};
use goodness_edge_c::calls::*;
use goodness_edge_c::kinds::*;
use goodness_edge_c::report::{goodness_health, goodness_verdict};

const KIND: &Kind = &GOODNESS_I16_64_16_8_4;

/// Memory for a network, its saved state, and calls of C as methods.
struct Net {
    memory: Vec<u64>,
}

impl Net {
    fn blank() -> Self {
        Self { memory: vec![0; KIND.bytes.div_ceil(8)] }
    }

    fn started() -> Self {
        let mut net = Self::blank();
        assert_eq!(net.start(KIND.bytes), Ok as i32);
        net
    }

    fn at(&mut self) -> *mut c_void {
        self.memory.as_mut_ptr().cast()
    }

    fn start(&mut self, bytes: usize) -> i32 {
        // SAFETY: the memory is ours and large enough.
        unsafe { goodness_start(self.at(), bytes, KIND, 1) }
    }

    fn learn(&mut self, x: &[i16], label: u8) -> i32 {
        // SAFETY: pointer and length belong together.
        unsafe { goodness_learn_i16(self.at(), x.as_ptr(), x.len(), label, null_mut()) }
    }

    fn digest(&mut self) -> u32 {
        let mut digest = 0;
        // SAFETY: there is room for the digest.
        assert_eq!(unsafe { goodness_digest(self.at(), &raw mut digest) }, Ok as i32);
        digest
    }

    fn image(&mut self) -> Vec<u8> {
        let mut image = vec![0; KIND.image];
        // SAFETY: pointer and length belong together.
        assert_eq!(unsafe { goodness_save(self.at(), image.as_mut_ptr(), image.len()) }, Ok as i32);
        image
    }

    fn restore(&mut self, image: &[u8]) -> i32 {
        // SAFETY: pointer and length belong together, and the memory is ours.
        unsafe { goodness_restore(self.at(), KIND.bytes, KIND, image.as_ptr(), image.len()) }
    }
}

#[test]
fn samples_that_cannot_be_learned_are_refused() {
    let mut net = Net::started();
    let before = net.digest();
    assert_eq!(net.learn(&[1; 63], 0), Length as i32);
    assert_eq!(net.learn(&[1; 64], 4), Label as i32);
    let reals = [1.0f32; 64];
    // SAFETY: pointers and lengths belong together.
    unsafe {
        assert_eq!(goodness_learn_f32(net.at(), reals.as_ptr(), 64, 0, null_mut()), Reals as i32);
        assert_eq!(goodness_learn_u8(net.at(), std::ptr::null(), 64, 0, null_mut()), Null as i32);
        assert_eq!(goodness_predict_i16(net.at(), [1; 64].as_ptr(), 64, null_mut()), Null as i32);
    }
    assert_eq!(net.digest(), before);
    assert_eq!(net.learn(&[1; 64], 3), Ok as i32);
    assert_ne!(net.digest(), before);
}

#[test]
fn values_that_are_not_numbers_are_refused() {
    let kind = &GOODNESS_F32_784_32_32_10;
    let mut memory = vec![0u64; kind.bytes.div_ceil(8)];
    let at = memory.as_mut_ptr().cast();
    let mut x = vec![0.5f32; 784];
    x[7] = f32::NAN;
    // SAFETY: pointers and lengths belong together.
    unsafe {
        assert_eq!(goodness_start(at, kind.bytes, kind, 1), Ok as i32);
        assert_eq!(goodness_learn_f32(at, x.as_ptr(), x.len(), 0, null_mut()), Value as i32);
    }
}

#[test]
fn memory_that_does_not_do_is_refused() {
    let mut net = Net::blank();
    assert_eq!(net.start(KIND.bytes - 1), Memory as i32);
    assert_eq!(net.learn(&[1; 64], 0), Blank as i32, "nothing was started");
    // SAFETY: null and unaligned pointers are looked at, not through.
    unsafe {
        assert_eq!(goodness_start(null_mut(), KIND.bytes, KIND, 1), Null as i32);
        assert_eq!(goodness_start(net.at(), KIND.bytes, std::ptr::null(), 1), Null as i32);
        assert_eq!(goodness_start(net.at().byte_add(4), KIND.bytes, KIND, 1), Memory as i32);
        assert_eq!(goodness_set_rates(null_mut(), 1, 1), Null as i32);
        assert_eq!((goodness_bytes(std::ptr::null()), goodness_image_bytes(std::ptr::null())), (0, 0));
    }
}

#[test]
fn images_that_are_not_a_good_state_are_refused() {
    let image = Net::started().image();
    let mut net = Net::started();
    assert_eq!(net.learn(&[9; 64], 1), Ok as i32);
    let before = net.digest();
    let mut changed = |at: usize, to: u8, code: Code| {
        let mut image = image.clone();
        image[at] = to;
        assert_eq!((net.restore(&image), net.digest()), (code as i32, before));
    };
    changed(0, 0, Foreign);
    changed(4, 2, Version);
    changed(8, !image[8], Shape);
    changed(200, !image[200], Damaged);
    assert_eq!(net.restore(&[0xFF; 64]), Empty as i32);
    assert_eq!(net.restore(&image[..image.len() - 64]), Room as i32);
    assert_eq!(net.restore(&image), Ok as i32);
    assert_eq!(net.digest(), Net::started().digest());
    // SAFETY: as above.
    assert_eq!(unsafe { goodness_save(net.at(), image.clone().as_mut_ptr(), image.len() - 1) }, Room as i32);
    let mut fresh = Net::blank();
    assert_eq!(fresh.restore(&[0xFF; 64]), Empty as i32);
    assert_eq!(fresh.learn(&[1; 64], 0), Blank as i32);
}

#[test]
fn rates_are_set_and_reports_filled() {
    let (mut net, mut still) = (Net::started(), Net::started());
    let (mut health, mut verdict) = (goodness_health::default(), goodness_verdict::default());
    // SAFETY: all pointers are to what they should be.
    unsafe {
        assert_eq!(goodness_set_rates(still.at(), 0, 0), Ok as i32);
        for _ in 0..600 {
            assert_eq!((net.learn(&[9; 64], 1), still.learn(&[9; 64], 1)), (0, 0));
        }
        assert_eq!(goodness_report(net.at(), &raw mut health), Ok as i32);
        assert_eq!(goodness_predict_i16(net.at(), [9; 64].as_ptr(), 64, &raw mut verdict), Ok as i32);
    }
    assert!(health.step == 600 && health.accuracy > 0.8 && health.goodness[0] > health.goodness[1], "{health:?}");
    assert!(verdict.label == 1 && verdict.lead > 0.0, "{verdict:?}");
    assert_ne!(still.digest(), net.digest());
}

#[test]
fn every_code_has_words() {
    let words = |code: i32| {
        // SAFETY: messages are constants that end in zero.
        unsafe { CStr::from_ptr(goodness_message(code)) }.to_str().unwrap()
    };
    assert_eq!(words(Ok as i32), "done");
    assert_eq!(words(Damaged as i32), "the state does not have its checksum");
    assert_eq!(words(99), "no such code");
    let all: std::collections::BTreeSet<_> =
        goodness_edge_c::code::CODES.iter().map(|(code, ..)| words(*code as i32)).collect();
    assert_eq!(all.len(), goodness_edge_c::code::CODES.len());
}
