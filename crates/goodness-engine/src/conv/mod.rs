//! Two-dimensional convolution: what a square of places gives, the same weights at every place.
//!
//! Rows are pictures with their channels last. There is a product forward and the gradient of the weights; the gradient of
//! the picture is never asked for.
//!
//! Halves go by matrix registers where the processor has them (`flat`). Else squares of 3 × 3 places go by tiles that become
//! points (`winograd`), which saves three products in four. Else, where the processor has kernels for it, what a place sees is
//! read where it lies, in a picture with zeros around it (`surrounded`). Otherwise, and for groups of few channels, a few lines
//! of places at a time are laid out as rows, one a place (`columns`), and multiplied as rows always are. The buffers are one
//! thread's own.

mod columns;
mod flat;
mod forward;
mod gradient;
pub mod pooling;
mod surrounded;
mod winograd;

use std::cell::RefCell;

use goodness_core::Grid;

use crate::Precision;
use pooling::Pooling;

pub use forward::forward;
pub use gradient::{gradient, gradient_pieces, sum_places};

/// Which places of a picture each place of another one sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// What happens to pictures before they are seen.
    pooling: Pooling,
    below: Grid,
    own: Grid,
    window: Window,
}

/// The square that a place sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its side.
    pub side: usize,
    /// Places from one square to the next.
    pub stride: usize,
    /// Places of zeros around the picture.
    pub padding: usize,
    /// Into how many parts channels are cut, each of which sees the same part below alone.
    pub groups: usize,
}

/// Whether a picture with `padding` places around it can be counted, number by number, with some left for what it is packed
/// into.
fn counted(map: Grid, padding: usize) -> bool {
    const PACKED: usize = 256;
    let side = |length: usize| padding.checked_mul(2)?.checked_add(length);
    let numbers = || side(map.height)?.checked_mul(side(map.width)?)?.checked_mul(map.channels.max(1));
    numbers().is_some_and(|numbers| numbers <= usize::MAX / PACKED)
}

impl Convolution {
    /// A convolution of pictures `below` that gives `channels` channels in `blocks` blocks; `None` where they do not fit: no
    /// square lies inside, or channels cannot be cut into groups and blocks of which one holds whole ones of the other.
    pub fn fit(below: Grid, window: Window, own: (usize, usize)) -> Option<Self> {
        Self::fit_pooled(Pooling { side: 1, below, ..Pooling::default() }, window, own)
    }

    /// The same of pictures that are made smaller first.
    pub fn fit_pooled(pooling: Pooling, window: Window, (channels, blocks): (usize, usize)) -> Option<Self> {
        let Window { side, stride, padding, groups } = window;
        let below = pooling.own();
        (counted(pooling.below, 0) && counted(below, padding)).then_some(())?;
        let places = |length: usize| Some((length + 2 * padding).checked_sub(side)? / stride.max(1) + 1);
        let own = Grid { height: places(below.height)?, width: places(below.width)?, channels, blocks };
        let cut = |map: Grid| {
            let whole = groups > 0 && map.blocks > 0 && map.channels > 0;
            whole && map.channels.is_multiple_of(groups) && map.channels.is_multiple_of(map.blocks) && {
                let (part, block) = (map.channels / groups, map.block());
                part.is_multiple_of(block) || block.is_multiple_of(part)
            }
        };
        let some = side > 0 && stride > 0 && pooling.side > 0 && below.places() > 0;
        (some && cut(below) && cut(own) && counted(own, 0)).then_some(Self { pooling, below, own, window })
    }

    /// The picture that it reads.
    pub fn below(&self) -> Grid {
        self.pooling.below
    }

    /// What happens to it first.
    pub fn pooling(&self) -> Pooling {
        self.pooling
    }

    /// The picture that it writes.
    pub fn own(&self) -> Grid {
        self.own
    }

    /// The square that a place sees.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Numbers that a channel sees at a place: those of its weights, in the order part of the channels, line, column, channel.
    pub fn inputs(&self) -> usize {
        self.window.side * self.window.side * self.below.channels / self.window.groups
    }

    /// The picture as places see it, in `to` where something happens to it first.
    fn seen_of<'a>(&self, picture: &'a [f32], to: &'a mut Vec<f32>) -> &'a [f32] {
        if self.pooling.side == 1 {
            return picture;
        }
        to.resize(self.below.numbers(), 0.0);
        self.pooling.picture(picture, to);
        to
    }

    /// Numbers that all groups see at a place.
    fn seen(&self) -> usize {
        self.inputs() * self.window.groups
    }

    /// Neighbouring channels of `map` that lie in one group and in one block.
    fn run(&self, map: Grid) -> usize {
        (map.channels / self.window.groups).min(map.block())
    }

    /// Lines of places that are laid out at a time: an even number, so that pairs of places stay together.
    fn lines(&self, bytes: usize) -> usize {
        let line = self.own.width * self.seen() * bytes;
        (NEAR / line.max(1)).max(1).next_multiple_of(2)
    }

    /// The range of `lines` lines at a time.
    fn strips(&self, bytes: usize) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (step, height) = (self.lines(bytes), self.own.height);
        (0..height).step_by(step).map(move |first| first..height.min(first + step))
    }

    /// Lines of places at a time whose pictures with zeros around them stay near.
    fn direct_strips(&self, halves: bool) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (step, height) = (self.direct_lines(halves), self.own.height);
        (0..height).step_by(step).map(move |first| first..height.min(first + step))
    }

    fn direct_lines(&self, halves: bool) -> usize {
        let (one, two) = (self.words(halves, 1), self.words(halves, 2));
        let more = (NEAR / size_of::<u32>()).saturating_sub(one) / (two - one).max(1);
        (1 + more).min(self.own.height)
    }

    #[track_caller]
    fn check(&self, what: &str, (x, w): ((usize, usize), (usize, usize)), out: (usize, usize)) {
        let (own, below) = (self.own.numbers(), self.pooling.below.numbers());
        let fits = x.1 == below && out == (x.0, own) && w == (self.own.channels, self.inputs());
        let ((xr, xw), (wr, ww), (or, ow)) = (x, w, out);
        assert!(fits, "{what}: pictures {xr}×{xw}, weights {wr}×{ww} and results {or}×{ow} do not fit {self:?}");
    }
}

/// Whether products of pairs of halves are what to round operands for: by registers of one row they are slower than plain ones
/// where there are matrix registers.
fn pairs_pay(precision: Precision) -> bool {
    precision != Precision::F32 && !crate::simd::flat::has()
}

/// Bytes of laid out places that stay near.
const NEAR: usize = 512 << 10;

/// Buffers of one thread, kept from call to call.
#[derive(Default)]
struct Scratch {
    /// Places laid out, in 32 and in 16 bits.
    numbers: Vec<f32>,
    halves: Vec<crate::Bf16>,
    /// A picture, made smaller.
    pooled: Vec<f32>,
    /// A picture, rounded or put in order.
    picture: Vec<f32>,
    rounded: Vec<crate::Bf16>,
    /// Two pictures' dz and x with their channels last, and x made smaller.
    pairs: [[Vec<f32>; 3]; 2],
    /// Pictures with zeros around them.
    words: Vec<u32>,
    /// Points of tiles.
    tiles: Vec<f32>,
}

impl Convolution {
    /// Makes room in every thread's buffers, where there is less than that in `room`: which thread computes what is chance,
    /// and none should have to ask for memory later.
    fn make_room(&self, room: &mut [usize; 6]) {
        let seen = self.lines(size_of::<f32>()).min(self.own.height) * self.own.width * self.seen();
        let halves = self.lines(size_of::<crate::Bf16>()).min(self.own.height) * self.own.width * self.seen();
        let picture = self.own.numbers().max(self.pooling.below.numbers());
        let at_a_time = forward::at_a_time(self);
        let words = [false, true].map(|halves| at_a_time * self.words(halves, self.direct_lines(halves)));
        let needed = [
            (if self.own.blocks > 1 { seen.max(picture) } else { seen }).max(flat::apart(self)),
            halves,
            picture,
            words[0].max(words[1]).max(flat::room(self)),
            winograd::room(self),
            flat::aside(self),
        ];
        if needed.iter().zip(&*room).any(|(needed, room)| needed > room) {
            rayon::broadcast(|_| with_scratch(|scratch| scratch.reserve(needed)));
            room.iter_mut().zip(needed).for_each(|(room, needed)| *room = needed.max(*room));
        }
    }
}

impl Scratch {
    fn reserve(&mut self, [seen, halves, picture, words, tiles, aside]: [usize; 6]) {
        fn hold<T>(of: &mut Vec<T>, count: usize) {
            of.reserve_exact(count.saturating_sub(of.len()));
        }
        hold(&mut self.numbers, seen);
        hold(&mut self.halves, halves);
        [&mut self.pooled, &mut self.picture].into_iter().for_each(|of| hold(of, picture));
        self.pairs.as_flattened_mut().iter_mut().for_each(|of| hold(of, aside));
        hold(&mut self.rounded, picture);
        hold(&mut self.words, words);
        hold(&mut self.tiles, tiles);
    }
}

fn with_scratch(work: impl FnOnce(&mut Scratch)) {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    SCRATCH.with_borrow_mut(work);
}

#[cfg(test)]
mod tests;
