//! Numbers that are needed soon, fetched while others are multiplied.

use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

/// Asks for part `part` of `parts` of some numbers to be brought near. Nothing is read.
#[inline(always)]
pub(super) fn fetch(numbers: &[f32], part: usize, parts: usize) {
    for at in (numbers.len() * part / parts..numbers.len() * (part + 1) / parts).step_by(16) {
        // SAFETY: a hint about an address inside a slice, which every processor of the kind has.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(numbers.as_ptr().add(at).cast()) };
    }
}
