//! Squares of places made one: their average, or their largest number.

use goodness_core::{Grid, Rows, RowsMut};

use crate::par;

/// What is left of a square.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The average.
    #[default]
    Average,
    /// The largest number.
    Largest,
}

/// A picture made smaller: squares of `side` places that do not overlap. Places that fill no square are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pooling {
    /// What is left of a square.
    pub kind: Kind,
    /// Its side.
    pub side: usize,
    /// The picture that is made smaller.
    pub below: Grid,
}

impl Pooling {
    /// The smaller picture; no places where not one square fits.
    pub fn own(&self) -> Grid {
        let side = self.side.max(1);
        Grid { height: self.below.height / side, width: self.below.width / side, ..self.below }
    }

    /// Makes every picture smaller.
    ///
    /// # Shapes
    /// `x`: pictures × numbers below, `out`: pictures × own numbers.
    ///
    /// # Panics
    /// When the shapes do not fit.
    #[track_caller]
    pub fn forward(&self, x: Rows<'_>, out: RowsMut<'_>) {
        let fits = x.width() == self.below.numbers() && out.width() == self.own().numbers() && x.len() == out.len();
        assert!(fits, "pooling: {}×{} to {}×{} is not {self:?}", x.len(), x.width(), out.len(), out.width());
        if out.width() == 0 {
            return;
        }
        par::each_block(x.len(), 1, (x, out), |_, (x, mut out): (Rows<'_>, RowsMut<'_>)| {
            (0..x.len()).for_each(|r| self.picture(x.row(r), out.row_mut(r)));
        });
    }

    /// Makes one picture smaller.
    pub(super) fn picture(&self, x: &[f32], out: &mut [f32]) {
        let (own, block) = (self.own(), self.below.block());
        let pictures = x.chunks_exact(self.below.places() * block).zip(out.chunks_exact_mut(own.places() * block));
        for (x, out) in pictures {
            for (place, out) in out.chunks_exact_mut(block).enumerate() {
                self.square(x, (place / own.width, place % own.width), out);
            }
        }
    }

    /// Writes what is left of the square of place (`y`, `x`) of one block's picture: one number a channel.
    pub fn square(&self, picture: &[f32], (y, x): (usize, usize), out: &mut [f32]) {
        let (block, line) = (self.below.block(), self.below.width);
        let places = (0..self.side).flat_map(|dy| (0..self.side).map(move |dx| (dy, dx)));
        let at = |(dy, dx)| ((y * self.side + dy) * line + x * self.side + dx) * block;
        let numbers = places.map(|place| &picture[at(place)..at(place) + block]);
        match self.kind {
            Kind::Average => {
                out.fill(0.0);
                numbers.for_each(|numbers| out.iter_mut().zip(numbers).for_each(|(o, x)| *o += x));
                let share = 1.0 / (self.side * self.side) as f32;
                out.iter_mut().for_each(|o| *o *= share);
            }
            Kind::Largest => {
                out.fill(f32::NEG_INFINITY);
                numbers.for_each(|numbers| out.iter_mut().zip(numbers).for_each(|(o, x)| *o = larger(*o, *x)));
            }
        }
    }
}

/// The larger of two; what is not a number stays, for whoever diverges must show it.
fn larger(a: f32, b: f32) -> f32 {
    if a.is_nan() || a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        let below = Grid { height: 2, width: 2, channels: 1, blocks: 1 };
        for place in 0..4 {
            let mut x = [1.0, 2.0, 3.0, 4.0];
            x[place] = f32::NAN;
            for kind in [Kind::Average, Kind::Largest] {
                let (pooling, mut out) = (Pooling { kind, side: 2, below }, [0.0]);
                pooling.forward(Rows::new(&x, 1, 4), RowsMut::new(&mut out, 1, 1));
                assert!(out[0].is_nan(), "{kind:?} of {x:?} is {out:?}");
            }
        }
    }

    #[test]
    fn nothing_is_left_of_pictures_that_are_smaller_than_a_square() {
        let below = Grid { height: 2, width: 2, channels: 1, blocks: 1 };
        let pooling = Pooling { kind: Kind::Largest, side: 3, below };
        pooling.forward(Rows::new(&[0.0; 4], 1, 4), RowsMut::new(&mut [], 1, 0));
    }

    #[test]
    fn squares_become_their_average_and_their_largest() {
        // Two blocks of one channel, three lines of two places: the last line fills no square.
        let below = Grid { height: 3, width: 2, channels: 2, blocks: 2 };
        let x = [1., 2., 3., 6., 9., 9., -1., -5., -2., -4., 9., 9.];
        for (kind, want) in [(Kind::Average, [3., -3.]), (Kind::Largest, [6., -1.])] {
            let (pooling, mut out) = (Pooling { kind, side: 2, below }, [0.0; 2]);
            pooling.forward(Rows::new(&x, 1, 12), RowsMut::new(&mut out, 1, 2));
            assert_eq!(out, want);
        }
        // The same numbers with channels side by side.
        let below = Grid { height: 2, width: 2, channels: 2, blocks: 1 };
        let (pooling, mut out) = (Pooling { kind: Kind::Average, side: 2, below }, [0.0; 2]);
        pooling.forward(Rows::new(&[1., -1., 2., -5., 3., -2., 6., -4.], 1, 8), RowsMut::new(&mut out, 1, 2));
        assert_eq!(out, [3., -3.]);
    }

    #[test]
    #[should_panic(expected = "pooling: 1×3 to 1×1 is not")]
    fn shapes_that_do_not_fit_are_named() {
        let below = Grid { height: 2, width: 2, channels: 1, blocks: 1 };
        let pooling = Pooling { kind: Kind::Average, side: 2, below };
        pooling.forward(Rows::new(&[0.0; 3], 1, 3), RowsMut::new(&mut [0.0], 1, 1));
    }
}
