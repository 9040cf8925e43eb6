//! The gradient of a convolution's input.
//!
//! Place p of the picture below was seen by place q through the weights of the square at p − q. So what the places above say
//! about p is a convolution again, of dz, with every square turned by half a turn and the channels below and above exchanged:
//! it goes through the engine's forward kernels. Where squares lie `stride` places apart, dz is first laid out with as many
//! places from one number to the next and zeros between. Where the picture was made smaller before it was seen, the derivative
//! goes on through that.

use goodness_core::{Grid, Rows, RowsMut};
use goodness_engine::conv::{self, Convolution, Window};
use goodness_engine::{Matrix, Precision, Rounded, par};

use super::pooling;

/// The buffers of the way down through convolutions; one serves all layers in turn.
#[derive(Debug, Default)]
pub(crate) struct Turned {
    /// Weights with squares turned and channels exchanged: channels below × what they are seen by.
    weights: Matrix,
    /// dz with zeros between its places.
    apart: Matrix,
    /// The derivative by the picture that was made smaller.
    smaller: Matrix,
    rounded: Rounded,
}

impl Turned {
    /// Writes the derivative by the input of a convolution, given that by what it gave. `x` is what it read.
    ///
    /// # Shapes
    /// `weights`: channels × inputs, `dz`: pictures × own numbers, `x` and `dx`: pictures × numbers below.
    ///
    /// # Panics
    /// When there are more places of zeros around the picture than a square has beside its first.
    pub(crate) fn down(
        &mut self,
        (of, precision): (&Convolution, Precision),
        weights: Rows<'_>,
        dz: Rows<'_>,
        x: Rows<'_>,
        dx: RowsMut<'_>,
    ) {
        let back = back(of);
        turn(of, weights, &mut self.weights);
        let dz = lay_apart(of, back.below(), dz, &mut self.apart);
        let (weights, rounded) = (self.weights.rows(), &mut self.rounded);
        if of.pooling().side == 1 {
            return conv::forward(&back, precision, dz, weights, rounded, dx);
        }
        self.smaller.resize(dz.len(), back.own().numbers());
        conv::forward(&back, precision, dz, weights, rounded, self.smaller.rows_mut());
        pooling::down(&of.pooling(), self.smaller.rows(), x, dx);
    }

    /// Numbers that it holds.
    pub(crate) fn capacity(&self) -> usize {
        [&self.weights, &self.apart, &self.smaller].into_iter().map(Matrix::capacity).sum()
    }
}

/// The convolution that leads from dz, laid apart, to the derivative by the picture that was seen.
#[track_caller]
fn back(of: &Convolution) -> Convolution {
    let (seen, Window { side, padding, groups, .. }) = (of.pooling().own(), of.window());
    let length = |seen: usize| seen + 2 * padding + 1 - side;
    let below = Grid { height: length(seen.height), width: length(seen.width), ..of.own() };
    let turned = (side - 1).checked_sub(padding);
    let fit =
        |padding| Convolution::fit(below, Window { side, stride: 1, padding, groups }, (seen.channels, seen.blocks));
    match turned.and_then(fit) {
        Some(back) => back,
        None => {
            panic!("the way back through squares of {side} with padding {padding}: expected less padding than side")
        }
    }
}

/// Writes the weights with every square turned by half a turn, and the channels above in place of those below.
fn turn(of: &Convolution, weights: Rows<'_>, turned: &mut Matrix) {
    let (own, seen, window) = (of.own(), of.pooling().own(), of.window());
    let (square, groups) = (window.side * window.side, window.groups);
    // Channels of a group, and how many of them lie side by side.
    let part = |of: Grid| (of.channels / groups, (of.channels / groups).min(of.block()));
    let ((above, above_run), (below, below_run)) = (part(own), part(seen));
    turned.resize(seen.channels, above * square);
    par::each_block(turned.len(), 8, turned.rows_mut(), |first, mut rows: RowsMut<'_>| {
        for r in 0..rows.len() {
            let (group, channel) = ((first + r) / below, (first + r) % below);
            let from = channel / below_run * square * below_run + channel % below_run;
            for (column, to) in rows.row_mut(r).iter_mut().enumerate() {
                let (run, within) = (column / (square * above_run), column % (square * above_run));
                let (tap, unit) = (square - 1 - within / above_run, run * above_run + within % above_run);
                *to = weights.row(group * above + unit)[from + tap * below_run];
            }
        }
    });
}

/// dz on the grid `wide`, its places a stride apart; as it is where they lie side by side there too.
fn lay_apart<'a>(of: &Convolution, wide: Grid, dz: Rows<'a>, apart: &'a mut Matrix) -> Rows<'a> {
    let (own, stride) = (of.own(), of.window().stride);
    if own == wide {
        return dz;
    }
    apart.resize(dz.len(), wide.numbers());
    let (block, from_size, to_size) = (own.block(), own.places() * own.block(), wide.places() * own.block());
    par::each_block(dz.len(), 1, (dz, apart.rows_mut()), |_, (dz, mut apart): (Rows<'_>, RowsMut<'_>)| {
        apart.data_mut().fill(0.0);
        let pictures = dz.data().chunks_exact(from_size).zip(apart.data_mut().chunks_exact_mut(to_size));
        for (from, to) in pictures {
            for (place, from) in from.chunks_exact(block).enumerate() {
                let (y, x) = (place / own.width * stride, place % own.width * stride);
                to[(y * wide.width + x) * block..][..block].copy_from_slice(from);
            }
        }
    });
    apart.rows()
}

#[cfg(test)]
mod tests;
