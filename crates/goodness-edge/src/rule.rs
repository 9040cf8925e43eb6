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
}

impl Default for Rule {
    fn default() -> Self {
        Self::new()
    }
}
