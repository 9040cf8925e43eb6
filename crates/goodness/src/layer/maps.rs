//! # Maps
//!
//! Units lie on a grid of places, and a channel has the same weights at every place: W is channels × inputs of a square,
//! b one number a channel. What a layer reads may be made smaller first. The grid has zeros around it.
//!
//! A row of units is a picture with its channels last. Where classes have groups of channels, each group is a picture of
//! its own, so that a class's units lie side by side as they do in a dense layer: goodness, losses and readouts need not
//! know that there are places.

use goodness_core::{Grid, Rows, RowsMut};
use goodness_engine::conv::pooling::{Kind, Pooling};
use goodness_engine::conv::{self, Convolution, Window};
use goodness_engine::gradient::{Packs, Piece};
use goodness_engine::{Precision, Rounded};

/// Which places the units of a layer see, and into how many groups its channels fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maps(Convolution);

/// The squares of a convolutional layer, as a recipe has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Squares {
    /// Side of the square that a unit sees, in places below.
    pub side: usize,
    /// Places from one square to the next.
    pub stride: usize,
    /// Places of zeros around the grid below.
    pub padding: usize,
    /// Side of the squares below that are made one place before anything is seen; where it does not divide the grid below,
    /// the last rows and columns of places are left out.
    pub pool: usize,
    /// What is left of them.
    pub pooling: Kind,
    /// Groups of channels that see the same group below alone.
    pub groups: usize,
}

impl Squares {
    /// Squares of an odd side, one at every place.
    pub fn of(side: usize) -> Self {
        Self { side, stride: 1, padding: side / 2, pool: 1, pooling: Kind::Average, groups: 1 }
    }
}

impl Maps {
    /// Maps of `channels` channels in `blocks` groups that read the grid `below`; `None` where they do not fit.
    pub fn fit(squares: Squares, below: Grid, (channels, blocks): (usize, usize)) -> Option<Self> {
        let Squares { side, stride, padding, pool, pooling, groups } = squares;
        let window = Window { side, stride, padding, groups };
        let pooling = Pooling { kind: pooling, side: pool, below };
        Convolution::fit_pooled(pooling, window, (channels, blocks)).map(Self)
    }

    /// Which places each place sees, and what happens to pictures before.
    pub fn convolution(&self) -> &Convolution {
        &self.0
    }

    /// The grid that a layer reads.
    pub fn below(&self) -> Grid {
        self.0.below()
    }

    /// The layer's own grid.
    pub fn own(&self) -> Grid {
        self.0.own()
    }

    /// Side of the square that a unit sees.
    pub fn side(&self) -> usize {
        self.0.window().side
    }

    /// Inputs that a unit sees: the weights of a channel.
    pub fn inputs(&self) -> usize {
        self.0.inputs()
    }

    /// x Wᵀ at every place: rows × units.
    pub(super) fn forward(
        &self,
        precision: Precision,
        (x, weights): (Rows<'_>, Rows<'_>),
        rounded: &mut Rounded,
        out: RowsMut<'_>,
    ) {
        conv::forward(&self.0, precision, x, weights, rounded, out);
    }

    /// Hands out dzᵀ x, summed over places: channels × inputs.
    pub(super) fn hand_out<const N: usize>(
        &self,
        precision: Precision,
        operands: (Rows<'_>, Rows<'_>),
        packs: &mut Packs,
        following: [&mut [f32]; N],
        each: impl Fn(Piece<'_, N>) + Sync,
    ) {
        conv::gradient_pieces(&self.0, precision, operands, packs, following, each);
    }

    /// The sum of each channel over rows and places.
    pub(super) fn sum_places(&self, rows: Rows<'_>, sums: &mut [f32]) {
        conv::sum_places(&self.0, rows, sums);
    }
}
