//! What C calls for networks whose first layer is in flash. The header says the same, and a test holds it to these lines.
//!
//! # Safety
//! As for [`calls`](crate::calls); the functions of a flash do what the header says and nothing to the network.
#![allow(clippy::missing_safety_doc, reason = "the same for all, above")]

use core::ffi::c_void;

use crate::calls::{code, numbers, put};
use crate::code::Code;
use crate::flash::goodness_flash;
use crate::memory;
use crate::report::{goodness_health, goodness_verdict};
use crate::sliced_kinds::{InFlash, SlicedKind};
use goodness_edge::Rule;
use goodness_edge::network::Values;

/// A flash with all its functions.
unsafe fn whole(flash: *const goodness_flash) -> Result<goodness_flash, Code> {
    // SAFETY: null, or as the caller promises a flash.
    let flash = *unsafe { flash.as_ref() }.ok_or(Code::Null)?;
    let whole = flash.read.is_some() && flash.write.is_some() && flash.erase.is_some();
    if whole { Ok(flash) } else { Err(Code::Null) }
}

/// The network in `net`.
unsafe fn open<'a>(net: *mut c_void) -> Result<&'a mut (dyn InFlash + 'static), Code> {
    // SAFETY: as the caller promises.
    unsafe { memory::open::<SlicedKind>(net.cast()) }.map(|(_, net)| net)
}

/// Bytes of memory for a network of this kind; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_bytes(kind: *const SlicedKind) -> usize {
    // SAFETY: null, or a kind of this library.
    unsafe { kind.as_ref() }.map_or(0, |kind| kind.bytes)
}

/// Bytes of flash; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_flash_bytes(kind: *const SlicedKind) -> usize {
    // SAFETY: null, or a kind of this library.
    unsafe { kind.as_ref() }.map_or(0, |kind| kind.flash)
}

/// Makes a network in `memory` and draws its weights into flash.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_start(
    memory: *mut c_void,
    bytes: usize,
    kind: *const SlicedKind,
    flash: *const goodness_flash,
    seed: u64,
) -> i32 {
    // SAFETY: as the caller promises; the memory is checked before it is laid out.
    let start = || unsafe {
        let (kind, mut flash) = (memory::check(memory.cast(), bytes, kind)?, whole(flash)?);
        let turns = flash.turns();
        Ok(memory::lay_out(memory.cast(), kind).start(&mut flash, seed, Rule::wide(kind.first), turns)?)
    };
    code(start())
}

/// Goes on from what is in flash.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_restore(
    memory: *mut c_void,
    bytes: usize,
    kind: *const SlicedKind,
    flash: *const goodness_flash,
) -> i32 {
    // SAFETY: as the caller promises; the memory is checked before it is laid out.
    let restore = || unsafe {
        let (kind, mut flash) = (memory::check(memory.cast(), bytes, kind)?, whole(flash)?);
        let turns = flash.turns();
        Ok(memory::lay_out(memory.cast(), kind).restore(&mut flash, turns)?)
    };
    code(restore())
}

/// Writes what memory holds to flash.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_save(net: *mut c_void, flash: *const goodness_flash) -> i32 {
    // SAFETY: as the caller promises.
    let save = || unsafe { Ok(open(net)?.save(&mut whole(flash)?)?) };
    code(save())
}

/// Sets the rates of both layers, in 65,536ths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_set_rates(net: *mut c_void, first: u32, second: u32) -> i32 {
    // SAFETY: as the caller promises.
    code(unsafe { open(net) }.map(|net| net.rule_mut().rates = [first, second]))
}

unsafe fn learn(
    net: *mut c_void,
    flash: *const goodness_flash,
    x: Result<Values<'_>, Code>,
    label: u8,
    took_for: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    let learn = || unsafe {
        let said = open(net)?.learn(&mut whole(flash)?, x?, label)?;
        if took_for.is_null() { Ok(()) } else { put(took_for, said) }
    };
    code(learn())
}

/// Learns a sample of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_learn_u8(
    net: *mut c_void,
    flash: *const goodness_flash,
    x: *const u8,
    n: usize,
    label: u8,
    took_for: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { learn(net, flash, numbers(x, n).map(Values::U8), label, took_for) }
}

/// Learns a sample of whole numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_learn_i16(
    net: *mut c_void,
    flash: *const goodness_flash,
    x: *const i16,
    n: usize,
    label: u8,
    took_for: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { learn(net, flash, numbers(x, n).map(Values::I16), label, took_for) }
}

unsafe fn predict(
    net: *mut c_void,
    flash: *const goodness_flash,
    x: Result<Values<'_>, Code>,
    verdict: *mut goodness_verdict,
) -> i32 {
    // SAFETY: as the caller promises.
    let predict = || unsafe { put(verdict, open(net)?.predict(&mut whole(flash)?, x?)?.into()) };
    code(predict())
}

/// Reads a sample of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_predict_u8(
    net: *mut c_void,
    flash: *const goodness_flash,
    x: *const u8,
    n: usize,
    verdict: *mut goodness_verdict,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { predict(net, flash, numbers(x, n).map(Values::U8), verdict) }
}

/// Reads a sample of whole numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_predict_i16(
    net: *mut c_void,
    flash: *const goodness_flash,
    x: *const i16,
    n: usize,
    verdict: *mut goodness_verdict,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { predict(net, flash, numbers(x, n).map(Values::I16), verdict) }
}

/// How the network is doing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_report(net: *mut c_void, health: *mut goodness_health) -> i32 {
    // SAFETY: as the caller promises.
    code(unsafe { open(net).and_then(|net| put(health, net.health().into())) })
}

/// How often the most used page was erased.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_erases(net: *mut c_void, erases: *mut u32) -> i32 {
    // SAFETY: as the caller promises.
    code(unsafe { open(net).and_then(|net| put(erases, net.erases())) })
}

/// CRC-32 of the state: equal to that of a network in memory with the same weights.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_sliced_digest(
    net: *mut c_void,
    flash: *const goodness_flash,
    digest: *mut u32,
) -> i32 {
    // SAFETY: as the caller promises.
    let sum = || unsafe { put(digest, open(net)?.digest(&mut whole(flash)?)?) };
    code(sum())
}
