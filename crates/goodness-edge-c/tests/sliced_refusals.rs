//! What calls of networks in flash refuse, by the code they return.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use goodness_edge_c::Code::*;
use goodness_edge_c::flash::goodness_flash;
use goodness_edge_c::sliced_calls::*;
use goodness_edge_c::sliced_kinds::*;

const KIND: &SlicedKind = &GOODNESS_I16_64_16_8_4_BY_4;
/// A call that fails from the first time on.
const NEVER: u32 = 0;

/// Flash in memory that stops obeying, or that keeps nothing, after so many erases.
struct Cells {
    bytes: Vec<u8>,
    fails_after: u32,
    stuck_after: u32,
    erases: u32,
}

unsafe extern "C" fn read(context: *mut c_void, offset: u32, bytes: *mut u8, n: usize) -> i32 {
    // SAFETY: the context is the cells, and there is room for `n` bytes.
    let (cells, out) = unsafe { (&*context.cast::<Cells>(), std::slice::from_raw_parts_mut(bytes, n)) };
    out.copy_from_slice(&cells.bytes[offset as usize..][..n]);
    0
}

unsafe extern "C" fn write(context: *mut c_void, offset: u32, bytes: *const u8, n: usize) -> i32 {
    // SAFETY: the context is the cells, and there are `n` bytes.
    let (cells, new) = unsafe { (&mut *context.cast::<Cells>(), std::slice::from_raw_parts(bytes, n)) };
    assert_eq!((offset % 64, n), (0, 64));
    cells.bytes[offset as usize..].iter_mut().zip(new).for_each(|(old, new)| *old &= new);
    0
}

unsafe extern "C" fn erase(context: *mut c_void, from: u32, to: u32) -> i32 {
    // SAFETY: the context is the cells.
    let cells = unsafe { &mut *context.cast::<Cells>() };
    assert_eq!((from % 4096, to % 4096), (0, 0));
    cells.erases += 1;
    if cells.erases <= cells.stuck_after {
        cells.bytes[from as usize..to as usize].fill(0xFF);
    }
    i32::from(cells.erases > cells.fails_after)
}

/// Memory for a network, and its flash; calls of C as methods.
struct Net {
    memory: Vec<u64>,
    cells: Box<Cells>,
    flash: goodness_flash,
}

impl Net {
    fn blank() -> Self {
        let bytes = vec![0xFF; KIND.flash];
        let mut cells = Box::new(Cells { bytes, fails_after: u32::MAX, stuck_after: u32::MAX, erases: 0 });
        let flash = goodness_flash {
            context: (&raw mut *cells).cast(),
            read: Some(read),
            write: Some(write),
            erase: Some(erase),
            bytes: KIND.flash as u32,
            erases: 1000,
            stay: 1,
        };
        Self { memory: vec![0; KIND.bytes.div_ceil(8)], cells, flash }
    }

    fn started() -> Self {
        let mut net = Self::blank();
        assert_eq!(net.start(), Ok as i32);
        net
    }

    fn at(&mut self) -> *mut c_void {
        self.memory.as_mut_ptr().cast()
    }

    fn start(&mut self) -> i32 {
        // SAFETY: the memory is ours and large enough, and so is the flash.
        unsafe { goodness_sliced_start(self.at(), KIND.bytes, KIND, &raw const self.flash, 1) }
    }

    fn restore(&mut self) -> i32 {
        // SAFETY: as above.
        unsafe { goodness_sliced_restore(self.at(), KIND.bytes, KIND, &raw const self.flash) }
    }

    fn learn(&mut self, x: &[i16], label: u8) -> i32 {
        // SAFETY: pointer and length belong together.
        unsafe { goodness_sliced_learn_i16(self.at(), &raw const self.flash, x.as_ptr(), x.len(), label, null_mut()) }
    }

    fn digest(&mut self) -> u32 {
        let mut digest = 0;
        // SAFETY: there is room for the digest.
        let code = unsafe { goodness_sliced_digest(self.at(), &raw const self.flash, &raw mut digest) };
        assert_eq!(code, Ok as i32);
        digest
    }
}

#[test]
fn samples_and_labels_that_do_not_fit_change_nothing() {
    let mut net = Net::started();
    let before = net.digest();
    assert_eq!(net.learn(&[1; 63], 0), Length as i32);
    assert_eq!(net.learn(&[1; 64], 4), Label as i32);
    assert_eq!(net.digest(), before);
    assert_eq!(net.learn(&[1; 64], 3), Ok as i32);
    assert_ne!(net.digest(), before);
}

#[test]
fn memory_kinds_and_functions_that_are_missing_are_refused() {
    let mut net = Net::blank();
    assert_eq!(net.learn(&[1; 64], 0), Blank as i32);
    let flash = &raw const net.flash;
    // SAFETY: null pointers are looked at, not through.
    unsafe {
        assert_eq!(goodness_sliced_start(net.at(), KIND.bytes - 1, KIND, flash, 1), Memory as i32);
        assert_eq!(goodness_sliced_start(net.at(), KIND.bytes, null(), flash, 1), Null as i32);
        assert_eq!(goodness_sliced_start(net.at(), KIND.bytes, KIND, null(), 1), Null as i32);
        assert_eq!((goodness_sliced_bytes(null()), goodness_sliced_flash_bytes(null())), (0, 0));
    }
    net.flash.write = None;
    assert_eq!(net.start(), Null as i32);
}

#[test]
fn a_network_in_memory_is_not_taken_for_one_in_flash() {
    let mut net = Net::started();
    // SAFETY: the memory has a network of the other sort in it.
    assert_eq!(unsafe { goodness_edge_c::calls::goodness_set_rates(net.at(), 1, 1) }, Blank as i32);
}

#[test]
fn what_is_wrong_with_flash_is_named() {
    let mut net = Net::blank();
    assert_eq!(net.restore(), Empty as i32);
    net.flash.bytes = 100;
    assert_eq!(net.start(), Room as i32);
    let mut net = Net::blank();
    net.cells.fails_after = NEVER;
    assert_eq!(net.start(), Flash as i32);
    let mut net = Net::started();
    net.cells.stuck_after = net.cells.erases;
    let code = (0..200).map(|i| net.learn(&[i; 64], 0)).find(|code| *code != 0);
    assert_eq!(code, Some(NotKept as i32));
    let mut net = Net::blank();
    net.flash.erases = 5;
    assert_eq!(net.start(), Ok as i32);
    let code = (0..200).map(|i| net.learn(&[i; 64], 0)).find(|code| *code != 0);
    assert_eq!(code, Some(Worn as i32));
}

#[test]
fn memory_that_was_lost_comes_back_from_flash() {
    let mut net = Net::started();
    (0..40).for_each(|i| assert_eq!(net.learn(&[i * 3 + 1; 64], (i % 4) as u8), Ok as i32));
    let (mut erases, memory) = (0, net.memory.len());
    // SAFETY: the network is there, and room for the number.
    unsafe {
        assert_eq!(goodness_sliced_save(net.at(), &raw const net.flash), Ok as i32);
        assert_eq!(goodness_sliced_erases(net.at(), &raw mut erases), Ok as i32);
    }
    let before = net.digest();
    net.memory = vec![0; memory];
    assert_eq!((net.restore(), net.digest()), (Ok as i32, before));
    assert!(erases >= 5, "{erases}");
}
