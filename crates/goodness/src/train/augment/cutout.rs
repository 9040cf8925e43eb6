//! A hole in the image (DeVries and Taylor 2017): a square about any pixel, clipped to the image, that holds the input 0,
//! which is the level `data.mean`.

use goodness_core::Rng;

use crate::build::Unfit;
use crate::data::Shape;
use crate::recipe::DataSpec;

/// The side of the hole; 0: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cutout {
    side: usize,
}

/// Refuses a hole that is larger than the image.
pub(super) fn check(spec: &DataSpec, shape: Shape) -> Result<(), Unfit> {
    let most = shape.height.min(shape.width);
    if spec.cutout > most {
        let expected = format!("at most {most}, for images of {shape}");
        return Err(Unfit { key: "data.cutout", came: spec.cutout.to_string(), expected });
    }
    Ok(())
}

impl Cutout {
    pub(super) fn new(spec: &DataSpec) -> Self {
        Self { side: spec.cutout }
    }

    /// Makes the hole.
    pub(super) fn write(&self, shape: Shape, rng: &mut Rng, out: &mut [f32]) {
        if self.side == 0 {
            return;
        }
        let mut along = |length: usize| {
            let first = rng.below(length as u32) as isize - (self.side / 2) as isize;
            first.max(0) as usize..(first + self.side as isize).min(length as isize) as usize
        };
        let (lines, columns) = (along(shape.height), along(shape.width));
        for y in lines {
            let line = &mut out[y * shape.width * shape.channels..];
            line[columns.start * shape.channels..columns.end * shape.channels].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_a_square_that_may_reach_over_the_border() {
        let shape = Shape { height: 5, width: 4, channels: 3 };
        let mut sizes = std::collections::BTreeSet::new();
        for n in 0..300 {
            let mut out = [1.0; 60];
            Cutout { side: 2 }.write(shape, &mut Rng::keyed(1, 0, n), &mut out);
            let holes: Vec<usize> = (0..20).filter(|p| out[3 * p..3 * p + 3] == [0.0; 3]).collect();
            assert_eq!(3 * holes.len(), out.iter().filter(|x| **x == 0.0).count());
            sizes.insert(holes.len());
        }
        assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [1, 2, 4]);
    }
}
