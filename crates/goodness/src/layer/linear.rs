//! # A layer: the linear map that all of them have
//!
//! z = x̂ Wᵀ + b; ∂L/∂W = dzᵀ x̂, ∂L/∂b = Σ dz. With [`Fields`] a unit sees a part of x̂ only, and its row of W is as short.
//! With [`Maps`] units on a grid share the weights of their channel.
//! In a [recurrent](crate::flow) network units hear from the layer above too, by weights V.
//!
//! # Shapes
//! W: units (or channels) × inputs (of a field), V: units × units of the layer above, b: units (or channels), x̂: rows ×
//! inputs, z and dz: rows × units.

use goodness_core::init::Init;
use goodness_core::projection::Projection;
use goodness_core::{Grid, Rng, Rows, RowsMut, math};
use goodness_engine::gradient::{self, Packs, Piece};
use goodness_engine::{Matrix, Precision, Rounded, par, product};

use super::{Fields, Input, Maps, Sight};
use crate::data::Shape;
use crate::follow::Whole;
use crate::lift::Between;

/// A fully connected layer, or one whose units have local receptive fields, or one that convolves.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// W, units × inputs; channels × inputs where there are maps.
    pub weights: Matrix,
    /// b, one a unit, or a channel.
    pub biases: Vec<f32>,
    /// V, units × units of the layer above, or × classes in the last one; no columns where nothing comes from above.
    pub above: Matrix,
    /// H, a hidden layer between what is seen of the units and the projection: its units × what is seen; no rows without one.
    pub head: Matrix,
    /// P, what goodness is read through: numbers × what is seen of the units, or × units of the head; no rows without a
    /// projection.
    pub projection: Matrix,
    /// E, the vectors that stand for labels, where the first layer learns them: numbers of a code × numbers of a vector.
    pub embedding: Matrix,
    /// The running mean and variance of each unit's activity, or of each channel's: 2 × units; no rows where nobody asks for
    /// them.
    pub running: Matrix,
    /// What each unit sees.
    pub sight: Sight,
    /// How the operands of the layer's products are rounded; weights are kept as they are.
    pub precision: Precision,
}

/// The gradients of one layer; one pair of buffers serves every layer in turn.
#[derive(Debug, Default)]
pub struct Gradients {
    /// ∂L/∂W, units × inputs; empty where it was handed out in pieces.
    pub weights: Matrix,
    /// ∂L/∂b, one a unit.
    pub biases: Vec<f32>,
    /// ∂L/∂V, units × units of the layer above; empty where nothing comes from above.
    pub above: Matrix,
    /// ∂L/∂H, in the shape of H.
    pub head: Matrix,
    /// ∂L/∂P, in the shape of P.
    pub projection: Matrix,
    /// ∂L/∂E, numbers of a code × numbers of a vector.
    pub embedding: Matrix,
    /// What the first layer's codes come to, below the images' rows where patterns lie over images.
    pub(crate) stack: Matrix,
    /// The gradients of the weights that read the code alone: the code's own inputs × units.
    pub(crate) own: Matrix,
    /// Operands of the weights' gradient.
    pub(crate) packs: Packs,
    /// Room for matrices that move as one.
    pub(crate) whole: Whole,
}

impl Gradients {
    /// Its matrices, in the order of the layer's.
    pub(crate) fn matrices(&self) -> [&Matrix; 5] {
        let Self { weights, above, head, projection, embedding, .. } = self;
        [weights, above, head, projection, embedding]
    }

    /// The same, to be written.
    pub(crate) fn matrices_mut(&mut self) -> [&mut Matrix; 5] {
        let Self { weights, above, head, projection, embedding, .. } = self;
        [weights, above, head, projection, embedding]
    }
}

/// What lies between a layer's products and its goodness: biases, the grid that a view cuts, and the weights of a head and of a
/// projection.
#[derive(Clone, Copy)]
pub(crate) struct Lens<'a> {
    /// One number a unit, or a channel of maps.
    biases: &'a [f32],
    pub(crate) grid: Grid,
    /// Units of a hidden layer × what is seen of the layer's units; no rows without one.
    pub(crate) head: Rows<'a>,
    /// Numbers × what is seen of the units, or × units of the head; no rows without a projection.
    pub(crate) p: Rows<'a>,
    pub(crate) precision: Precision,
}

impl Lens<'_> {
    /// Adds b to a row of x̂ Wᵀ.
    pub(crate) fn add_biases(&self, z: &mut [f32]) {
        if self.biases.len() == z.len() {
            return add(z, self.biases);
        }
        let (places, block) = (self.grid.places(), self.grid.block());
        for (z, biases) in z.chunks_exact_mut(places * block).zip(self.biases.chunks_exact(block)) {
            z.chunks_exact_mut(block).for_each(|place| add(place, biases));
        }
    }
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;
/// Units that one thread sums over all rows at a time.
const UNITS: usize = 64;

impl Layer {
    /// A layer with initial weights.
    pub fn new(inputs: usize, units: usize, init: &dyn Init, rng: &mut Rng) -> Self {
        let (mut weights, mut biases) = (Matrix::zeros(units, inputs), vec![0.0; units]);
        init.fill(inputs, rng, weights.data_mut(), &mut biases);
        let (above, projection) = (Matrix::zeros(units, 0), Matrix::zeros(0, units));
        Self {
            weights,
            biases,
            above,
            head: Matrix::default(),
            projection,
            embedding: Matrix::default(),
            running: Matrix::default(),
            sight: Sight::All,
            precision: Precision::F32,
        }
    }

    /// A layer with local receptive fields and initial weights.
    pub fn with_fields(fields: Fields, init: &dyn Init, rng: &mut Rng) -> Self {
        Self { sight: Sight::Fields(fields), ..Self::new(fields.inputs(), fields.own.features(), init, rng) }
    }

    /// A layer that convolves, and initial weights.
    pub fn with_maps(maps: Maps, init: &dyn Init, rng: &mut Rng) -> Self {
        let own = maps.own();
        let projection = Matrix::zeros(0, own.numbers());
        Self { sight: Sight::Maps(maps), projection, ..Self::new(maps.inputs(), own.channels, init, rng) }
    }

    /// Gives the layer the weights of a projection for `classes` classes that sees `seen` numbers of the layer, or what a head
    /// of `head` rectified units makes of them, if there are any.
    pub fn project(
        &mut self,
        projection: &dyn Projection,
        (classes, seen, head): (usize, usize, usize),
        rng: &mut Rng,
    ) {
        let deviation = math::sqrt(2.0 / seen.max(1) as f32);
        self.head = Matrix::zeros(head, seen);
        self.head.data_mut().iter_mut().for_each(|weight| *weight = deviation * rng.normal());
        let read = if head > 0 { head } else { seen };
        self.projection = Matrix::zeros(projection.width(classes), read);
        projection.start(read, rng, self.projection.data_mut());
    }

    /// Gives the layer the weights by which it hears from `inputs` units above.
    pub fn hear(&mut self, inputs: usize, init: &dyn Init, rng: &mut Rng) {
        self.above = Matrix::zeros(self.units(), inputs);
        init.fill(inputs, rng, self.above.data_mut(), &mut []);
    }

    /// Lets the layer remember the mean and the variance of what it passes on; they start at 0 and 1.
    pub fn remember(&mut self) {
        self.running = Matrix::zeros(2, self.biases.len());
        self.running.rows_mut().row_mut(1).fill(1.0);
    }

    /// Its matrices by the names that files call them; those that the layer does not have are empty. Biases are no matrix.
    pub fn tensors(&self) -> [(&'static str, &Matrix); 6] {
        let Self { weights, above, head, projection, embedding, running, .. } = self;
        [
            ("weights", weights),
            ("above", above),
            ("head", head),
            ("projection", projection),
            ("embedding", embedding),
            ("running", running),
        ]
    }

    /// The same, to be written.
    pub fn tensors_mut(&mut self) -> [(&'static str, &mut Matrix); 6] {
        let Self { weights, above, head, projection, embedding, running, .. } = self;
        [
            ("weights", weights),
            ("above", above),
            ("head", head),
            ("projection", projection),
            ("embedding", embedding),
            ("running", running),
        ]
    }

    /// Number of weights and biases.
    pub fn parameters(&self) -> usize {
        let all = self.tensors().iter().map(|(_, m)| m.data().len()).sum::<usize>();
        self.biases.len() + all - self.running.data().len()
    }

    /// Numbers in an input row.
    pub fn inputs(&self) -> usize {
        match &self.sight {
            Sight::All => self.weights.width(),
            Sight::Fields(fields) => fields.below.features(),
            Sight::Maps(maps) => maps.below().numbers(),
        }
    }

    /// Numbers in an output row.
    pub fn units(&self) -> usize {
        self.maps().map_or(self.weights.len(), |maps| maps.own().numbers())
    }

    /// The places that units lie at, where those of a channel share their weights.
    pub fn maps(&self) -> Option<Maps> {
        self.sight.maps()
    }

    /// Numbers of a row that goodness is read off: those of the projection where there is one, else the units.
    pub fn judged(&self) -> usize {
        if self.projection.is_empty() { self.units() } else { self.projection.len() }
    }

    /// Matrices that W is made of, one below the other: all units of one see the same inputs.
    pub fn matrices(&self) -> usize {
        match &self.sight {
            Sight::All => 1,
            Sight::Fields(fields) => fields.places(),
            Sight::Maps(maps) => maps.convolution().window().groups,
        }
    }

    /// The grid that the units lie on: a single place without maps or fields.
    pub fn grid(&self) -> Grid {
        match self.sight {
            Sight::All => Grid::point(self.units()),
            Sight::Fields(Fields { own: Shape { height, width, channels }, .. }) => {
                Grid { height, width, channels, blocks: 1 }
            }
            Sight::Maps(maps) => maps.own(),
        }
    }

    /// What goodness is read through.
    pub(crate) fn lens(&self) -> Lens<'_> {
        let (head, p) = (self.head.rows(), self.projection.rows());
        Lens { biases: &self.biases, grid: self.grid(), head, p, precision: self.precision }
    }

    /// Writes z for every row of `input`. `rounded` is where operands go that have to be rounded.
    pub fn forward_into(&self, input: &Input<'_>, rounded: &mut Rounded, mut z: RowsMut<'_>) {
        self.weighted_into(input, rounded, z.reborrow());
        let lens = self.lens();
        par::each_block(input.len(), ROWS, z, |_, mut z: RowsMut<'_>| {
            (0..z.len()).for_each(|r| lens.add_biases(z.row_mut(r)));
        });
    }

    /// Writes x̂ Wᵀ for every row of `input`: z without b, which whoever goes over it next [adds](Lens::add_biases).
    pub(crate) fn weighted_into(&self, input: &Input<'_>, rounded: &mut Rounded, z: RowsMut<'_>) {
        match input {
            Input::Rows(x) => self.product_into(*x, rounded, z),
            Input::Labelled(labelled) => labelled.weighted_into(self, rounded, z),
        }
    }

    /// Writes x̂ Wᵀ.
    pub(super) fn product_into(&self, x: Rows<'_>, rounded: &mut Rounded, out: RowsMut<'_>) {
        match &self.sight {
            Sight::All => product::forward_rounded(self.precision, x, self.weights.rows(), rounded, out),
            Sight::Fields(fields) => fields.forward(x, self.weights.rows(), out),
            Sight::Maps(maps) => maps.forward(self.precision, (x, self.weights.rows()), rounded, out),
        }
    }

    /// Writes the gradients of the layer's own loss, given its derivative by z. `dz` is spent.
    pub fn local_grads(&self, input: &Input<'_>, dz: RowsMut<'_>, grads: &mut Gradients) {
        let mut whole = std::mem::take(&mut grads.weights);
        whole.resize(self.weights.len(), self.weights.width());
        self.hand_out_grads(input, dz, grads, [whole.data_mut()], |Piece { numbers, following: [whole], .. }| {
            whole.copy_from_slice(numbers);
        });
        grads.weights = whole;
    }

    /// The same, but hands out the gradient of the weights in pieces: each piece of a row once, with the same piece of
    /// every matrix that is `following`, which have the shape of W or are empty. The layer's own weights are not read, so they may
    /// be one of these.
    pub fn hand_out_grads<const N: usize>(
        &self,
        input: &Input<'_>,
        dz: RowsMut<'_>,
        grads: &mut Gradients,
        following: [&mut [f32]; N],
        each: impl Fn(Piece<'_, N>) + Sync,
    ) {
        grads.biases.resize(self.biases.len(), 0.0);
        grads.embedding.resize(self.embedding.len(), self.embedding.width());
        match self.maps() {
            Some(maps) => maps.sum_places(dz.as_rows(), &mut grads.biases),
            None => sum_columns(dz.as_rows(), &mut grads.biases),
        }
        match input {
            Input::Rows(x) => self.hand_out((dz.as_rows(), *x), &mut grads.packs, following, each),
            Input::Labelled(labelled) => labelled.hand_out_grads(self, dz, grads, following, each),
        }
    }

    /// Hands out dzᵀ x̂.
    pub(super) fn hand_out<const N: usize>(
        &self,
        (dz, x): (Rows<'_>, Rows<'_>),
        packs: &mut Packs,
        following: [&mut [f32]; N],
        each: impl Fn(Piece<'_, N>) + Sync,
    ) {
        match &self.sight {
            Sight::All => gradient::gradient_pieces(self.precision, (dz, x), packs, following, each),
            Sight::Fields(fields) => {
                let whole = packs.whole(dz.width(), fields.inputs());
                fields.gradient(dz, x, whole.rows_mut());
                gradient::hand_out(whole.rows_mut(), following, each);
            }
            Sight::Maps(maps) => maps.hand_out(self.precision, (dz, x), packs, following, each),
        }
    }
}

impl Layer {
    /// Writes the gradients of the head and of the projection, given activities, what lies between them and goodness, and the
    /// loss's derivative by that.
    pub(crate) fn head_grads(
        &self,
        projection: &dyn Projection,
        (h, made, slopes): (&Matrix, &Between, &Between),
        grads: &mut Gradients,
    ) {
        grads.head.resize(self.head.len(), self.head.width());
        if !self.head.is_empty() {
            product::gradient(slopes.u.rows(), made.standard.rows(), grads.head.rows_mut());
        }
        let (p, read, a, da) = (self.projection.rows(), made.read(h), made.a.rows(), slopes.a.rows());
        grads.projection.resize(if projection.learns() { p.len() } else { 0 }, p.width());
        par::each_block(grads.projection.len(), 1, grads.projection.rows_mut(), |k, mut dp: RowsMut<'_>| {
            projection.gradient_into(k, read, p, a, da, dp.row_mut(0));
        });
    }
}

/// `to[j] += from[j]`.
fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += f);
}

/// `sums[j] = Σ_r rows[r][j]`, in the order of the rows whoever computes it.
pub(crate) fn sum_columns(rows: Rows<'_>, sums: &mut [f32]) {
    par::each_block(sums.len(), UNITS, sums, |first, sums: &mut [f32]| {
        let columns = first..first + sums.len();
        sums.fill(0.0);
        rows.iter().for_each(|row| add(sums, &row[columns.clone()]));
    });
}
