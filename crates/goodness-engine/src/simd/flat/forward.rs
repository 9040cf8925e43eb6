//! The product forward.

use std::arch::x86_64::*;

use goodness_core::Rows;

use super::super::amx::{Left, Registers, Sums};
use super::super::outer::{self, Target};
use super::super::{half::Bf16, panels, tasks};
use super::{DEEP, Flat, PANEL, WORDS, some};

pub(super) fn pack<'a>(of: &Flat, w: Rows<'_>, to: &'a mut Vec<u32>) -> &'a [u32] {
    let (panels, words) = (of.units.div_ceil(PANEL), of.panel());
    let all = panels::lines(to, panels * words);
    let target = Target(to[all.clone()].as_mut_ptr());
    tasks::each(0..panels, &|panel| {
        // SAFETY: panels are disjoint parts of `to`, which is borrowed for as long; whoever calls has asked the processor.
        unsafe {
            let to = std::slice::from_raw_parts_mut(target.at(panel * words), words);
            pack_panel(of, w, panel * PANEL, to);
        }
    });
    &to[all]
}

/// # Safety
/// `w` and `to` have what `of` says; the processor has AVX-512 and its pairs.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
unsafe fn pack_panel(of: &Flat, w: Rows<'_>, first: usize, to: &mut [u32]) {
    let line = of.side * of.channels;
    for (step, to) in to.chunks_exact_mut(WORDS * PANEL).enumerate() {
        let (dy, begin) = (step / of.steps(), step % of.steps() * DEEP);
        for half in [0, 16] {
            // SAFETY: units and numbers of a line that are not there are not read.
            unsafe {
                let rows = std::array::from_fn(|i| match first + half + i {
                    unit if unit < of.units => {
                        pairs(w.row(unit)[dy * line + begin..].as_ptr(), (line - begin).min(DEEP))
                    }
                    _ => _mm512_setzero_si512(),
                });
                for (words, to) in outer::transpose(rows).into_iter().zip(to.chunks_exact_mut(PANEL)) {
                    _mm512_storeu_epi32(to[half..].as_mut_ptr().cast(), words);
                }
            }
        }
    }
}

/// The first `count` ≤ 32 numbers as halves, and zeros.
#[inline(always)]
unsafe fn pairs(from: *const f32, count: usize) -> __m512i {
    // SAFETY: the caller's; masked lanes are not read.
    unsafe {
        let (low, high) = (some(from, count.min(16)), some(from.wrapping_add(16), count.saturating_sub(16)));
        std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low))
    }
}

pub(super) fn forward(of: &Flat, pictures: usize, x: &[Bf16], packed: &[u32], out: &mut [f32]) {
    let bytes = of.channels * size_of::<Bf16>();
    let (own, line, picture) = (of.own, of.line(), of.picture());
    let mut sums = Sums::zeros();
    // SAFETY: whoever calls has asked the processor, and no thread is inside two products.
    let mut registers = unsafe { Registers::new() };
    for (panel, weights) in packed.chunks_exact(of.panel()).enumerate() {
        let units = panel * PANEL..of.units.min((panel + 1) * PANEL);
        for first in (0..pictures * picture).step_by(PANEL) {
            let at = x[first * of.channels..].as_ptr().cast();
            let left = Left { at, row: bytes, lower: 16 * bytes, step: 2 * DEEP, run: line * bytes };
            // SAFETY: `x` holds all that squares of these places see and what tiles read beyond; a panel has `WORDS` rows
            // for every step of every line of a square; whoever calls has asked the processor.
            unsafe { registers.product(left, weights.as_ptr(), (of.side, of.steps()), sums.0.as_mut_ptr(), PANEL) };
            let (mut of_picture, mut y, mut place) = (first / picture, first % picture / line, first % line);
            // Line by line: what is inside follows each other in both.
            let mut row = 0;
            while row < PANEL && of_picture < pictures {
                let here = (line - place).min(PANEL - row);
                let inside = if y < own.0 { own.1.saturating_sub(place).min(here) } else { 0 };
                let to = ((of_picture * own.0 + y) * own.1 + place) * of.units + units.start;
                let to = out.get_mut(to..).unwrap_or_default().chunks_mut(of.units);
                for (from, to) in sums.0[row * PANEL..].as_chunks::<PANEL>().0.iter().zip(to).take(inside) {
                    match to.first_chunk_mut::<PANEL>() {
                        Some(to) if units.len() == PANEL => *to = *from,
                        _ => to[..units.len()].copy_from_slice(&from[..units.len()]),
                    }
                }
                (row, place) = (row + here, 0);
                y += 1;
                if y * line >= picture {
                    (of_picture, y) = (of_picture + 1, 0);
                }
            }
        }
    }
}
