//! Pairs that a greedy plan draws once, and what the frozen layers make of them, computed once.

use goodness_core::{Rng, RowsMut};
use goodness_engine::{Matrix, par};

use super::batch::Loader;
use super::method::Contrast;
use super::workspace::Workspace;
use crate::data::Dataset;
use crate::network::Network;

/// Every sample's wrong label, and what the frozen layers make of it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// One a sample.
    pub(super) wrong: Vec<u8>,
    /// The layer whose input is kept; 0 reads the images themselves.
    layer: usize,
    /// Normalised rows of the layers below that it reads, none of the others: all positives, then all negatives.
    x: Vec<Matrix>,
    /// Goodness of those rows in every layer below.
    g: Vec<Matrix>,
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
        let (samples, read) = (data.len(), network.parts.residual.sources(layer));
        let rows = |l: &usize| if read.contains(l) { 2 * samples } else { 0 };
        self.x = (0..layer).map(|l| Matrix::zeros(rows(&l), network.layers[l].units())).collect();
        self.g = (0..layer).map(|l| Matrix::zeros(2 * samples, network.goodnesses(l))).collect();
        let mut work = Workspace::new(layer);
        for first in (0..samples).step_by(CHUNK) {
            let rows = first..(first + CHUNK).min(samples);
            self.pass(rows, layer, network, data, loader, &mut work);
            self.x.iter_mut().zip(&work.x).for_each(|(all, part)| put(part, first, all));
            self.g.iter_mut().zip(&work.g).for_each(|(all, part)| put(part, first, all));
        }
        self.layer = layer;
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
        let (images, labels) = (&mut work.images, &mut work.labels);
        let indices: Vec<u32> = rows.clone().map(|r| r as u32).collect();
        let overlay = &network.parts.overlay;
        loader.load(data, &indices, (0, 0), overlay, images);
        images.project(&network.layers[0], overlay, 2);
        labels.write(images, 2, overlay, &*network.parts.normalize, |pass, r| {
            let row = rows.start + r;
            Some(if pass == 0 { data.label(row) } else { self.wrong[row] })
        });
        for l in 0..depth {
            work.open(l, network, (rows.len(), 2), true);
            let (input, _, layer) = work.desk(l, network, false);
            network.pass(l, &input, layer);
            work.close(l);
        }
    }

    /// Writes what is kept of the samples `rows`: their positives, then their negatives.
    pub(super) fn gather(&self, rows: &[u32], work: &mut Workspace) {
        self.x.iter().zip(&mut work.x).for_each(|(all, out)| take(all, rows, out));
        self.g.iter().zip(&mut work.g).for_each(|(all, out)| take(all, rows, out));
    }
}

/// Writes the pairs of `part` into `all`, if that is kept, as those from number `first`.
fn put(part: &Matrix, first: usize, all: &mut Matrix) {
    let (samples, pairs) = (all.len() / 2, part.len() / 2);
    for pass in 0..if all.is_empty() { 0 } else { 2 } {
        let numbers = part.width() * pairs;
        let from = &part.data()[pass * numbers..][..numbers];
        all.data_mut()[(pass * samples + first) * part.width()..][..numbers].copy_from_slice(from);
    }
}

/// Writes the pairs of the samples `rows`, if any are kept, to `out`.
fn take(all: &Matrix, rows: &[u32], out: &mut Matrix) {
    let (samples, all) = (all.len() / 2, all.rows());
    let count = if samples == 0 { 0 } else { 2 * rows.len() };
    out.resize(count, all.width());
    par::each_block(count, 32, out.rows_mut(), |first, mut out: RowsMut<'_>| {
        for r in 0..out.len() {
            let (pass, row) = ((first + r) / rows.len(), rows[(first + r) % rows.len()] as usize);
            out.row_mut(r).copy_from_slice(all.row(pass * samples + row));
        }
    });
}
