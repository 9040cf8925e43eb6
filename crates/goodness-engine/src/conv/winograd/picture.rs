//! Channels of the places of one picture, read and written a register at a time.

use goodness_core::Grid;

use crate::simd::lanes::Lanes;

/// Neighbouring channels of pictures that have all their channels last.
pub(super) struct Channels {
    map: Grid,
    first: usize,
    /// How many there are, at most as many as a register holds.
    count: usize,
}

impl Channels {
    /// Those from `first` on.
    #[inline(always)]
    pub(super) fn new<L: Lanes>(map: Grid, first: usize) -> Self {
        Self { map, first, count: L::COUNT.min(map.channels - first) }
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, numbers: &[f32], place: usize) -> L {
        let from = &numbers[place * self.map.channels + self.first..];
        if self.count == L::COUNT {
            return L::load(from);
        }
        let mut some = [0.0; 16];
        some[..self.count].copy_from_slice(&from[..self.count]);
        L::load(&some)
    }

    #[inline(always)]
    fn store<L: Lanes>(&self, lanes: L, numbers: &mut [f32], place: usize) {
        let to = &mut numbers[place * self.map.channels + self.first..];
        if self.count == L::COUNT {
            return lanes.store(to);
        }
        let mut some = [0.0; 16];
        lanes.store(&mut some);
        to[..self.count].copy_from_slice(&some[..self.count]);
    }

    /// A square of places whose first one lies `before` lines above, and places left of, `corner`; zeros outside.
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
