//! The few functions that `core` lacks, the same bits on every processor.
//!
//! Sums run over sixteen lanes in a fixed order, so they use the vector unit and still do not depend on who computes them.

const LANES: usize = 16;

/// √x, correctly rounded; NaN for negative `x`.
#[cfg(feature = "std")]
#[inline]
pub fn sqrt(x: f32) -> f32 {
    x.sqrt()
}

/// √x, correctly rounded; NaN for negative `x`.
#[cfg(not(feature = "std"))]
#[inline]
pub fn sqrt(x: f32) -> f32 {
    soft_sqrt(x)
}

/// √x by Newton's iteration in double precision: the rounding to `f32` is then exact, because the square of a number
/// half-way between two `f32` needs 50 bits and the iteration leaves an error below 2⁻⁵¹.
#[cfg_attr(feature = "std", allow(dead_code))]
fn soft_sqrt(x: f32) -> f32 {
    if x == 0.0 || x.is_nan() || x == f32::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f32::NAN;
    }
    let x = f64::from(x);
    let mut y = f64::from_bits((x.to_bits() >> 1) + 0x1FF7_A3BE_A91D_9B1B);
    for _ in 0..5 {
        y = 0.5 * (y + x / y);
    }
    y as f32
}

/// eˣ, relative error below 2·10⁻⁷; 0 below −104, ∞ above 88.7.
#[inline]
pub fn exp(x: f32) -> f32 {
    if x > 88.722_84 {
        return f32::INFINITY;
    }
    if x < -104.0 {
        return 0.0;
    }
    if x.is_nan() {
        return x;
    }
    let scaled = x * core::f32::consts::LOG2_E;
    let n = (scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i32;
    // ln 2 in two parts, so that the remainder keeps its low bits.
    let r = (x - n as f32 * 0.693_359_4) - n as f32 * -2.121_944_4e-4;
    let p = [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let series = p.iter().fold(0.0, |acc, c| acc * r + c);
    two_to(n, series * r * r + r + 1.0)
}

/// y · 2ⁿ in two steps, so that results below the normal range come out right.
fn two_to(n: i32, y: f32) -> f32 {
    let half = n / 2;
    let power = |k: i32| f32::from_bits(((k + 127) as u32) << 23);
    y * power(half) * power(n - half)
}

/// ln x, relative error below 2·10⁻⁷; −∞ at 0, NaN below.
#[inline]
pub fn ln(x: f32) -> f32 {
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    if x == 0.0 {
        return f32::NEG_INFINITY;
    }
    if x == f32::INFINITY {
        return x;
    }
    // Denormals are lifted into the normal range first.
    let (x, lift) = if x < f32::MIN_POSITIVE { (x * 16_777_216.0, -24) } else { (x, 0) };
    let bits = x.to_bits();
    let mut exponent = ((bits >> 23) as i32 - 126) + lift;
    let mut m = f32::from_bits((bits & 0x007F_FFFF) | 0x3F00_0000);
    if m < core::f32::consts::FRAC_1_SQRT_2 {
        exponent -= 1;
        m += m;
    }
    let r = m - 1.0;
    let p = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_84e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let series = p.iter().fold(0.0, |acc, c| acc * r + c);
    let e = exponent as f32;
    let tail = series * r * r * r + e * -2.121_944_4e-4 - 0.5 * r * r;
    r + tail + e * 0.693_359_4
}

/// xʸ for x ≥ 0, through [`exp`] and [`ln`]; 0⁰ is 1.
#[inline]
pub fn pow(x: f32, y: f32) -> f32 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if y == 1.0 {
        return x;
    }
    if y == 0.5 {
        return sqrt(x);
    }
    exp(y * ln(x))
}

/// cos x for x from 0 to π, error below 10⁻⁹: the sine's series around π/2.
pub fn cosine(x: f64) -> f64 {
    let x = core::f64::consts::FRAC_PI_2 - x;
    let square = x * x;
    let terms = [1.0, 6.0, 20.0, 42.0, 72.0, 110.0, 156.0];
    x * terms.iter().skip(1).rev().fold(1.0, |rest, n| 1.0 - square / n * rest)
}

/// cos 2πx: a cosine whose period is 1, for any x that fits 64 bits.
///
/// ```
/// use goodness_core::math::cosine_of_turns;
/// assert!((cosine_of_turns(-7.0 / 6.0) - 0.5).abs() < 1e-9);
/// ```
pub fn cosine_of_turns(x: f64) -> f64 {
    let x = x.abs();
    let part = x - (x as u64) as f64;
    cosine(core::f64::consts::TAU * if part > 0.5 { 1.0 - part } else { part })
}

/// σ(x) = 1 / (1 + e⁻ˣ), without overflow on either side.
///
/// ```
/// use goodness_core::math::sigmoid;
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!((sigmoid(200.0), sigmoid(-200.0)), (1.0, 0.0));
/// ```
#[inline]
pub fn sigmoid(x: f32) -> f32 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}

/// ln(1 + eˣ), without overflow: x for large x.
///
/// ```
/// use goodness_core::math::softplus;
/// assert_eq!(softplus(1000.0), 1000.0);
/// assert!((softplus(0.0) - 2f32.ln()).abs() < 1e-6);
/// ```
#[inline]
pub fn softplus(x: f32) -> f32 {
    let e = exp(-x.abs());
    // ln(1 + e) loses e when it is small; the correction restores its low bits.
    let u = 1.0 + e;
    let log = if u == 1.0 { e } else { ln(u) * e / (u - 1.0) };
    x.max(0.0) + log
}

fn sum_lanes(row: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += term(*x);
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane += term(*x);
    }
    fold(lanes)
}

fn fold(mut lanes: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Σ xᵢ.
#[inline]
pub fn sum(row: &[f32]) -> f32 {
    sum_lanes(row, |x| x)
}

/// Σ xᵢ yᵢ.
#[inline]
pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    dot_lanes(x, y, |x| x)
}

#[inline]
fn dot_lanes(x: &[f32], y: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let (ys, y_rest) = y.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        (0..LANES).for_each(|i| lanes[i] += of(x[i]) * y[i]);
    }
    x_rest.iter().zip(y_rest).zip(&mut lanes).for_each(|((x, y), lane)| *lane += of(*x) * y);
    fold(lanes)
}

/// √Σ xᵢ².
#[inline]
pub fn length(row: &[f32]) -> f32 {
    sqrt(sum_of_squares(row))
}

/// Σ xᵢ².
#[inline]
pub fn sum_of_squares(row: &[f32]) -> f32 {
    sum_lanes(row, |x| x * x)
}

/// `x ← (x − m)/(10⁻⁵ + σ)`, m the mean of the row and σ its standard deviation; a row of equal numbers becomes 0.
///
/// ```
/// let mut row = [1.0, 3.0];
/// goodness_core::math::standardize(&mut row);
/// assert!((row[0] + 1.0).abs() < 1e-4 && (row[1] - 1.0).abs() < 1e-4);
/// ```
pub fn standardize(row: &mut [f32]) {
    let count = row.len().max(1) as f32;
    let mean = sum(row) / count;
    row.iter_mut().for_each(|x| *x -= mean);
    let factor = 1.0 / (1e-5 + sqrt(sum_of_squares(row) / count));
    row.iter_mut().for_each(|x| *x *= factor);
}

/// Turns `d`, the derivative by what [`standardize`] makes of `row`, into that by `row`:
/// s (d − mean d) − s²/σ · mean(d (x − m)) · (x − m), s = 1/(10⁻⁵ + σ).
///
/// ```
/// // A shift of all numbers and a factor change nothing that comes out.
/// let (row, mut d) = ([1.0, 2.0, 6.0], [0.5, -1.0, 3.0]);
/// goodness_core::math::standardize_back(&row, &mut d);
/// assert!(goodness_core::math::sum(&d).abs() < 1e-5 && goodness_core::math::dot(&row, &d).abs() < 1e-4);
/// ```
pub fn standardize_back(row: &[f32], d: &mut [f32]) {
    let share = 1.0 / row.len().max(1) as f32;
    let (mean, level) = (share * sum(row), share * sum(d));
    let deviation = sqrt(share * sum_lanes(row, |x| (x - mean) * (x - mean)));
    let factor = 1.0 / (1e-5 + deviation);
    let along = share * dot_lanes(row, d, |x| x - mean);
    let back = if deviation > 0.0 { factor * factor * along / deviation } else { 0.0 };
    d.iter_mut().zip(row).for_each(|(d, x)| *d = factor * (*d - level) - back * (x - mean));
}

/// Turns logits into probabilities in place: eˣⁱ / Σ eˣʲ, shifted by the largest so that nothing overflows.
/// An empty slice stays empty.
pub fn softmax(logits: &mut [f32]) {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    logits.iter_mut().for_each(|x| *x = exp(*x - top));
    let total = sum(logits);
    logits.iter_mut().for_each(|x| *x /= total);
}

/// Index of the largest number, the first of equals; NaN never wins. 0 for an empty slice.
pub fn argmax(row: &[f32]) -> usize {
    let better = |best: (usize, f32), (i, &x): (usize, &f32)| if x > best.1 { (i, x) } else { best };
    row.iter().enumerate().fold((0, f32::NEG_INFINITY), better).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_the_cosine() {
        for i in -300..=300 {
            let turns = f64::from(i) / 100.0;
            assert!((cosine_of_turns(turns) - (core::f64::consts::TAU * turns).cos()).abs() < 1e-9, "{turns}");
        }
    }

    fn relative(a: f32, b: f64) -> f64 {
        ((f64::from(a) - b) / b.abs().max(1e-30)).abs()
    }

    #[test]
    fn exp_and_ln_follow_the_double_precision_functions() {
        for i in -8700..8800 {
            let x = i as f32 * 0.01;
            assert!(relative(exp(x), f64::from(x).exp()) < 2e-7, "exp({x})");
        }
        for i in 1..20_000 {
            let x = 1.001f32.powi(i - 10_000).max(f32::MIN_POSITIVE);
            let exact = f64::from(x).ln();
            assert!((f64::from(ln(x)) - exact).abs() < 2e-7 * exact.abs().max(0.5), "ln({x})");
        }
    }

    #[test]
    fn the_ends_are_defined() {
        assert_eq!((exp(89.0), exp(-105.0)), (f32::INFINITY, 0.0));
        assert!(exp(-100.0) > 0.0 && exp(f32::NAN).is_nan());
        assert_eq!((ln(0.0), ln(f32::INFINITY)), (f32::NEG_INFINITY, f32::INFINITY));
        assert!(ln(-1.0).is_nan());
        assert!((ln(1e-40) - 1e-40f64.ln() as f32).abs() < 1e-4);
        assert_eq!((softplus(-200.0), softplus(f32::INFINITY)), (exp(-200.0), f32::INFINITY));
    }

    #[test]
    fn the_software_root_has_the_bits_of_the_hardware_root() {
        let mut bits = 1u32;
        while bits < 0x7F80_0000 {
            let x = f32::from_bits(bits);
            assert_eq!(soft_sqrt(x).to_bits(), x.sqrt().to_bits(), "sqrt({x:e})");
            bits += 9973;
        }
        assert!(soft_sqrt(-1.0).is_nan());
        assert_eq!((soft_sqrt(0.0), soft_sqrt(f32::INFINITY)), (0.0, f32::INFINITY));
    }

    #[test]
    fn sums_have_every_term() {
        let row: [f32; 37] = core::array::from_fn(|i| i as f32);
        assert_eq!(sum(&row), 666.0);
        assert_eq!(sum_of_squares(&row[..4]), 14.0);
        assert_eq!(sum(&[]), 0.0);
    }

    #[test]
    fn softmax_is_a_distribution_even_of_huge_logits() {
        let mut p = [1e30, 1e30, -1e30];
        softmax(&mut p);
        assert_eq!(p, [0.5, 0.5, 0.0]);
        softmax(&mut []);
    }

    #[test]
    fn argmax_takes_the_first_and_skips_nan() {
        assert_eq!(argmax(&[1.0, f32::NAN, 3.0, 3.0]), 2);
        assert_eq!(argmax(&[]), 0);
    }
}
