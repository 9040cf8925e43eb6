//! Places as rows: what each place sees, one row a place.

use std::ops::Range;

use goodness_core::Grid;

use super::{Convolution, Window};

impl Convolution {
    /// Writes what the places of `lines` see of a picture: places × what all groups see. A group's numbers lie side by side.
    pub(super) fn lay_out<T: Copy + Default>(&self, picture: &[T], lines: Range<usize>, to: &mut Vec<T>) {
        let (seen, run) = (self.seen(), self.run(self.below));
        to.resize(lines.len() * self.own.width * seen, T::default());
        let square = self.window.side * self.window.side * run;
        let places = lines.flat_map(|y| (0..self.own.width).map(move |x| (y, x)));
        for ((y, x), row) in places.zip(to.chunks_exact_mut(seen)) {
            for (part, square) in row.chunks_exact_mut(square).enumerate() {
                self.square(picture, part * run, (y, x), square);
            }
        }
    }

    /// Writes the square of place (`y`, `x`) for the run of channels that begins with `channel`.
    fn square<T: Copy + Default>(&self, picture: &[T], channel: usize, (y, x): (usize, usize), to: &mut [T]) {
        let (Grid { height, width, .. }, Window { side, stride, padding, .. }) = (self.below, self.window);
        let (block, run) = (self.below.block(), self.run(self.below));
        let start = channel / block * self.below.places() * block + channel % block;
        let (top, left) = (y * stride, x * stride);
        // Columns of the square that lie inside.
        let (from, end) = (padding.saturating_sub(left).min(side), (width + padding).saturating_sub(left).min(side));
        for (dy, line) in to.chunks_exact_mut(side * run).enumerate() {
            let inside = (padding..height + padding).contains(&(top + dy)) && from < end;
            if !inside {
                line.fill(T::default());
                continue;
            }
            line[..from * run].fill(T::default());
            line[end * run..].fill(T::default());
            let first = start + ((top + dy - padding) * width + left + from - padding) * block;
            let to = &mut line[from * run..end * run];
            if run == block {
                to.copy_from_slice(&picture[first..first + to.len()]);
            } else {
                let places = picture[first..].chunks(block);
                to.chunks_exact_mut(run).zip(places).for_each(|(to, from)| to.copy_from_slice(&from[..run]));
            }
        }
    }
}

/// Writes a picture with all its channels last: places × channels.
pub(super) fn in_order(map: Grid, picture: &[f32], to: &mut Vec<f32>) {
    to.resize(picture.len(), 0.0);
    for (b, from) in picture.chunks_exact(map.places() * map.block()).enumerate() {
        for (from, to) in from.chunks_exact(map.block()).zip(to.chunks_exact_mut(map.channels)) {
            to[b * map.block()..][..from.len()].copy_from_slice(from);
        }
    }
}

/// Writes a picture with all its channels last in blocks, as its map has them.
pub(super) fn in_blocks(map: Grid, picture: &[f32], to: &mut [f32]) {
    for (b, to) in to.chunks_exact_mut(map.places() * map.block()).enumerate() {
        for (to, from) in to.chunks_exact_mut(map.block()).zip(picture.chunks_exact(map.channels)) {
            to.copy_from_slice(&from[b * map.block()..][..to.len()]);
        }
    }
}
