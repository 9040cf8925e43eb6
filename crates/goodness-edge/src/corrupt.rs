//! Corruptions of a sample: what a baseline learns to give low goodness. They move values about and make none up, so they
//! are the same for every kind of number.

use crate::sample::Value;
use goodness_core::Rng;

/// Writes a corruption of `x`, of five kinds in turn by chance, over an eighth to a half of the sample.
pub(crate) fn corrupt<X: Value>(x: &[X], out: &mut [X], rng: &mut Rng) {
    let n = x.len();
    out.copy_from_slice(x);
    let length = (n / 8 + rng.below((3 * n / 8) as u32 + 1) as usize).max(1).min(n);
    let from = rng.below((n - length) as u32 + 1) as usize;
    match rng.below(5) {
        0 => out[from..from + length].reverse(),
        1 => out[from..from + length].fill(x[from]),
        2 => out.rotate_left(length),
        3 => stretch(x, out, from, length),
        _ => swap(x, out, from, length),
    }
}

/// The part becomes its own first half, at half the speed.
fn stretch<X: Value>(x: &[X], out: &mut [X], from: usize, length: usize) {
    (0..length).for_each(|i| out[from + i] = x[from + i / 2]);
}

/// The part is what is elsewhere in the sample.
fn swap<X: Value>(x: &[X], out: &mut [X], from: usize, length: usize) {
    let n = x.len();
    (0..length).for_each(|i| out[from + i] = x[(from + n / 3 + i) % n]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_corruption_is_made_of_the_sample_and_differs_from_it() {
        let x: [i16; 32] = core::array::from_fn(|i| (i * i) as i16);
        let mut out = [0; 32];
        let mut kinds = std::collections::BTreeSet::new();
        for i in 0..200 {
            corrupt(&x, &mut out, &mut Rng::keyed(1, 0, i));
            assert!(out.iter().all(|value| x.contains(value)) && out != x, "{out:?}");
            kinds.insert(out);
        }
        assert!(kinds.len() > 100);
    }

    #[test]
    fn the_smallest_samples_do() {
        for n in 1..4 {
            (0..50).for_each(|i| corrupt(&[5u8; 3][..n], &mut [0; 3][..n], &mut Rng::keyed(1, 0, i)));
        }
    }
}
