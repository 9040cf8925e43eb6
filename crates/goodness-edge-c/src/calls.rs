//! What C calls. The header says the same, and a test holds it to these lines.
//!
//! # Safety
//! Of every function: pointers are null or point to what the header says, `net` is memory of zeros or with a network in
//! it, and one network is used by one thread at a time.
#![allow(clippy::missing_safety_doc, reason = "the same for all, above")]

use core::ffi::{c_char, c_void};
use core::slice;

use crate::code::{CODES, Code};
use crate::kinds::Kind;
use crate::memory;
use crate::report::{goodness_health, goodness_verdict};
use goodness_edge::Rule;
use goodness_edge::network::Values;

/// The code of a call.
pub(crate) fn code(done: Result<(), Code>) -> i32 {
    done.err().unwrap_or(Code::Ok) as i32
}

/// Numbers of C.
pub(crate) unsafe fn numbers<'a, T>(x: *const T, n: usize) -> Result<&'a [T], Code> {
    // SAFETY: not null, and as the caller promises there are `n` of them.
    if x.is_null() { Err(Code::Null) } else { Ok(unsafe { slice::from_raw_parts(x, n) }) }
}

/// Hands a value out.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> Result<(), Code> {
    if out.is_null() {
        return Err(Code::Null);
    }
    // SAFETY: not null, and as the caller promises room for one.
    unsafe { out.write(value) };
    Ok(())
}

/// Bytes of memory for a network of this kind; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_bytes(kind: *const Kind) -> usize {
    // SAFETY: null, or a kind of this library.
    unsafe { kind.as_ref() }.map_or(0, |kind| kind.bytes)
}

/// Bytes of a saved state; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_image_bytes(kind: *const Kind) -> usize {
    // SAFETY: null, or a kind of this library.
    unsafe { kind.as_ref() }.map_or(0, |kind| kind.image)
}

/// Makes a network in `memory` and draws its weights.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_start(memory: *mut c_void, bytes: usize, kind: *const Kind, seed: u64) -> i32 {
    // SAFETY: as the caller promises; the memory is checked before it is laid out.
    let start = || unsafe {
        let kind = memory::check(memory.cast(), bytes, kind)?;
        memory::lay_out(memory.cast(), kind).start(seed, Rule::wide(kind.first));
        Ok(())
    };
    code(start())
}

/// Goes on from a saved state; a network of this kind that is in `memory` is left as it is when that fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_restore(
    memory: *mut c_void,
    bytes: usize,
    kind: *const Kind,
    image: *const u8,
    n: usize,
) -> i32 {
    // SAFETY: as the caller promises; the memory is checked before it is laid out.
    let restore = || unsafe {
        let (kind, image) = (memory::check(memory.cast(), bytes, kind)?, numbers(image, n)?);
        let net = match memory::open::<Kind>(memory.cast()) {
            Ok((own, net)) if core::ptr::eq(own, kind) => net,
            _ => memory::lay_out(memory.cast(), kind),
        };
        Ok(net.read_image(image)?)
    };
    code(restore())
}

/// Writes the state into `image`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_save(net: *mut c_void, image: *mut u8, n: usize) -> i32 {
    // SAFETY: as the caller promises; nothing is written before there is a network.
    let save = || unsafe {
        let (_, net) = memory::open::<Kind>(net.cast())?;
        if image.is_null() {
            return Err(Code::Null);
        }
        Ok(net.write_image(slice::from_raw_parts_mut(image, n))?)
    };
    code(save())
}

/// Sets the rates of both layers, in 65,536ths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_set_rates(net: *mut c_void, first: u32, second: u32) -> i32 {
    // SAFETY: as the caller promises.
    let set = unsafe { memory::open::<Kind>(net.cast()) }.map(|(_, net)| net.rule_mut().rates = [first, second]);
    code(set)
}

unsafe fn learn(net: *mut c_void, x: Result<Values<'_>, Code>, label: u8, took_for: *mut u8) -> i32 {
    // SAFETY: as the caller promises.
    let learn = || unsafe {
        let (_, net) = memory::open::<Kind>(net.cast())?;
        let said = net.learn(x?, label)?;
        if took_for.is_null() { Ok(()) } else { put(took_for, said) }
    };
    code(learn())
}

/// Learns a sample of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_learn_u8(
    net: *mut c_void,
    x: *const u8,
    n: usize,
    label: u8,
    took_for: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { learn(net, numbers(x, n).map(Values::U8), label, took_for) }
}

/// Learns a sample of whole numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_learn_i16(
    net: *mut c_void,
    x: *const i16,
    n: usize,
    label: u8,
    took_for: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { learn(net, numbers(x, n).map(Values::I16), label, took_for) }
}

/// Learns a sample of real numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_learn_f32(
    net: *mut c_void,
    x: *const f32,
    n: usize,
    label: u8,
    took_for: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { learn(net, numbers(x, n).map(Values::F32), label, took_for) }
}

unsafe fn predict(net: *mut c_void, x: Result<Values<'_>, Code>, verdict: *mut goodness_verdict) -> i32 {
    // SAFETY: as the caller promises.
    let predict = || unsafe {
        let (_, net) = memory::open::<Kind>(net.cast())?;
        put(verdict, net.predict(x?)?.into())
    };
    code(predict())
}

/// Reads a sample of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_predict_u8(
    net: *mut c_void,
    x: *const u8,
    n: usize,
    verdict: *mut goodness_verdict,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { predict(net, numbers(x, n).map(Values::U8), verdict) }
}

/// Reads a sample of whole numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_predict_i16(
    net: *mut c_void,
    x: *const i16,
    n: usize,
    verdict: *mut goodness_verdict,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { predict(net, numbers(x, n).map(Values::I16), verdict) }
}

/// Reads a sample of real numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_predict_f32(
    net: *mut c_void,
    x: *const f32,
    n: usize,
    verdict: *mut goodness_verdict,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { predict(net, numbers(x, n).map(Values::F32), verdict) }
}

/// How the network is doing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_report(net: *mut c_void, health: *mut goodness_health) -> i32 {
    // SAFETY: as the caller promises.
    code(unsafe { memory::open::<Kind>(net.cast()).and_then(|(_, net)| put(health, net.health().into())) })
}

/// CRC-32 of the state: equal on two machines when every weight is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn goodness_digest(net: *mut c_void, digest: *mut u32) -> i32 {
    // SAFETY: as the caller promises.
    code(unsafe { memory::open::<Kind>(net.cast()).and_then(|(_, net)| put(digest, net.digest())) })
}

/// What a code means, for people.
#[unsafe(no_mangle)]
pub extern "C" fn goodness_message(code: i32) -> *const c_char {
    let known = CODES.iter().find(|(own, ..)| *own as i32 == code);
    known.map_or(c"no such code", |(.., message)| message).as_ptr()
}
