//! Left and right exchanged.

use goodness_core::Rng;

use crate::data::{Shape, mirror};

/// Whether an image of which a `share` is mirrored is one of them.
pub(super) fn draw(share: f32, rng: &mut Rng) -> bool {
    share > 0.0 && rng.unit() < share
}

/// Turns left into right.
pub(super) fn write(shape: Shape, out: &mut [f32]) {
    out.chunks_mut((shape.width * shape.channels).max(1)).for_each(|line| mirror(line, shape.channels));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_change_sides_and_keep_their_colours() {
        let mut out = [1., 2., 3., 4., 5., 6.];
        write(Shape { height: 1, width: 2, channels: 3 }, &mut out);
        assert_eq!(out, [4., 5., 6., 1., 2., 3.]);
        let drawn = (0..1000).filter(|n| draw(0.25, &mut Rng::keyed(1, 0, *n))).count();
        assert!((190..310).contains(&drawn), "{drawn}");
    }
}
