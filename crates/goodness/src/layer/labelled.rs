//! # Images with labels
//!
//! A code c enters the input linearly, as c P, and normalisation multiplies a row by one number s. So for image x (the
//! code's own inputs 0)
//!
//! z = s (x Wᵀ + c P Wᵀ) + b, |x_in|² = |x|² + 2 c P xᵀ + |c P|²
//!
//! and x Wᵀ is computed once for positives, negatives, the neutral pass and every label of a sweep; where no label is ever
//! written and one pass reads the images, it is computed where that pass wants it, and not kept. The gradient shares it the
//! same way: Σ over passes of s·dz, one product with the images; M = Σ over rows of s·dz ⊗ c, one with P.
//!
//! Where the code has inputs of its own, P is made of unit vectors, P Wᵀ is some columns of W, and nothing is multiplied.
//! Patterns that lie over images are C images more, stacked below the others. Vectors that are
//! [learned](super::embedding) stand for unit vectors in both.

use std::ops::Range;

use goodness_core::normalize::Normalize;
use goodness_core::overlay::Place;
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::gradient::Piece;
use goodness_engine::memory::held;
use goodness_engine::{Matrix, Rounded, par, product};

use super::{Code, Gradients, Layer, embedding};

/// A batch of images, and what the first layer makes of them before any label is written in.
#[derive(Debug, Default)]
pub struct Images {
    /// The images, the code's own inputs 0: rows × inputs. Patterns that lie over images stand below them.
    pub pixels: Matrix,
    /// Σx² of each image.
    squares: Vec<f32>,
    place: Place,
    /// x Wᵀ of each row of `pixels`: rows × units; no rows where the one pass that reads them computes it.
    product: Matrix,
    /// The columns of W that read the code alone, as rows: the code's own inputs × units.
    own: Matrix,
    /// What the layer makes of learned vectors: C × units.
    learned: Matrix,
    /// Products with each pattern, or learned vector: of the images, where patterns lie over them, then of the patterns
    /// themselves; no rows where patterns are unit vectors.
    overlaps: Matrix,
    rounded: Rounded,
}

/// Labels to write into the images, one block of rows after another: row `p·B + r` is image `r` in pass `p`, or the image
/// `r` after the first of those that labels are written into.
#[derive(Debug, Default)]
pub struct Labels {
    /// The images that labels are written into.
    window: Range<usize>,
    /// The codes that there are: classes + 1 × C.
    codes: Matrix,
    /// |c P|² of each of them.
    squares: Vec<f32>,
    /// The code of each row.
    said: Vec<u16>,
    /// The normalising factor of each row.
    scales: Vec<f32>,
}

/// Images with labels written into them, as the first layer reads them.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// The images.
    pub images: &'a Images,
    /// The labels.
    pub labels: &'a Labels,
}

const ROWS: usize = 32;

impl Images {
    /// Makes room for `rows` images and lets `fill(image, pixels)` write each of them, on all threads; then blanks the
    /// inputs that belong to the code alone.
    pub fn load(&mut self, rows: usize, code: &Code, fill: impl Fn(usize, &mut [f32]) + Sync) {
        self.place = code.place();
        self.pixels.resize(rows + code.patterns().len(), code.inputs());
        self.squares.resize(rows, 0.0);
        let (images, mut patterns) = self.pixels.rows_mut().split_at(rows);
        patterns.data_mut().copy_from_slice(code.patterns().data());
        let parts = (images, self.squares.as_mut_slice());
        par::each_block(rows, ROWS, parts, |first, (mut images, squares): (RowsMut<'_>, &mut [f32])| {
            for (r, square) in squares.iter_mut().enumerate() {
                let row = images.row_mut(r);
                fill(first + r, &mut row[code.pixels()]);
                row[code.own()].fill(0.0);
                *square = math::sum_of_squares(row);
            }
        });
    }

    /// Computes what the first layer makes of images and patterns, for the weights as they are now and `passes` passes to
    /// come. Without a code, a single pass computes that itself.
    pub fn project(&mut self, first: &Layer, code: &Code, passes: usize) {
        if passes <= 1 && code.width() == 0 {
            return self.product.resize(0, first.units());
        }
        self.product.resize(self.pixels.len(), first.units());
        first.product_into(self.pixels.rows(), &mut self.rounded, self.product.rows_mut());
        self.gather_own(first, code);
        match self.place {
            Place::First | Place::After => self.overlaps.resize(0, 0),
            Place::Learned(_) => {
                let vectors = first.embedding.rows();
                self.learned.resize(vectors.len(), first.units());
                embedding::columns_into(vectors, self.own.rows(), self.learned.rows_mut());
                self.overlaps.resize(vectors.len(), vectors.len());
                product::forward(vectors, vectors, self.overlaps.rows_mut());
            }
            Place::Over => {
                self.overlaps.resize(self.pixels.len(), code.width());
                product::forward(self.pixels.rows(), code.patterns().rows(), self.overlaps.rows_mut());
            }
        }
    }

    /// Bytes of memory that they hold.
    pub(crate) fn bytes(&self) -> u64 {
        let Self { pixels, product, own, learned, overlaps, .. } = self;
        held([pixels, product, own, learned, overlaps])
    }

    fn gather_own(&mut self, first: &Layer, code: &Code) {
        let (own, units) = (code.own(), first.units());
        self.own.resize(own.len(), units);
        for (u, row) in first.weights.rows().iter().enumerate() {
            own.clone().enumerate().for_each(|(t, input)| self.own.data_mut()[t * units + u] = row[input]);
        }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.squares.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.squares.is_empty()
    }

    /// P Wᵀ: what the layer makes of each number of a code, C × units.
    fn columns(&self) -> Rows<'_> {
        match self.place {
            Place::First | Place::After => self.own.rows(),
            Place::Learned(_) => self.learned.rows(),
            Place::Over => self.product.rows().split_at(self.len()).1,
        }
    }

    /// |c P|².
    fn square_of(&self, code: &[f32]) -> f32 {
        if self.overlaps.is_empty() {
            return math::sum_of_squares(code);
        }
        let own = self.overlaps.rows().split_at(self.overlaps.len() - code.len()).1;
        code.iter().zip(own.iter()).filter(|(c, _)| **c != 0.0).map(|(c, row)| c * math::dot(row, code)).sum()
    }

    /// |x_in|² of an image and a code whose |c P|² is `square`.
    fn square_with(&self, image: usize, code: &[f32], square: f32) -> f32 {
        let apart = self.squares[image] + square;
        match self.place {
            // Where a pattern takes an image away, rounding must not leave less than nothing.
            Place::Over => (apart + 2.0 * math::dot(self.overlaps.rows().row(image), code)).max(0.0),
            _ => apart,
        }
    }
}

impl Labels {
    /// Writes `passes` blocks of codes into images that have been projected: `label(pass, image)` is the label, or `None`
    /// for the neutral code.
    pub fn write(
        &mut self,
        images: &Images,
        passes: usize,
        code: &Code,
        normalize: &dyn Normalize,
        label: impl Fn(usize, usize) -> Option<u8>,
    ) {
        self.write_some((images, 0..images.len()), passes, code, normalize, label);
    }

    /// The same for some of the images alone.
    pub(crate) fn write_some(
        &mut self,
        (images, window): (&Images, Range<usize>),
        passes: usize,
        code: &Code,
        normalize: &dyn Normalize,
        label: impl Fn(usize, usize) -> Option<u8>,
    ) {
        let count = window.len();
        self.window = window;
        code.codes_into(&mut self.codes);
        let codes = self.codes.rows();
        self.squares.clear();
        self.squares.extend(codes.iter().map(|code| images.square_of(code)));
        self.said.resize(passes * count, 0);
        self.scales.resize(passes * count, 0.0);
        for (row, (said, scale)) in self.said.iter_mut().zip(&mut self.scales).enumerate() {
            let (pass, image) = (row / count, self.window.start + row % count);
            let of = code.row_of(label(pass, image));
            let square = images.square_with(image, codes.row(of), self.squares[of]);
            (*said, *scale) = (of as u16, normalize.image_scale(square, images.pixels.width()));
        }
    }
}

impl Labelled<'_> {
    /// Number of rows: images times passes.
    pub fn len(&self) -> usize {
        self.labels.scales.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.labels.scales.is_empty()
    }

    /// x̂ Wᵀ of every row: rows × units.
    pub(super) fn weighted_into(&self, layer: &Layer, rounded: &mut Rounded, mut z: RowsMut<'_>) {
        if self.images.product.is_empty() {
            let Range { start, end } = self.labels.window;
            let read = self.images.pixels.rows().split_at(end).0.split_at(start).1;
            layer.product_into(read, rounded, z.reborrow());
        }
        par::each_block(self.len(), ROWS, z, |first, mut z: RowsMut<'_>| {
            for r in 0..z.len() {
                self.weigh_row(first + r, z.row_mut(r));
            }
        });
    }

    fn weigh_row(&self, row: usize, z: &mut [f32]) {
        let (window, product) = (&self.labels.window, &self.images.product);
        if !product.is_empty() {
            z.copy_from_slice(product.rows().row(window.start + row % window.len()));
            let columns = self.images.columns();
            for (t, code) in self.code(row).iter().enumerate().filter(|(_, code)| **code != 0.0) {
                add_scaled(z, *code, columns.row(t));
            }
        }
        let scale = self.labels.scales[row];
        z.iter_mut().for_each(|z| *z *= scale);
    }

    fn code(&self, row: usize) -> &[f32] {
        self.labels.codes.rows().row(usize::from(self.labels.said[row]))
    }

    /// Hands out ∂L/∂W, and writes the gradient of learned vectors, given dz of every row, which is spent.
    pub(super) fn hand_out_grads<const N: usize>(
        &self,
        layer: &Layer,
        mut dz: RowsMut<'_>,
        grads: &mut Gradients,
        following: [&mut [f32]; N],
        each: impl Fn(Piece<'_, N>) + Sync,
    ) {
        let (images, pixels) = (self.images.len(), self.images.pixels.rows());
        scale_rows(dz.reborrow(), &self.labels.scales);
        // The codes differ from pass to pass, so they are summed up before the passes are mixed.
        let stacked = if pixels.len() > images { images } else { 0 };
        grads.stack.resize(stacked + self.labels.codes.width(), dz.width());
        let (mut sums, mut m) = grads.stack.rows_mut().split_at(stacked);
        self.add_up_codes(dz.as_rows(), m.reborrow());
        let (mut first, rest) = dz.split_at(images);
        add_blocks(first.reborrow(), rest.as_rows());
        if stacked > 0 {
            sums.data_mut().copy_from_slice(first.data_mut());
            return layer.hand_out((grads.stack.rows(), pixels), &mut grads.packs, following, each);
        }
        let behind = self.own_gradient(layer, grads, pixels.width());
        let own = grads.own.rows();
        layer.hand_out((first.as_rows(), pixels), &mut grads.packs, following, |mut piece| {
            put_own(own, behind, &mut piece);
            each(piece);
        });
    }

    /// Writes the gradients of the weights that read the code alone, and of learned vectors, given M in `grads.stack`;
    /// the first column that they belong to.
    fn own_gradient(&self, layer: &Layer, grads: &mut Gradients, inputs: usize) -> usize {
        let Gradients { stack, embedding, own: gradient, .. } = grads;
        let (m, own) = (stack.rows(), self.images.own.rows());
        gradient.resize(own.len(), m.width());
        let behind = inputs - own.len();
        match self.images.place {
            Place::Learned(_) => {
                embedding::weight_gradient(m, layer.embedding.rows(), gradient.rows_mut());
                embedding::gradient(m, own, embedding.rows_mut());
                behind
            }
            Place::After | Place::First | Place::Over => {
                gradient.data_mut().copy_from_slice(m.data());
                if self.images.place == Place::After { behind } else { 0 }
            }
        }
    }

    /// Writes M, the sum over rows of dz times each number of the code: C × units.
    fn add_up_codes(&self, dz: Rows<'_>, m: RowsMut<'_>) {
        par::each_block(m.len(), 1, m, |t, mut m: RowsMut<'_>| {
            let m = m.row_mut(0);
            m.fill(0.0);
            for (r, dz) in dz.iter().enumerate() {
                let code = self.code(r)[t];
                if code != 0.0 {
                    add_scaled(m, code, dz);
                }
            }
        });
    }
}

/// Writes the gradients of the weights that read the code alone, inputs × units, into the columns from `start` on.
fn put_own<const N: usize>(own: Rows<'_>, start: usize, piece: &mut Piece<'_, N>) {
    let end = piece.first + piece.numbers.len();
    for column in start.max(piece.first)..(start + own.len()).min(end) {
        piece.numbers[column - piece.first] = own.row(column - start)[piece.unit];
    }
}

/// `to += factor · from`.
fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += factor * f);
}

fn scale_rows(rows: RowsMut<'_>, scales: &[f32]) {
    let count = rows.len();
    par::each_block(count, ROWS, (rows, scales), |_, (mut rows, scales): (RowsMut<'_>, &[f32])| {
        for (r, scale) in scales.iter().enumerate() {
            rows.row_mut(r).iter_mut().for_each(|x| *x *= scale);
        }
    });
}

/// Adds every block of `rest` to `first`.
fn add_blocks(first: RowsMut<'_>, rest: Rows<'_>) {
    let images = first.len();
    par::each_block(images, ROWS, first, |row0, mut first: RowsMut<'_>| {
        for r in 0..first.len() {
            for row in (row0 + r..rest.len()).step_by(images) {
                first.row_mut(r).iter_mut().zip(rest.row(row)).for_each(|(x, y)| *x += y);
            }
        }
    });
}
