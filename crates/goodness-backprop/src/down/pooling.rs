//! The derivative by pictures that were made smaller: each square's goes to all its places alike, or to its largest.

use goodness_core::{Rows, RowsMut};
use goodness_engine::conv::pooling::{Kind, Pooling};
use goodness_engine::par;

/// Writes the derivative by pictures, given that by what they became. `x` are the pictures. Of several largest numbers of a
/// square the first is the one; places that fill no square have none.
///
/// # Shapes
/// `d`: pictures × own numbers, `x` and `dx`: pictures × numbers below.
pub(super) fn down(of: &Pooling, d: Rows<'_>, x: Rows<'_>, dx: RowsMut<'_>) {
    par::each_block(dx.len(), 1, (d, x, dx), |_, (d, x, mut dx): (Rows<'_>, Rows<'_>, RowsMut<'_>)| {
        (0..d.len()).for_each(|r| picture(of, d.row(r), x.row(r), dx.row_mut(r)));
    });
}

fn picture(of: &Pooling, d: &[f32], x: &[f32], dx: &mut [f32]) {
    let (own, block) = (of.own(), of.below.block());
    let (small, large) = (own.places() * block, of.below.places() * block);
    dx.fill(0.0);
    if small == 0 {
        return;
    }
    for ((d, x), dx) in d.chunks_exact(small).zip(x.chunks_exact(large)).zip(dx.chunks_exact_mut(large)) {
        for (place, d) in d.chunks_exact(block).enumerate() {
            let at = (place / own.width, place % own.width);
            match of.kind {
                Kind::Average => share(of, at, d, dx),
                Kind::Largest => give(of, at, d, x, dx),
            }
        }
    }
}

/// Where the numbers of each place of the square of place (`y`, `x`) start.
fn square(of: &Pooling, (y, x): (usize, usize)) -> impl Iterator<Item = usize> + Clone + use<> {
    let (side, line, block) = (of.side, of.below.width, of.below.block());
    (0..side * side).map(move |i| ((y * side + i / side) * line + x * side + i % side) * block)
}

/// An average: all places alike.
fn share(of: &Pooling, at: (usize, usize), d: &[f32], dx: &mut [f32]) {
    let part = 1.0 / (of.side * of.side) as f32;
    for first in square(of, at) {
        dx[first..first + d.len()].iter_mut().zip(d).for_each(|(dx, d)| *dx = part * d);
    }
}

/// The largest: the first place that has it.
fn give(of: &Pooling, at: (usize, usize), d: &[f32], x: &[f32], dx: &mut [f32]) {
    for (channel, d) in d.iter().enumerate() {
        let larger = |best: usize, here: usize| if x[here] > x[best] { here } else { best };
        if let Some(best) = square(of, at).map(|first| first + channel).reduce(larger) {
            dx[best] = *d;
        }
    }
}

#[cfg(test)]
mod tests {
    use goodness_core::Grid;

    use super::*;

    #[test]
    fn a_square_shares_its_derivative_or_gives_it_to_its_first_largest() {
        // Two blocks of one channel, three lines of two places: the last line fills no square.
        let below = Grid { height: 3, width: 2, channels: 2, blocks: 2 };
        let x = [1., 6., 6., 3., 9., 9., -1., -5., -2., -4., 9., 9.];
        let said = |kind| {
            let mut dx = [7.0; 12];
            let of = Pooling { kind, side: 2, below };
            down(&of, Rows::new(&[4., 8.], 1, 2), Rows::new(&x, 1, 12), RowsMut::new(&mut dx, 1, 12));
            dx
        };
        assert_eq!(said(Kind::Average), [1., 1., 1., 1., 0., 0., 2., 2., 2., 2., 0., 0.]);
        assert_eq!(said(Kind::Largest), [0., 4., 0., 0., 0., 0., 8., 0., 0., 0., 0., 0.]);
    }
}
