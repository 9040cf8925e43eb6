//! Whole pixels to any side: the crop of an image that has been padded.

use goodness_core::Rng;

use super::Padding;
use crate::data::Shape;

/// A shift of at most `reach` pixels down and right.
pub(super) fn draw(reach: u32, rng: &mut Rng) -> (isize, isize) {
    let mut axis = || if reach > 0 { rng.below(2 * reach + 1) as isize - reach as isize } else { 0 };
    (axis(), axis())
}

/// Writes the image moved down by `dy` and right by `dx`.
pub(super) fn write(
    row: &[u8],
    shape: Shape,
    (dy, dx): (isize, isize),
    padding: Padding,
    levels: &[f32; 256],
    out: &mut [f32],
) {
    if (dy, dx) == (0, 0) {
        return crate::scaling::pixels_into(row, levels, out);
    }
    let Shape { height, width, channels } = shape;
    for (y, line) in out.chunks_exact_mut(width * channels).enumerate() {
        let from = padding.line(y as isize - dy, height).map(|y| &row[y * width * channels..][..width * channels]);
        for (x, pixel) in line.chunks_exact_mut(channels).enumerate() {
            match from.zip(padding.line(x as isize - dx, width)) {
                Some((from, x)) => crate::scaling::pixels_into(&from[x * channels..], levels, pixel),
                None => pixel.fill(levels[0]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::levels;
    use super::*;

    #[test]
    fn a_shift_moves_and_fills() {
        let shape = Shape { height: 2, width: 3, channels: 1 };
        let shift = |by, padding| {
            let mut out = [9.0; 6];
            write(&[1, 2, 3, 4, 5, 6], shape, by, padding, &levels(), &mut out);
            out
        };
        assert_eq!(shift((0, 0), Padding::Zero), [1., 2., 3., 4., 5., 6.]);
        assert_eq!(shift((1, 0), Padding::Zero), [0., 0., 0., 1., 2., 3.]);
        assert_eq!(shift((0, -1), Padding::Zero), [2., 3., 0., 5., 6., 0.]);
        assert_eq!(shift((-1, 1), Padding::Zero), [0., 4., 5., 0., 0., 0.]);
        assert_eq!(shift((5, -7), Padding::Zero), [0.0; 6]);
        assert_eq!(shift((0, 1), Padding::Reflect), [2., 1., 2., 5., 4., 5.]);
        assert_eq!(shift((1, -2), Padding::Edge), [3., 3., 3., 3., 3., 3.]);
    }

    #[test]
    fn colours_move_together() {
        let shape = Shape { height: 1, width: 2, channels: 3 };
        let mut out = [9.0; 6];
        write(&[1, 2, 3, 4, 5, 6], shape, (0, 1), Padding::Zero, &levels(), &mut out);
        assert_eq!(out, [0., 0., 0., 1., 2., 3.]);
    }
}
