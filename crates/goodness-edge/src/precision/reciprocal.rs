//! Roots and reciprocals in whole numbers.

/// 1/r as mantissa / 2^shift, the mantissa of 15 bits: a division is done once, and multiplied with many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reciprocal {
    /// From 2¹⁴ to 2¹⁵, or 0 for 1/0: what has no length stays without.
    pub mantissa: i32,
    /// Power of two to divide by.
    pub shift: u32,
}

impl Reciprocal {
    /// 1/r, the mantissa rounded down.
    ///
    /// ```
    /// use goodness_edge::precision::Reciprocal;
    /// assert_eq!(Reciprocal::of(4), Reciprocal { mantissa: 1 << 15, shift: 17 });
    /// ```
    pub fn of(r: u32) -> Self {
        let shift = 14 + (32 - r.leading_zeros());
        match (1u64 << shift).checked_div(u64::from(r)) {
            Some(mantissa) => Self { mantissa: mantissa as i32, shift },
            None => Self { mantissa: 0, shift },
        }
    }
}

/// ⌊√x⌋, bit by bit.
pub(super) fn root(x: u64) -> u32 {
    let (mut rest, mut root) = (x, 0u64);
    let mut bit = 1u64 << ((63 - (x | 1).leading_zeros()) / 2 * 2);
    while bit > 0 {
        if rest >= root + bit {
            rest -= root + bit;
            root = root / 2 + bit;
        } else {
            root /= 2;
        }
        bit /= 4;
    }
    root as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_the_largest_whole_numbers_below() {
        let mut x = 1u64;
        for i in 0..40_000u64 {
            let r = u64::from(root(x));
            assert!(r * r <= x && (r + 1).checked_mul(r + 1).is_none_or(|next| next > x), "√{x} is not {r}");
            x = if i < 1000 { i } else { x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i) >> (i % 60) };
        }
        assert_eq!((root(0), root(u64::MAX)), (0, u32::MAX));
    }

    #[test]
    fn reciprocals_are_right_to_14_bits() {
        for r in (1..5000).chain([65_535, 1 << 20, u32::MAX]) {
            let Reciprocal { mantissa, shift } = Reciprocal::of(r);
            let value = f64::from(mantissa) / 2f64.powi(shift as i32) * f64::from(r);
            assert!(value <= 1.0 && value > 1.0 - 1.0 / 16_384.0, "1/{r}: off by the factor {value}");
            assert!((1 << 14..=1 << 15).contains(&mantissa));
        }
        assert_eq!(Reciprocal::of(0).mantissa, 0);
    }
}
