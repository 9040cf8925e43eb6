//! # Images with labels
//!
//! A label code touches the first few inputs, and normalisation multiplies a row by one number s. So for image x (coded
//! inputs 0) and code c
//!
//! z = s (x Wᵀ + c W_cᵀ) + b
//!
//! and x Wᵀ is computed once for positives, negatives, the neutral pass and every label of a sweep. The gradient shares
//! it the same way: Σ over passes of s·dz, one product with the images.

use goodness_core::normalize::Normalize;
use goodness_core::overlay::Overlay;
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::{Matrix, par, product};

use super::Dense;

/// A batch of images, and what the first layer makes of them before any label is written in.
#[derive(Debug, Default)]
pub struct Images {
    /// The images, coded inputs 0: rows × inputs.
    pub pixels: Matrix,
    /// Σx² of each image.
    squares: Vec<f32>,
    /// x Wᵀ: rows × units.
    product: Matrix,
    /// The columns of W that read the code: code width × units.
    columns: Matrix,
}

/// Labels to write into the images, one block of rows after another: row `p·B + r` is image `r` in pass `p`.
#[derive(Debug, Default)]
pub struct Labels {
    /// rows × code width.
    codes: Matrix,
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
const UNITS: usize = 64;

impl Images {
    /// Makes room for `rows` images and lets `fill(first, part)` write them, block by block on all threads; then
    /// blanks the first `code` inputs of each.
    pub fn load(&mut self, rows: usize, inputs: usize, code: usize, fill: impl Fn(usize, RowsMut<'_>) + Sync) {
        self.pixels.resize(rows, inputs);
        self.squares.resize(rows, 0.0);
        let parts = (self.pixels.rows_mut(), self.squares.as_mut_slice());
        par::each_block(rows, ROWS, parts, |first, (mut pixels, squares): (RowsMut<'_>, &mut [f32])| {
            fill(first, pixels.reborrow());
            for (r, square) in squares.iter_mut().enumerate() {
                let row = pixels.row_mut(r);
                row[..code].fill(0.0);
                *square = math::sum_of_squares(row);
            }
        });
    }

    /// Computes the images' part of the first layer's product, for the weights as they are now.
    pub fn project(&mut self, first: &Dense, code: usize) {
        self.product.resize(self.pixels.len(), first.units());
        first.product_into(self.pixels.rows(), self.product.rows_mut());
        self.columns.resize(code, first.units());
        let weights = first.weights.rows();
        for (u, row) in weights.iter().enumerate() {
            (0..code).for_each(|t| self.columns.data_mut()[t * first.units() + u] = row[t]);
        }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.pixels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }
}

impl Labels {
    /// Writes `passes` blocks of codes: `label(pass, image)` is the label, or `None` for the neutral code.
    pub fn write(
        &mut self,
        images: &Images,
        passes: usize,
        overlay: (&dyn Overlay, usize),
        normalize: &dyn Normalize,
        label: impl Fn(usize, usize) -> Option<u8>,
    ) {
        let ((overlay, code), inputs) = (overlay, images.pixels.width());
        self.codes.resize(passes * images.len(), code);
        self.scales.resize(passes * images.len(), 0.0);
        let mut codes = self.codes.rows_mut();
        for (row, scale) in self.scales.iter_mut().enumerate() {
            let (pass, image) = (row / images.len(), row % images.len());
            match label(pass, image) {
                Some(label) => overlay.label_into(label, codes.row_mut(row)),
                None => overlay.neutral_into(codes.row_mut(row)),
            }
            *scale = normalize.scale(images.squares[image] + math::sum_of_squares(codes.row_mut(row)), inputs);
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

    /// z of every row: rows × units.
    pub(super) fn forward_into(&self, biases: &[f32], z: RowsMut<'_>) {
        par::each_block(self.len(), ROWS, z, |first, mut z: RowsMut<'_>| {
            for r in 0..z.len() {
                self.forward_row(first + r, biases, z.row_mut(r));
            }
        });
    }

    fn forward_row(&self, row: usize, biases: &[f32], z: &mut [f32]) {
        let Images { product, columns, .. } = self.images;
        z.copy_from_slice(product.rows().row(row % self.images.len()));
        for (t, code) in self.code(row) {
            z.iter_mut().zip(columns.rows().row(t)).for_each(|(z, w)| *z += code * w);
        }
        let scale = self.labels.scales[row];
        z.iter_mut().zip(biases).for_each(|(z, b)| *z = scale * *z + b);
    }

    /// The inputs of the code that are not 0.
    fn code(&self, row: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        self.labels.codes.rows().row(row).iter().copied().enumerate().filter(|(_, code)| *code != 0.0)
    }

    /// ∂L/∂W (units × inputs), given dz of every row, which is spent.
    pub(super) fn weight_gradient(&self, layer: &Dense, mut dz: RowsMut<'_>, mut dw: RowsMut<'_>) {
        scale_rows(dz.reborrow(), &self.labels.scales);
        let images = self.images.len();
        let (mut first, rest) = dz.split_at(images);
        if self.labels.codes.width() == 0 {
            add_blocks(first.reborrow(), rest.as_rows());
            return layer.gradient_into(first.as_rows(), self.images.pixels.rows(), dw);
        }
        // The codes differ from pass to pass, so their columns are summed before the passes are mixed.
        dw.data_mut().fill(0.0);
        self.add_code_gradient(0, first.as_rows(), dw.reborrow());
        self.add_code_gradient(images, rest.as_rows(), dw.reborrow());
        add_blocks(first.reborrow(), rest.as_rows());
        product::add_gradient(first.as_rows(), self.images.pixels.rows(), dw);
    }

    fn add_code_gradient(&self, row0: usize, dz: Rows<'_>, dw: RowsMut<'_>) {
        par::each_block(dw.len(), UNITS, dw, |unit0, mut dw: RowsMut<'_>| {
            let units = unit0..unit0 + dw.len();
            for (r, dz) in dz.iter().enumerate() {
                for (t, code) in self.code(row0 + r) {
                    let dz = &dz[units.clone()];
                    (0..dz.len()).for_each(|u| dw.row_mut(u)[t] += code * dz[u]);
                }
            }
        });
    }
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
