//! Pairs that a greedy plan draws once, and what the frozen layers make of them, computed once.

use goodness_core::{Rng, RowsMut};
use goodness_engine::{Matrix, par};

use super::batch::Loader;
use super::method::Contrast;
use super::workspace::Workspace;
use crate::data::Dataset;
use crate::layer::{Input, Labelled};
use crate::network::Network;

/// Every sample's wrong label, and the input of the layer that learns.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// One a sample.
    pub(super) wrong: Vec<u8>,
    /// The layer whose input is kept; 0 reads the images themselves.
    layer: usize,
    /// Normalised rows of the layer below: all positives, then all negatives.
    x: Matrix,
}

/// Samples that go through the frozen layers together.
const CHUNK: usize = 512;

impl Kept {
    /// Draws a wrong label for every sample.
    pub(super) fn draw(data: &Dataset, method: &super::Method, seed: u64) -> Self {
        let mut wrong = vec![0; data.len()];
        let mut rng = Rng::keyed(seed, Rng::NEGATIVES, 0);
        if let Contrast::Labels(negatives) = &method.negatives {
            negatives.fill(data.labels(), data.classes(), None, &mut rng, &mut wrong);
        }
        Self { wrong, ..Self::default() }
    }

    /// Passes every pair through the frozen layers below `layer`, unless that has been done.
    pub(super) fn advance(&mut self, layer: usize, network: &Network, data: &Dataset, loader: &Loader) {
        if self.layer == layer {
            return;
        }
        let samples = data.len();
        let mut x = Matrix::zeros(2 * samples, network.layers[layer - 1].units());
        let mut work = Workspace::default();
        for first in (0..samples).step_by(CHUNK) {
            let rows = first..(first + CHUNK).min(samples);
            self.pass(rows.clone(), layer, network, data, loader, &mut work);
            let (pairs, units) = (rows.len(), x.width());
            let (positives, negatives) = work.layer.x.data().split_at(pairs * units);
            x.data_mut()[first * units..][..positives.len()].copy_from_slice(positives);
            x.data_mut()[(samples + first) * units..][..negatives.len()].copy_from_slice(negatives);
        }
        (self.layer, self.x) = (layer, x);
    }

    fn pass(
        &self,
        rows: std::ops::Range<usize>,
        depth: usize,
        network: &Network,
        data: &Dataset,
        loader: &Loader,
        work: &mut Workspace,
    ) {
        let (images, labels, layer) = (&mut work.images, &mut work.labels, &mut work.layer);
        let indices: Vec<u32> = rows.clone().map(|r| r as u32).collect();
        let overlay = &network.parts.overlay;
        loader.load(data, &indices, 0, overlay, images);
        images.project(&network.layers[0], overlay);
        labels.write(images, 2, overlay, &*network.parts.normalize, |pass, r| {
            let row = rows.start + r;
            Some(if pass == 0 { data.label(row) } else { self.wrong[row] })
        });
        for l in 0..depth {
            std::mem::swap(&mut work.input, &mut layer.x);
            layer.resize((rows.len(), 2), &network.layers[l], network.goodnesses(), true);
            let input = match l {
                0 => Input::Labelled(Labelled { images, labels }),
                _ => Input::Rows(work.input.rows()),
            };
            network.pass(l, &input, layer);
        }
    }

    /// Writes the kept rows of the samples `rows`: their positives, then their negatives.
    pub(super) fn gather(&self, rows: &[u32], out: &mut Matrix) {
        let (samples, kept) = (self.wrong.len(), self.x.rows());
        out.resize(2 * rows.len(), kept.width());
        par::each_block(2 * rows.len(), 32, out.rows_mut(), |first, mut out: RowsMut<'_>| {
            for r in 0..out.len() {
                let (pass, row) = ((first + r) / rows.len(), rows[(first + r) % rows.len()] as usize);
                out.row_mut(r).copy_from_slice(kept.row(pass * samples + row));
            }
        });
    }
}
