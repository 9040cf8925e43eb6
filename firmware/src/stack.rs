//! How deep the stack has been: all free memory is painted, and looked at again at the end.

use core::ptr::{addr_of, read_volatile, write_volatile};

const PAINT: u32 = 0xA5C3_A5C3;
const ORIGIN: usize = 0x2000_0000;
/// Bytes below this call's own frame that are left unpainted.
const MARGIN: usize = 128;

unsafe extern "C" {
    static __sheap: u32;
    static _stack_start: u32;
}

fn free() -> usize {
    addr_of!(__sheap) as usize
}

fn top() -> usize {
    addr_of!(_stack_start) as usize
}

/// Bytes of data and bss.
pub fn fixed() -> usize {
    free() - ORIGIN
}

/// Paints what is free. Call it first.
#[inline(never)]
pub fn paint() {
    let here = cortex_m::register::msp::read() as usize - MARGIN;
    for word in (free()..here).step_by(4) {
        // SAFETY: memory between the end of bss and the stack belongs to nobody.
        unsafe { write_volatile(word as *mut u32, PAINT) };
    }
}

/// Bytes from the top of the stack to the deepest word that was written.
pub fn deepest() -> usize {
    // SAFETY: as above; painted words are read.
    let untouched = |word: &usize| unsafe { read_volatile(*word as *const u32) } == PAINT;
    top() - (free()..top()).step_by(4).find(|word| !untouched(word)).unwrap_or(top())
}
