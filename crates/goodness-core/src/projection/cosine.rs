//! # Cosine to class prototypes
//!
//! aₖ = s · (h·pₖ) / ((ε+|h|) (ε+|pₖ|))  (Sarode and others 2026, HFF: unit-norm class prototypes, several a class)
//!
//! With ĥ = h/|h|, p̂ = p/|p|, c = ĥ·p̂: ∂aₖ/∂h = s (p̂ₖ − c ĥ)/|h|, ∂aₖ/∂pₖ = s (ĥ − c p̂ₖ)/|pₖ|. The length of the
//! activity, which the next layer does not see either, counts for nothing. The sharpness s makes cosines, which lie
//! between −1 and 1, far enough apart for a softmax. Take `class_log_sum_exp` as goodness for several prototypes a class.
//! Cost: 2 · `width · units` multiply-adds a row, half of them for the lengths of the prototypes.
//!
//! ```
//! use goodness_core::projection::{Cosine, Projection};
//! use goodness_core::{Rows, RowsMut};
//! let mut a = [0.0];
//! let (h, p) = (Rows::new(&[3.0, 4.0], 1, 2), Rows::new(&[0.0, 2.0], 1, 2));
//! Cosine { each: 1, sharpness: 10.0 }.forward_into(h, p, RowsMut::new(&mut a, 1, 1));
//! assert!((a[0] - 8.0).abs() < 1e-5);
//! ```

use super::{Projection, add_scaled, products_into};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rng::Rng;
use crate::rows::{Rows, RowsMut};

/// Learned prototypes, several a class.
#[derive(Clone, Copy, Debug)]
pub struct Cosine {
    /// Prototypes a class.
    pub each: usize,
    /// s, what a cosine is multiplied by.
    pub sharpness: f32,
}

const EPS: f32 = 1e-8;

/// 1/(ε + |v|).
fn inverse_length(v: &[f32]) -> f32 {
    1.0 / (EPS + math::length(v))
}

impl Projection for Cosine {
    fn width(&self, classes: usize) -> usize {
        classes * self.each
    }

    fn start(&self, units: usize, rng: &mut Rng, p: &mut [f32]) {
        let deviation = 1.0 / math::sqrt(units.max(1) as f32);
        p.iter_mut().for_each(|p| *p = deviation * rng.normal());
    }

    fn forward_into(&self, h: Rows<'_>, p: Rows<'_>, mut a: RowsMut<'_>) {
        products_into(h, p, a.reborrow());
        for (r, h) in h.iter().enumerate() {
            let length = self.sharpness * inverse_length(h);
            a.row_mut(r).iter_mut().zip(p.iter()).for_each(|(a, p)| *a *= length * inverse_length(p));
        }
    }

    fn pull_back(&self, h: Rows<'_>, p: Rows<'_>, a: Rows<'_>, da: Rows<'_>, mut dh: RowsMut<'_>) {
        spread_into_unit(p, da, dh.reborrow());
        for (r, h) in h.iter().enumerate() {
            let along = math::dot(a.row(r), da.row(r));
            // What has no length points nowhere: no step makes a cosine of it larger than another.
            let length = if math::length(h) > 0.0 { inverse_length(h) } else { 0.0 };
            let (dh, slope) = (dh.row_mut(r), self.sharpness * length);
            dh.iter_mut().for_each(|d| *d *= slope);
            add_scaled(dh, -along * length * length, h);
        }
    }

    fn gradient_into(&self, k: usize, h: Rows<'_>, p: Rows<'_>, a: Rows<'_>, da: Rows<'_>, dp: &mut [f32]) {
        dp.fill(0.0);
        let length = inverse_length(p.row(k));
        let mut along = 0.0;
        for (r, h) in h.iter().enumerate() {
            add_scaled(dp, da.row(r)[k] * self.sharpness * length * inverse_length(h), h);
            along += da.row(r)[k] * a.row(r)[k];
        }
        add_scaled(dp, -along * length * length, p.row(k));
    }
}

/// `dh[r] = Σₖ da[r][k] · p[k]/|p[k]|`.
fn spread_into_unit(p: Rows<'_>, da: Rows<'_>, mut dh: RowsMut<'_>) {
    dh.data_mut().fill(0.0);
    for (k, p) in p.iter().enumerate() {
        let length = inverse_length(p);
        (0..da.len()).for_each(|r| add_scaled(dh.row_mut(r), da.row(r)[k] * length, p));
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Projection> = Entry {
    info: Info {
        name: "cosine",
        summary: "cosine to learned prototypes, one or several a class",
        source: "Sarode and others 2026 (HFF, arXiv 2605.00082)",
        params: &[
            Param::whole("each", "prototypes a class", 1.0, 1.0, 64.0),
            Param::real("sharpness", "a cosine is multiplied by it", 10.0, 0.1, 1e3),
        ],
    },
    build: |args| Box::new(Cosine { each: args.get("each") as usize, sharpness: args.f32("sharpness") }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_silent_has_no_slope() {
        let (h, p, da) = ([0.0, 0.0, 3.0, 4.0], [0.0, 2.0], [1.0, 1.0]);
        let (h, p, da) = (Rows::new(&h, 2, 2), Rows::new(&p, 1, 2), Rows::new(&da, 2, 1));
        let (mut a, mut dh) = ([0.0; 2], [0.0; 4]);
        let cosine = Cosine { each: 1, sharpness: 10.0 };
        cosine.forward_into(h, p, RowsMut::new(&mut a, 2, 1));
        cosine.pull_back(h, p, Rows::new(&a, 2, 1), da, RowsMut::new(&mut dh, 2, 2));
        assert!(dh[..2] == [0.0; 2] && dh[2..] != [0.0; 2], "{dh:?}");
    }
}
