//! Weights in `i16` or `i8`, whole numbers only, no float anywhere: the same bits on every processor.
//!
//! A step is usually smaller than the distance of two neighbouring weights. It is rounded at random, up or down with the
//! probability that makes it right on average, by numbers that are keyed by seed and step (Gupta and others 2015).

use super::{Precision, Reads, Reciprocal, reciprocal, softmax};
use crate::sample::Whole;
use goodness_core::Rng;

/// Bits behind the point of activities and of goodness.
const ACTIVITY: u32 = 8;
/// Bits behind the point of biases.
const BIAS: u32 = 16;
/// Bits behind the point of slopes.
const SLOPE: u32 = 24;
/// Bits below a weight's last one that decide the rounding.
const DITHER: u32 = 16;

/// A weight in whole numbers.
pub trait Fixed: Copy + PartialEq + core::fmt::Debug + 'static {
    /// Name, for people.
    const NAME: &'static str;
    /// Bits behind its point.
    const FRACTION: u32;
    /// Largest magnitude.
    const LIMIT: i32;
    /// Bytes.
    const BYTES: usize;
    /// 0.
    const ZERO: Self;

    /// As a wider number.
    fn wide(self) -> i32;

    /// The nearest weight.
    fn nearest(x: i32) -> Self;
}

impl Fixed for i8 {
    const NAME: &'static str = "i8";
    const FRACTION: u32 = 6;
    const LIMIT: i32 = 127;
    const BYTES: usize = 1;
    const ZERO: Self = 0;

    fn wide(self) -> i32 {
        i32::from(self)
    }

    fn nearest(x: i32) -> Self {
        x.clamp(-<Self as Fixed>::LIMIT, <Self as Fixed>::LIMIT) as i8
    }
}

impl Fixed for i16 {
    const NAME: &'static str = "i16";
    const FRACTION: u32 = 12;
    const LIMIT: i32 = 32_767;
    const BYTES: usize = 2;
    const ZERO: Self = 0;

    fn wide(self) -> i32 {
        i32::from(self)
    }

    fn nearest(x: i32) -> Self {
        x.clamp(-<Self as Fixed>::LIMIT, <Self as Fixed>::LIMIT) as i16
    }
}

/// x / 2^shift, halves up, for any shift.
fn rounded(x: i64, shift: u32) -> i64 {
    match shift {
        0 => x,
        1..63 => (x + (1 << (shift - 1))) >> shift,
        _ => 0,
    }
}

/// The nearest `i32`.
fn narrow(x: i64) -> i32 {
    x.clamp(i64::from(-i32::MAX), i64::from(i32::MAX)) as i32
}

/// w·x, in chunks whose sum fits 32 bits.
fn dot<W: Fixed, X: Whole>(weights: &[W], x: &[X]) -> i64 {
    let chunk = (i32::MAX / W::LIMIT / X::LIMIT).max(1) as usize;
    let part = |(w, x): (&[W], &[X])| w.iter().zip(x).map(|(w, x)| w.wide() * x.whole()).sum::<i32>();
    weights.chunks(chunk).zip(x.chunks(chunk)).map(|pair| i64::from(part(pair))).sum()
}

/// Sixteen random bits at a time.
struct Dither<'a> {
    rng: &'a mut Rng,
    spare: Option<u32>,
}

impl Dither<'_> {
    fn new(rng: &mut Rng) -> Dither<'_> {
        Dither { rng, spare: None }
    }

    /// w − delta, delta in 2⁻¹⁶ of a weight's last bit, rounded at random.
    #[inline]
    fn step<W: Fixed>(&mut self, weight: &mut W, delta: i32) {
        let bits = self.spare.take().unwrap_or_else(|| {
            let both = self.rng.next_u32();
            self.spare = Some(both >> 16);
            both & 0xFFFF
        });
        let moved = (i64::from(bits) - i64::from(delta)) >> DITHER;
        *weight = W::nearest(weight.wide().saturating_add(moved as i32));
    }
}

impl<W: Fixed> Precision for W {
    type Activity = i16;
    type Number = i32;
    type Squares = u64;

    const NAME: &'static str = W::NAME;
    const BYTES: (usize, usize) = (W::BYTES, 4);
    const WEIGHT: Self = W::ZERO;
    const SILENCE: i16 = 0;
    const ZERO: i32 = 0;
    const NO_SQUARES: u64 = 0;

    /// Uniform with variance 1 / fan-in.
    fn draw(rng: &mut Rng, fan_in: usize, weights: &mut [Self]) {
        // √3 times the deviation, in 2⁻⁴ of a weight's last bit.
        let bound = reciprocal::root((3u64 << (2 * W::FRACTION + 8)) / fan_in.max(1) as u64);
        for w in weights {
            let draw = rng.below(2 * bound + 1) as i32 - bound as i32;
            *w = W::nearest((draw + 8) >> 4);
        }
    }

    #[inline]
    fn activity(z: i32, weight: Self, code: u8, bias: i32) -> i16 {
        let code = (weight.wide() * i32::from(code)) << ACTIVITY >> W::FRACTION;
        z.saturating_add(code).saturating_add(bias >> (BIAS - ACTIVITY)).clamp(0, i32::from(i16::MAX)) as i16
    }

    #[inline]
    fn add_square(sum: u64, h: i16) -> u64 {
        sum + u64::from((i32::from(h) * i32::from(h)) as u32)
    }

    fn goodness(sum: u64, width: usize) -> i32 {
        ((sum / width.max(1) as u64) >> ACTIVITY) as i32
    }

    fn add(a: i32, b: i32) -> i32 {
        a.saturating_add(b)
    }

    fn difference(a: i32, b: i32) -> i32 {
        a.saturating_sub(b)
    }

    fn is_finite(_: i32) -> bool {
        true
    }

    fn blend(mean: &mut i32, g: i32) {
        *mean = mean.saturating_add(g.saturating_sub(*mean >> 8));
    }

    fn real_mean(mean: i32) -> f32 {
        mean as f32 / (1 << (ACTIVITY + 8)) as f32
    }

    fn real(number: i32) -> f32 {
        number as f32 / (1 << ACTIVITY) as f32
    }

    fn normalize(h: &mut [i16], sum: u64) {
        let Reciprocal { mantissa, shift } = Reciprocal::of(reciprocal::root(sum / h.len().max(1) as u64));
        let scaled = |h: i16| rounded(i64::from(i32::from(h) * mantissa), shift - ACTIVITY);
        h.iter_mut().for_each(|h| *h = scaled(*h).min(i64::from(i16::MAX)) as i16);
    }

    fn product(weights: &[Self], x: &[i16]) -> i32 {
        narrow(rounded(dot(weights, x), W::FRACTION))
    }

    fn loss_slopes(g: &[i32], label: u8, temperature: u8, slopes: &mut [i32]) {
        softmax::slopes(g, label, temperature, slopes);
    }

    /// In 2⁻²⁴.
    fn share(rate: u32, width: usize) -> i32 {
        ((rate.min(super::FASTEST) << 9) / width.max(1) as u32) as i32
    }

    #[inline]
    fn slope(dg: i32, h: i16, share: i32) -> i32 {
        // dg in 2⁻¹⁵, h in 2⁻⁸, share and the result in 2⁻²⁴.
        narrow(rounded(i64::from(dg * i32::from(h)) * i64::from(share), 15 + ACTIVITY))
    }

    fn step_bias(bias: &mut i32, slope: i32) {
        *bias = bias.saturating_sub(rounded(i64::from(slope), SLOPE - BIAS) as i32);
    }

    fn step_code(weight: &mut Self, slope: i32, code: u8, rng: &mut Rng) {
        let delta = rounded(i64::from(slope) * i64::from(code), SLOPE - DITHER - W::FRACTION.min(8));
        Dither::new(rng).step(weight, narrow(delta << W::FRACTION.saturating_sub(8)));
    }

    fn step_hidden<const N: usize>(weights: &mut [Self; N], slopes: &[i32], x: &[[i16; N]], rng: &mut Rng) {
        let mut dither = Dither::new(rng);
        for (i, w) in weights.iter_mut().enumerate() {
            let sum: i64 = slopes.iter().zip(x).map(|(slope, x)| i64::from(*slope) * i64::from(x[i])).sum();
            if sum != 0 {
                dither.step(w, narrow(rounded(sum, SLOPE + ACTIVITY - DITHER - W::FRACTION)));
            }
        }
    }

    fn is_at_limit(self) -> bool {
        self.wide().abs() == W::LIMIT
    }

    fn write(self, out: &mut [u8]) {
        let bytes = self.wide().to_le_bytes();
        out.copy_from_slice(&bytes[..W::BYTES]);
    }

    fn read(bytes: &[u8]) -> Self {
        let unused = 32 - 8 * W::BYTES as u32;
        W::nearest((read_u32(bytes) << unused) as i32 >> unused)
    }

    fn write_bias(bias: i32, out: &mut [u8]) {
        out.copy_from_slice(&bias.to_le_bytes());
    }

    fn read_bias(bytes: &[u8]) -> i32 {
        read_u32(bytes) as i32
    }
}

/// Up to four little-endian bytes.
pub(super) fn read_u32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

impl<W: Fixed, X: Whole> Reads<X> for W {
    type Scale = Reciprocal;

    /// Of the root mean square in 2⁻⁸.
    fn scale(x: &[X]) -> Reciprocal {
        let sum: u64 = x.iter().map(|x| u64::from((x.whole() * x.whole()) as u32)).sum();
        Reciprocal::of(reciprocal::root((sum << 16) / x.len().max(1) as u64))
    }

    fn image(weights: &[Self], x: &[X], scale: Reciprocal) -> i32 {
        narrow(rounded(dot(weights, x) * i64::from(scale.mantissa), scale.shift + W::FRACTION - 16))
    }

    fn step_image(weights: &mut [Self], x: &[X], scale: Reciprocal, slope: i32, rng: &mut Rng) {
        // What one unit of x moves a weight by, in 2⁻¹⁶ of its last bit.
        let delta = rounded(i64::from(slope) * i64::from(scale.mantissa), scale.shift - W::FRACTION);
        let delta = delta.clamp(i64::from(-i32::MAX / X::LIMIT), i64::from(i32::MAX / X::LIMIT)) as i32;
        if delta == 0 {
            return;
        }
        let mut dither = Dither::new(rng);
        for (w, x) in weights.iter_mut().zip(x) {
            let x = x.whole();
            if x != 0 {
                dither.step(w, delta * x);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean of a weight after many steps that differ in their random numbers alone, in its last bits.
    fn mean_step<W: Fixed>(step: impl Fn(&mut [W; 1], &mut Rng)) -> f64 {
        const DRAWS: u64 = 40_000;
        let after = |i| {
            let mut w = [W::nearest(10)];
            step(&mut w, &mut Rng::keyed(i, 0, 0));
            i64::from(w[0].wide())
        };
        (0..DRAWS).map(after).sum::<i64>() as f64 / DRAWS as f64 - 10.0
    }

    #[test]
    fn steps_are_right_on_average() {
        // A slope of 0.01 on an input of 1 moves a weight by 0.64 of the last bit of i8, 40.96 of i16.
        let slope = (0.01 * f64::from(1 << SLOPE)) as i32;
        let scale = <i8 as Reads<u8>>::scale(&[200u8, 200]);
        let image = mean_step::<i8>(|w, rng| i8::step_image(w, &[200u8], scale, slope, rng));
        assert!((image + 0.64).abs() < 0.02, "{image}");
        let image = mean_step::<i16>(|w, rng| i16::step_image(w, &[200u8], scale, slope, rng));
        assert!((image + 40.96).abs() < 0.05, "{image}");
        let hidden = mean_step::<i8>(|w, rng| i8::step_hidden(w, &[slope, -3 * slope], &[[256], [128]], rng));
        assert!((hidden - 0.32).abs() < 0.02, "{hidden}");
        let code = mean_step::<i8>(|w, rng| i8::step_code(&mut w[0], slope / 4, 3, rng));
        assert!((code + 0.48).abs() < 0.02, "{code}");
        let code = mean_step::<i16>(|w, rng| i16::step_code(&mut w[0], slope / 4, 3, rng));
        assert!((code + 30.72).abs() < 0.05, "{code}");
    }

    #[test]
    fn products_are_those_of_wide_numbers() {
        let weights: [i16; 900] = core::array::from_fn(|i| (i as i16).wrapping_mul(7919));
        let x: [i16; 900] = core::array::from_fn(|i| (i as i16).wrapping_mul(-31_337));
        let wide = |(w, x): (&i16, &i16)| i64::from(*w) * i64::from(*x);
        assert_eq!(dot(&weights, &x), weights.iter().zip(&x).map(wide).sum::<i64>());
        let largest = [i16::MIN; 900];
        assert_eq!(dot(&[i8::MAX; 900], &largest), 900 * 127 * -32_768);
    }

    #[test]
    fn bytes_come_back() {
        let mut bytes = [0; 2];
        for w in [-127i8, -1, 0, 5, 127] {
            w.write(&mut bytes[..1]);
            assert_eq!(i8::read(&bytes[..1]), w);
        }
        for w in [-32_767i16, -1, 0, 300, 32_767] {
            w.write(&mut bytes);
            assert_eq!(i16::read(&bytes), w);
        }
    }

    #[test]
    fn shifts_of_any_size_round() {
        assert_eq!((rounded(5, 1), rounded(-5, 1), rounded(7, 0), rounded(1 << 40, 70)), (3, -2, 7, 0));
    }

    #[test]
    fn fresh_weights_have_the_variance_of_one_in_fan_in() {
        let mut weights = [0i16; 4000];
        i16::draw(&mut Rng::keyed(1, 0, 0), 100, &mut weights);
        let variance = weights.iter().map(|w| (f64::from(*w) / 4096.0).powi(2)).sum::<f64>() / 4000.0;
        assert!((variance - 0.01).abs() < 0.0005, "{variance}");
        let mut weights = [0i8; 4000];
        i8::draw(&mut Rng::keyed(1, 0, 0), 100, &mut weights);
        let variance = weights.iter().map(|w| (f64::from(*w) / 64.0).powi(2)).sum::<f64>() / 4000.0;
        assert!((variance - 0.01).abs() < 0.0005, "{variance}");
    }
}
