//! The one source of chance: xoshiro128++ (Blackman and Vigna, 2019), seeded by SplitMix64 over a key.
//!
//! A generator is made from `(seed, stream, index)`, so the numbers of the 700th batch do not depend on how the 699
//! before it were drawn: a resumed run needs no generator state, and threads need no order.

use crate::math;

/// A small generator of 32-bit numbers; 16 bytes of state, no multiplication, at home on a microcontroller.
///
/// ```
/// use goodness_core::Rng;
/// let mut a = Rng::keyed(1, Rng::NEGATIVES, 7);
/// let mut b = Rng::keyed(1, Rng::NEGATIVES, 7);
/// assert_eq!(a.next_u32(), b.next_u32());
/// ```
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u32; 4],
}

impl Rng {
    /// Stream of initial weights; index: layer.
    pub const WEIGHTS: u64 = 1;
    /// Stream of the order of rows; index: epoch.
    pub const ORDER: u64 = 2;
    /// Stream of negative labels; index: step.
    pub const NEGATIVES: u64 = 3;
    /// Stream of moved training images; index: step and row.
    pub const AUGMENT: u64 = 4;
    /// Stream of dropped activities; index: step, layer and row.
    pub const DROPOUT: u64 = 5;
    /// Stream of initial weights of what learns beside a layer and is no part of the network; index: layer.
    pub const ASIDE: u64 = 6;
    /// Stream of the side that a training image shows first; index: row of the data set.
    pub const SIDE: u64 = 7;
    /// Stream of the rounding of whole-number weights; index: step.
    pub const ROUNDING: u64 = 64;

    /// The generator of `(seed, stream, index)`.
    pub fn keyed(seed: u64, stream: u64, index: u64) -> Self {
        let mut key = seed;
        key = split_mix(&mut key) ^ stream;
        key = split_mix(&mut key) ^ index;
        let (low, high) = (split_mix(&mut key), split_mix(&mut key));
        let state = [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32];
        // The all-zero state is the one that xoshiro never leaves.
        Self { state: if state == [0; 4] { [1, 2, 3, 4] } else { state } }
    }

    /// The next 32 bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        let s = &mut self.state;
        let out = s[0].wrapping_add(s[3]).rotate_left(7).wrapping_add(s[0]);
        let t = s[1] << 9;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(11);
        out
    }

    /// Uniform in `0..n`, without bias (Lemire, 2019).
    ///
    /// # Panics
    /// When `n` is 0.
    #[inline]
    #[track_caller]
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "there is no number below 0");
        let mut wide = u64::from(self.next_u32()) * u64::from(n);
        let floor = n.wrapping_neg() % n;
        while (wide as u32) < floor {
            wide = u64::from(self.next_u32()) * u64::from(n);
        }
        (wide >> 32) as u32
    }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    #[inline]
    pub fn unit(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Standard normal, by Marsaglia's polar method.
    pub fn normal(&mut self) -> f32 {
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * math::sqrt(-2.0 * math::ln(s) / s);
            }
        }
    }
}

fn split_mix(x: &mut u64) -> u64 {
    *x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *x;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let got: [u32; 5] = core::array::from_fn(|_| rng.next_u32());
        assert_eq!(got, [641, 1_573_767, 3_222_811_527, 3_517_856_514, 836_907_274]);
        let mut x = 0;
        assert_eq!(split_mix(&mut x), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn keys_that_differ_in_one_part_give_other_numbers() {
        let first = |seed, stream, index| Rng::keyed(seed, stream, index).next_u32();
        let all = [first(0, 1, 0), first(1, 1, 0), first(0, 2, 0), first(0, 1, 1), first(1, 0, 1)];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn below_is_uniform() {
        let mut rng = Rng::keyed(5, 0, 0);
        let mut counts = [0u32; 9];
        (0..90_000).for_each(|_| counts[rng.below(9) as usize] += 1);
        // Five standard deviations of a binomial count are about 470.
        assert!(counts.iter().all(|c| c.abs_diff(10_000) < 500), "{counts:?}");
        assert_eq!(rng.below(1), 0);
    }

    #[test]
    fn normal_has_its_moments() {
        let mut rng = Rng::keyed(6, 0, 0);
        let (mut s1, mut s2, n) = (0.0f64, 0.0f64, 100_000);
        for _ in 0..n {
            let x = f64::from(rng.normal());
            s1 += x;
            s2 += x * x;
        }
        let (mean, var) = (s1 / f64::from(n), s2 / f64::from(n));
        assert!(mean.abs() < 0.02 && (var - 1.0).abs() < 0.03, "mean {mean} variance {var}");
    }
}
