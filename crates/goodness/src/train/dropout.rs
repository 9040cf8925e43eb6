//! Dropout: what a layer passes on in training has holes (Srivastava and others 2014). What stays is scaled up, so that
//! reading, which drops nothing, sees the same mean. The layer's own goodness is not touched.

use goodness_core::{Rng, RowsMut};
use goodness_engine::par;

const ROWS: usize = 32;

/// Sets each number to 0 with probability `share` and divides the others by 1 − `share`; row `r` is drawn by (`seed`,
/// `index` and `start` + `r`), so the same call twice is the same holes.
pub fn apply(share: f32, seed: u64, (index, start): (u64, usize), rows: RowsMut<'_>) {
    let scale = 1.0 / (1.0 - share);
    // 32 random bits against a bound: one draw a number.
    let bound = (f64::from(share) * 4_294_967_296.0) as u32;
    par::each_block(rows.len(), ROWS, rows, |first, mut rows: RowsMut<'_>| {
        for r in 0..rows.len() {
            let mut rng = Rng::keyed(seed, Rng::DROPOUT, (index << 24) + (start + first + r) as u64);
            rows.row_mut(r).iter_mut().for_each(|x| *x *= if rng.next_u32() < bound { 0.0 } else { scale });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_stays() {
        let mut x = vec![1.0; 40_000];
        apply(0.25, 1, (7, 0), RowsMut::new(&mut x, 40, 1000));
        let zeros = x.iter().filter(|x| **x == 0.0).count();
        assert!(zeros.abs_diff(10_000) < 450, "{zeros}"); // five standard deviations
        assert!(x.iter().all(|x| *x == 0.0 || (*x - 4.0 / 3.0).abs() < 1e-6));
    }
}
