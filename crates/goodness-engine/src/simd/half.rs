//! Numbers of 16 bits with the range of `f32` and 8 bits of precision (bfloat16).

use goodness_core::Rows;

use crate::par;

/// Numbers that one thread rounds at a time.
const NUMBERS: usize = 1 << 14;

/// The upper half of an `f32`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Bf16(pub(super) u16);

impl Bf16 {
    /// The nearest one, ties to even; denormal numbers become 0, as the processor's own conversion has it.
    #[inline]
    pub fn from_f32(x: f32) -> Self {
        let bits = x.to_bits();
        if x.is_nan() {
            return Self((bits >> 16) as u16 | 0x40);
        }
        if !x.is_normal() && x.is_finite() {
            return Self((bits >> 31 << 15) as u16);
        }
        Self(((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16)
    }

    /// The same number with more bits.
    #[inline]
    pub fn to_f32(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }
}

/// Rounds every number of `from`.
pub(crate) fn round_into(from: &[f32], to: &mut [Bf16]) {
    debug_assert_eq!(from.len(), to.len());
    #[cfg(target_arch = "x86_64")]
    if super::has_pairs() {
        // SAFETY: the processor has the instructions.
        return unsafe { x86::round_into(from, to) };
    }
    to.iter_mut().zip(from).for_each(|(to, from)| *to = Bf16::from_f32(*from));
}

/// Rounds every number of some rows, on all threads.
pub(crate) fn round_rows(from: Rows<'_>, to: &mut Vec<Bf16>) {
    to.resize(from.data().len(), Bf16::default());
    par::each_block(to.len(), NUMBERS, (from.data(), to.as_mut_slice()), |_, (from, to): (&[f32], &mut [Bf16])| {
        round_into(from, to);
    });
}

/// The halves of words.
pub(crate) fn of_words(words: &mut [u32]) -> &mut [Bf16] {
    // SAFETY: a word is two numbers of 16 bits, which need less alignment, and any bits are one.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<Bf16>(), 2 * words.len()) }
}

/// Fills words with numbers, or with pairs of them that are rounded; half a word that is left over becomes 0.
///
/// # Panics
/// When there are not as many words as that takes.
pub(crate) fn fill_words(halves: bool, from: &[f32], to: &mut [u32]) {
    if !halves {
        assert!(from.len() == to.len(), "{} numbers do not fill {} words", from.len(), to.len());
        return to.iter_mut().zip(from).for_each(|(to, from)| *to = from.to_bits());
    }
    assert!(from.len().div_ceil(2) == to.len(), "pairs of {} numbers do not fill {} words", from.len(), to.len());
    let to = of_words(to);
    to[from.len()..].fill(Bf16::default());
    round_into(from, &mut to[..from.len()]);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Bf16;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    pub(super) unsafe fn round_into(from: &[f32], to: &mut [Bf16]) {
        let whole = from.len() / 16 * 16;
        for (from, to) in from.chunks_exact(16).zip(to.chunks_exact_mut(16)) {
            // SAFETY: both chunks hold 16 numbers; __m256bh is 16 numbers of 16 bits, as __m256i is.
            unsafe {
                let rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(from.as_ptr()));
                _mm256_storeu_si256(to.as_mut_ptr().cast(), std::mem::transmute::<__m256bh, __m256i>(rounded));
            }
        }
        to[whole..].iter_mut().zip(&from[whole..]).for_each(|(to, from)| *to = Bf16::from_f32(*from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_the_nearest_and_ties_to_even() {
        let round = |x: f32| Bf16::from_f32(x).to_f32();
        assert_eq!([1.0, -2.5, 0.0, 65536.0].map(round), [1.0, -2.5, 0.0, 65536.0]);
        // Between 1 and 1 + 2⁻⁷ lies 1 + 2⁻⁸, as far from both.
        assert_eq!([1.0 + 1.0 / 256.0, 1.0 + 1.1 / 256.0, 1.0 + 3.0 / 256.0].map(round), [1.0, 1.007_812_5, 1.015_625]);
        assert_eq!([f32::INFINITY, -f32::INFINITY].map(round), [f32::INFINITY, -f32::INFINITY]);
        assert_eq!(round(f32::MAX), f32::INFINITY);
        assert!(round(f32::NAN).is_nan());
        assert_eq!(Bf16::from_f32(-f32::from_bits(1)).0, 0x8000);
    }

    #[test]
    fn the_processor_rounds_as_the_plain_code_does() {
        let mut rng = goodness_core::Rng::keyed(1, 0, 0);
        let mut from: Vec<f32> = (0..1001).map(|_| rng.normal() * 10f32.powi(rng.below(60) as i32 - 30)).collect();
        from.extend([0.0, -0.0, f32::INFINITY, f32::MAX, f32::MIN_POSITIVE, f32::from_bits(3)]);
        let mut to = vec![Bf16::default(); from.len()];
        round_into(&from, &mut to);
        assert!(to.iter().zip(&from).all(|(to, from)| *to == Bf16::from_f32(*from)));
    }
}
