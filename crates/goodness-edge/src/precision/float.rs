//! Weights in `f32`: the formulas of `goodness-core`, one sample at a time.

use super::{Precision, Reads};
use crate::sample::Value;
use goodness_core::class_loss::{ClassLoss, CrossEntropy, Slopes};
use goodness_core::init::{FanInNormal, Init};
use goodness_core::normalize::{Normalize, Rms};
use goodness_core::{Rng, Rows, RowsMut, math};

const LANES: usize = 8;

impl Precision for f32 {
    type Activity = f32;
    type Number = f32;
    type Squares = f32;

    const NAME: &'static str = "f32";
    const BYTES: (usize, usize) = (4, 4);
    const WEIGHT: Self = 0.0;
    const SILENCE: f32 = 0.0;
    const ZERO: f32 = 0.0;
    const NO_SQUARES: f32 = 0.0;

    fn draw(rng: &mut Rng, fan_in: usize, weights: &mut [Self]) {
        FanInNormal.fill(fan_in, rng, weights, &mut []);
    }

    #[inline]
    fn activity(z: f32, weight: Self, code: u8, bias: f32) -> f32 {
        let z = z + f32::from(code) * weight + bias;
        // The comparison keeps NaN: a network that diverges must show it.
        if z < 0.0 { 0.0 } else { z }
    }

    #[inline]
    fn add_square(sum: f32, h: f32) -> f32 {
        sum + h * h
    }

    fn goodness(sum: f32, width: usize) -> f32 {
        sum / width.max(1) as f32
    }

    fn add(a: f32, b: f32) -> f32 {
        a + b
    }

    fn difference(a: f32, b: f32) -> f32 {
        a - b
    }

    fn is_finite(g: f32) -> bool {
        g.is_finite()
    }

    fn blend(mean: &mut f32, g: f32) {
        *mean += (g - *mean) / 256.0;
    }

    fn real_mean(mean: f32) -> f32 {
        mean
    }

    fn real(number: f32) -> f32 {
        number
    }

    fn normalize(h: &mut [f32], sum: f32) {
        let scale = Rms.scale(sum, h.len());
        h.iter_mut().for_each(|h| *h *= scale);
    }

    fn product(weights: &[Self], x: &[f32]) -> f32 {
        math::dot(weights, x)
    }

    fn loss_slopes(g: &[f32], label: u8, temperature: u8, slopes: &mut [f32]) {
        let loss = CrossEntropy { temperature: f32::from(temperature.max(1)), smoothing: 0.0 };
        let dg = RowsMut::new(slopes, 1, g.len());
        loss.score(Rows::new(g, 1, g.len()), &[label], 0.0, Slopes { loss: &mut [0.0], dg });
    }

    fn share(rate: u32, width: usize) -> f32 {
        rate.min(super::FASTEST) as f32 / 65_536.0 * 2.0 / width.max(1) as f32
    }

    #[inline]
    fn slope(dg: f32, h: f32, share: f32) -> f32 {
        share * dg * h
    }

    fn step_bias(bias: &mut f32, slope: f32) {
        *bias -= slope;
    }

    fn step_code(weight: &mut Self, slope: f32, code: u8, _: &mut Rng) {
        *weight -= slope * f32::from(code);
    }

    fn step_hidden<const N: usize>(weights: &mut [Self; N], slopes: &[f32], x: &[[f32; N]], _: &mut Rng) {
        for (slope, x) in slopes.iter().zip(x).filter(|(slope, _)| **slope != 0.0) {
            weights.iter_mut().zip(x).for_each(|(w, x)| *w -= slope * x);
        }
    }

    fn is_at_limit(self) -> bool {
        false
    }

    fn write(self, out: &mut [u8]) {
        out.copy_from_slice(&self.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        f32::from_bits(super::fixed::read_u32(bytes))
    }

    fn write_bias(bias: f32, out: &mut [u8]) {
        bias.write(out);
    }

    fn read_bias(bytes: &[u8]) -> f32 {
        f32::read(bytes)
    }
}

impl<X: Value> Reads<X> for f32 {
    type Scale = f32;

    fn scale(x: &[X]) -> f32 {
        Rms.scale(x.iter().fold(0.0, |sum, x| sum + x.real() * x.real()), x.len())
    }

    /// In eight lanes of a fixed order, so that every processor comes to the same bits.
    fn image(weights: &[Self], x: &[X], scale: f32) -> f32 {
        let mut lanes = [0.0f32; LANES];
        let (ws, w_rest) = weights.as_chunks::<LANES>();
        let (xs, x_rest) = x.as_chunks::<LANES>();
        for (w, x) in ws.iter().zip(xs) {
            (0..LANES).for_each(|i| lanes[i] += w[i] * x[i].real());
        }
        w_rest.iter().zip(x_rest).zip(&mut lanes).for_each(|((w, x), lane)| *lane += w * x.real());
        let [a, b, c, d, e, f, g, h] = lanes;
        (((a + e) + (c + g)) + ((b + f) + (d + h))) * scale
    }

    fn step_image(weights: &mut [Self], x: &[X], scale: f32, slope: f32, _: &mut Rng) {
        let slope = slope * scale;
        weights.iter_mut().zip(x).for_each(|(w, x)| *w -= slope * x.real());
    }
}
