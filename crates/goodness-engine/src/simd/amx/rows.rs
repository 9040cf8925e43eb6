//! x · wᵀ of rows: 32 units at a time, whose weights are rounded once and multiplied with all rows that are near.
//!
//! Rows are what is turned to columns, for they are fewer than weights; what comes out is turned back.

use std::arch::x86_64::*;

use goodness_core::{Rows, RowsMut};

use super::super::outer::{self, Operand, Target};
use super::super::panels::{self, Amx, Product};
use super::super::{product, tasks};
use super::{Left, Registers, SIDE, Sums, WORDS};

/// Bytes of rows that stay near while units go by.
const NEAR: usize = 1 << 20;

/// Writes the product of rows that are rounded first; the packs are room for both operands.
///
/// # Safety
/// The shapes fit, and [`has`](super::has) said yes.
pub(crate) unsafe fn forward(x: Rows<'_>, w: Rows<'_>, packs: &mut [Vec<u32>; 2], mut out: RowsMut<'_>) {
    let (rows, units, depth) = (x.len(), w.len(), x.width());
    product::count(rows, units, depth);
    if depth == 0 {
        return out.data_mut().fill(0.0);
    }
    let along = |rows| Operand { rows, along: true };
    let words = Amx::panel(depth, SIDE);
    let most = SIDE * (NEAR / (words * size_of::<u32>())).max(1);
    let parts = rows.div_ceil(most).max(1);
    let [x_pack, w_pack] = packs;
    let panels = units.div_ceil(SIDE);
    let w_at = panels::lines(w_pack, panels * words);
    let weights = Target(w_pack[w_at].as_mut_ptr());
    let target = Target(out.data_mut().as_mut_ptr());
    for part in 0..parts {
        // As even as can be, in whole panels but for the last.
        let cut = |part: usize| (part * rows / parts).next_multiple_of(SIDE).min(rows);
        let some = cut(part)..cut(part + 1);
        let x_at = panels::pack_some(some.clone(), (SIDE, words), x_pack, &|rows, to| {
            // SAFETY: the caller's.
            unsafe { Amx::pack_inputs(along(x), rows, to) }
        });
        let x_pack = &x_pack[x_at];
        tasks::each(0..panels, &|panel| {
            let own = panel * SIDE..units.min((panel + 1) * SIDE);
            // SAFETY: panels of weights are disjoint, and packed before any other part's rows come; each task writes columns
            // of its own; both are borrowed for as long, and no thread is inside two products. The rest is the caller's.
            unsafe {
                let weights = std::slice::from_raw_parts_mut(weights.at(panel * words), words);
                if part == 0 {
                    Amx::pack_units(along(w), own.clone(), weights);
                }
                let (mut sums, mut registers) = (Sums::zeros(), Registers::new());
                let (row, lower) = (4 * WORDS, 4 * 16 * WORDS);
                let left = Left { at: weights.as_ptr().cast(), row, lower, step: 2 * lower, run: 0 };
                for (first, x) in some.clone().step_by(SIDE).zip(x_pack.chunks_exact(words)) {
                    registers.product(left, x.as_ptr(), (1, words / (SIDE * WORDS)), sums.0.as_mut_ptr(), SIDE);
                    let to = target.at(first * units + own.start);
                    turn(&sums, (SIDE.min(some.end - first), own.len()), to, units);
                }
            }
        });
    }
}

/// Writes units × rows as rows × units, `stride` apart.
///
/// # Safety
/// `to` has `rows` rows of `units` numbers; the processor has AVX-512 F.
#[target_feature(enable = "avx512f")]
unsafe fn turn(sums: &Sums, (rows, units): (usize, usize), to: *mut f32, stride: usize) {
    for (unit, row) in [(0, 0), (16, 0), (0, 16), (16, 16)] {
        let mask = ((1u32 << units.saturating_sub(unit).min(16)) - 1) as u16;
        // SAFETY: the caller's; the mask keeps what is not there from being written.
        unsafe {
            let of = std::array::from_fn(|i| _mm512_loadu_epi32(sums.0.as_ptr().add((unit + i) * SIDE + row).cast()));
            for (row, numbers) in (row..rows).zip(outer::transpose(of)) {
                _mm512_mask_storeu_ps(to.wrapping_add(row * stride + unit), mask, _mm512_castsi512_ps(numbers));
            }
        }
    }
}
