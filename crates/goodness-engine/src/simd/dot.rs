//! x · wᵀ as dot products of rows, with 512-bit registers: nothing is packed, and every number of the result is the same
//! sum in the same order whatever stands beside it, so neither blocks nor threads nor the size of the batch show in it.
//!
//! The three kernels (numbers of 32, 16 and 8 bits) differ in one instruction.

use std::arch::x86_64::*;
use std::ops::Range;

use goodness_core::{Rows, RowsMut};

use super::half::{self, Bf16};
use super::{bytes, product, tasks};

/// How one kind of number is loaded, multiplied and summed up.
pub(super) trait Kernel: Sync {
    /// What a row is made of.
    type Item: Copy + Sync;
    /// How many of them fill a register.
    const LANES: usize;
    /// Whether a sum may be cut into sums of neighbouring lanes' worth, added up in the output.
    const CUTS: bool;
    /// Loads a whole register.
    ///
    /// # Safety
    /// `LANES` items lie at `at`; the processor has AVX-512 F and BW.
    unsafe fn load(at: *const Self::Item) -> __m512i;
    /// Loads the first `count` < `LANES` items, and zeros.
    ///
    /// # Safety
    /// `count` items lie at `at`; the processor has AVX-512 F and BW.
    unsafe fn load_first(at: *const Self::Item, count: usize) -> __m512i;
    /// Adds the products of lanes to `sums`.
    ///
    /// # Safety
    /// The processor has the kernel's instructions.
    unsafe fn fold(sums: __m512i, x: __m512i, w: __m512i) -> __m512i;
    /// Sums up each register and makes numbers of the sums: of row `row` with the units from `unit`.
    ///
    /// # Safety
    /// The processor has AVX-512 F, and `unit` is a unit.
    unsafe fn finish(&self, sums: [__m512i; UNITS], row: usize, unit: usize) -> __m128;
}

/// Where rows of items begin, and how long they are.
#[derive(Clone, Copy)]
pub(super) struct Table<T> {
    pub(super) data: *const T,
    pub(super) stride: usize,
    pub(super) rows: usize,
}

/// Where a product goes: rows that lie `stride` apart.
#[derive(Clone, Copy)]
pub(super) struct Out {
    pub(super) data: *mut f32,
    pub(super) stride: usize,
    pub(super) add: bool,
}

// SAFETY: tasks read tables and write disjoint parts of the output, which the caller of `run` borrows for as long.
unsafe impl<T> Sync for Table<T> {}
// SAFETY: as above.
unsafe impl Sync for Out {}

/// The rows of a matrix.
pub(super) fn table(of: Rows<'_>) -> Table<f32> {
    Table { data: of.data().as_ptr(), stride: of.width(), rows: of.len() }
}

/// The rows of a matrix, rounded into `to`.
pub(super) fn halves(of: Rows<'_>, to: &mut Vec<Bf16>) -> Table<Bf16> {
    half::round_rows(of, to);
    Table { data: to.as_ptr(), stride: of.width(), rows: of.len() }
}

/// Rows of `depth` bytes.
pub(super) fn lines(of: &bytes::Bytes, depth: usize) -> Table<u8> {
    Table { data: of.data.as_ptr(), stride: depth, rows: of.steps.len() }
}

/// The columns of `of` from `first` on.
pub(super) fn out(of: &mut RowsMut<'_>, first: usize, add: bool) -> Out {
    let stride = of.width();
    Out { data: of.data_mut()[first..].as_mut_ptr(), stride, add }
}

/// Rows and units of a tile: 24 sums, 4 registers of w and one of x.
const ROWS: usize = 6;
const UNITS: usize = 4;
/// Bytes of a row that stay nearest while a tile follows the other.
const NEAREST: usize = 2816;
/// Bytes of x that stay near while a task goes through its units.
const NEAR: usize = 700 << 10;
/// Units of one task, at most.
const CHUNK: usize = 256;
/// Products below which threads cost more than they bring.
const SMALL: usize = 1 << 19;

/// Numbers of 32 bits.
pub(super) struct F32;
/// Halves, of which a register multiplies and adds up pairs.
pub(super) struct Pairs;
/// Bytes, of which a register multiplies and adds up fours: x as x + 128, w as it is.
pub(super) struct Bytes<'a> {
    /// What one step of each row of x, and of w, is worth.
    pub(super) x_steps: &'a [f32],
    pub(super) w_steps: &'a [f32],
    /// 128 Σw of each row of w.
    pub(super) offsets: &'a [i32],
}

impl Kernel for F32 {
    type Item = f32;
    const LANES: usize = 16;
    const CUTS: bool = true;

    #[inline(always)]
    unsafe fn load(at: *const f32) -> __m512i {
        // SAFETY: the caller's.
        unsafe { _mm512_castps_si512(_mm512_loadu_ps(at)) }
    }

    #[inline(always)]
    unsafe fn load_first(at: *const f32, count: usize) -> __m512i {
        // SAFETY: masked lanes are not read.
        unsafe { _mm512_castps_si512(_mm512_maskz_loadu_ps((1u16 << count) - 1, at)) }
    }

    #[inline(always)]
    unsafe fn fold(sums: __m512i, x: __m512i, w: __m512i) -> __m512i {
        // SAFETY: the caller's.
        unsafe {
            let (x, w) = (_mm512_castsi512_ps(x), _mm512_castsi512_ps(w));
            _mm512_castps_si512(_mm512_fmadd_ps(x, w, _mm512_castsi512_ps(sums)))
        }
    }

    #[inline(always)]
    unsafe fn finish(&self, sums: [__m512i; UNITS], _: usize, _: usize) -> __m128 {
        // SAFETY: the caller's.
        unsafe { add_up(sums) }
    }
}

impl Kernel for Pairs {
    type Item = Bf16;
    const LANES: usize = 32;
    const CUTS: bool = true;

    #[inline(always)]
    unsafe fn load(at: *const Bf16) -> __m512i {
        // SAFETY: the caller's.
        unsafe { _mm512_loadu_epi16(at.cast()) }
    }

    #[inline(always)]
    unsafe fn load_first(at: *const Bf16, count: usize) -> __m512i {
        // SAFETY: masked lanes are not read.
        unsafe { _mm512_maskz_loadu_epi16((1u32 << count) - 1, at.cast()) }
    }

    #[inline(always)]
    unsafe fn fold(sums: __m512i, x: __m512i, w: __m512i) -> __m512i {
        // SAFETY: the caller's; __m512bh is 32 numbers of 16 bits, as __m512i is.
        unsafe {
            let halves = |of| std::mem::transmute::<__m512i, __m512bh>(of);
            _mm512_castps_si512(_mm512_dpbf16_ps(_mm512_castsi512_ps(sums), halves(x), halves(w)))
        }
    }

    #[inline(always)]
    unsafe fn finish(&self, sums: [__m512i; UNITS], _: usize, _: usize) -> __m128 {
        // SAFETY: the caller's.
        unsafe { add_up(sums) }
    }
}

impl Kernel for Bytes<'_> {
    type Item = u8;
    const LANES: usize = 64;
    const CUTS: bool = false;

    #[inline(always)]
    unsafe fn load(at: *const u8) -> __m512i {
        // SAFETY: the caller's.
        unsafe { _mm512_loadu_epi8(at.cast()) }
    }

    #[inline(always)]
    unsafe fn load_first(at: *const u8, count: usize) -> __m512i {
        // SAFETY: masked lanes are not read.
        unsafe { _mm512_maskz_loadu_epi8((1u64 << count) - 1, at.cast()) }
    }

    #[inline(always)]
    unsafe fn fold(sums: __m512i, x: __m512i, w: __m512i) -> __m512i {
        // SAFETY: the caller's.
        unsafe { _mm512_dpbusd_epi32(sums, x, w) }
    }

    #[inline(always)]
    unsafe fn finish(&self, sums: [__m512i; UNITS], row: usize, unit: usize) -> __m128 {
        let last = self.offsets.len() - 1;
        let of = |i: usize| (unit + i).min(last);
        let step = self.x_steps[row];
        // SAFETY: the caller's.
        let sums = sums.map(|sum| unsafe { _mm512_reduce_add_epi32(sum) });
        let number = |i: usize| (sums[i] - self.offsets[of(i)]) as f32 * (step * self.w_steps[of(i)]);
        // SAFETY: the caller's.
        unsafe { _mm_set_ps(number(3), number(2), number(1), number(0)) }
    }
}

/// The sums of four registers of 16 numbers.
#[inline(always)]
unsafe fn add_up(sums: [__m512i; UNITS]) -> __m128 {
    // SAFETY: the caller's processor has AVX-512 F.
    unsafe {
        let [a, b, c, d] = sums.map(|sum| _mm512_castsi512_ps(sum));
        let ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
        let cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
        let low = _mm512_shuffle_ps::<0b01_00_01_00>(ab, cd);
        let high = _mm512_shuffle_ps::<0b11_10_11_10>(ab, cd);
        let fours = _mm512_add_ps(low, high);
        let upper = _mm512_shuffle_f32x4::<0b11_10_11_10>(fours, fours);
        let eights = _mm256_add_ps(_mm512_castps512_ps256(fours), _mm512_castps512_ps256(upper));
        _mm_add_ps(_mm256_castps256_ps128(eights), _mm256_extractf128_ps::<1>(eights))
    }
}

/// `X` rows of x with [`UNITS`] rows of w.
#[inline(always)]
unsafe fn tile<K: Kernel, const X: usize>(
    x: [*const K::Item; X],
    w: [*const K::Item; UNITS],
    depth: usize,
) -> [[__m512i; UNITS]; X] {
    // SAFETY: `depth` items lie at every pointer, and the processor has the kernel's instructions.
    unsafe {
        let mut sums = [[_mm512_setzero_si512(); UNITS]; X];
        let mut k = 0;
        while k + K::LANES <= depth {
            let w = w.map(|w| K::load(w.add(k)));
            for (x, sums) in x.iter().zip(&mut sums) {
                let x = K::load(x.add(k));
                (0..UNITS).for_each(|u| sums[u] = K::fold(sums[u], x, w[u]));
            }
            k += K::LANES;
        }
        if k < depth {
            let w = w.map(|w| K::load_first(w.add(k), depth - k));
            for (x, sums) in x.iter().zip(&mut sums) {
                let x = K::load_first(x.add(k), depth - k);
                (0..UNITS).for_each(|u| sums[u] = K::fold(sums[u], x, w[u]));
            }
        }
        sums
    }
}

/// What a task computes: rows and units of the whole product.
struct Job<'a, K: Kernel> {
    kernel: &'a K,
    x: Table<K::Item>,
    w: Table<K::Item>,
    depth: usize,
    out: Out,
}

impl<K: Kernel> Job<'_, K> {
    /// The tile at (`row`, `unit`), of which `units` count.
    #[inline(always)]
    unsafe fn tile<const X: usize>(&self, row: usize, (unit, units): (usize, usize), items: &Range<usize>) {
        // SAFETY: rows and units are inside the tables; units beyond the last are read as the last and not written.
        unsafe {
            let x: [_; X] = std::array::from_fn(|i| self.x.data.add((row + i) * self.x.stride + items.start));
            let w = std::array::from_fn(|i| self.w.data.add((unit + i.min(units - 1)) * self.w.stride + items.start));
            let sums = tile::<K, X>(x, w, items.len());
            let mask = (1u8 << units) - 1;
            for (i, sums) in sums.into_iter().enumerate() {
                let at = self.out.data.add((row + i) * self.out.stride + unit);
                let mut z = self.kernel.finish(sums, row + i, unit);
                if self.out.add || items.start > 0 {
                    z = _mm_add_ps(z, _mm_maskz_loadu_ps(mask, at));
                }
                _mm_mask_storeu_ps(at, mask, z);
            }
        }
    }

    /// Neighbouring items that are summed up at a time: as many as stay nearest while rows go by.
    fn cut(&self) -> usize {
        let parts = if K::CUTS { (self.depth * size_of::<K::Item>()).div_ceil(NEAREST) } else { 1 };
        self.depth.div_ceil(parts.max(1)).next_multiple_of(K::LANES)
    }

    #[inline(always)]
    unsafe fn block(&self, rows: Range<usize>, units: Range<usize>) {
        let cut = self.cut();
        for first in (0..self.depth.max(1)).step_by(cut.max(1)) {
            let items = first..self.depth.min(first + cut);
            for unit in units.clone().step_by(UNITS) {
                let columns = (unit, UNITS.min(units.end - unit));
                let mut row = rows.start;
                // SAFETY: the caller's.
                unsafe {
                    while row + ROWS <= rows.end {
                        self.tile::<ROWS>(row, columns, &items);
                        row += ROWS;
                    }
                    match rows.end - row {
                        1 => self.tile::<1>(row, columns, &items),
                        2 => self.tile::<2>(row, columns, &items),
                        3 => self.tile::<3>(row, columns, &items),
                        4 => self.tile::<4>(row, columns, &items),
                        5 => self.tile::<5>(row, columns, &items),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// Runs a kernel's blocks with its instructions switched on.
pub(super) trait Run: Kernel + Sized {
    /// # Safety
    /// As for [`run`].
    unsafe fn block(job: &Shared<'_, Self>, rows: Range<usize>, units: Range<usize>);
}

/// A job that tasks share.
pub(super) struct Shared<'a, K: Kernel>(Job<'a, K>);

// SAFETY: see `Table` and `Out`.
unsafe impl<K: Kernel> Sync for Shared<'_, K> {}

impl Run for F32 {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn block(job: &Shared<'_, Self>, rows: Range<usize>, units: Range<usize>) {
        // SAFETY: the caller's.
        unsafe { job.0.block(rows, units) }
    }
}

impl Run for Pairs {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
    unsafe fn block(job: &Shared<'_, Self>, rows: Range<usize>, units: Range<usize>) {
        // SAFETY: the caller's.
        unsafe { job.0.block(rows, units) }
    }
}

impl Run for Bytes<'_> {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn block(job: &Shared<'_, Self>, rows: Range<usize>, units: Range<usize>) {
        // SAFETY: the caller's.
        unsafe { job.0.block(rows, units) }
    }
}

/// `out = x · wᵀ` (`+ out`), on the threads of the pool it is called from, or on this one `alone`.
///
/// # Safety
/// `depth` items lie at every row of both tables, `w.rows` numbers at every row of the output, which nothing else reads or
/// writes meanwhile, and the processor has AVX-512 F, BW and VL and the kernel's own instructions.
pub(super) unsafe fn run<K: Run>(
    kernel: &K,
    (x, w): (Table<K::Item>, Table<K::Item>),
    depth: usize,
    out: Out,
    alone: bool,
) {
    if x.rows == 0 || w.rows == 0 {
        return;
    }
    product::count(x.rows, w.rows, depth);
    let job = Shared(Job { kernel, x, w, depth, out });
    if alone || x.rows * w.rows * depth <= SMALL {
        // SAFETY: the caller's.
        return unsafe { K::block(&job, 0..x.rows, 0..w.rows) };
    }
    let near = NEAR / (job.0.cut().max(1) * size_of::<K::Item>()) / ROWS * ROWS;
    let (rows, units) = (near.clamp(ROWS * 2, ROWS * 32), CHUNK.min(w.rows.div_ceil(8).next_multiple_of(UNITS)));
    tasks::grid((x.rows, rows), (w.rows, units), &|rows, units| {
        // SAFETY: the caller's; tasks have disjoint rows or units.
        unsafe { K::block(&job, rows, units) }
    });
}
