//! Class losses: for goodnesses that give one number a class, how far the true class is from winning.
//!
//! They need neither negatives nor a threshold: the other classes of the same row are what the true one is compared
//! with. A class loss is added by one new file here and its line in [`CATALOGUE`].

mod cross_entropy;
mod learned_temperature;
mod n_pair;

pub use cross_entropy::CrossEntropy;
pub use learned_temperature::LearnedTemperature;
pub use n_pair::NPair;

#[cfg(feature = "std")]
use crate::catalogue::Entry;
use crate::rows::{Rows, RowsMut};

/// Where a class loss writes: its value, one a row, and its derivative by every class's goodness, rows × classes.
#[derive(Debug)]
pub struct Slopes<'a> {
    /// L of each row.
    pub loss: &'a mut [f32],
    /// ∂L/∂g of each row.
    pub dg: RowsMut<'a>,
}

/// A function of the class goodnesses of a row and its label, with its derivative. Rows do not see one another; the step
/// averages.
pub trait ClassLoss: Send + Sync {
    /// Where the one number starts that the loss learns for each layer, if it learns one.
    fn knob(&self) -> Option<f32> {
        None
    }

    /// Writes each row's loss and its derivatives, and returns Σ over rows of ∂L/∂knob.
    ///
    /// # Shapes
    /// `g`: rows × classes. `labels`: one a row.
    fn score(&self, g: Rows<'_>, labels: &[u8], knob: f32, slopes: Slopes<'_>) -> f32;
}

/// Classes merged into super-classes, whose goodness is the mean of their members' (Yao, Chen and Kuo 2026, HCL-FF).
///
/// A class loss may be asked of the super-classes in place of the classes: which of two kinds a thing is can be told where
/// which of ten things it is cannot be told yet.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a> {
    /// The super-class of each class, from 0.
    pub of: &'a [u8],
    /// 1 by the number of members, for each super-class.
    pub shares: &'a [f32],
}

impl Groups<'_> {
    /// Writes G\[s\] = Σ over the members k of s of gₖ / their number.
    ///
    /// # Shapes
    /// `g`: rows × classes. `merged`: rows × super-classes.
    pub fn merge_into(&self, g: Rows<'_>, mut merged: RowsMut<'_>) {
        merged.data_mut().fill(0.0);
        for (r, g) in g.iter().enumerate() {
            let merged = merged.row_mut(r);
            self.of.iter().zip(g).for_each(|(s, g)| merged[usize::from(*s)] += self.shares[usize::from(*s)] * g);
        }
    }

    /// Writes ∂L/∂gₖ = ∂L/∂G\[s\] / the number of members of k's super-class s.
    pub fn spread_into(&self, slopes: Rows<'_>, mut dg: RowsMut<'_>) {
        for (r, slopes) in slopes.iter().enumerate() {
            let dg = dg.row_mut(r).iter_mut();
            dg.zip(self.of).for_each(|(d, s)| *d = self.shares[usize::from(*s)] * slopes[usize::from(*s)]);
        }
    }
}

/// Every class loss there is.
#[cfg(feature = "std")]
pub const CATALOGUE: &[Entry<dyn ClassLoss>] = &[cross_entropy::ENTRY, learned_temperature::ENTRY, n_pair::ENTRY];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_super_class_is_the_mean_of_its_members() {
        let groups = Groups { of: &[0, 1, 0, 1, 1], shares: &[0.5, 0.25] };
        let (mut merged, mut dg) = ([f32::NAN; 4], [f32::NAN; 10]);
        let g = [1.0, 4.0, 3.0, 8.0, 0.0, 0.0, -4.0, 2.0, 0.0, 0.0];
        groups.merge_into(Rows::new(&g, 2, 5), RowsMut::new(&mut merged, 2, 2));
        assert_eq!(merged, [2.0, 3.0, 1.0, -1.0]);
        groups.spread_into(Rows::new(&[2.0, 4.0, -8.0, 0.0], 2, 2), RowsMut::new(&mut dg, 2, 5));
        assert_eq!(dg, [1.0, 1.0, 1.0, 1.0, 1.0, -4.0, 0.0, -4.0, 0.0, 0.0]);
    }
}
