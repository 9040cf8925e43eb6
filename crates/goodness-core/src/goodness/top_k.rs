//! # Top-k mean of squares
//!
//! g = (1/k) Σ of the k largest hⱼ²  (sparse goodness: "Selectivity and Shape" 2026, arXiv 2604.13081)
//!
//! Only the loudest units are judged, so a row need not excite the whole layer. ∂g/∂hⱼ = 2 hⱼ/k for the k loudest, 0 for the
//! rest; units that tie for the last place share it. h ≥ 0 is assumed. k is cut to the width of the layer. Cost: 31 counts
//! of a row (a search for the k-th largest that needs no memory) and a sum.
//!
//! ```
//! use goodness_core::{goodness::{Goodness, TopK}, Rows};
//! let mut g = [0.0];
//! TopK { k: 2 }.score(Rows::new(&[1.0, 3.0, 0.0, 2.0], 1, 4), &mut g);
//! assert_eq!(g, [6.5]);
//! ```

use super::Goodness;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::rows::{Rows, RowsMut};

/// g = mean of the k largest h².
#[derive(Clone, Copy, Debug)]
pub struct TopK {
    /// k, how many units are judged.
    pub k: usize,
}

/// The k-th largest number of a row, and what share each unit that equals it has in the k.
fn last_place(row: &[f32], k: usize) -> (f32, f32) {
    // Numbers ≥ 0 are ordered as their bits are.
    let above = |bits: u32| row.iter().filter(|h| h.max(0.0).to_bits() > bits).count();
    let (mut low, mut high) = (0u32, f32::MAX.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if above(middle) < k {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let ties = row.iter().filter(|h| h.max(0.0).to_bits() == low).count().max(1);
    (f32::from_bits(low), (k - above(low)) as f32 / ties as f32)
}

impl TopK {
    fn shares(&self, row: &[f32]) -> (f32, impl Fn(f32) -> f32 + use<>) {
        let k = self.k.min(row.len()).max(1);
        let (last, share) = last_place(row, k);
        let of = move |h: f32| match h {
            h if h > last => 1.0,
            h if h == last => share,
            _ => 0.0,
        };
        (k as f32, of)
    }
}

impl Goodness for TopK {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        for (g, row) in g.iter_mut().zip(h.iter()) {
            let (k, share) = self.shares(row);
            *g = row.iter().map(|h| share(*h) * h * h / k).sum();
        }
    }

    fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        for (r, row) in h.iter().enumerate() {
            let (k, share) = self.shares(row);
            dh.row_mut(r).iter_mut().zip(row).for_each(|(d, h)| *d = dg[r] * 2.0 * share(*h) * h / k);
        }
    }

    fn theta(&self, _width: usize) -> f32 {
        2.0
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Goodness> = Entry {
    info: Info {
        name: "top_k",
        summary: "mean of the k largest squares: only the loudest units are judged",
        source: "Sparse goodness 2026 (arXiv 2604.13081)",
        params: &[Param::whole("k", "units that are judged", 50.0, 1.0, 65536.0)],
    },
    build: |args| Box::new(TopK { k: args.get("k") as usize }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_last_place() {
        let row = [2.0, 1.0, 1.0, 0.0];
        let (mut g, mut dh) = ([0.0], [0.0; 4]);
        TopK { k: 2 }.score(Rows::new(&row, 1, 4), &mut g);
        TopK { k: 2 }.pull_back(Rows::new(&row, 1, 4), &[1.0], RowsMut::new(&mut dh, 1, 4));
        assert_eq!((g, dh), ([2.5], [2.0, 0.5, 0.5, 0.0]));
        TopK { k: 9 }.score(Rows::new(&row, 1, 4), &mut g);
        assert_eq!(g, [1.5]);
    }
}
