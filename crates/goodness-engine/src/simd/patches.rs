//! The products of a convolution: of rows that one thread has laid out, and the sum of dzᵀ·x over many of them.

use goodness_core::Rows;

use super::gradient::Packs;
use super::half::{self, Bf16};
use super::product::{self, Strided, Target};
use crate::Matrix;

/// Some neighbouring columns of rows that lie `stride` numbers apart.
#[derive(Clone, Copy)]
pub(crate) struct Strip<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) stride: usize,
    /// The first column.
    pub(crate) first: usize,
    pub(crate) rows: usize,
}

impl<T> Strip<'_, T> {
    /// Whether `depth` columns of every row are there.
    fn holds(&self, depth: usize) -> bool {
        self.rows == 0 || (self.rows - 1) * self.stride + self.first + depth <= self.numbers.len()
    }
}

/// What rows are made of.
pub(crate) trait Number: Copy + Default + Send + Sync + 'static {
    /// Rounds every number to 16 bits.
    fn round(from: &[f32], to: &mut Vec<Self>);

    /// `out = x · wᵀ` on the calling thread, the rows of `out` `stride` numbers apart.
    fn product(x: Strip<'_, Self>, w: Strip<'_, Self>, depth: usize, out: &mut [f32], stride: usize);
}

/// Whether there are products of numbers of 16 bits.
pub(crate) fn has_halves() -> bool {
    #[cfg(target_arch = "x86_64")]
    return super::has_pairs();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[track_caller]
fn check<T>(x: Strip<'_, T>, w: Strip<'_, T>, depth: usize, out: &[f32], stride: usize) {
    let ends = x.rows == 0 || w.rows == 0 || (x.rows - 1) * stride + w.rows <= out.len();
    assert!(x.holds(depth) && w.holds(depth) && ends, "x · wᵀ: strips and their product are as long as they say");
}

impl Number for f32 {
    fn round(from: &[f32], to: &mut Vec<f32>) {
        to.clear();
        to.extend(from.iter().map(|x| Bf16::from_f32(*x).to_f32()));
    }

    fn product(x: Strip<'_, f32>, w: Strip<'_, f32>, depth: usize, out: &mut [f32], stride: usize) {
        check(x, w, depth, out, stride);
        #[cfg(target_arch = "x86_64")]
        if super::has_wide() {
            // SAFETY: the strips were checked and the processor asked.
            return unsafe { wide::product(&super::dot::F32, x, w, depth, out, stride) };
        }
        plain_product(x, w, depth, out, stride);
    }
}

/// The product crate's way, which every processor can go.
fn plain_product(x: Strip<'_, f32>, w: Strip<'_, f32>, depth: usize, out: &mut [f32], stride: usize) {
    if x.rows == 0 || w.rows == 0 {
        return;
    }
    let lhs = Strided { data: x.numbers[x.first..].as_ptr(), row_stride: x.stride as isize, column_stride: 1 };
    let rhs = Strided { data: w.numbers[w.first..].as_ptr(), row_stride: 1, column_stride: w.stride as isize };
    let target = Target { data: out.as_mut_ptr(), stride: stride as isize, rows: x.rows, columns: w.rows };
    product::run(lhs, rhs, target, depth, false, gemm::Parallelism::None);
}

impl Number for Bf16 {
    fn round(from: &[f32], to: &mut Vec<Bf16>) {
        to.resize(from.len(), Bf16::default());
        half::round_into(from, to);
    }

    fn product(x: Strip<'_, Bf16>, w: Strip<'_, Bf16>, depth: usize, out: &mut [f32], stride: usize) {
        check(x, w, depth, out, stride);
        #[cfg(target_arch = "x86_64")]
        if super::has_pairs() {
            // SAFETY: the strips were checked and the processor asked.
            return unsafe { wide::product(&super::dot::Pairs, x, w, depth, out, stride) };
        }
        for (r, out) in out.chunks_mut(stride).take(x.rows).enumerate() {
            let row = &x.numbers[r * x.stride + x.first..][..depth];
            for (u, out) in out.iter_mut().take(w.rows).enumerate() {
                let unit = &w.numbers[u * w.stride + w.first..][..depth];
                *out = row.iter().zip(unit).map(|(x, w)| x.to_f32() * w.to_f32()).sum();
            }
        }
    }
}

/// How many rows of dz and x are summed up, and how they are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Groups that know nothing of one another.
    pub(crate) groups: usize,
    /// Columns of dz, and of x, in each.
    pub(crate) units: usize,
    pub(crate) inputs: usize,
    /// Parts that are packed one by one.
    pub(crate) parts: usize,
    /// Rows of a part.
    pub(crate) rows: usize,
}

/// Where the rows of one part go.
pub(crate) struct Put<'a> {
    slopes: &'a mut dyn FnMut(Rows<'_>),
    seen: &'a mut dyn FnMut(usize, Rows<'_>),
}

impl Put<'_> {
    /// Takes all rows of dz: rows × groups·units.
    pub(crate) fn slopes(&mut self, dz: Rows<'_>) {
        (self.slopes)(dz);
    }

    /// Takes the rows of x from `first` on, an even number: rows × groups·inputs.
    pub(crate) fn seen(&mut self, first: usize, x: Rows<'_>) {
        (self.seen)(first, x);
    }
}

/// Adds dzᵀ·x of every group to the sums in `packs`, groups·units × inputs, on all threads; `pack` is called for every part
/// and hands over its rows. Says whether there was a kernel for it.
pub(crate) fn add_gradient(
    halves: bool,
    sizes: Sizes,
    packs: &mut Packs,
    pack: &(impl Fn(usize, Put<'_>) + Sync),
) -> bool {
    #[cfg(target_arch = "x86_64")]
    if super::has_wide() && (!halves || super::has_pairs()) {
        if halves {
            wide::add_gradient::<super::outer::Pairs>(sizes, packs, pack);
        } else {
            wide::add_gradient::<super::outer::F32>(sizes, packs, pack);
        }
        return true;
    }
    false
}

/// Adds dzᵀ·x of every group to `sums`, groups·units × inputs, by the product crate.
pub(crate) fn add_products(groups: usize, (dz, x): (Rows<'_>, Rows<'_>), sums: &mut Matrix) {
    let (units, inputs) = (dz.width() / groups, x.width() / groups);
    assert!(dz.len() == x.len() && sums.len() == dz.width() && sums.width() == inputs, "dzᵀ · x of {groups} groups");
    if dz.is_empty() {
        return;
    }
    let threads = gemm::Parallelism::Rayon(rayon::current_num_threads());
    for (g, sums) in sums.data_mut().chunks_exact_mut(units * inputs).enumerate() {
        let dz_at = dz.data()[g * units..].as_ptr();
        let lhs = Strided { data: dz_at, row_stride: 1, column_stride: dz.width() as isize };
        let x_at = x.data()[g * inputs..].as_ptr();
        let rhs = Strided { data: x_at, row_stride: x.width() as isize, column_stride: 1 };
        let target = Target { data: sums.as_mut_ptr(), stride: inputs as isize, rows: units, columns: inputs };
        product::run(lhs, rhs, target, dz.len(), true, threads);
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::slice::from_raw_parts_mut;

    use super::super::dot::{self, Out, Run, Table};
    use super::super::outer::{INPUTS, Kernel, Operand, Target, UNITS};
    use super::super::{product, tasks};
    use super::{Packs, Put, Sizes, Strip};
    use goodness_core::Rows;

    /// # Safety
    /// The strips hold `depth` columns and `out` their product; the processor has the kernel's instructions.
    pub(super) unsafe fn product<K: Run>(
        kernel: &K,
        x: Strip<'_, K::Item>,
        w: Strip<'_, K::Item>,
        depth: usize,
        out: &mut [f32],
        stride: usize,
    ) {
        let table = |of: Strip<'_, K::Item>| Table {
            data: of.numbers.as_ptr().wrapping_add(of.first),
            stride: of.stride,
            rows: of.rows,
        };
        let out = Out { data: out.as_mut_ptr(), stride, add: false };
        // SAFETY: the caller's.
        unsafe { dot::run(kernel, (table(x), table(w)), depth, out, true) }
    }

    /// Inputs of the longest piece, bytes of x that stay near, units of a task: as for products of whole matrices.
    const LONGEST: usize = 512;
    const NEAR: usize = 512 << 10;
    const TASK: usize = 4 * UNITS;

    pub(super) fn add_gradient<K: Kernel>(sizes: Sizes, packs: &mut Packs, pack: &(impl Fn(usize, Put<'_>) + Sync)) {
        let Sizes { groups, units, inputs, parts, rows } = sizes;
        let words = rows.div_ceil(K::ROWS);
        let depth = words * parts;
        let (dz_panels, x_panels) = (units.div_ceil(UNITS), inputs.div_ceil(INPUTS));
        let (dz_pack, x_pack, sums) = packs.all();
        dz_pack.resize(groups * dz_panels * depth * UNITS, 0);
        x_pack.resize(groups * x_panels * depth * INPUTS, 0);
        let (dz_to, x_to) = (Target(dz_pack.as_mut_ptr()), Target(x_pack.as_mut_ptr()));
        tasks::each(0..parts, &|part| {
            // Rows of a panel that are this part's: `count` words from `first` on.
            let put = |from: Rows<'_>, (columns, width): (usize, usize), to: &Target<u32>, first: usize| {
                let count = from.len().div_ceil(K::ROWS);
                assert!(first + count <= words && from.width() == groups * columns, "a part has {rows} rows");
                for panel in 0..groups * columns.div_ceil(width) {
                    let (group, own) = (panel / columns.div_ceil(width), panel % columns.div_ceil(width));
                    let range = own * width..columns.min((own + 1) * width);
                    let range = group * columns + range.start..group * columns + range.end;
                    let at = (panel * depth + part * words + first) * width;
                    // SAFETY: every part has words of its own in every panel, the packs are borrowed for as long, and the
                    // caller of `add_gradient` has asked the processor for the kernel's instructions.
                    unsafe {
                        K::pack(
                            Operand { rows: from, along: false },
                            range,
                            width,
                            from_raw_parts_mut(to.at(at), count * width),
                        )
                    }
                }
            };
            pack(
                part,
                Put {
                    slopes: &mut |dz| put(dz, (units, UNITS), &dz_to, 0),
                    seen: &mut |first, x| put(x, (inputs, INPUTS), &x_to, first.div_ceil(K::ROWS)),
                },
            );
        });
        product::count(groups * units, inputs, parts * rows);
        assert_eq!((sums.len(), sums.width()), (groups * units, inputs));
        let target = Target(sums.data_mut().as_mut_ptr());
        let near = (NEAR / (depth * INPUTS * size_of::<u32>()).max(1)).clamp(2, LONGEST / INPUTS);
        for group in 0..groups {
            tasks::grid((units, TASK), (inputs, near * INPUTS), &|of_units, of_inputs| {
                let mut out = [0.0f32; UNITS * LONGEST];
                let b = group * x_panels + of_inputs.start / INPUTS..group * x_panels + of_inputs.end.div_ceil(INPUTS);
                let b = &x_pack[b.start * depth * INPUTS..b.end * depth * INPUTS];
                for unit in of_units.clone().step_by(UNITS) {
                    let a = (group * dz_panels + unit / UNITS) * depth * UNITS;
                    // SAFETY: as above; both packs hold whole panels.
                    unsafe { K::tiles(&dz_pack[a..a + depth * UNITS], b, &mut out, LONGEST) };
                    let rows = out.chunks_exact(LONGEST).take(of_units.end - unit);
                    for (unit, numbers) in (group * units + unit..).zip(rows) {
                        // SAFETY: the sums hold groups·units × inputs numbers and are borrowed for as long; every task has
                        // units and inputs that no other one has.
                        let sums =
                            unsafe { from_raw_parts_mut(target.at(unit * inputs + of_inputs.start), of_inputs.len()) };
                        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
                    }
                }
            });
        }
    }
}
