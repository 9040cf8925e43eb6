//! Other light: brightness, contrast and saturation, each multiplied by a factor from 1 − its key to 1 + its key; other hues;
//! and a share of images without any colour.
//!
//! With levels from 0 to 1: brightness scales x; contrast scales the distance to the image's mean brightness; saturation
//! scales the distance to the pixel's own brightness, and hue turns it around the greys. After each, levels are clipped.
//!
//! A pixel's distance to its brightness Y is told by (B − Y) / 2.03 and (R − Y) / 1.14, as in the analogue television that had
//! a knob for it; these two are turned by up to `hue` of a whole turn, and Y stays.

use goodness_core::{Rng, math};

use crate::build::Unfit;
use crate::data::Shape;
use crate::recipe::DataSpec;

/// How far the factors may be from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Colour {
    brightness: f32,
    contrast: f32,
    saturation: f32,
    hue: f32,
    grey: f32,
}

/// How levels change, each by its own draw.
#[derive(Clone, Copy, Debug)]
struct Change {
    brightness: f32,
    contrast: f32,
    saturation: f32,
    /// Cosine and sine of the turn of hues.
    turn: [f32; 2],
}

/// What B − Y and R − Y are divided by before they are turned.
const REACH: [f32; 2] = [2.03, 1.14];

/// What red, green and blue count for brightness (ITU-R BT.601).
const SHARES: [f32; 3] = [0.299, 0.587, 0.114];

/// Refuses changes of colour where there is none.
pub(super) fn check(spec: &DataSpec, shape: Shape) -> Result<(), Unfit> {
    let of_colour = [
        ("data.saturation", spec.saturation, "only colours have saturation, these images are grey"),
        ("data.hue", spec.hue, "only colours have a hue, these images are grey"),
        ("data.grey", spec.grey, "these images are grey as they are"),
    ];
    match of_colour.into_iter().find(|(_, value, _)| *value > 0.0 && shape.channels != 3) {
        Some((key, value, expected)) => Err(Unfit { key, came: value.to_string(), expected: expected.to_string() }),
        None => Ok(()),
    }
}

impl Colour {
    pub(super) fn new(spec: &DataSpec) -> Self {
        let [brightness, contrast, saturation, hue, grey] =
            [spec.brightness, spec.contrast, spec.saturation, spec.hue, spec.grey].map(|key| key as f32);
        Self { brightness, contrast, saturation, hue, grey }
    }

    /// Changes an image of inputs in place.
    pub(super) fn write(&self, channels: usize, levels: &[f32; 256], rng: &mut Rng, out: &mut [f32]) {
        if *self == Self::default() {
            return;
        }
        let change = self.draw(rng);
        let (low, span) = (levels[0], levels[255] - levels[0]);
        out.iter_mut().for_each(|x| *x = (*x - low) / span);
        change.apply(channels, out);
        out.iter_mut().for_each(|x| *x = low + span * *x);
    }

    /// What is off draws nothing.
    fn draw(&self, rng: &mut Rng) -> Change {
        let mut around = |most: f32| if most > 0.0 { most * (2.0 * rng.unit() - 1.0) } else { 0.0 };
        let [brightness, contrast, saturation] =
            [self.brightness, self.contrast, self.saturation].map(|most| 1.0 + around(most));
        let hue = f64::from(around(self.hue));
        let turn = [math::cosine_of_turns(hue), math::cosine_of_turns(hue - 0.25)].map(|x| x as f32);
        let without = self.grey > 0.0 && rng.unit() < self.grey;
        Change { brightness, contrast, saturation: if without { 0.0 } else { saturation }, turn }
    }
}

impl Change {
    /// Changes levels from 0 to 1.
    fn apply(&self, channels: usize, out: &mut [f32]) {
        let from = |middle: f32, factor: f32, x: &mut f32| *x = (middle + factor * (*x - middle)).clamp(0.0, 1.0);
        out.iter_mut().for_each(|x| from(0.0, self.brightness, x));
        let pixels = out.len() / channels;
        let mean = out.chunks_exact(channels).map(luma).sum::<f32>() / pixels.max(1) as f32;
        out.iter_mut().for_each(|x| from(mean, self.contrast, x));
        for pixel in out.chunks_exact_mut(channels) {
            let own = luma(pixel);
            pixel.iter_mut().for_each(|x| from(own, self.saturation, x));
            self.turn_hue(pixel);
        }
    }

    /// Turns a pixel's colour around the greys.
    fn turn_hue(&self, pixel: &mut [f32]) {
        let (y, [cosine, sine]) = (luma(pixel), self.turn);
        let ([r, g, b], true) = (pixel, self.turn != [1.0, 0.0]) else { return };
        let (blue, red) = ((*b - y) / REACH[0], (*r - y) / REACH[1]);
        *b = y + REACH[0] * (cosine * blue - sine * red);
        *r = y + REACH[1] * (sine * blue + cosine * red);
        *g = (y - SHARES[0] * *r - SHARES[2] * *b) / SHARES[1];
        [r, g, b].into_iter().for_each(|x| *x = x.clamp(0.0, 1.0));
    }
}

/// The brightness of a pixel.
fn luma(pixel: &[f32]) -> f32 {
    match pixel {
        [r, g, b] => SHARES[0] * r + SHARES[1] * g + SHARES[2] * b,
        [first, ..] => *first,
        [] => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed([brightness, contrast, saturation]: [f32; 3], channels: usize, image: &[f32]) -> Vec<f32> {
        let mut out = image.to_vec();
        Change { brightness, contrast, saturation, turn: [1.0, 0.0] }.apply(channels, &mut out);
        out
    }

    #[test]
    fn each_factor_does_its_own() {
        assert_eq!(changed([2.0, 1.0, 1.0], 1, &[0.25, 0.75]), [0.5, 1.0]);
        assert_eq!(changed([1.0, 0.5, 1.0], 1, &[0.25, 0.75]), [0.375, 0.625]);
        let grey = changed([1.0, 1.0, 0.0], 3, &[1.0, 0.0, 0.0]);
        assert!(grey.iter().all(|x| (x - 0.299).abs() < 1e-6), "{grey:?}");
        assert_eq!(changed([1.0, 1.0, 1.0], 3, &[0.5, 0.25, 0.125]), [0.5, 0.25, 0.125]);
    }

    #[test]
    fn hues_turn_around_the_greys_and_brightness_stays() {
        let plain = Change { brightness: 1.0, contrast: 1.0, saturation: 1.0, turn: [1.0, 0.0] };
        let pixel = [0.55, 0.5, 0.4];
        let turned = |turn: [f32; 2], times: usize| {
            let mut out = pixel;
            (0..times).for_each(|_| Change { turn, ..plain }.apply(3, &mut out));
            out
        };
        let near = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(near(turned([0.0, 1.0], 4), pixel) && near(turned([-1.0, 0.0], 2), pixel));
        let half = turned([-1.0, 0.0], 1);
        assert!((luma(&half) - luma(&pixel)).abs() < 1e-6 && half[0] < half[2], "{half:?}");
        let mut grey = [0.3; 3];
        Change { turn: [0.0, 1.0], ..plain }.apply(3, &mut grey);
        assert!(near(grey, [0.3; 3]));
    }

    #[test]
    fn a_share_of_images_loses_its_colour() {
        let levels: [f32; 256] = std::array::from_fn(|l| l as f32 / 255.0);
        let colour = Colour { grey: 0.25, ..Colour::default() };
        let lost = |key: u64| {
            let mut out = [levels[200], levels[90], levels[30]];
            colour.write(3, &levels, &mut Rng::keyed(1, 0, key), &mut out);
            out.iter().all(|x| (x - out[0]).abs() < 1e-6)
        };
        let count = (0..400).filter(|key| lost(*key)).count();
        assert!((70..130).contains(&count), "{count} of 400");
    }

    #[test]
    fn inputs_of_any_scaling_change_alike() {
        let levels: [f32; 256] = std::array::from_fn(|l| (l as f32 / 255.0 - 0.5) / 0.25);
        let colour = Colour { brightness: 0.5, ..Colour::default() };
        let mut out = [levels[51], levels[102]];
        colour.write(1, &levels, &mut Rng::keyed(1, 0, 0), &mut out);
        let level = |x: f32| 0.25 * x + 0.5;
        assert!((level(out[1]) / level(out[0]) - 2.0).abs() < 1e-5, "{out:?}");
        assert!((level(out[0]) - 0.2).abs() > 1e-4, "{out:?}");
    }
}
