//! Products as sums of outer products, with 512-bit registers: dzᵀ · x, summed over rows, and x · wᵀ, summed along them.
//! Both operands are packed, in panels that a tile reads from end to end; the two kernels (numbers of 32 and of 16 bits) differ
//! in one instruction. Every number of the result is the same sum in the same order, whoever computes it.

use std::arch::x86_64::*;
use std::ops::Range;

use goodness_core::Rows;

/// How words of 32 bits are made of rows, multiplied and summed up.
pub(super) trait Kernel {
    /// Rows that share a word.
    const ROWS: usize;
    /// The words of `count` ≤ 16 columns: row `row` from `column` on, with the row below where it shares the word.
    ///
    /// # Safety
    /// `from` has that row and those columns; the processor has the kernel's instructions.
    unsafe fn words(from: Rows<'_>, row: usize, column: usize, count: usize) -> __m512i;
    /// 16 words of a row from `column` on, or as many as there are, and zeros.
    ///
    /// # Safety
    /// `from` has that row; the processor has the kernel's instructions.
    unsafe fn words_along(from: Rows<'_>, row: usize, column: usize) -> __m512i;
    /// Adds the products of words to `sums`.
    ///
    /// # Safety
    /// The processor has the kernel's instructions.
    unsafe fn fold(sums: __m512, a: __m512i, b: __m512i) -> __m512;
    /// [`pack`] or [`pack_along`] with the kernel's instructions.
    ///
    /// # Safety
    /// As for [`pack`] and [`pack_along`].
    unsafe fn pack(from: Operand<'_>, columns: Range<usize>, width: usize, to: &mut [u32]);
    /// [`tiles`] with the kernel's instructions.
    ///
    /// # Safety
    /// As for [`tiles`].
    unsafe fn tiles(a: &[u32], b: &[u32], out: &mut [f32], stride: usize);
}

/// Columns of dz and of x in a tile: 28 sums, 2 registers of x and one of dz.
pub(super) const UNITS: usize = 14;
pub(super) const INPUTS: usize = 32;

/// Numbers of 32 bits.
pub(super) struct F32;
/// Halves, two rows a word.
pub(super) struct Pairs;

impl Kernel for F32 {
    const ROWS: usize = 1;

    #[inline(always)]
    unsafe fn words(from: Rows<'_>, row: usize, column: usize, count: usize) -> __m512i {
        // SAFETY: the caller's; masked lanes are not read.
        unsafe { _mm512_castps_si512(load(from, row, column, count)) }
    }

    #[inline(always)]
    unsafe fn words_along(from: Rows<'_>, row: usize, column: usize) -> __m512i {
        // SAFETY: the caller's; masked lanes are not read.
        unsafe { Self::words(from, row, column, (from.width() - column).min(16)) }
    }

    #[inline(always)]
    unsafe fn fold(sums: __m512, a: __m512i, b: __m512i) -> __m512 {
        // SAFETY: the caller's.
        unsafe { _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), sums) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn pack(from: Operand<'_>, columns: Range<usize>, width: usize, to: &mut [u32]) {
        // SAFETY: the caller's.
        unsafe {
            if from.along {
                pack_along::<Self>(from.rows, columns, width, to)
            } else {
                pack::<Self>(from.rows, columns, width, to)
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn tiles(a: &[u32], b: &[u32], out: &mut [f32], stride: usize) {
        // SAFETY: the caller's.
        unsafe { tiles::<Self>(a, b, out, stride) }
    }
}

impl Kernel for Pairs {
    const ROWS: usize = 2;

    #[inline(always)]
    unsafe fn words(from: Rows<'_>, row: usize, column: usize, count: usize) -> __m512i {
        // SAFETY: the caller's; __m256bh is 16 numbers of 16 bits, as __m256i is.
        unsafe {
            let half = |row: usize| {
                let rounded = _mm512_cvtneps_pbh(load(from, row, column, count));
                _mm512_cvtepu16_epi32(std::mem::transmute::<__m256bh, __m256i>(rounded))
            };
            let upper = if row + 1 < from.len() { half(row + 1) } else { _mm512_setzero_si512() };
            _mm512_or_si512(half(row), _mm512_slli_epi32::<16>(upper))
        }
    }

    #[inline(always)]
    unsafe fn words_along(from: Rows<'_>, row: usize, column: usize) -> __m512i {
        // SAFETY: the caller's; masked lanes are not read; __m512bh is 32 numbers of 16 bits, as __m512i is.
        unsafe {
            let left = from.width() - column;
            let low = load(from, row, column, left.min(16));
            let high = load(from, row, column + left.min(16), left.saturating_sub(16).min(16));
            std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low))
        }
    }

    #[inline(always)]
    unsafe fn fold(sums: __m512, a: __m512i, b: __m512i) -> __m512 {
        // SAFETY: the caller's; __m512bh is 32 numbers of 16 bits, as __m512i is.
        unsafe {
            let halves = |of| std::mem::transmute::<__m512i, __m512bh>(of);
            _mm512_dpbf16_ps(sums, halves(a), halves(b))
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    unsafe fn pack(from: Operand<'_>, columns: Range<usize>, width: usize, to: &mut [u32]) {
        // SAFETY: the caller's.
        unsafe {
            if from.along {
                pack_along::<Self>(from.rows, columns, width, to)
            } else {
                pack::<Self>(from.rows, columns, width, to)
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    unsafe fn tiles(a: &[u32], b: &[u32], out: &mut [f32], stride: usize) {
        // SAFETY: the caller's.
        unsafe { tiles::<Self>(a, b, out, stride) }
    }
}

/// A matrix and what is summed over: its columns, along the rows; or its rows.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) along: bool,
}

impl Operand<'_> {
    /// How many numbers a sum has.
    pub(super) fn depth(&self) -> usize {
        if self.along { self.rows.width() } else { self.rows.len() }
    }

    /// How many rows or columns of the product it makes.
    pub(super) fn count(&self) -> usize {
        if self.along { self.rows.len() } else { self.rows.width() }
    }
}

/// The first `count` ≤ 16 numbers of a row from `column` on, and zeros.
#[inline(always)]
unsafe fn load(from: Rows<'_>, row: usize, column: usize, count: usize) -> __m512 {
    let mask = ((1u32 << count) - 1) as u16;
    // SAFETY: the caller's row and columns; masked lanes are not read.
    unsafe { _mm512_maskz_loadu_ps(mask, from.data().as_ptr().add(row * from.width() + column)) }
}

/// Words of a panel of `width` columns that is made of `rows` rows.
pub(super) fn panel<K: Kernel>(rows: usize, width: usize) -> usize {
    rows.div_ceil(K::ROWS) * width
}

/// Writes one panel: word after word of the rows, `width` columns in each, those beyond `columns` 0.
///
/// # Safety
/// `columns` are columns of `from` and at most `width` many; `to` holds [`panel`] words; `width` is at most 32; the
/// processor has the kernel's instructions.
#[inline(always)]
pub(super) unsafe fn pack<K: Kernel>(from: Rows<'_>, columns: Range<usize>, width: usize, to: &mut [u32]) {
    for (word, to) in to.chunks_exact_mut(width).enumerate() {
        for (first, to) in (0..).step_by(16).zip(to.chunks_mut(16)) {
            let count = columns.len().saturating_sub(first).min(16);
            // SAFETY: the caller's; the mask keeps the store inside `to`.
            unsafe {
                let words = K::words(from, word * K::ROWS, (columns.start + first).min(from.width()), count);
                _mm512_mask_storeu_epi32(to.as_mut_ptr().cast(), ((1u32 << to.len()) - 1) as u16, words);
            }
        }
    }
}

/// Writes one panel of `width` rows, summed along: word after word of all of them, rows beyond `rows` 0.
///
/// # Safety
/// `rows` are rows of `from` and at most `width` many; `to` holds [`panel`] words; `width` is at most 32; the processor has
/// the kernel's instructions.
#[inline(always)]
pub(super) unsafe fn pack_along<K: Kernel>(from: Rows<'_>, rows: Range<usize>, width: usize, to: &mut [u32]) {
    for (block, to) in to.chunks_mut(16 * width).enumerate() {
        for first in (0..width).step_by(16) {
            // SAFETY: the caller's; the masks keep the stores inside `to`.
            unsafe {
                let row = |i: usize| match rows.start + first + i {
                    row if row < rows.end => K::words_along(from, row, 16 * K::ROWS * block),
                    _ => _mm512_setzero_si512(),
                };
                let words = transpose(std::array::from_fn(row));
                let mask = ((1u32 << (width - first).min(16)) - 1) as u16;
                for (words, to) in words.into_iter().zip(to.chunks_exact_mut(width)) {
                    _mm512_mask_storeu_epi32(to.as_mut_ptr().add(first).cast(), mask, words);
                }
            }
        }
    }
}

/// Turns 16 rows of 16 words into their columns.
#[inline(always)]
pub(super) unsafe fn transpose(rows: [__m512i; 16]) -> [__m512i; 16] {
    // SAFETY: the caller's processor has AVX-512 F.
    unsafe {
        let pairs: [__m512i; 16] = std::array::from_fn(|i| match i % 2 {
            0 => _mm512_unpacklo_epi32(rows[i], rows[i + 1]),
            _ => _mm512_unpackhi_epi32(rows[i - 1], rows[i]),
        });
        let fours: [__m512i; 16] = std::array::from_fn(|i| {
            let (four, place) = (i / 4 * 4, i % 4);
            let (a, b) = (pairs[four + place / 2], pairs[four + 2 + place / 2]);
            if place % 2 == 0 { _mm512_unpacklo_epi64(a, b) } else { _mm512_unpackhi_epi64(a, b) }
        });
        // Number `4·quarter + place` of `fours` holds, in its lane l, column 4·l + place of rows 4·quarter to 4·quarter + 3.
        let halves: [__m512i; 16] = std::array::from_fn(|i| {
            let (place, lanes, half) = (i % 4, i / 4 % 2, i / 8);
            let (a, b) = (fours[8 * half + place], fours[8 * half + 4 + place]);
            if lanes == 0 {
                _mm512_shuffle_i32x4::<0b10_00_10_00>(a, b)
            } else {
                _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b)
            }
        });
        std::array::from_fn(|column| {
            let (place, lane) = (column % 4, column / 4);
            let (a, b) = (halves[4 * (lane % 2) + place], halves[8 + 4 * (lane % 2) + place]);
            if lane < 2 {
                _mm512_shuffle_i32x4::<0b10_00_10_00>(a, b)
            } else {
                _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b)
            }
        })
    }
}

/// Multiplies one panel of dz with neighbouring panels of x: `out` gets 14 rows that lie `stride` apart.
///
/// # Safety
/// `a` is one panel and `b` whole panels of as many words; the processor has the kernel's instructions.
#[inline(always)]
unsafe fn tiles<K: Kernel>(a: &[u32], b: &[u32], out: &mut [f32], stride: usize) {
    let depth = a.len() / UNITS;
    for (index, b) in b.chunks_exact((depth * INPUTS).max(1)).enumerate() {
        assert!((UNITS - 1) * stride + (index + 1) * INPUTS <= out.len());
        // SAFETY: `a` and `b` hold `depth` words of 14 and 32 columns; the assertion keeps the rows inside `out`.
        unsafe {
            let mut sums = [[_mm512_setzero_ps(); 2]; UNITS];
            let (mut a, mut b) = (a.as_ptr(), b.as_ptr());
            for _ in 0..depth {
                let (left, right) = (_mm512_loadu_epi32(b.cast()), _mm512_loadu_epi32(b.add(16).cast()));
                for (u, sums) in sums.iter_mut().enumerate() {
                    let a = _mm512_set1_epi32(*a.add(u) as i32);
                    sums[0] = K::fold(sums[0], a, left);
                    sums[1] = K::fold(sums[1], a, right);
                }
                (a, b) = (a.add(UNITS), b.add(INPUTS));
            }
            for (u, sums) in sums.into_iter().enumerate() {
                let at = out.as_mut_ptr().add(u * stride + index * INPUTS);
                _mm512_storeu_ps(at, sums[0]);
                _mm512_storeu_ps(at.add(16), sums[1]);
            }
        }
    }
}

/// Where tasks write disjoint parts.
#[derive(Clone, Copy)]
pub(super) struct Target<T>(pub(super) *mut T);

// SAFETY: whoever writes through it writes where no other task does.
unsafe impl<T> Sync for Target<T> {}

impl<T> Target<T> {
    /// # Safety
    /// `offset` lies inside what the pointer was made from.
    pub(super) unsafe fn at(&self, offset: usize) -> *mut T {
        // SAFETY: the caller's.
        unsafe { self.0.add(offset) }
    }
}
