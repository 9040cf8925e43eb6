//! x · wᵀ of many rows, as sums of [outer products](outer): rows are packed once and read by all threads, weights some units at
//! a time by the thread that multiplies them, which keeps them near. No thread reads weights that another one has packed.

use goodness_core::{Rows, RowsMut};

use super::ahead::fetch;
use super::outer::{self, INPUTS, Kernel, Operand, Target, UNITS};
use super::{panels, product, tasks};

/// Rows that are packed at a time.
const ROWS: usize = 1024;
/// Bytes of packed rows that stay near while units go by.
const NEAR: usize = 1 << 20;
/// Bytes of packed weights that stay near while more rows than that go by, and panels of them at most.
const NEAR_WEIGHTS: usize = 768 << 10;
const PANELS: usize = 4;

/// Writes the product; the packs are room for both operands.
///
/// # Safety
/// The shapes fit, and the processor has the kernel's instructions.
pub(super) unsafe fn forward<K: Kernel>(mut x: Rows<'_>, w: Rows<'_>, packs: &mut [Vec<u32>; 2], mut out: RowsMut<'_>) {
    product::count(x.len(), w.len(), x.width());
    if x.width() == 0 {
        return out.data_mut().fill(0.0);
    }
    while !x.is_empty() {
        let (some, more) = x.split_at(ROWS.min(x.len()));
        let (some_out, more_out) = out.split_at(some.len());
        // SAFETY: the caller's.
        unsafe { some_rows::<K>(some, w, packs, some_out) };
        (x, out) = (more, more_out);
    }
}

/// # Safety
/// As for [`forward`]; rows are numbers.
unsafe fn some_rows<K: Kernel>(x: Rows<'_>, w: Rows<'_>, [x_pack, w_pack]: &mut [Vec<u32>; 2], mut out: RowsMut<'_>) {
    let (rows, units, depth) = (x.len(), w.len(), x.width());
    let along = |rows| Operand { rows, along: true };
    let [a_len, b_len] = [UNITS, INPUTS].map(|width| outer::panel::<K>(depth, width));
    let x_at = panels::pack_some(0..rows, (UNITS, a_len), x_pack, &|rows, to| {
        // SAFETY: the caller's.
        unsafe { K::pack(along(x), rows, UNITS, to) }
    });
    let x_pack = &x_pack[x_at];
    let together = match size_of_val(x_pack) <= NEAR {
        true => 1,
        false => (NEAR_WEIGHTS / (b_len * size_of::<u32>())).clamp(1, PANELS),
    };
    // Each thread's own, from the beginning of a line of the cache on.
    let room = (together * b_len).next_multiple_of(16);
    let own = panels::lines(w_pack, rayon::current_num_threads() * room);
    let own = Target(w_pack[own].as_mut_ptr());
    let target = Target(out.data_mut().as_mut_ptr());
    let width = together * INPUTS;
    tasks::each(0..units.div_ceil(width), &|task| {
        let of_units = task * width..units.min((task + 1) * width);
        // Most often the units that come next are this thread's too.
        let next = of_units.end..units.min(of_units.end + width);
        let next = &w.data()[next.start * depth..next.end * depth];
        let thread = rayon::current_thread_index().unwrap_or(0);
        let panels = of_units.len().div_ceil(INPUTS);
        // SAFETY: a thread is inside one task at a time, and its room is its own; each task writes columns of its own; both are
        // borrowed for as long. The rest is the caller's.
        unsafe {
            let weights = std::slice::from_raw_parts_mut(own.at(thread * room), panels * b_len);
            for (first, weights) in of_units.clone().step_by(INPUTS).zip(weights.chunks_exact_mut(b_len)) {
                K::pack(along(w), first..of_units.end.min(first + INPUTS), INPUTS, weights);
            }
            let mut sums = [0.0; UNITS * INPUTS * PANELS];
            for (tile, x) in x_pack.chunks_exact(a_len).enumerate() {
                fetch(next, tile, rows.div_ceil(UNITS));
                K::tiles(x, weights, &mut sums, INPUTS * PANELS);
                for (row, sums) in (tile * UNITS..rows).zip(sums.chunks_exact(INPUTS * PANELS)) {
                    let to = target.at(row * units + of_units.start);
                    to.copy_from_nonoverlapping(sums.as_ptr(), of_units.len());
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::outer::{F32, Pairs};
    use super::super::tests::{SHAPES, close, random, reference};
    use super::super::{half::Bf16, has_pairs, has_wide};
    use super::*;
    use crate::{Matrix, Pool};

    fn product<K: Kernel>(x: &Matrix, w: &Matrix, threads: usize) -> Matrix {
        let mut out = Matrix::from_vec(vec![7.0; x.len() * w.len()], x.len(), w.len());
        // SAFETY: the shapes fit, and whoever calls has asked the processor.
        let work = || unsafe { forward::<K>(x.rows(), w.rows(), &mut Default::default(), out.rows_mut()) };
        Pool::new(threads).unwrap().run(work);
        out
    }

    #[test]
    fn products_agree_with_their_definition_on_odd_shapes_and_for_any_number_of_threads() {
        let large = [(300, 165, 1030), (29, 33, 8193), (1030, 131, 300)];
        for (rows, units, inputs) in SHAPES.iter().copied().chain(large) {
            let (x, w) = (random(rows, inputs, 1), random(units, inputs, 2));
            let want = |round: fn(f32) -> f64| {
                let of = |m: &Matrix, r: usize, c: usize| round(m.data()[r * m.width() + c]);
                reference(rows, units, inputs, |r, u, i| of(&x, r, i) * of(&w, u, i))
            };
            if has_wide() {
                let one = product::<F32>(&x, &w, 1);
                close(&one, &want(f64::from), 4 * inputs);
                assert_eq!(one, product::<F32>(&x, &w, 3));
            }
            if has_pairs() {
                let one = product::<Pairs>(&x, &w, 1);
                close(&one, &want(|x| f64::from(Bf16::from_f32(x).to_f32())), 4 * inputs);
                assert_eq!(one, product::<Pairs>(&x, &w, 3));
            }
        }
    }
}
