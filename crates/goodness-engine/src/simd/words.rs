//! Numbers of places, written as the words that kernels read: one in each, or halves of two pictures.

use std::arch::x86_64::*;

use super::outer::{self, Kernel};

/// Where places begin, and how far apart they lie.
pub(super) type Field<T> = (T, usize);

/// The lanes from `first` on of which there are `columns`.
fn mask(columns: usize, first: usize) -> u16 {
    ((1u32 << columns.saturating_sub(first).min(16)) - 1) as u16
}

/// Whether a whole register may be stored: all its lanes are wanted, or those that are not lie in the next place, whose
/// turn comes after.
fn whole((places, place): (usize, usize), (columns, first): (usize, usize), step: usize) -> bool {
    columns - first >= 16 || (columns >= 8 && step == columns && place + 1 < places)
}

/// How one kernel's words are written.
pub(super) trait Words: Kernel {
    /// Writes `columns` ≤ 32 numbers of every place as words, or into the upper halves of words that are there.
    ///
    /// # Safety
    /// `from` has those places and columns, and `to` as many words; the processor has the kernel's instructions.
    unsafe fn put(from: Field<*const f32>, to: Field<*mut u32>, size: (usize, usize), upper: bool);
}

impl Words for outer::F32 {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn put(from: Field<*const f32>, to: Field<*mut u32>, (places, columns): (usize, usize), _: bool) {
        for (place, first) in (0..places).flat_map(|place| (0..columns).step_by(16).map(move |first| (place, first))) {
            let mask = mask(columns, first);
            // SAFETY: the caller's; masked lanes are neither read nor written.
            unsafe {
                let numbers = _mm512_maskz_loadu_ps(mask, from.0.wrapping_add(place * from.1 + first));
                let at = to.0.wrapping_add(place * to.1 + first).cast();
                if whole((places, place), (columns, first), to.1) {
                    _mm512_storeu_ps(at, numbers);
                } else {
                    _mm512_mask_storeu_ps(at, mask, numbers);
                }
            }
        }
    }
}

impl Words for outer::Pairs {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    unsafe fn put(from: Field<*const f32>, to: Field<*mut u32>, (places, columns): (usize, usize), upper: bool) {
        for (place, first) in (0..places).flat_map(|place| (0..columns).step_by(16).map(move |first| (place, first))) {
            let mask = mask(columns, first);
            // SAFETY: the caller's; masked lanes are neither read nor written; __m256bh is 16 numbers of 16 bits, as
            // __m256i is.
            unsafe {
                let numbers = _mm512_maskz_loadu_ps(mask, from.0.wrapping_add(place * from.1 + first));
                let rounded = std::mem::transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(numbers));
                let mut words = _mm512_cvtepu16_epi32(rounded);
                let at = to.0.wrapping_add(place * to.1 + first).cast();
                let whole = whole((places, place), (columns, first), to.1);
                if upper {
                    let below = if whole { _mm512_loadu_epi32(at) } else { _mm512_maskz_loadu_epi32(mask, at) };
                    words = _mm512_or_si512(_mm512_slli_epi32::<16>(words), below);
                }
                if whole {
                    _mm512_storeu_epi32(at, words);
                } else {
                    _mm512_mask_storeu_epi32(at, mask, words);
                }
            }
        }
    }
}
