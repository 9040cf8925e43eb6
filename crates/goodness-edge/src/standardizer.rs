//! Online standardisation, for sensors whose channels have different scales: each value minus its mean, divided by its
//! deviation, both followed while samples come.

use goodness_core::math;

/// Running mean and variance of `N` channels (Welford 1962), in `f32`.
///
/// ```
/// use goodness_edge::Standardizer;
/// let mut scales = Standardizer::<2>::new();
/// for i in 0..100 {
///     scales.follow(&[1000.0 + (i % 2) as f32, 0.5]);
/// }
/// let out = scales.apply(&[1001.0, 0.5]);
/// assert!((out[0] - 1.0).abs() < 0.01 && out[1] == 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standardizer<const N: usize> {
    mean: [f32; N],
    squares: [f32; N],
    count: u32,
}

impl<const N: usize> Standardizer<N> {
    /// Samples after which old ones are forgotten as new ones come.
    const WINDOW: u32 = 4096;

    /// Has seen nothing; puts out zeros.
    pub const fn new() -> Self {
        Self { mean: [0.0; N], squares: [0.0; N], count: 0 }
    }

    /// Learns the scales from one sample; values that are not finite are left out.
    pub fn follow(&mut self, sample: &[f32; N]) {
        self.count = self.count.saturating_add(1).min(Self::WINDOW);
        let share = 1.0 / self.count as f32;
        for ((mean, variance), x) in self.mean.iter_mut().zip(&mut self.squares).zip(sample) {
            let off = x - *mean;
            if off.is_finite() {
                *mean += share * off;
                *variance += share * (off * (x - *mean) - *variance);
            }
        }
    }

    /// The sample in the scales seen so far; 0 for a channel that has never moved.
    pub fn apply(&self, sample: &[f32; N]) -> [f32; N] {
        core::array::from_fn(|i| {
            let deviation = math::sqrt(self.squares[i]);
            if deviation > 0.0 { (sample[i] - self.mean[i]) / deviation } else { 0.0 }
        })
    }
}

impl<const N: usize> Default for Standardizer<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goodness_core::Rng;

    #[test]
    fn scales_are_found_and_followed() {
        let (mut rng, mut scales) = (Rng::keyed(1, 0, 0), Standardizer::<1>::new());
        (0..3000).for_each(|_| scales.follow(&[7.0 + 3.0 * rng.normal()]));
        let [low, high] = [scales.apply(&[4.0])[0], scales.apply(&[10.0])[0]];
        assert!((low + 1.0).abs() < 0.1 && (high - 1.0).abs() < 0.1, "{low} {high}");
        (0..60_000).for_each(|_| scales.follow(&[-50.0 + rng.normal()]));
        assert!(scales.apply(&[-50.0])[0].abs() < 0.2);
    }

    #[test]
    fn what_is_not_a_number_is_left_out() {
        let mut scales = Standardizer::<2>::new();
        (0..50).for_each(|i| scales.follow(&[if i % 2 == 0 { 1.0 } else { 3.0 }, 5.0]));
        let before = scales.apply(&[2.5, 5.0]);
        scales.follow(&[f32::NAN, f32::INFINITY]);
        let after = scales.apply(&[2.5, 5.0]);
        assert!(after.iter().zip(before).all(|(a, b)| (a - b).abs() < 0.1), "{before:?} {after:?}");
    }
}
