//! Convolutions by matrix registers: the rows of a tile are neighbouring places, read where they lie.
//!
//! Pictures stand one after the other, each line with as many zeros after it as the padding has places, and each picture with
//! as many lines of zeros. What is left of a line is then what stands at the end of the one before, so a place and what a tap
//! sees from it are the same distance apart wherever it is, and sixteen neighbours are a tile. The places of zeros have
//! results too, which nobody keeps. A line of a square is read in whole steps: what lies after it is multiplied by zeros, so a
//! picture with a number that is not finite may spoil places of the one before it beside its own.

#[cfg(target_arch = "x86_64")]
mod forward;
#[cfg(target_arch = "x86_64")]
mod gradient;

use goodness_core::Rows;

use super::gradient::Packs;
use super::half::{self, Bf16};

/// How a convolution's pictures lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flat {
    /// Channels below, and own ones.
    pub(crate) channels: usize,
    pub(crate) units: usize,
    /// Places of a picture below, and of its own: from top to bottom, from left to right.
    pub(crate) below: (usize, usize),
    pub(crate) own: (usize, usize),
    /// The side of the square that a place sees, and places of zeros around the picture.
    pub(crate) side: usize,
    pub(crate) padding: usize,
}

/// Whether the processor has what it takes.
pub(crate) fn has() -> bool {
    #[cfg(target_arch = "x86_64")]
    return super::amx::has();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Channels that are multiplied at a time, below and own.
const PANEL: usize = 32;
/// Words of a step, and halves of it.
const WORDS: usize = 16;
const DEEP: usize = 2 * WORDS;
/// Words by which the beginning of a cache line may be missed.
const LINE: usize = 16;

impl Flat {
    /// Places from line to line, and from picture to picture.
    fn line(&self) -> usize {
        self.below.1 + self.padding
    }

    fn picture(&self) -> usize {
        self.line() * (self.below.0 + self.padding)
    }

    /// Places of zeros before the first picture: the first place's square begins with the first of them.
    fn before(&self) -> usize {
        self.padding * (self.line() + 1)
    }

    /// Places that squares reach beyond the place that they begin with.
    fn reach(&self) -> usize {
        (self.side - 1) * (self.line() + 1)
    }

    /// Whether all places that a square sees lie where this says.
    pub(crate) fn fits(&self) -> bool {
        self.padding < self.side && self.own.0 <= self.below.0 + self.padding && self.own.1 <= self.line()
    }

    /// Halves of some pictures that are read as a whole, with what tiles read beyond them.
    fn halves(&self, pictures: usize) -> usize {
        (pictures * self.picture() + PANEL + self.reach()) * self.channels + DEEP
    }

    /// Words that hold them, wherever a line of the cache begins.
    pub(crate) fn words(&self, pictures: usize) -> usize {
        self.halves(pictures).div_ceil(2) + LINE
    }

    /// Steps of one line of a square.
    fn steps(&self) -> usize {
        (self.side * self.channels).div_ceil(DEEP)
    }

    /// Words of a panel of weights.
    fn panel(&self) -> usize {
        self.side * self.steps() * WORDS * PANEL
    }

    /// Places from one pair of pictures to the next where they are summed up: whole steps.
    fn apart(&self) -> usize {
        self.picture().next_multiple_of(WORDS)
    }

    /// Pairs of pictures that are summed up at a time.
    fn pairs(&self) -> usize {
        (DEPTH / self.apart()).max(4)
    }

    /// Pictures that are summed up at a time.
    pub(crate) fn pictures(&self) -> usize {
        2 * self.pairs()
    }

    /// Writes weights, or a gradient of them, that are told tap by tap instead of part of the channels by part, tap by tap in each.
    pub(crate) fn taps_of_parts(&self, from: &[f32], parts: usize, to: &mut [f32]) {
        let run = self.channels / parts;
        for (part, from) in from.chunks_exact(self.side * self.side * run).enumerate() {
            for (from, to) in from.chunks_exact(run).zip(to.chunks_exact_mut(self.channels)) {
                to[part * run..(part + 1) * run].copy_from_slice(from);
            }
        }
    }

    /// The reverse of [`taps_of_parts`](Self::taps_of_parts).
    pub(crate) fn parts_of_taps(&self, from: &[f32], parts: usize, to: &mut [f32]) {
        let run = self.channels / parts;
        for (part, to) in to.chunks_exact_mut(self.side * self.side * run).enumerate() {
            for (to, from) in to.chunks_exact_mut(run).zip(from.chunks_exact(self.channels)) {
                to.copy_from_slice(&from[part * run..(part + 1) * run]);
            }
        }
    }

    /// Lays picture number `index` of `pictures` out; they come in their order.
    pub(crate) fn lay(&self, picture: &[f32], (index, pictures): (usize, usize), words: &mut [u32]) {
        let to = &mut half::of_words(aligned(words))[..self.halves(pictures)];
        let next = ((index + 1) * self.picture() + self.before()) * self.channels;
        let to = if index + 1 < pictures { &mut to[..next] } else { to };
        let (mut at, line) = ((index * self.picture() + self.before()) * self.channels, self.line() * self.channels);
        if index == 0 {
            to[..at].fill(Bf16::default());
        }
        for from in picture.chunks_exact(self.below.1 * self.channels) {
            let (to, zeros) = to[at..at + line].split_at_mut(from.len());
            half::round_into(from, to);
            zeros.fill(Bf16::default());
            at += line;
        }
        to[at..].fill(Bf16::default());
    }
}

/// Places that are summed up at a time, about.
const DEPTH: usize = 2048;

/// From the beginning of a line of the cache on.
fn aligned(words: &mut [u32]) -> &mut [u32] {
    let first = words.as_ptr().align_offset(64).min(LINE);
    &mut words[first..]
}

/// Packs the weights, units × inputs: panel after panel of units.
pub(crate) fn pack<'a>(of: &Flat, w: Rows<'_>, to: &'a mut Vec<u32>) -> &'a [u32] {
    assert!(w.len() == of.units && w.width() == of.side * of.side * of.channels && has(), "weights of {of:?}");
    #[cfg(target_arch = "x86_64")]
    return forward::pack(of, w, to);
    #[cfg(not(target_arch = "x86_64"))]
    unreachable!("{to:?}")
}

/// Writes what all units make of some pictures that were [laid out](Flat::lay), to pictures × places × units, on the calling
/// thread.
pub(crate) fn forward(of: &Flat, pictures: usize, words: &mut [u32], packed: &[u32], out: &mut [f32]) {
    let places = of.own.0 * of.own.1;
    let fits = packed.len() == of.units.div_ceil(PANEL) * of.panel() && out.len() == pictures * places * of.units;
    let x = &half::of_words(aligned(words))[..of.halves(pictures)];
    assert!(fits && has() && of.fits(), "{pictures} pictures of {of:?}");
    #[cfg(target_arch = "x86_64")]
    forward::forward(of, pictures, x, packed, out);
    #[cfg(not(target_arch = "x86_64"))]
    unreachable!("{x:?}")
}

/// A picture's dz and x: places × channels each.
pub(crate) type Picture<'a> = [&'a [f32]; 2];

/// Adds dzᵀ·x, summed over the places of some pictures, to the sums in `packs`, units × inputs, on all threads; `pair` is
/// called for every two pictures, the first one of which is told, and hands them over.
pub(crate) fn add_gradient(
    of: &Flat,
    pictures: usize,
    packs: &mut Packs,
    pair: &(impl Fn(usize, &mut dyn FnMut(Picture<'_>, Option<Picture<'_>>)) + Sync),
) {
    assert!(has() && of.fits() && (1..=of.pictures()).contains(&pictures), "{pictures} pictures of {of:?}");
    #[cfg(target_arch = "x86_64")]
    gradient::add_gradient(of, pictures, packs, pair);
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (packs, pair);
        unreachable!("no registers")
    }
}

/// The first `count` numbers, 16 at most, and zeros.
///
/// # Safety
/// They are there, or `count` is 0; the processor has AVX-512 F.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn some(from: *const f32, count: usize) -> std::arch::x86_64::__m512 {
    // SAFETY: the caller's; masked lanes are not read.
    unsafe { std::arch::x86_64::_mm512_maskz_loadu_ps(((1u32 << count.min(16)) - 1) as u16, from) }
}
