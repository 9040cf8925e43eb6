//! The next batch: which images, shifted how far, with which labels.

use goodness_core::{Rng, RowsMut};

use crate::data::{Dataset, Order, Shape};
use crate::layer::Images;
use crate::network::Scaling;

/// How training images become inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loader {
    pub(super) levels: [f32; 256],
    pub(super) shift: usize,
    pub(super) seed: u64,
    pub(super) code: usize,
}

impl Loader {
    pub(super) fn new(scaling: Scaling, shift: usize, seed: u64, code: usize) -> Self {
        Self { levels: scaling.levels(), shift, seed, code }
    }

    /// Loads the images `rows` of `data`, each shifted by its own draw of step number `step`.
    pub(super) fn load(&self, data: &Dataset, rows: &[u32], step: u64, images: &mut Images) {
        let fill = |first: usize, mut out: RowsMut<'_>| {
            for r in 0..out.len() {
                let row = data.row(rows[first + r] as usize);
                let (dy, dx) = self.draw(step, first + r);
                shifted(row, data.shape(), (dy, dx), &self.levels, out.row_mut(r));
            }
        };
        images.load(rows.len(), data.shape().features(), self.code, fill);
    }

    /// The shift of row `r` in step `step`, uniform on each axis.
    fn draw(&self, step: u64, r: usize) -> (isize, isize) {
        if self.shift == 0 {
            return (0, 0);
        }
        let mut rng = Rng::keyed(self.seed, Rng::AUGMENT, (step << 24) + r as u64);
        let reach = self.shift as isize;
        let mut axis = || rng.below(2 * self.shift as u32 + 1) as isize - reach;
        (axis(), axis())
    }
}

/// Writes the image moved down by `dy` and right by `dx`; what moves in is level 0.
fn shifted(row: &[u8], shape: Shape, (dy, dx): (isize, isize), levels: &[f32; 256], out: &mut [f32]) {
    if (dy, dx) == (0, 0) {
        return crate::network::pixels_into(row, levels, out);
    }
    out.fill(levels[0]);
    let (height, line) = (shape.height as isize, (shape.width * shape.channels) as isize);
    let across = dx * shape.channels as isize;
    for y in dy.max(0)..(height + dy).min(height) {
        let (from, to) = ((y - dy) * line, y * line);
        let (start, end) = (across.max(0), (line + across).min(line));
        for x in start..end {
            out[(to + x) as usize] = levels[usize::from(row[(from + x - across) as usize])];
        }
    }
}

/// The rows of an epoch in their seeded order.
pub(super) fn order(data: &Dataset, seed: u64, epoch: usize) -> Order {
    let mut rng = Rng::keyed(seed, Rng::ORDER, epoch as u64);
    Order::shuffled(data.len(), |below| rng.below(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_moves_and_fills_with_nothing() {
        let shape = Shape { height: 2, width: 3, channels: 1 };
        let levels = std::array::from_fn(|i| i as f32);
        let shift = |by| {
            let mut out = [9.0; 6];
            shifted(&[1, 2, 3, 4, 5, 6], shape, by, &levels, &mut out);
            out
        };
        assert_eq!(shift((0, 0)), [1., 2., 3., 4., 5., 6.]);
        assert_eq!(shift((1, 0)), [0., 0., 0., 1., 2., 3.]);
        assert_eq!(shift((0, -1)), [2., 3., 0., 5., 6., 0.]);
        assert_eq!(shift((-1, 1)), [0., 4., 5., 0., 0., 0.]);
        assert_eq!(shift((5, -7)), [0.0; 6]);
    }
}
