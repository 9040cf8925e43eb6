//! What a sample is made of: `u8` and `i16` as sensors give them, `f32` for networks in `f32`.

use crate::error::Error;

/// Largest magnitude of a value: its square, a million times, is still finite.
const LARGEST: f32 = 1e15;

/// One value of a sample.
pub trait Value: Copy + Default + core::fmt::Debug + 'static {
    /// Nothing.
    const ZERO: Self;

    /// As a real number.
    fn real(self) -> f32;

    /// Whether it can be squared and summed.
    fn is_sound(self) -> bool {
        true
    }
}

/// One value of a sample, in whole numbers: what integer networks read.
pub trait Whole: Value {
    /// Largest magnitude.
    const LIMIT: i32;

    /// As a wider whole number.
    fn whole(self) -> i32;
}

impl Value for u8 {
    const ZERO: Self = 0;

    fn real(self) -> f32 {
        f32::from(self)
    }
}

impl Value for i16 {
    const ZERO: Self = 0;

    fn real(self) -> f32 {
        f32::from(self)
    }
}

impl Value for f32 {
    const ZERO: Self = 0.0;

    fn real(self) -> f32 {
        self
    }

    fn is_sound(self) -> bool {
        self.abs() <= LARGEST
    }
}

impl Whole for u8 {
    const LIMIT: i32 = u8::MAX as i32;

    fn whole(self) -> i32 {
        i32::from(self)
    }
}

impl Whole for i16 {
    const LIMIT: i32 = 1 << 15;

    fn whole(self) -> i32 {
        i32::from(self)
    }
}

/// A sample of `N` values from a stream of them.
///
/// # Errors
/// [`Error::Length`] when the stream ends early or goes on.
///
/// ```
/// use goodness_edge::{Error, sample::collect};
/// assert_eq!(collect::<u8, 3>([7, 8, 9]), Ok([7, 8, 9]));
/// assert_eq!(collect::<u8, 3>([7, 8]), Err(Error::Length { expected: 3, came: 2 }));
/// ```
pub fn collect<X: Value, const N: usize>(values: impl IntoIterator<Item = X>) -> Result<[X; N], Error> {
    let mut sample = [X::default(); N];
    let mut came = 0;
    // One value too many is enough to know; an endless stream must not be read to its end.
    for value in values.into_iter().take(N + 1) {
        if let Some(place) = sample.get_mut(came) {
            *place = value;
        }
        came += 1;
    }
    if came == N { Ok(sample) } else { Err(Error::Length { expected: N, came }) }
}

/// Whether every value of `x` is sound and there are `expected` of them.
pub(crate) fn check<X: Value>(x: &[X], expected: usize) -> Result<(), Error> {
    if x.len() != expected {
        return Err(Error::Length { expected, came: x.len() });
    }
    match x.iter().position(|x| !x.is_sound()) {
        Some(index) => Err(Error::Value { index, value: x[index].real() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_stream_that_goes_on_is_refused_without_reading_it_all() {
        assert_eq!(collect::<u8, 3>(core::iter::repeat(1)), Err(Error::Length { expected: 3, came: 4 }));
    }

    #[test]
    fn unsound_values_are_named() {
        assert_eq!(check(&[1.0, 2.0], 2), Ok(()));
        assert_eq!(check(&[1u8], 2).unwrap_err().to_string(), "the sample has 1 values, the network reads 2");
        let error = check(&[1.0, f32::NAN], 2).unwrap_err().to_string();
        assert_eq!(error, "value 1 of the sample is NaN: expected a finite number within ±1e15");
        assert!(check(&[f32::INFINITY], 1).is_err() && check(&[-2e15], 1).is_err());
    }
}
