//! x · wᵀ at places of a picture with zeros around it, with 512-bit registers: what a place sees is read where it lies, so
//! nothing is laid out, and neighbours share what both of them see.
//!
//! Weights are packed once for all pictures, 32 units a panel. A tile is up to 14 places and one panel: each word of a place
//! is spread over two registers' worth of units. Every number of the result is one sum in one order.

use std::ops::Range;

use goodness_core::Rows;

/// How places lie in a picture with zeros around it, and what each of them sees, counted in words of 32 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Parts of the channels that lie apart, and words from one to the next.
    pub(crate) parts: (usize, usize),
    /// Lines of the square, and words from one to the next.
    pub(crate) lines: (usize, usize),
    /// Words of a line of the square, which lie side by side.
    pub(crate) run: usize,
    /// Places of a line, words from one to the next, and words from line to line.
    pub(crate) width: usize,
    pub(crate) step: usize,
    pub(crate) down: usize,
    /// Where lines that are not zeros begin and end, counted from the first that is seen.
    pub(crate) inside: (usize, usize),
}

impl View {
    /// Words that a place sees.
    pub(crate) fn words(&self) -> usize {
        self.parts.0 * self.lines.0 * self.run
    }

    /// Where a place begins.
    fn at(&self, place: usize) -> usize {
        place / self.width * self.down + place % self.width * self.step
    }

    /// Lines of the square of which the places of line `y` see more than zeros.
    fn seeing(&self, y: usize) -> Range<usize> {
        let first = y * self.down / self.lines.1;
        let from = self.inside.0.saturating_sub(first).min(self.lines.0);
        from..self.inside.1.saturating_sub(first).clamp(from, self.lines.0)
    }

    /// Where all that `places` places of whole lines see ends.
    fn end(&self, places: usize) -> usize {
        let ((parts, part), (lines, line)) = (self.parts, self.lines);
        self.at(places - 1) + (parts - 1) * part + (lines - 1) * line + self.run
    }
}

/// Units of a panel.
pub(crate) const UNITS: usize = 32;

/// Whether the processor has these kernels.
pub(crate) fn has(halves: bool) -> bool {
    #[cfg(target_arch = "x86_64")]
    return if halves { super::has_pairs() } else { super::has_wide() };
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = halves;
        false
    }
}

/// Words of the packed weights of a group of `units` units that see `words` words.
pub(crate) fn packed(units: usize, words: usize) -> usize {
    units.div_ceil(UNITS) * UNITS * words
}

/// Packs the weights of every group of `units` units, on all threads: panel after panel, word after word of all its units.
///
/// # Panics
/// When the processor has no such kernel.
pub(crate) fn pack(halves: bool, w: Rows<'_>, units: usize, to: &mut Vec<u32>) {
    assert!(has(halves), "packing weights needs a kernel that reads them");
    #[cfg(target_arch = "x86_64")]
    match halves {
        true => wide::pack::<super::outer::Pairs>(w, units, to),
        false => wide::pack::<super::outer::F32>(w, units, to),
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (w, units, to);
}

/// Counts the multiply-adds of a product.
pub(crate) fn count(units: usize, inputs: usize, places: usize) {
    super::product::count(units, inputs, places);
}

/// Writes what `count` units of one panel make of the first `places` places, whole lines of them, on the calling thread; rows of `out` lie
/// `stride` apart. A word of x is a number, or a pair of halves. What is needed soon, `ahead`, is fetched meanwhile.
///
/// # Panics
/// When anything is shorter than it says, or the processor has no such kernel.
pub(crate) fn product(
    (halves, x): (bool, &[u32]),
    (view, places): (&View, usize),
    (panel, count): (&[u32], usize),
    (out, stride): (&mut [f32], usize),
    ahead: &[f32],
) {
    if places == 0 || count == 0 || view.words() == 0 {
        return;
    }
    let whole = places.is_multiple_of(view.width) && view.end(places) <= x.len();
    let fits =
        whole && panel.len() == UNITS * view.words() && count <= UNITS && (places - 1) * stride + count <= out.len();
    assert!(fits && has(halves), "x · wᵀ at {places} places: {} words are not {view:?}", x.len());
    #[cfg(target_arch = "x86_64")]
    // SAFETY: everything was checked: the last place that is read, the panel, the rows that are written; and the processor.
    unsafe {
        use super::outer;
        let run = if halves { <outer::Pairs as wide::Run>::places } else { <outer::F32 as wide::Run>::places };
        run(x.as_ptr(), (view, places), (panel.as_ptr(), count), (out.as_mut_ptr(), stride), ahead);
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::asm;
    use std::arch::x86_64::*;
    use std::hint::black_box;
    use std::ops::Range;

    use goodness_core::Rows;

    use super::super::ahead::fetch;
    use super::super::outer::{self, Kernel, Operand, Target};
    use super::super::tasks;
    use super::{UNITS, View};

    /// Places of a tile, at most: 28 sums, 2 registers of w and one of x.
    const PLACES: usize = 14;

    pub(super) fn pack<K: Kernel>(w: Rows<'_>, units: usize, to: &mut Vec<u32>) {
        let (groups, panels, size) = (w.len() / units, units.div_ceil(UNITS), outer::panel::<K>(w.width(), UNITS));
        to.resize((groups * panels * size).max(to.len()), 0);
        let target = Target(to.as_mut_ptr());
        tasks::each(0..groups * panels, &|p| {
            let first = p / panels * units + p % panels * UNITS;
            let range = first..(first + UNITS).min((p / panels + 1) * units);
            // SAFETY: panels are disjoint parts of `to`, which is borrowed for as long; the caller has asked the processor.
            unsafe {
                let to = std::slice::from_raw_parts_mut(target.at(p * size), size);
                K::pack(Operand { rows: w, along: true }, range, UNITS, to);
            }
        });
    }

    /// Runs a kernel with its instructions switched on.
    pub(super) trait Run: Kernel {
        /// # Safety
        /// `view` with all its places lies in `x`, as many words of a panel in `w`, `count` ≤ 32 numbers a row in `out`, and
        /// the processor has the kernel's instructions.
        unsafe fn places(
            x: *const u32,
            view: (&View, usize),
            w: (*const u32, usize),
            out: (*mut f32, usize),
            ahead: &[f32],
        );
    }

    impl Run for outer::F32 {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
        unsafe fn places(
            x: *const u32,
            view: (&View, usize),
            w: (*const u32, usize),
            out: (*mut f32, usize),
            ahead: &[f32],
        ) {
            // SAFETY: the caller's.
            unsafe { places::<Self>(x, view, w, out, ahead) }
        }
    }

    impl Run for outer::Pairs {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
        unsafe fn places(
            x: *const u32,
            view: (&View, usize),
            w: (*const u32, usize),
            out: (*mut f32, usize),
            ahead: &[f32],
        ) {
            // SAFETY: the caller's.
            unsafe { places::<Self>(x, view, w, out, ahead) }
        }
    }

    /// All places: lines that see the same lines of zeros together, in tiles that are as even as can be.
    #[inline(always)]
    unsafe fn places<K: Kernel>(
        x: *const u32,
        (view, places): (&View, usize),
        w: (*const u32, usize),
        (out, stride): (*mut f32, usize),
        ahead: &[f32],
    ) {
        let (mut line, lines, all) = (0, places / view.width, places);
        while line < lines {
            let (first_line, seeing) = (line, view.seeing(line));
            while line < lines && view.seeing(line) == seeing {
                line += 1;
            }
            let (from, places) = (first_line * view.width, (line - first_line) * view.width);
            let tiles = places.div_ceil(PLACES);
            for tile in 0..tiles {
                let (first, end) = (from + tile * places / tiles, from + (tile + 1) * places / tiles);
                fetch(&ahead[ahead.len() * first / all..ahead.len() * end / all], 0, 1);
                // SAFETY: the caller's.
                unsafe { sized::<K>(x, (view, &seeing, first..end), w, (out.add(first * stride), stride)) };
            }
        }
    }

    /// A tile by its size.
    #[inline(always)]
    unsafe fn sized<K: Kernel>(
        x: *const u32,
        (view, seeing, places): (&View, &Range<usize>, Range<usize>),
        w: (*const u32, usize),
        out: (*mut f32, usize),
    ) {
        let from = (view, seeing, places.start);
        // SAFETY: the caller's.
        unsafe {
            match places.len() {
                1 => put::<K, 1>(x, from, w, out),
                2 => put::<K, 2>(x, from, w, out),
                3 => put::<K, 3>(x, from, w, out),
                4 => put::<K, 4>(x, from, w, out),
                5 => put::<K, 5>(x, from, w, out),
                6 => put::<K, 6>(x, from, w, out),
                7 => put::<K, 7>(x, from, w, out),
                8 => put::<K, 8>(x, from, w, out),
                9 => put::<K, 9>(x, from, w, out),
                10 => put::<K, 10>(x, from, w, out),
                11 => put::<K, 11>(x, from, w, out),
                12 => put::<K, 12>(x, from, w, out),
                13 => put::<K, 13>(x, from, w, out),
                _ => put::<K, 14>(x, from, w, out),
            }
        }
    }

    /// One tile.
    #[inline(always)]
    unsafe fn put<K: Kernel, const P: usize>(
        x: *const u32,
        (view, seeing, first): (&View, &Range<usize>, usize),
        (w, count): (*const u32, usize),
        (out, stride): (*mut f32, usize),
    ) {
        let at = std::array::from_fn(|i| view.at(first + i));
        // SAFETY: the caller's; masked lanes are not written.
        unsafe {
            let sums = tile::<K, P>(x, at, (view, seeing), w);
            let mask = (u64::MAX >> (64 - count)) as u32;
            for (i, sums) in sums.into_iter().enumerate() {
                let at = out.add(i * stride);
                _mm512_mask_storeu_ps(at, mask as u16, sums[0]);
                _mm512_mask_storeu_ps(at.wrapping_add(16), (mask >> 16) as u16, sums[1]);
            }
        }
    }

    #[inline(always)]
    unsafe fn tile<K: Kernel, const P: usize>(
        x: *const u32,
        at: [usize; P],
        (view, seeing): (&View, &Range<usize>),
        w: *const u32,
    ) -> [[__m512; 2]; P] {
        // SAFETY: the caller's.
        unsafe {
            let mut sums = [[_mm512_setzero_ps(); 2]; P];
            // Pointers of which the compiler knows nothing: it would compute them anew in the innermost loop.
            let at = black_box(at.map(|at| x.add(at)));
            for part in 0..view.parts.0 {
                for line in seeing.clone() {
                    let mut w = w.add((part * view.lines.0 + line) * view.run * UNITS);
                    let first = part * view.parts.1 + line * view.lines.1;
                    let (mut k, end) = (first, first + view.run);
                    while k < end {
                        let (left, right) = (_mm512_loadu_epi32(w.cast()), _mm512_loadu_epi32(w.add(16).cast()));
                        for (at, sums) in at.iter().zip(&mut sums) {
                            let x = _mm512_set1_epi32(*at.add(k) as i32);
                            sums[0] = K::fold(sums[0], x, left);
                            sums[1] = K::fold(sums[1], x, right);
                        }
                        w = w.add(UNITS);
                        k += 1;
                        // Nothing: but the loop is not unrolled, for which there are no registers.
                        asm!("/* {0} */", inout(reg) k, options(pure, nomem, nostack, preserves_flags));
                    }
                }
            }
            sums
        }
    }
}
