//! The softmax of whole numbers, for the slopes of the cross-entropy.
//!
//! The formula is `goodness_core::class_loss::CrossEntropy`; here it is in 2⁻¹⁵ by two tables, and a test holds it to the
//! real one.

/// e⁻ⁱ in 2⁻¹⁶ for i = 0 to 11; beyond it is below the resolution.
const WHOLE: [u32; 12] = [65_536, 24_109, 8869, 3263, 1200, 442, 162, 60, 22, 8, 3, 1];

/// e^(−i/16) in 2⁻¹⁶ for i = 0 to 16.
const PART: [u32; 17] = [
    65_536, 61_565, 57_835, 54_331, 51_039, 47_947, 45_042, 42_313, 39_750, 37_341, 35_079, 32_954, 30_957, 29_081,
    27_319, 25_664, 24_109,
];

/// One in slopes, 2¹⁵.
pub(super) const ONE: i32 = 1 << 15;

/// e⁻ᵈ in 2⁻¹⁶, d ≥ 0 in 2⁻⁸; between the table's points along straight lines.
fn exp_of_minus(d: u32) -> u32 {
    let Some(whole) = WHOLE.get((d >> 8) as usize) else { return 0 };
    let (i, rest) = ((d >> 4 & 15) as usize, d & 15);
    let part = (PART[i] * (16 - rest) + PART[i + 1] * rest) >> 4;
    ((u64::from(*whole) * u64::from(part)) >> 16) as u32
}

/// pₖ − \[k = y\] in 2⁻¹⁵, p = softmax(g/T), g in 2⁻⁸.
pub(super) fn slopes(g: &[i32], label: u8, temperature: u8, out: &mut [i32]) {
    let top = g.iter().copied().max().unwrap_or(0);
    let temperature = u32::from(temperature.max(1));
    out.iter_mut().zip(g).for_each(|(p, g)| *p = exp_of_minus(top.abs_diff(*g) / temperature) as i32);
    // The largest term is 2¹⁶, so the sum is never 0, and 256 of them still fit.
    let total: u32 = out.iter().map(|p| *p as u32).sum();
    for (k, p) in out.iter_mut().enumerate() {
        *p = (u64::from(*p as u32) * ONE as u64 / u64::from(total.max(1))) as i32;
        *p = (*p - if k == usize::from(label) { ONE } else { 0 }) / temperature as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goodness_core::class_loss::{ClassLoss, CrossEntropy, Slopes};
    use goodness_core::{Rng, Rows, RowsMut, math};

    #[test]
    fn tables_are_the_exponential() {
        let scaled = |x: f32| (65_536.0 * f64::from(math::exp(x))).round() as u32;
        (0..12).for_each(|i| assert_eq!(WHOLE[i], scaled(-(i as f32)), "e^-{i}"));
        (0..17).for_each(|i| assert_eq!(PART[i], scaled(-(i as f32) / 16.0), "e^(-{i}/16)"));
        for d in 0..4000 {
            let exact = 65_536.0 * (-f64::from(d) / 256.0).exp();
            assert!((f64::from(exp_of_minus(d)) - exact).abs() < 40.0, "e^-{d}/256");
        }
    }

    #[test]
    fn slopes_are_those_of_the_real_loss() {
        let mut rng = Rng::keyed(1, 0, 0);
        for _ in 0..500 {
            let g: [i32; 10] = core::array::from_fn(|_| rng.below(3000) as i32);
            let label = rng.below(10) as u8;
            let temperature = 1 + rng.below(4) as u8;
            let mut whole = [0; 10];
            slopes(&g, label, temperature, &mut whole);
            let real = g.map(|g| g as f32 / 256.0);
            let mut exact = [0.0; 10];
            let loss = CrossEntropy { temperature: f32::from(temperature), smoothing: 0.0 };
            let dg = RowsMut::new(&mut exact, 1, 10);
            loss.score(Rows::new(&real, 1, 10), &[label], 0.0, Slopes { loss: &mut [0.0], dg });
            for (whole, exact) in whole.iter().zip(exact) {
                assert!((*whole as f32 / ONE as f32 - exact).abs() < 0.002, "{whole} for {exact}, T = {temperature}");
            }
        }
    }
}
