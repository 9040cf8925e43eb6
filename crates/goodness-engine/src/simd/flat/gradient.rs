//! The gradient of the weights.

use std::arch::x86_64::*;

use super::super::amx::{Left, Registers, Sums};
use super::super::outer::{self, Target};
use super::super::panels::lines;
use super::super::{product, tasks};
use super::{Flat, PANEL, Packs, Picture, WORDS, some};

pub(super) fn add_gradient(
    of: &Flat,
    pictures: usize,
    packs: &mut Packs,
    pair: &(impl Fn(usize, &mut dyn FnMut(Picture<'_>, Option<Picture<'_>>)) + Sync),
) {
    let (pairs, apart) = (pictures.div_ceil(2), of.apart());
    let (planes, panels) = (of.channels.div_ceil(PANEL), of.units.div_ceil(PANEL));
    // Places of a plane, zeros before and after it included, and words of it and of a panel.
    let places = pairs * apart + of.reach();
    let (plane, panel) = (places * PANEL, pairs * apart * PANEL);
    let (dz_pack, x_pack, sums) = packs.all();
    let (dz_at, x_at) = (lines(dz_pack, panels * panel), lines(x_pack, planes * plane));
    let (dz_to, x_to) = (Target(dz_pack[dz_at.clone()].as_mut_ptr()), Target(x_pack[x_at.clone()].as_mut_ptr()));
    tasks::each(0..pairs, &|index| {
        pair(2 * index, &mut |first, second| {
            let both = |which: usize| [Some(first), second].map(|of| of.map(|of| of[which]));
            let fits = |which: usize, numbers: usize| both(which).iter().flatten().all(|of| of.len() == numbers);
            assert!(fits(0, of.own.0 * of.own.1 * of.units) && fits(1, of.below.0 * of.below.1 * of.channels));
            let pointers = |which| both(which).map(|of| of.map_or(std::ptr::null(), <[f32]>::as_ptr));
            let ends = (index == 0, index + 1 == pairs);
            // SAFETY: every pair has places of its own in every plane and panel, the first the zeros before and the last
            // those after; both packs are borrowed for as long; whoever calls has asked the processor.
            unsafe {
                pack_slopes(of, pointers(0), (dz_to.at(index * apart * PANEL), panel));
                pack_seen(of, pointers(1), (x_to.at(0), plane), index, ends);
            }
        });
    });
    product::count(of.units, of.side * of.side * of.channels, pictures * of.own.0 * of.own.1);
    let inputs = of.side * of.side * of.channels;
    assert!(sums.len() == of.units && sums.width() == inputs, "sums of {of:?}");
    let target = Target(sums.data_mut().as_mut_ptr());
    let (dz, x) = (&dz_pack[dz_at], &x_pack[x_at]);
    let taps = of.side * of.side;
    tasks::each(0..panels * planes * taps, &|task| {
        let (index, tap) = (task / taps, task % taps);
        let (own, seen) = (index / planes, index % planes);
        let dz = &dz[own * panel..(own + 1) * panel];
        let x = &x[seen * plane..(seen + 1) * plane][(tap / of.side * of.line() + tap % of.side) * PANEL..];
        let mut own_sums = Sums::zeros();
        let (row, lower) = (4 * WORDS, 64 * WORDS);
        let left = Left { at: dz.as_ptr().cast(), row, lower, step: 2 * lower, run: 0 };
        // SAFETY: a panel has a step for every sixteen places of its plane, and a tap reaches no farther than its zeros;
        // whoever calls has asked the processor, and no thread is inside two products.
        unsafe {
            let steps = pairs * apart / WORDS;
            Registers::new().product(left, x.as_ptr(), (1, steps), own_sums.0.as_mut_ptr(), PANEL);
        }
        let (first, column) = (own * PANEL, tap * of.channels + seen * PANEL);
        let channels = PANEL.min(of.channels - seen * PANEL);
        for (unit, from) in (first..of.units).zip(own_sums.0.chunks_exact(PANEL)) {
            // SAFETY: the sums hold units × inputs numbers and are borrowed for as long; every task has columns of its own.
            let to = unsafe { std::slice::from_raw_parts_mut(target.at(unit * inputs + column), channels) };
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    });
}

/// Writes two pictures' dz to their sixteens of places: of each panel, units × places.
///
/// # Safety
/// Both pictures are there, or null; `to` has their words in every panel, which lie `panel` apart.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
unsafe fn pack_slopes(of: &Flat, dz: [*const f32; 2], (to, panel): (*mut u32, usize)) {
    let line = of.line();
    for first in (0..of.apart()).step_by(WORDS) {
        // Where the numbers of sixteen places begin, if they are some.
        let mut places = [None; WORDS];
        for (place, to) in (first..).zip(&mut places) {
            let (y, x) = (place / line, place % line);
            *to = (y < of.own.0 && x < of.own.1).then_some((y * of.own.1 + x) * of.units);
        }
        for unit in (0..of.units.next_multiple_of(PANEL)).step_by(16) {
            let count = of.units.saturating_sub(unit).min(16);
            // SAFETY: the caller's; places and units that are not there are not read.
            unsafe {
                let rows = places.map(|place| match place {
                    Some(at) if count > 0 => {
                        words(dz.map(|of| if of.is_null() { of } else { of.add(at + unit) }), count)
                    }
                    _ => _mm512_setzero_si512(),
                });
                let to = to.add(unit / PANEL * panel + first * PANEL + unit % PANEL * WORDS);
                for (i, words) in outer::transpose(rows).into_iter().enumerate() {
                    _mm512_storeu_epi32(to.add(i * WORDS).cast(), words);
                }
            }
        }
    }
}

/// Writes what two pictures' places hold to every plane: places × channels, zeros around them included.
///
/// # Safety
/// Both pictures are there, or null; `to` has the words of all pictures in every plane, which lie `plane` apart.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
unsafe fn pack_seen(
    of: &Flat,
    x: [*const f32; 2],
    (to, plane): (*mut u32, usize),
    index: usize,
    (begins, ends): (bool, bool),
) {
    let line = of.line();
    let (before, after) = (of.before(), of.reach() - of.before());
    for channel in (0..of.channels).step_by(PANEL) {
        let counts = [0, 16].map(|half| of.channels.saturating_sub(channel + half).min(16));
        // SAFETY: the caller's; places and channels that are not there are not read.
        unsafe {
            let mut to = to.add(channel / PANEL * plane + index * of.apart() * PANEL);
            if begins {
                to.write_bytes(0, before * PANEL);
            }
            to = to.add(before * PANEL);
            for (y, left) in (0..of.apart().div_ceil(line)).map(|y| (y, (of.apart() - y * line).min(line))) {
                let inside = if y < of.below.0 { of.below.1.min(left) } else { 0 };
                for place in 0..inside {
                    let at = (y * of.below.1 + place) * of.channels + channel;
                    for (half, count) in [0, 16].into_iter().zip(counts) {
                        let from = x.map(|of| if of.is_null() { of } else { of.wrapping_add(at + half) });
                        _mm512_storeu_epi32(to.add(place * PANEL + half).cast(), words(from, count));
                    }
                }
                to.add(inside * PANEL).write_bytes(0, (left - inside) * PANEL);
                to = to.add(left * PANEL);
            }
            if ends {
                to.write_bytes(0, after * PANEL);
            }
        }
    }
}

/// Words of the first `count` ≤ 16 numbers of two pictures, and zeros.
#[inline(always)]
unsafe fn words([lower, upper]: [*const f32; 2], count: usize) -> __m512i {
    // SAFETY: the caller's; masked lanes are not read, and of a null pointer none; __m256bh is 16 numbers of 16 bits, as
    // __m256i is.
    unsafe {
        let half = |from: *const f32| {
            let rounded = _mm512_cvtneps_pbh(some(from, if from.is_null() { 0 } else { count }));
            _mm512_cvtepu16_epi32(std::mem::transmute::<__m256bh, __m256i>(rounded))
        };
        _mm512_or_si512(half(lower), _mm512_slli_epi32::<16>(half(upper)))
    }
}
