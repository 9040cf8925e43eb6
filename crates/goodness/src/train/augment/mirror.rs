//! Left and right exchanged.

use goodness_core::Rng;

use crate::data::{Shape, mirror};

/// Which images are mirrored when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mirroring {
    /// Each time each image is a draw of its own.
    #[default]
    Random,
    /// In one epoch half of the images, by draw, in the next one the others: two epochs show both sides of every image.
    /// Jordan 2024 (arXiv 2404.00498), alternating flip.
    Alternating,
}

impl Mirroring {
    /// Every kind with its name in recipes.
    pub(crate) const ALL: [(&'static str, Self); 2] = [("random", Self::Random), ("alternating", Self::Alternating)];

    /// Its name in recipes.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("random", |(name, _)| name)
    }

    /// Whether an image of which a `share` is mirrored is one of them, where it is its `turn` or not.
    pub(super) fn draw(self, share: f32, turn: bool, rng: &mut Rng) -> bool {
        let drawn = share > 0.0 && rng.unit() < share;
        match self {
            Self::Random => drawn,
            Self::Alternating => turn,
        }
    }
}

/// Whether it is the turn of image number `row` in an epoch.
pub(in crate::train) fn turn(seed: u64, row: usize, epoch: u64) -> bool {
    let first = Rng::keyed(seed, Rng::SIDE, row as u64).below(2) as u64;
    (first + epoch) % 2 == 1
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
        let random = |n| Mirroring::Random.draw(0.25, true, &mut Rng::keyed(1, 0, n));
        let drawn = (0..1000).filter(|n| random(*n)).count();
        assert!((190..310).contains(&drawn), "{drawn}");
    }

    #[test]
    fn two_epochs_show_both_sides_of_an_image() {
        let seen = |epoch| (0..1000).map(|row| turn(7, row, epoch)).collect::<Vec<_>>();
        let (first, second) = (seen(4), seen(5));
        assert!(first.iter().zip(&second).all(|(a, b)| a != b));
        assert_eq!(first, seen(6));
        let half = first.iter().filter(|turn| **turn).count();
        assert!((430..570).contains(&half), "{half}");
        let drawn = |turn| Mirroring::Alternating.draw(0.5, turn, &mut Rng::keyed(1, 0, 3));
        assert!(drawn(true) && !drawn(false));
    }
}
