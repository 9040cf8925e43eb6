//! Products of panels, by whatever multiplies: registers of one row ([`outer`]) or, halves where the processor has them, those
//! of a matrix ([`amx`]).

use std::arch::x86_64::*;
use std::ops::Range;

use super::outer::{self, INPUTS, Kernel, Operand, Pairs, Target};
use super::{amx, tasks};

/// How both operands of a product are packed and multiplied.
pub(super) trait Product {
    /// Rows of a tile.
    const UNITS: usize;
    /// Columns that are multiplied at a time, at most.
    const LONGEST: usize;
    /// Words of a panel of `width` that sums `depth` numbers up.
    fn panel(depth: usize, width: usize) -> usize;
    /// Packs up to [`Self::UNITS`] rows of the product into a [`panel`](Self::panel).
    ///
    /// # Safety
    /// They are rows or columns of `from`, and the processor has the instructions.
    unsafe fn pack_units(from: Operand<'_>, units: Range<usize>, to: &mut [u32]);
    /// Packs up to [`INPUTS`] columns into a [`panel`](Self::panel).
    ///
    /// # Safety
    /// They are rows or columns of `from`, and the processor has the instructions.
    unsafe fn pack_inputs(from: Operand<'_>, inputs: Range<usize>, to: &mut [u32]);
    /// Multiplies one panel of units with neighbouring panels of inputs: `out` gets [`Self::UNITS`] rows that lie
    /// [`Self::LONGEST`] apart.
    ///
    /// # Safety
    /// `a` is one panel and `b` whole panels of as many numbers a row; the processor has the instructions, and this thread is
    /// inside no other product.
    unsafe fn multiply(a: &[u32], b: &[u32], out: &mut [f32]);
}

impl<K: Kernel> Product for K {
    const UNITS: usize = outer::UNITS;
    const LONGEST: usize = 512;

    fn panel(depth: usize, width: usize) -> usize {
        outer::panel::<K>(depth, width)
    }

    unsafe fn pack_units(from: Operand<'_>, units: Range<usize>, to: &mut [u32]) {
        // SAFETY: the caller's.
        unsafe { K::pack(from, units, outer::UNITS, to) }
    }

    unsafe fn pack_inputs(from: Operand<'_>, inputs: Range<usize>, to: &mut [u32]) {
        // SAFETY: the caller's.
        unsafe { K::pack(from, inputs, INPUTS, to) }
    }

    unsafe fn multiply(a: &[u32], b: &[u32], out: &mut [f32]) {
        // SAFETY: the caller's.
        unsafe { K::tiles(a, b, out, Self::LONGEST) }
    }
}

/// Halves, by the matrix registers: a panel of units holds word after word of a row, sixteen words of all rows at a time.
pub(super) struct Amx;

impl Product for Amx {
    const UNITS: usize = amx::SIDE;
    const LONGEST: usize = 256;

    fn panel(depth: usize, width: usize) -> usize {
        depth.div_ceil(amx::DEEP) * amx::WORDS * width
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    unsafe fn pack_units(from: Operand<'_>, units: Range<usize>, to: &mut [u32]) {
        for (block, to) in to.chunks_exact_mut(amx::WORDS * amx::SIDE).enumerate() {
            for (first, to) in (units.start..).step_by(16).zip(to.chunks_exact_mut(16 * amx::WORDS)) {
                let count = units.end.saturating_sub(first).min(16);
                // SAFETY: the caller's; rows and columns that are not there are not read.
                unsafe {
                    let rows = match from.along {
                        true => std::array::from_fn(|i| match i < count {
                            true => Pairs::words_along(from.rows, first + i, amx::DEEP * block),
                            false => _mm512_setzero_si512(),
                        }),
                        false => outer::transpose(std::array::from_fn(|i| match amx::DEEP * block + 2 * i {
                            row if row < from.rows.len() && count > 0 => Pairs::words(from.rows, row, first, count),
                            _ => _mm512_setzero_si512(),
                        })),
                    };
                    for (words, to) in rows.into_iter().zip(to.chunks_exact_mut(amx::WORDS)) {
                        _mm512_storeu_epi32(to.as_mut_ptr().cast(), words);
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    unsafe fn pack_inputs(from: Operand<'_>, inputs: Range<usize>, to: &mut [u32]) {
        let there = outer::panel::<Pairs>(from.depth(), INPUTS);
        // SAFETY: the caller's.
        unsafe {
            if from.along {
                outer::pack_along::<Pairs>(from.rows, inputs, INPUTS, to)
            } else {
                let (to, beyond) = to.split_at_mut(there.min(to.len()));
                outer::pack::<Pairs>(from.rows, inputs, INPUTS, to);
                beyond.fill(0);
            }
        }
    }

    unsafe fn multiply(a: &[u32], b: &[u32], out: &mut [f32]) {
        const { assert!(INPUTS == amx::SIDE) };
        let steps = a.len() / (amx::WORDS * amx::SIDE);
        if steps == 0 {
            return out.fill(0.0);
        }
        let (row, lower) = (4 * amx::WORDS, 4 * 16 * amx::WORDS);
        let left = amx::Left { at: a.as_ptr().cast(), row, lower, step: 2 * lower, run: 0 };
        // SAFETY: the caller has asked the processor, and no thread is inside two products.
        let mut registers = unsafe { amx::Registers::new() };
        for (index, b) in b.chunks_exact(a.len()).enumerate() {
            assert!((amx::SIDE - 1) * Self::LONGEST + (index + 1) * amx::SIDE <= out.len());
            // SAFETY: `a` and `b` hold the steps; the assertion keeps the rows inside `out`.
            unsafe {
                let out = out.as_mut_ptr().add(index * amx::SIDE);
                registers.product(left, b.as_ptr(), (1, steps), out, Self::LONGEST);
            }
        }
    }
}

/// Packs columns of a matrix, or rows where it is summed along them, in panels of `width` that are `words` words each, by
/// `pack`, on all threads. Returns where the panels lie.
pub(super) fn pack_some(
    columns: Range<usize>,
    (width, words): (usize, usize),
    to: &mut Vec<u32>,
    pack: &(impl Fn(Range<usize>, &mut [u32]) + Sync),
) -> Range<usize> {
    let panels = columns.len().div_ceil(width);
    let all = lines(to, panels * words);
    let target = Target(to[all.clone()].as_mut_ptr());
    tasks::each(0..panels, &|p| {
        let columns = columns.start + p * width..columns.end.min(columns.start + (p + 1) * width);
        // SAFETY: panels are disjoint parts of `to`, which is borrowed for as long.
        pack(columns, unsafe { std::slice::from_raw_parts_mut(target.at(p * words), words) });
    });
    all
}

/// Words before the first that begins a line of the cache, at most.
pub(super) const SLACK: usize = 15;

/// Makes room for some words from the beginning of a line of the cache on, and for no more: what grows by doubling would hold
/// memory that nobody uses.
pub(super) fn lines(to: &mut Vec<u32>, words: usize) -> Range<usize> {
    if to.len() < words + SLACK {
        to.reserve_exact(words + SLACK - to.len());
        to.resize(words + SLACK, 0);
    }
    let first = to.as_ptr().align_offset(64).min(SLACK);
    first..first + words
}
