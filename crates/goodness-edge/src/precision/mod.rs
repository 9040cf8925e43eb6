//! In what numbers a network calculates: `f32`, or whole numbers only with weights in `i16` or `i8`.
//!
//! | | weight | activity | goodness, bias, slope |
//! |---|---|---|---|
//! | `f32` | f32 | f32 | f32 |
//! | `i16` | i16, 2⁻¹² | i16, 2⁻⁸ | i32 |
//! | `i8` | i8, 2⁻⁶ | i16, 2⁻⁸ | i32 |

mod fixed;
mod float;
mod reciprocal;
mod softmax;

pub use reciprocal::Reciprocal;

use crate::sample::Value;
use goodness_core::Rng;

/// The highest rate, in 65,536ths.
pub(crate) const FASTEST: u32 = 1 << 20;

/// The arithmetic of a network whose weights are `Self`.
///
/// Every slope here is ∂L/∂z already multiplied by the rate: there is no gradient buffer, a slope goes straight into
/// the weights.
pub trait Precision: Copy + PartialEq + core::fmt::Debug + 'static {
    /// What a unit puts out.
    type Activity: Copy + PartialOrd + core::fmt::Debug;
    /// Goodness, bias, z, slope.
    type Number: Copy + PartialOrd + core::fmt::Debug;
    /// A sum of squares of activities.
    type Squares: Copy + core::fmt::Debug;

    /// Name, for people.
    const NAME: &'static str;
    /// Bytes of a weight, and of a bias, in a saved state.
    const BYTES: (usize, usize);
    /// The weight 0.
    const WEIGHT: Self;
    /// The activity 0.
    const SILENCE: Self::Activity;
    /// The number 0.
    const ZERO: Self::Number;
    /// An empty sum.
    const NO_SQUARES: Self::Squares;

    /// Fills a unit's weights for `fan_in` inputs of root mean square 1.
    fn draw(rng: &mut Rng, fan_in: usize, weights: &mut [Self]);

    /// h = max(0, z + code·w + b).
    fn activity(z: Self::Number, weight: Self, code: u8, bias: Self::Number) -> Self::Activity;

    /// Σ + h².
    fn add_square(sum: Self::Squares, h: Self::Activity) -> Self::Squares;

    /// g = Σh² / width; 0 for no unit.
    fn goodness(sum: Self::Squares, width: usize) -> Self::Number;

    /// a + b.
    fn add(a: Self::Number, b: Self::Number) -> Self::Number;

    /// a − b.
    fn difference(a: Self::Number, b: Self::Number) -> Self::Number;

    /// Whether a goodness is a number that can be learned from.
    fn is_finite(g: Self::Number) -> bool;

    /// Moves a running mean, over about 256 samples, towards a goodness.
    fn blend(mean: &mut Self::Number, g: Self::Number);

    /// A running mean as a real number, for reports.
    fn real_mean(mean: Self::Number) -> f32;

    /// A goodness as a real number, for reports.
    fn real(number: Self::Number) -> f32;

    /// Divides activities by their root mean square.
    fn normalize(h: &mut [Self::Activity], sum: Self::Squares);

    /// w·x̂.
    fn product(weights: &[Self], x: &[Self::Activity]) -> Self::Number;

    /// ∂L/∂g of the cross-entropy of softmax(g/T), for each class.
    fn loss_slopes(g: &[Self::Number], label: u8, temperature: u8, slopes: &mut [Self::Number]);

    /// What dg · h is multiplied by: rate · 2 / width, the rate in 65,536ths, 16 at most.
    fn share(rate: u32, width: usize) -> Self::Number;

    /// rate · ∂L/∂z of a unit, from ∂L/∂g and its layer's [share](Self::share); 0 where it is silent.
    fn slope(dg: Self::Number, h: Self::Activity, share: Self::Number) -> Self::Number;

    /// b ← b − slope.
    fn step_bias(bias: &mut Self::Number, slope: Self::Number);

    /// w ← w − slope · code.
    fn step_code(weight: &mut Self, slope: Self::Number, code: u8, rng: &mut Rng);

    /// w ← w − Σₖ slopeₖ x̂ₖ.
    fn step_hidden<const N: usize>(
        weights: &mut [Self; N],
        slopes: &[Self::Number],
        x: &[[Self::Activity; N]],
        rng: &mut Rng,
    );

    /// Whether the weight can move no further.
    fn is_at_limit(self) -> bool;

    /// Writes a weight as [`BYTES`](Self::BYTES)`.0` bytes, little-endian.
    fn write(self, out: &mut [u8]);

    /// The weight of these bytes.
    fn read(bytes: &[u8]) -> Self;

    /// Writes a bias as [`BYTES`](Self::BYTES)`.1` bytes, little-endian.
    fn write_bias(bias: Self::Number, out: &mut [u8]);

    /// The bias of these bytes.
    fn read_bias(bytes: &[u8]) -> Self::Number;
}

/// A precision that learns from samples of `X`.
pub trait Reads<X: Value>: Precision {
    /// 1 / root mean square of a sample.
    type Scale: Copy;

    /// The scale of a sample of sound values.
    fn scale(x: &[X]) -> Self::Scale;

    /// (w·x) · scale.
    fn image(weights: &[Self], x: &[X], scale: Self::Scale) -> Self::Number;

    /// w ← w − slope · scale · x.
    fn step_image(weights: &mut [Self], x: &[X], scale: Self::Scale, slope: Self::Number, rng: &mut Rng);
}
