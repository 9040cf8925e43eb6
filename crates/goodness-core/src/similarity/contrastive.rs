//! # Supervised contrast
//!
//! Lᵢ = −w mean over j of i's class of ln pᵢⱼ, pᵢⱼ = exp(cᵢⱼ/τ) / Σ_{k≠i} exp(cᵢₖ/τ)  (Khosla and others 2020, equation 2;
//! one view a sample as in Yao and others 2026, HCL-FF)
//!
//! With tᵢⱼ = \[j of i's class, j ≠ i\]/how many there are: ∂L/∂cᵢⱼ = w (pᵢⱼ − tᵢⱼ)/(τ B). A sample without another of its
//! class in the batch is left out. Cost: B² exponentials a batch, and two products of B² · N multiply-adds.
//!
//! ```
//! use goodness_core::similarity::{Contrastive, Similarity};
//! use goodness_core::{Rows, RowsMut};
//! // Three samples, none of them like another, the first two of one class: p = ½.
//! let (mut loss, mut slopes) = ([0.0f32; 3], [0.0f32; 9]);
//! let cosines = Rows::new(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 3, 3);
//! let contrastive = Contrastive { weight: 1.0, temperature: 1.0, map: 0 };
//! contrastive.score(cosines, (&[0, 0, 1], 2), &mut loss, RowsMut::new(&mut slopes, 3, 3));
//! assert!((loss[0] - f32::ln(2.0)).abs() < 1e-6 && loss[2] == 0.0);
//! // The first two pull at their cosine, by a sixth each; the third has nobody of its class and asks for nothing.
//! assert!((slopes[1] + 1.0 / 3.0).abs() < 1e-6 && (slopes[2] - 1.0 / 6.0).abs() < 1e-6);
//! ```

use super::Similarity;
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};
use crate::math;
use crate::rows::{Rows, RowsMut};

/// Samples of one class attract one another against all others.
#[derive(Clone, Copy, Debug)]
pub struct Contrastive {
    /// w, beside the loss of goodness.
    pub weight: f32,
    /// τ, what cosines are divided by.
    pub temperature: f32,
    /// Numbers that a learned map makes of the activities; 0 for none.
    pub map: usize,
}

impl Contrastive {
    /// Writes ∂L/∂c of one row and gives its share of the loss.
    fn row(&self, i: usize, cosines: &[f32], labels: &[u8], slopes: &mut [f32]) -> f32 {
        let kin = |j: usize| j != i && labels[j] == labels[i];
        let count = (0..labels.len()).filter(|j| kin(*j)).count();
        slopes.fill(0.0);
        if count == 0 {
            return 0.0;
        }
        let others = || cosines.iter().enumerate().filter(|(j, _)| *j != i);
        // The largest exponent, so that no sum of powers vanishes.
        let top = others().fold(-1.0f32, |top, (_, c)| top.max(*c)) / self.temperature;
        let mut total = 0.0;
        for (j, c) in others() {
            slopes[j] = math::exp(c / self.temperature - top);
            total += slopes[j];
        }
        let likeness: f32 = (0..labels.len()).filter(|j| kin(*j)).map(|j| cosines[j] / self.temperature).sum();
        let factor = self.weight / (self.temperature * labels.len() as f32);
        for (j, s) in slopes.iter_mut().enumerate() {
            let target = if kin(j) { 1.0 / count as f32 } else { 0.0 };
            *s = factor * (*s / total.max(f32::MIN_POSITIVE) - target);
        }
        self.weight * (math::ln(total.max(f32::MIN_POSITIVE)) + top - likeness / count as f32)
    }
}

impl Similarity for Contrastive {
    fn map(&self) -> usize {
        self.map
    }

    fn centred(&self) -> bool {
        false
    }

    fn score(&self, cosines: Rows<'_>, (labels, _): (&[u8], usize), loss: &mut [f32], mut slopes: RowsMut<'_>) {
        for (i, loss) in loss.iter_mut().enumerate() {
            *loss = self.row(i, cosines.row(i), labels, slopes.row_mut(i));
        }
        symmetrise(slopes);
    }
}

/// `m ← m + mᵀ`.
fn symmetrise(mut m: RowsMut<'_>) {
    let side = m.len();
    let numbers = m.data_mut();
    for i in 0..side {
        for j in 0..=i {
            let sum = numbers[i * side + j] + numbers[j * side + i];
            (numbers[i * side + j], numbers[j * side + i]) = (sum, sum);
        }
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Similarity> = Entry {
    info: Info {
        name: "contrastive",
        summary: "samples of one class attract one another against all others",
        source: "Khosla and others 2020 (arXiv 2004.11362), equation 2; Yao and others 2026 (HCL-FF)",
        params: &[
            Param::real("weight", "weight beside the loss of goodness", 1.0, 0.0, 1e6),
            Param::real("temperature", "cosines are divided by it", 0.2, 0.01, 10.0),
            super::MAP,
        ],
    },
    build: |args| {
        let (weight, temperature) = (args.f32("weight"), args.f32("temperature"));
        Box::new(Contrastive { weight, temperature, map: args.get("map") as usize })
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_temperature_leaves_a_loss_and_a_slope() {
        let cosines = [1.0, -0.6, -0.5, -0.6, 1.0, 0.0, -0.5, 0.0, 1.0];
        let (mut loss, mut slopes) = ([0.0; 3], [0.0; 9]);
        let term = Contrastive { weight: 1.0, temperature: 0.01, map: 0 };
        term.score(Rows::new(&cosines, 3, 3), (&[0, 0, 1], 2), &mut loss, RowsMut::new(&mut slopes, 3, 3));
        // The stranger is nearer than the relative, by ten temperatures, and by sixty.
        assert!((loss[0] - 10.0).abs() < 1e-3 && (loss[1] - 60.0).abs() < 1e-3 && loss[2] == 0.0, "{loss:?}");
        assert!(slopes[1] < -60.0 && slopes[2] > 30.0, "{slopes:?}");
    }
}
