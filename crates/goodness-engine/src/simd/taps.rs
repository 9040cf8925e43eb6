//! dzᵀ · x summed over places of pictures with zeros around them, with 512-bit registers: what the places of a tap see is the
//! same numbers, some places on, so each number is packed once and not once a tap.
//!
//! x is packed in planes of 32 channels, dz in panels of up to 14 units, place after place. Halves share a word with those of
//! the next picture at the same place, so that a tap never parts them. Every number of the result is the same sum in the same
//! order, whoever computes it.

use super::gradient::Packs;

/// What is summed up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taps {
    /// Pictures, of which those that share words stand side by side.
    pub(crate) pictures: usize,
    /// Groups that know nothing of one another, and columns of dz in each.
    pub(crate) groups: usize,
    pub(crate) units: usize,
    /// Parts of the channels below that lie apart, of all groups, and channels in each.
    pub(crate) parts: usize,
    pub(crate) run: usize,
    /// Places of dz, and of x with its zeros: from top to bottom, from left to right.
    pub(crate) own: (usize, usize),
    pub(crate) seen: (usize, usize),
    /// Where places of x that are not zeros begin and end, from top to bottom and from left to right.
    pub(crate) inside: [(usize, usize); 2],
    /// Taps from top to bottom and from left to right, and places of x from one place of dz to the next.
    pub(crate) side: usize,
    pub(crate) stride: usize,
}

/// Channels of a plane.
const PLANE: usize = 32;

impl Taps {
    /// Planes of a part.
    fn planes(&self) -> usize {
        self.run.div_ceil(PLANE)
    }

    /// Columns of the sums.
    fn inputs(&self) -> usize {
        self.parts / self.groups * self.side * self.side * self.run
    }

    /// The places of dz in a direction, of `own` in it, of which tap `tap` sees something.
    fn seeing(&self, tap: usize, own: usize, (begin, end): (usize, usize)) -> std::ops::Range<usize> {
        let from = begin.saturating_sub(tap).div_ceil(self.stride).min(own);
        from..end.saturating_sub(tap).div_ceil(self.stride).clamp(from, own)
    }

    /// Whether planes are well filled, so that this is worth while.
    pub(crate) fn pays(&self) -> bool {
        4 * self.planes() * PLANE <= 5 * self.run
    }
}

/// Takes a line of a part: which, its numbers and how far apart places lie in them, and places of zeros before them.
type Line<'a> = dyn FnMut((usize, usize), Option<(&[f32], usize)>, usize) + 'a;

/// Where the numbers of one picture go.
pub(crate) struct Put<'a> {
    slopes: &'a mut dyn FnMut(&[f32]),
    line: &'a mut Line<'a>,
}

impl Put<'_> {
    /// Takes dz: places × columns of all groups.
    pub(crate) fn slopes(&mut self, dz: &[f32]) {
        (self.slopes)(dz);
    }

    /// Takes line `y` of part `part`, counted with the zeros around it: numbers from the first place's first one, places
    /// `stride` apart, after `zeros` places of zeros; or nothing but zeros.
    pub(crate) fn line(&mut self, (part, y): (usize, usize), from: Option<(&[f32], usize)>, zeros: usize) {
        (self.line)((part, y), from, zeros);
    }
}

/// Adds dzᵀ·x of every tap to the sums in `packs`, groups·units × inputs, on all threads; `pack` is called for every picture
/// and hands over its numbers. What is needed soon, `ahead`, is fetched meanwhile. Says whether there was a kernel for it.
pub(crate) fn add_gradient(
    halves: bool,
    of: &Taps,
    packs: &mut Packs,
    pack: &(impl Fn(usize, Put<'_>) + Sync),
    ahead: [&[f32]; 2],
) -> bool {
    #[cfg(target_arch = "x86_64")]
    if of.pays() && super::has_wide() && (!halves || super::has_pairs()) {
        match halves {
            true => wide::add_gradient::<super::outer::Pairs>(of, packs, pack, ahead),
            false => wide::add_gradient::<super::outer::F32>(of, packs, pack, ahead),
        }
        return true;
    }
    let _ = (halves, of, packs, pack, ahead);
    false
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::asm;
    use std::arch::x86_64::*;
    use std::ops::Range;

    use super::super::ahead::fetch;
    use super::super::outer::{self, Kernel, Target, UNITS};
    use super::super::words::Words;
    use super::super::{product, tasks};
    use super::{PLANE, Packs, Put, Taps};

    /// Places of a strip, about: what a task sees of them stays near while taps go by.
    const NEAREST: usize = 256;
    /// How often a task uses a strip of x, at least, where there are as many panels.
    const USES: usize = 9;

    /// A kernel's part with its instructions switched on.
    pub(super) trait Run: Words {
        /// [`strip`] for a panel of `P` units.
        ///
        /// # Safety
        /// As for [`strip`].
        unsafe fn strip(tap: &Tap<'_>, panel: *const u32, lines: Range<usize>, units: usize, sums: *mut f32);
    }

    impl Run for outer::F32 {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
        unsafe fn strip(tap: &Tap<'_>, panel: *const u32, lines: Range<usize>, units: usize, sums: *mut f32) {
            // SAFETY: the caller's.
            unsafe { any_strip::<Self>(tap, panel, lines, units, sums) }
        }
    }

    impl Run for outer::Pairs {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
        unsafe fn strip(tap: &Tap<'_>, panel: *const u32, lines: Range<usize>, units: usize, sums: *mut f32) {
            // SAFETY: the caller's.
            unsafe { any_strip::<Self>(tap, panel, lines, units, sums) }
        }
    }

    /// One plane of x: 32 channels of a part, or the last ones.
    struct Plane<'a> {
        of: &'a Taps,
        x: &'a [u32],
        /// Channels that count.
        channels: usize,
        /// What is needed soon.
        ahead: [&'a [f32]; 2],
    }

    /// One tap of one plane: where its words begin, and how the sums of its channels lie.
    pub(super) struct Tap<'a> {
        of: &'a Taps,
        /// The word that the first place sees of the plane.
        x: *const u32,
        /// Lines, and places of a line, that see more than zeros.
        places: (Range<usize>, Range<usize>),
        /// Channels of the plane that count.
        channels: usize,
    }

    /// The units of a panel: as even as can be.
    fn panel(units: usize, panel: usize) -> Range<usize> {
        let panels = units.div_ceil(UNITS);
        panel * units / panels..(panel + 1) * units / panels
    }

    pub(super) fn add_gradient<K: Run>(
        of: &Taps,
        packs: &mut Packs,
        pack: &(impl Fn(usize, Put<'_>) + Sync),
        ahead: [&[f32]; 2],
    ) {
        let depth = of.pictures.div_ceil(K::ROWS);
        let (places, padded) = (of.own.0 * of.own.1, of.seen.0 * of.seen.1);
        let plane = depth * padded * PLANE;
        let (dz_pack, x_pack, sums) = packs.all();
        let (columns, planes) = (of.groups * of.units, of.parts * of.planes());
        dz_pack.resize((columns * depth * places).max(dz_pack.len()), 0);
        x_pack.resize((planes * plane).max(x_pack.len()), 0);
        let targets = (Target(dz_pack.as_mut_ptr()), Target(x_pack.as_mut_ptr()));
        tasks::each(0..depth, &|word| {
            for picture in word * K::ROWS..of.pictures.min((word + 1) * K::ROWS) {
                pack_picture::<K>(of, (depth, picture), &targets, pack);
            }
        });
        product::count(columns, of.inputs(), of.pictures * places);
        assert!(sums.len() == columns && sums.width() == of.inputs(), "sums of {of:?}");
        let target = Target(sums.data_mut().as_mut_ptr());
        let (dz_pack, x_pack) = (&*dz_pack, &*x_pack);
        let panels = of.units.div_ceil(UNITS);
        let at_a_time = USES.div_ceil(of.side * of.side);
        let tasks = panels.div_ceil(at_a_time);
        tasks::each(0..planes * tasks, &|task| {
            let (index, first_panel) = (task / tasks, task % tasks * at_a_time);
            let (part, first) = (index / of.planes(), index % of.planes() * PLANE);
            let (group, own) = (part / (of.parts / of.groups), part % (of.parts / of.groups));
            let ahead = ahead.map(|numbers| share(numbers, task, planes * tasks));
            let plane = Plane { of, ahead, x: &x_pack[index * plane..][..plane], channels: PLANE.min(of.run - first) };
            let dz = &dz_pack[group * of.units * depth * places..][..of.units * depth * places];
            let column = own * of.side * of.side * of.run + first;
            // SAFETY: the sums hold columns × inputs numbers, and every task has units and columns that no other one has; the
            // caller has asked the processor.
            unsafe {
                let sums = target.at(group * of.units * of.inputs() + column);
                all_strips::<K>(&plane, dz, first_panel..panels.min(first_panel + at_a_time), sums);
            }
        });
    }

    /// Part `part` of `parts`.
    fn share(numbers: &[f32], part: usize, parts: usize) -> &[f32] {
        &numbers[numbers.len() * part / parts..numbers.len() * (part + 1) / parts]
    }

    /// All places, strip after strip, each for some panels and all taps.
    ///
    /// # Safety
    /// `dz` holds all panels of a group, `plane` all places, and `sums` a row of inputs for every unit; the processor has the
    /// kernel's instructions.
    unsafe fn all_strips<K: Run>(plane: &Plane<'_>, dz: &[u32], panels: Range<usize>, sums: *mut f32) {
        let of = plane.of;
        let lines = dz.len() / (of.units * of.own.1).max(1);
        let strip = (NEAREST / of.own.1).max(1);
        let (mut done, all) = (0, lines.div_ceil(strip) * panels.len() * of.side * of.side);
        for first in (0..lines).step_by(strip) {
            for index in panels.clone() {
                let units = panel(of.units, index);
                let panel = &dz[units.start * lines * of.own.1..][..units.len() * lines * of.own.1];
                for (dy, dx) in (0..of.side).flat_map(|dy| (0..of.side).map(move |dx| (dy, dx))) {
                    plane.ahead.into_iter().for_each(|numbers| fetch(numbers, done, all));
                    done += 1;
                    let column = (dy * of.side + dx) * of.run;
                    // SAFETY: the caller's; a tap's first word lies inside the plane.
                    unsafe {
                        let x = plane.x.as_ptr().add((dy * of.seen.1 + dx) * PLANE);
                        let [rows, columns] = of.inside;
                        let places = (of.seeing(dy, of.own.0, rows), of.seeing(dx, of.own.1, columns));
                        let tap = Tap { of, x, places, channels: plane.channels };
                        let sums = sums.add(units.start * of.inputs() + column);
                        K::strip(&tap, panel.as_ptr(), first..lines.min(first + strip), units.len(), sums);
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn any_strip<K: Kernel>(tap: &Tap<'_>, dz: *const u32, lines: Range<usize>, units: usize, sums: *mut f32) {
        // SAFETY: the caller's.
        unsafe {
            match units {
                1 => strip::<K, 1>(tap, dz, lines, sums),
                2 => strip::<K, 2>(tap, dz, lines, sums),
                3 => strip::<K, 3>(tap, dz, lines, sums),
                4 => strip::<K, 4>(tap, dz, lines, sums),
                5 => strip::<K, 5>(tap, dz, lines, sums),
                6 => strip::<K, 6>(tap, dz, lines, sums),
                7 => strip::<K, 7>(tap, dz, lines, sums),
                8 => strip::<K, 8>(tap, dz, lines, sums),
                9 => strip::<K, 9>(tap, dz, lines, sums),
                10 => strip::<K, 10>(tap, dz, lines, sums),
                11 => strip::<K, 11>(tap, dz, lines, sums),
                12 => strip::<K, 12>(tap, dz, lines, sums),
                13 => strip::<K, 13>(tap, dz, lines, sums),
                _ => strip::<K, 14>(tap, dz, lines, sums),
            }
        }
    }

    /// Adds what some lines bring to the sums of `P` units and a plane's channels.
    ///
    /// # Safety
    /// `panel` holds `P` words a place, the tap's plane is there for all lines, `sums` holds `P` rows, and the processor has the
    /// kernel's instructions.
    #[inline(always)]
    unsafe fn strip<K: Kernel, const P: usize>(tap: &Tap<'_>, panel: *const u32, lines: Range<usize>, sums: *mut f32) {
        let Taps { own: (height, width), seen, stride, .. } = *tap.of;
        let step = stride * PLANE;
        // SAFETY: the caller's; masked lanes are neither read nor written.
        unsafe {
            let mut tile = [[_mm512_setzero_ps(); 2]; P];
            let (of_lines, of_line) = &tap.places;
            for line in lines.filter(|line| of_lines.contains(&(line % height))) {
                let seen_line = (line / height * seen.0 + line % height * stride) * seen.1;
                let mut x = tap.x.add(seen_line * PLANE + of_line.start * step);
                let mut dz = panel.add((line * width + of_line.start) * P);
                let mut left_over = of_line.len();
                while left_over > 0 {
                    let (left, right) = (_mm512_loadu_epi32(x.cast()), _mm512_loadu_epi32(x.add(16).cast()));
                    for (u, tile) in tile.iter_mut().enumerate() {
                        let dz = _mm512_set1_epi32(*dz.add(u) as i32);
                        tile[0] = K::fold(tile[0], dz, left);
                        tile[1] = K::fold(tile[1], dz, right);
                    }
                    (x, dz, left_over) = (x.wrapping_add(step), dz.add(P), left_over - 1);
                    // Nothing: but the loop is not unrolled, for which there are no registers.
                    asm!("/* {0} */", inout(reg) left_over, options(pure, nomem, nostack, preserves_flags));
                }
            }
            let mask = (u64::MAX >> (64 - tap.channels)) as u32;
            let masks = [mask as u16, (mask >> 16) as u16];
            for (u, tile) in tile.into_iter().enumerate() {
                let at = sums.add(u * tap.of.inputs());
                for (half, (mask, tile)) in masks.into_iter().zip(tile).enumerate() {
                    let at = at.wrapping_add(16 * half);
                    _mm512_mask_storeu_ps(at, mask, _mm512_add_ps(_mm512_maskz_loadu_ps(mask, at), tile));
                }
            }
        }
    }

    /// Hands a picture to `pack` and writes what it gives to its words.
    fn pack_picture<K: Run>(
        of: &Taps,
        (depth, picture): (usize, usize),
        (dz_to, x_to): &(Target<u32>, Target<u32>),
        pack: &(impl Fn(usize, Put<'_>) + Sync),
    ) {
        let (word, upper) = (picture / K::ROWS, picture % K::ROWS == 1);
        let (places, columns) = (of.own.0 * of.own.1, of.groups * of.units);
        let slopes = &mut |dz: &[f32]| {
            assert!(dz.len() == places * columns, "dz of {of:?}");
            // Line by line, so that what is read once for one panel is near for the others.
            for (y, dz) in dz.chunks_exact(of.own.1 * columns).enumerate() {
                for (group, index) in
                    (0..of.groups).flat_map(|group| (0..of.units.div_ceil(UNITS)).map(move |i| (group, i)))
                {
                    let units = panel(of.units, index);
                    let (first, count) = (group * of.units + units.start, units.len());
                    let at = first * depth * places + (word * of.own.0 + y) * of.own.1 * count;
                    let from = (dz.as_ptr().wrapping_add(first), columns);
                    // SAFETY: `first + count` columns are there; every picture has words of its own in every panel, or
                    // shares them with one that is packed by the same task; the packs are borrowed for as long; the caller
                    // of `add_gradient` has asked the processor.
                    unsafe { K::put(from, (dz_to.at(at), count), (of.own.1, count), upper) };
                }
            }
        };
        let line = &mut |(part, y): (usize, usize), from: Option<(&[f32], usize)>, zeros: usize| {
            assert!(part < of.parts && y < of.seen.0, "line {y} of part {part} of {of:?}");
            for plane in 0..of.planes() {
                let (first, count) = (plane * PLANE, PLANE.min(of.run - plane * PLANE));
                let at = (((part * of.planes() + plane) * depth + word) * of.seen.0 + y) * of.seen.1 * PLANE;
                // SAFETY: as above; a line has as many words as this.
                let to = unsafe { std::slice::from_raw_parts_mut(x_to.at(at), of.seen.1 * PLANE) };
                let Some((numbers, stride)) = from else {
                    clear(to, upper);
                    continue;
                };
                let (before, to) = to.split_at_mut((zeros * PLANE).min(to.len()));
                let inside = numbers.len().div_ceil(stride).min(to.len() / PLANE);
                assert!(inside == 0 || (inside - 1) * stride + first + count <= numbers.len(), "a line of {of:?}");
                let (to, after) = to.split_at_mut(inside * PLANE);
                [before, after].into_iter().for_each(|to| clear(to, upper));
                // SAFETY: both hold `inside` places of `count` ≤ 32; the caller of `add_gradient` has asked the processor.
                unsafe {
                    let from = (numbers.as_ptr().wrapping_add(first), stride);
                    K::put(from, (to.as_mut_ptr(), PLANE), (inside, count), upper);
                }
            }
        };
        pack(picture, Put { slopes, line });
    }

    /// Zeros, but for the lower halves where those are another picture's.
    fn clear(to: &mut [u32], upper: bool) {
        if !upper {
            to.fill(0);
        }
    }
}
