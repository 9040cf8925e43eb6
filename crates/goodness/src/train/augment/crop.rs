//! A part of the image, as large as the whole: the random resized crop (Szegedy and others 2015, section 6).
//!
//! The part has from `crop` to 1 of the area, and sides whose ratio to the image's own is from 3:4 to 4:3, clipped to the
//! image.

use goodness_core::{Rng, math};

use crate::data::Shape;
use crate::recipe::DataSpec;

/// How much of an image may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Crop {
    /// 1 − the least share of the area that is seen.
    lost: f32,
}

/// The part that is seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Its first line and column.
    corner: (f32, f32),
    /// Its sides, as shares of the image's.
    sides: (f32, f32),
}

impl Default for Window {
    fn default() -> Self {
        Self { corner: (0.0, 0.0), sides: (1.0, 1.0) }
    }
}

impl Crop {
    pub(super) fn new(spec: &DataSpec) -> Self {
        Self { lost: 1.0 - spec.crop as f32 }
    }

    pub(super) fn is_none(&self) -> bool {
        self.lost == 0.0
    }

    pub(super) fn draw(&self, shape: Shape, rng: &mut Rng) -> Window {
        if self.is_none() {
            return Window::default();
        }
        let area = 1.0 - self.lost * rng.unit();
        let (ratio, upright) = (1.0 + rng.unit() / 3.0, rng.below(2) == 1);
        let (long, short) = (math::sqrt(area * ratio).min(1.0), math::sqrt(area / ratio));
        let sides = if upright { (long, short) } else { (short, long) };
        let mut start = |side: f32, length: usize| rng.unit() * (1.0 - side) * length as f32;
        let corner = (start(sides.0, shape.height), start(sides.1, shape.width));
        Window { corner, sides }
    }
}

impl Window {
    /// The place in the image of a place in the window, both counted from the middle of the first pixel.
    pub(super) fn place(&self, (y, x): (f32, f32)) -> (f32, f32) {
        // A window that is the whole image must not round.
        if self.sides == (1.0, 1.0) {
            return (y, x);
        }
        let along = |at: f32, corner: f32, side: f32| corner + (at + 0.5) * side - 0.5;
        (along(y, self.corner.0, self.sides.0), along(x, self.corner.1, self.sides.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_inside_and_have_their_area() {
        let shape = Shape { height: 10, width: 20, channels: 3 };
        let mut least = 1.0f32;
        for n in 0..2000 {
            let Window { corner, sides } = Crop { lost: 0.75 }.draw(shape, &mut Rng::keyed(1, 0, n));
            least = least.min(sides.0 * sides.1);
            assert!(corner.0 >= 0.0 && corner.0 + 10.0 * sides.0 <= 10.001, "{corner:?} {sides:?}");
            assert!(corner.1 >= 0.0 && corner.1 + 20.0 * sides.1 <= 20.001, "{corner:?} {sides:?}");
            assert!((0.74..1.34).contains(&(sides.0 / sides.1)), "{sides:?}");
        }
        assert!((0.24..0.28).contains(&least), "{least}");
    }

    #[test]
    fn half_a_window_shows_half() {
        let window = Window { corner: (0.0, 4.0), sides: (0.5, 0.5) };
        assert_eq!(window.place((0.5, 0.5)), (0.0, 4.0));
        assert_eq!(window.place((7.5, 7.5)), (3.5, 7.5));
    }
}
