//! Residuals without parameters: which of the layers below a layer reads.
//!
//! What a layer passes on is normalised. Several of them side by side, of N₁, N₂, … units, must look to the next layer
//! like one row of N = ΣNᵢ, so all are multiplied by √(t(N) / Σt(Nᵢ)), where t(N) is what the squares of a normalised row
//! add up to. Under `rms` t(N) = N and the factor is 1: rows of root mean square 1 side by side have root mean square 1.
//! Under `l2` t(N) = 1 and it is 1/√n for n layers. Side by side means, of maps, channel by channel at the same place, so that
//! a class's channels stay together; and the far layer's maps are made as small as the near one's. The image is never among them: a label may be written in it.
//!
//! A residual is added by one new file here and its line in [`CATALOGUE`].

mod add;
mod concatenate;
mod none;

pub use add::Add;
pub use concatenate::Concatenate;
pub use none::NoResidual;

use std::ops::Range;

use goodness_core::catalogue::Entry;
use goodness_core::normalize::Normalize;
use goodness_core::{Rows, RowsMut};
use goodness_engine::{Matrix, par};

/// Which layers a layer reads.
pub trait Residual: Send + Sync {
    /// The layers that layer number `layer` (from 0) reads; none for the first, which reads the image.
    fn sources(&self, layer: usize) -> Range<usize>;

    /// Whether two of them that have as many channels are added up, not put side by side.
    fn adds(&self) -> bool {
        false
    }
}

/// Every residual there is.
pub const CATALOGUE: &[Entry<dyn Residual>] = &[none::ENTRY, concatenate::ENTRY, add::ENTRY];

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

/// The rows of `sources` side by side, the nearest layer (the last) first, written to `joint`; of a single source, its
/// rows as they are.
pub fn join<'a>(sources: &'a [Matrix], normalize: &dyn Normalize, joint: &'a mut Matrix) -> Rows<'a> {
    if let [only] = sources {
        return only.rows();
    }
    let (rows, width) = (sources.first().map_or(0, Matrix::len), sources.iter().map(Matrix::width).sum());
    let factor = factor(sources, normalize, width);
    joint.resize(rows, width);
    par::each_block(rows, ROWS, joint.rows_mut(), |first, mut out: RowsMut<'_>| {
        (0..out.len()).for_each(|r| join_row(sources, first + r, factor, out.row_mut(r)));
    });
    joint.rows()
}

/// Gives layer number `layer` the largest buffer of a layer that is neither read now nor by a layer above, if it has none of
/// its own: so there are as many buffers as layers that are read together, however deep the network is.
pub(crate) fn recycle(x: &mut [Matrix], layer: usize, read: Range<usize>) {
    if x[layer].capacity() == 0 {
        let free = (0..x.len()).filter(|other| *other != layer && !(read.start..layer).contains(other));
        if let Some(largest) = free.max_by_key(|other| x[*other].capacity()) {
            x.swap(layer, largest);
        }
    }
}

fn join_row(sources: &[Matrix], row: usize, factor: f32, mut out: &mut [f32]) {
    for source in sources.iter().rev() {
        let (here, rest) = out.split_at_mut(source.width());
        here.iter_mut().zip(source.rows().row(row)).for_each(|(o, x)| *o = factor * x);
        out = rest;
    }
}

/// What joined rows are multiplied by: √(t(N) / Σt(Nᵢ)) for N = `width`; 1 where rows have no length of their own.
pub fn factor(sources: &[Matrix], normalize: &dyn Normalize, width: usize) -> f32 {
    let parts: Option<f32> = sources.iter().map(|source| normalize.squares(source.width())).sum();
    share(normalize.squares(width), parts)
}

/// The same for rows of some widths.
pub(crate) fn factor_of(widths: &[usize], normalize: &dyn Normalize) -> f32 {
    let parts: Option<f32> = widths.iter().map(|width| normalize.squares(*width)).sum();
    share(normalize.squares(widths.iter().sum()), parts)
}

fn share(whole: Option<f32>, parts: Option<f32>) -> f32 {
    whole.zip(parts).map_or(1.0, |(whole, parts)| (whole / parts).sqrt())
}

#[cfg(test)]
mod tests {
    use goodness_core::math::sum_of_squares;
    use goodness_core::normalize::{Channels, Keep, L2, Rms};

    use super::*;

    /// Two layers of 3 and 2 units, normalised and joined.
    fn joined(normalize: &dyn Normalize) -> Vec<f32> {
        let (h, mut sources) = ([[3.0, 0.0, 4.0], [1.0, 1.0, 0.0]], [Matrix::zeros(1, 3), Matrix::zeros(1, 2)]);
        for (h, x) in h.iter().zip(&mut sources) {
            let width = x.width();
            normalize.forward_into(Rows::new(&h[..width], 1, width), Channels::default(), x.rows_mut());
        }
        join(&sources, normalize, &mut Matrix::default()).data().to_vec()
    }

    #[test]
    fn a_joint_row_is_as_long_as_one_layers_row() {
        assert!((sum_of_squares(&joined(&Rms)) - 5.0).abs() < 1e-5);
        assert!((sum_of_squares(&joined(&L2)) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_nearest_layer_comes_first() {
        assert_eq!(joined(&Keep), [1.0, 1.0, 3.0, 0.0, 4.0]);
    }

    #[test]
    fn a_single_source_is_not_copied() {
        let (source, mut joint) = ([Matrix::zeros(2, 3)], Matrix::default());
        assert_eq!(join(&source, &Rms, &mut joint).data().as_ptr(), source[0].data().as_ptr());
        assert!(joint.is_empty());
    }
}
