//! The order of rows in an epoch.

/// A permutation of the rows.
#[derive(Clone, Debug)]
pub struct Order(Vec<u32>);

impl Order {
    /// Rows `0..rows` shuffled (Fisher and Yates) by `below(n)`, a uniform draw from `0..n`.
    ///
    /// # Panics
    /// When there are more than 2³² rows.
    #[track_caller]
    pub fn shuffled(rows: usize, mut below: impl FnMut(u32) -> u32) -> Self {
        assert!(u32::try_from(rows).is_ok(), "{rows} rows are more than an order can hold");
        let mut order: Vec<u32> = (0..rows as u32).collect();
        for i in (1..rows).rev() {
            order.swap(i, below(i as u32 + 1) as usize);
        }
        Self(order)
    }

    /// The rows, first to last.
    pub fn rows(&self) -> &[u32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goodness_core::Rng;

    #[test]
    fn every_row_comes_once_and_every_order_is_likely() {
        let mut counts = std::collections::HashMap::new();
        let mut rng = Rng::keyed(3, 0, 0);
        for _ in 0..6_000 {
            let order = Order::shuffled(3, |n| rng.below(n));
            *counts.entry(order.rows().to_vec()).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|c| c.abs_diff(1_000) < 150), "{counts:?}");
    }
}
