//! What can be chosen about learning, in whole numbers, so that every precision and every processor reads it alike.

/// How a network learns.
///
/// Rates are in 65,536ths: 3277 is 0.05.
///
/// ```
/// use goodness_edge::Rule;
/// let slower = Rule { rates: [1638, 1638], ..Rule::default() };
/// assert_eq!(slower.code, Rule::default().code);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Step size of each layer, in 65,536ths.
    pub rates: [u32; 2],
    /// T of the loss: differences of goodness are divided by it.
    pub temperature: u8,
    /// Value of the label's input; the sample's own root mean square is 1.
    pub code: u8,
}

impl Rule {
    /// All zeros, before there is a rule.
    pub(crate) const NONE: Self = Self { rates: [0, 0], temperature: 0, code: 0 };

    /// The rule that was chosen on the validation split of MNIST, for layers of 32 units.
    pub const fn new() -> Self {
        Self { rates: [3277, 3277], temperature: 2, code: 3 }
    }

    /// The same for layers of `units`: goodness is a mean over units, so rates grow with their number.
    ///
    /// ```
    /// use goodness_edge::Rule;
    /// assert_eq!(Rule::wide(64).rates, [2 * 3277, 2 * 3277]);
    /// ```
    pub const fn wide(units: u32) -> Self {
        let rate = 3277 * units / 32;
        Self { rates: [rate, rate], ..Self::new() }
    }

    /// The same at step `done` of `of`: rates are held for half of them, then brought down to 0 in a straight line.
    ///
    /// ```
    /// use goodness_edge::Rule;
    /// let rule = Rule { rates: [1000, 500], ..Rule::new() };
    /// assert_eq!(rule.at(4, 10), rule);
    /// assert_eq!(rule.at(7, 10).rates, [500, 250]);
    /// assert_eq!(rule.at(10, 10).rates, [0, 0]);
    /// ```
    pub const fn at(self, done: u32, of: u32) -> Self {
        // In the middle of the step, as `linear_decay` of the core has it: twice what is left, less one half.
        let left = (2 * of.saturating_sub(done) as u64).saturating_sub(1);
        let [first, second] = self.rates;
        Self { rates: [part(first, left, of), part(second, left, of)], ..self }
    }
}

/// `rate · left/of`, at most `rate`.
const fn part(rate: u32, left: u64, of: u32) -> u32 {
    if left >= of as u64 { rate } else { (rate as u64 * left / of as u64) as u32 }
}

impl Default for Rule {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goodness_core::schedule::{LinearDecay, Schedule};

    #[test]
    fn rates_come_down_as_the_core_has_it() {
        let rule = Rule { rates: [65_536, 6554], ..Rule::new() };
        for (done, of) in (0..1001).map(|i| (i, 1001)).chain([(0, 1), (u32::MAX / 2 + 1, u32::MAX)]) {
            let gain = f64::from(LinearDecay { hold: 0.5 }.at(u64::from(done), u64::from(of)));
            let off = rule.at(done, of).rates.map(f64::from)[0] - 65_536.0 * gain;
            assert!(off.abs() <= 1.0, "{done} of {of}: {off}");
        }
        assert_eq!(rule.at(0, 0), rule, "no steps, nothing to bring down");
        assert_eq!(rule.at(7, 5).rates, [0, 0]);
    }
}
