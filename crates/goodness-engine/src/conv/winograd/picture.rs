//! Channels of the places of one picture, read and written a register at a time.

use goodness_core::Grid;

use crate::simd::lanes::Lanes;

/// Some channels, side by side, of a picture.
pub(super) struct Channels {
    map: Grid,
    first: usize,
    /// Whether they lie in one block and are all there.
    whole: bool,
    /// Where those of the first place are, if so, and how far those of the next one are from them.
    start: usize,
    block: usize,
}

impl Channels {
    /// As many as a register holds, from `first` on.
    #[inline(always)]
    pub(super) fn new<L: Lanes>(map: Grid, first: usize) -> Self {
        let block = map.block();
        let whole = first + L::COUNT <= map.channels && first % block + L::COUNT <= block;
        Self { map, first, whole, start: first / block * map.places() * block + first % block, block }
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, numbers: &[f32], place: usize) -> L {
        if self.whole {
            return L::load(&numbers[self.start + place * self.block..]);
        }
        let mut some = [0.0; 16];
        for (i, to) in some.iter_mut().take(L::COUNT).enumerate() {
            *to = self.at(self.first + i, place).map_or(0.0, |at| numbers[at]);
        }
        L::load(&some)
    }

    #[inline(always)]
    fn store<L: Lanes>(&self, lanes: L, numbers: &mut [f32], place: usize) {
        if self.whole {
            return lanes.store(&mut numbers[self.start + place * self.block..]);
        }
        let mut some = [0.0; 16];
        lanes.store(&mut some);
        for (i, from) in some.into_iter().take(L::COUNT).enumerate() {
            if let Some(at) = self.at(self.first + i, place) {
                numbers[at] = from;
            }
        }
    }

    /// Where a channel of a place is, if there is such a channel.
    fn at(&self, channel: usize, place: usize) -> Option<usize> {
        let (block, places) = (self.block, self.map.places());
        (channel < self.map.channels).then(|| (channel / block * places + place) * block + channel % block)
    }

    /// A square of places whose first one lies `before` lines below, and places right of, `corner`; zeros outside.
    #[inline(always)]
    pub(super) fn square<L: Lanes, const SIDE: usize>(
        &self,
        numbers: &[f32],
        corner: (usize, usize),
        before: usize,
    ) -> [[L; SIDE]; SIDE] {
        let (Grid { height, width, .. }, mut square) = (self.map, [[L::all(0.0); SIDE]; SIDE]);
        let inside = |(y, x): (usize, usize)| y >= before && x >= before;
        if inside(corner) && corner.0 + SIDE <= height + before && corner.1 + SIDE <= width + before {
            let first = (corner.0 - before) * width + corner.1 - before;
            for (y, line) in square.iter_mut().enumerate() {
                for (x, lanes) in line.iter_mut().enumerate() {
                    *lanes = self.load(numbers, first + y * width + x);
                }
            }
            return square;
        }
        for (y, line) in (corner.0..height + before).zip(&mut square) {
            for (x, lanes) in (corner.1..width + before).zip(line) {
                if inside((y, x)) {
                    *lanes = self.load(numbers, (y - before) * width + x - before);
                }
            }
        }
        square
    }

    /// Writes those places of a square that lie inside.
    #[inline(always)]
    pub(super) fn write<L: Lanes, const SIDE: usize>(
        &self,
        square: [[L; SIDE]; SIDE],
        numbers: &mut [f32],
        corner: (usize, usize),
    ) {
        let Grid { height, width, .. } = self.map;
        for (y, line) in (corner.0..height).zip(square) {
            for (x, lanes) in (corner.1..width).zip(line) {
                self.store(lanes, numbers, y * width + x);
            }
        }
    }
}
