//! What two layers pass on, as one row: added up, or side by side channel by channel.
//!
//! The far one's squares of places become one, by their average, where the near one has fewer places. A class's channels stay
//! together: those of the near layer, then those of the far one.

use goodness_core::normalize::Normalize;
use goodness_core::{Grid, Rows, RowsMut};
use goodness_engine::conv::pooling::{Kind, Pooling};
use goodness_engine::{Matrix, par};

use crate::network::Network;
use crate::residual::{self, Residual};

/// How the rows of two layers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    near: Grid,
    far: Pooling,
    adds: bool,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

impl Joint {
    /// The joint of two layers that a layer reads which `convolves` or does not: `None` where it is a dense one that reads
    /// their whole rows side by side.
    ///
    /// # Errors
    /// Both pictures, where a layer that convolves cannot read them as one.
    pub(crate) fn of(
        residual: &dyn Residual,
        convolves: bool,
        near: Grid,
        far: Grid,
    ) -> Result<Option<Self>, (Grid, Grid)> {
        let joint = Self::fit(near, far, residual.adds());
        match joint {
            Some(joint) if joint.adds || convolves => Ok(Some(joint)),
            _ if convolves => Err((near, far)),
            _ => Ok(None),
        }
    }

    fn fit(near: Grid, far: Grid, adds: bool) -> Option<Self> {
        let side = far.height.checked_div(near.height)?;
        let adds = adds && near.channels == far.channels;
        let far = Pooling { kind: Kind::Average, side, below: far };
        let seen = far.own();
        let same = (seen.height, seen.width, seen.blocks) == (near.height, near.width, near.blocks);
        (side > 0 && same).then_some(Self { near, far, adds })
    }

    /// The picture that both become.
    pub(crate) fn map(&self) -> Grid {
        let more = if self.adds { 0 } else { self.far.below.channels };
        Grid { channels: self.near.channels + more, ..self.near }
    }

    /// What it is multiplied by, so that it is as long as one layer's row. Rows that are added count as if they had nothing
    /// in common.
    fn factor(&self, normalize: &dyn Normalize) -> f32 {
        match self.adds {
            true => std::f32::consts::FRAC_1_SQRT_2,
            false => residual::factor([self.near.numbers(), self.far.own().numbers()].into_iter(), normalize),
        }
    }

    fn join<'a>(&self, [far, near]: [&Matrix; 2], normalize: &dyn Normalize, joint: &'a mut Matrix) -> Rows<'a> {
        joint.resize(near.len(), self.map().numbers());
        let (factor, rows) = (self.factor(normalize), (near.rows(), far.rows(), joint.rows_mut()));
        par::each_block(near.len(), ROWS, rows, |_, (near, far, mut out): (Rows<'_>, Rows<'_>, RowsMut<'_>)| {
            (0..out.len()).for_each(|r| self.row(near.row(r), far.row(r), factor, out.row_mut(r)));
        });
        joint.rows()
    }

    fn row(&self, near: &[f32], far: &[f32], factor: f32, out: &mut [f32]) {
        let (places, own, all) = (self.near.places(), self.near.block(), self.map().block());
        let fars = far.chunks_exact(self.far.below.places() * self.far.below.block());
        let blocks = near.chunks_exact(places * own).zip(fars).zip(out.chunks_exact_mut(places * all));
        for ((near, far), out) in blocks {
            for (place, (near, out)) in near.chunks_exact(own).zip(out.chunks_exact_mut(all)).enumerate() {
                let at = (place / self.near.width, place % self.near.width);
                if self.adds {
                    self.far.square(far, at, out);
                    out.iter_mut().zip(near).for_each(|(o, x)| *o += x);
                } else {
                    out[..own].copy_from_slice(near);
                    self.far.square(far, at, &mut out[own..]);
                }
                out.iter_mut().for_each(|o| *o *= factor);
            }
        }
    }
}

impl Network {
    /// The rows of `sources`, the layers that layer number `layer` reads, as one.
    pub(crate) fn join<'a>(&self, layer: usize, sources: &'a [Matrix], joint: &'a mut Matrix) -> Rows<'a> {
        let (normalize, reader) = (&*self.parts.normalize, &self.layers[layer]);
        if let ([far, near], Some(below)) = (sources, layer.checked_sub(2)) {
            let (close, away) = (self.layers[below + 1].grid(), self.layers[below].grid());
            if let Ok(Some(own)) = Joint::of(&*self.parts.residual, reader.maps().is_some(), close, away) {
                return own.join([far, near], normalize, joint);
            }
        }
        residual::join(sources, normalize, joint)
    }
}

#[cfg(test)]
mod tests {
    use goodness_core::normalize::Keep;

    use super::*;
    use crate::residual::{Add, Concatenate};

    const NEAR: Grid = Grid { height: 1, width: 2, channels: 2, blocks: 2 };
    const FAR: Grid = Grid { height: 2, width: 4, channels: 2, blocks: 2 };

    fn joined(joint: Joint) -> Vec<f32> {
        let (mut near, mut far, mut out) = (Matrix::zeros(1, 4), Matrix::zeros(1, 16), Matrix::default());
        near.data_mut().copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
        (0..16).for_each(|i| far.data_mut()[i] = (i / 8 * 100 + i % 4 / 2 * 10) as f32);
        joint.join([&far, &near], &Keep, &mut out).data().to_vec()
    }

    #[test]
    fn a_class_has_the_channels_of_both_side_by_side() {
        let joint = Joint::of(&Concatenate, true, NEAR, FAR).unwrap().unwrap();
        assert_eq!(joint.map(), Grid { channels: 4, ..NEAR });
        assert_eq!(joined(joint), [1.0, 0.0, 2.0, 10.0, 3.0, 100.0, 4.0, 110.0]);
    }

    #[test]
    fn the_same_channels_are_added_up() {
        let joint = Joint::of(&Add, true, NEAR, FAR).unwrap().unwrap();
        assert_eq!(joint.map(), NEAR);
        let sums = [1.0f32, 12.0, 103.0, 114.0].map(|sum| sum * std::f32::consts::FRAC_1_SQRT_2);
        assert_eq!(joined(joint), sums);
    }

    #[test]
    fn what_cannot_be_one_picture_is_told_to_who_convolves_alone() {
        let odd = Grid { height: 3, width: 3, ..FAR };
        assert_eq!(Joint::of(&Add, true, odd, FAR), Err((odd, FAR)));
        assert_eq!(Joint::of(&Add, false, odd, FAR), Ok(None));
        assert_eq!(Joint::of(&Concatenate, false, NEAR, NEAR), Ok(None));
    }
}
