//! Other light: brightness, contrast and saturation, each multiplied by a factor from 1 − its key to 1 + its key.
//!
//! With levels from 0 to 1: brightness scales x; contrast scales the distance to the image's mean brightness; saturation
//! scales the distance to the pixel's own brightness. After each, levels are clipped.

use goodness_core::Rng;

use crate::build::Unfit;
use crate::data::Shape;
use crate::recipe::DataSpec;

/// How far the factors may be from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Colour {
    brightness: f32,
    contrast: f32,
    saturation: f32,
}

/// What red, green and blue count for brightness (ITU-R BT.601).
const SHARES: [f32; 3] = [0.299, 0.587, 0.114];

/// Refuses saturation where there is no colour.
pub(super) fn check(spec: &DataSpec, shape: Shape) -> Result<(), Unfit> {
    if spec.saturation > 0.0 && shape.channels != 3 {
        let expected = "only colours have saturation, these images are grey".to_string();
        return Err(Unfit { key: "data.saturation", came: spec.saturation.to_string(), expected });
    }
    Ok(())
}

impl Colour {
    pub(super) fn new(spec: &DataSpec) -> Self {
        Self { brightness: spec.brightness as f32, contrast: spec.contrast as f32, saturation: spec.saturation as f32 }
    }

    /// Changes an image of inputs in place.
    pub(super) fn write(&self, channels: usize, levels: &[f32; 256], rng: &mut Rng, out: &mut [f32]) {
        if *self == Self::default() {
            return;
        }
        let mut factor = |most: f32| if most > 0.0 { 1.0 + most * (2.0 * rng.unit() - 1.0) } else { 1.0 };
        let factors = [factor(self.brightness), factor(self.contrast), factor(self.saturation)];
        let (low, span) = (levels[0], levels[255] - levels[0]);
        out.iter_mut().for_each(|x| *x = (*x - low) / span);
        change(factors, channels, out);
        out.iter_mut().for_each(|x| *x = low + span * *x);
    }
}

/// Changes levels from 0 to 1.
fn change([brightness, contrast, saturation]: [f32; 3], channels: usize, out: &mut [f32]) {
    let from = |middle: f32, factor: f32, x: &mut f32| *x = (middle + factor * (*x - middle)).clamp(0.0, 1.0);
    out.iter_mut().for_each(|x| from(0.0, brightness, x));
    let pixels = out.len() / channels;
    let mean = out.chunks_exact(channels).map(luma).sum::<f32>() / pixels.max(1) as f32;
    out.iter_mut().for_each(|x| from(mean, contrast, x));
    for pixel in out.chunks_exact_mut(channels) {
        let own = luma(pixel);
        pixel.iter_mut().for_each(|x| from(own, saturation, x));
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

    fn changed(factors: [f32; 3], channels: usize, image: &[f32]) -> Vec<f32> {
        let mut out = image.to_vec();
        change(factors, channels, &mut out);
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
