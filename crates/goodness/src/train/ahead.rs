//! What is learned after this slice of a batch, prepared while this one is learned, by whichever thread is free.

use std::sync::Arc;

use goodness_core::RowsMut;
use goodness_engine::{Matrix, par};

use super::batch::Loader;
use super::slice::Slice;
use super::trainer::Trainer;
use crate::data::Dataset;
use crate::layer::{Code, Images};

/// At most one slice of a batch: its inputs, the step that it is for, and its place in the batch.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    inputs: Matrix,
    made: Option<(u64, Slice)>,
}

/// Rows of a step.
type Part<'a> = (u64, (Slice, &'a [u32]));

const ROWS: usize = 8;

impl Ahead {
    /// Prepares images of `data`.
    fn prepare(&mut self, loader: &Loader, data: &Dataset, (step, (slice, rows)): Part<'_>) {
        self.inputs.resize(rows.len(), data.shape().features());
        par::each_block(rows.len(), ROWS, self.inputs.rows_mut(), |first, mut inputs: RowsMut<'_>| {
            (0..inputs.len()).for_each(|r| {
                let at = (step, slice.first + first + r);
                loader.write(data, rows[first + r] as usize, at, inputs.row_mut(r));
            });
        });
        self.made = Some((step, slice));
    }

    /// Loads images: those that were prepared, else from the start.
    pub(super) fn load(
        &mut self,
        loader: &Loader,
        data: &Dataset,
        (step, (slice, rows)): Part<'_>,
        (code, images): (&Code, &mut Images),
    ) {
        if self.made.take() != Some((step, slice)) || self.inputs.len() != rows.len() {
            return loader.load(data, rows, (step, slice.first), code, images);
        }
        let inputs = self.inputs.rows();
        images.load(rows.len(), code, |r, out| out.copy_from_slice(inputs.row(r)));
    }
}

impl Trainer {
    /// Does `work` and prepares the images `next`, if there are any and images are read at all.
    pub(super) fn preparing<R: Send>(&mut self, next: Option<Part<'_>>, work: impl FnOnce(&mut Self) -> R + Send) -> R {
        let Some(next) = next.filter(|_| self.reads_images()) else { return work(self) };
        let (loader, data) = (self.loader(), Arc::clone(&self.train));
        let mut ahead = std::mem::take(&mut self.work.ahead);
        let (done, ()) = par::both(|| work(self), || ahead.prepare(&loader, &data, next));
        self.work.ahead = ahead;
        done
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::batch;
    use super::super::sums::LayerSums;
    use super::*;
    use crate::data::Shape;
    use crate::recipe::Recipe;
    use crate::train::Flow;

    /// Small pictures of three classes.
    pub(in crate::train) fn set(rows: usize) -> Dataset {
        let images = (0..rows * 36).map(|i| (i * i * 7 + i / 36 * 31) as u8).collect();
        let labels = (0..rows).map(|r| (r % 3) as u8).collect();
        Dataset::new("x", images, labels, 3, Shape { height: 4, width: 3, channels: 3 }).unwrap()
    }

    fn trainer() -> Trainer {
        let text = "name = \"x\"\n[data]\nshift = 1\ncrop = 0.5\nsaturation = 0.5\ncutout = 2\n[network]\nlayers = [20, 10]\n\
                    [train]\nnegatives = \"hard_label\"\nepochs = 2\nbatch = 16";
        Trainer::new(&Recipe::parse("x", text).unwrap(), set(60), set(9), 2).unwrap()
    }

    #[test]
    fn what_was_prepared_is_what_would_have_been_loaded() {
        let mut ahead = trainer();
        ahead.run(|_| Flow::Continue).unwrap();
        let mut plain = trainer();
        let pool = Arc::clone(&plain.pool);
        for epoch in 0..2 {
            plain.position.sums = vec![LayerSums::default(); 2];
            (plain.position.epoch, plain.position.batch) = (epoch, 0);
            let order = batch::order(&plain.train, plain.recipe.train.seed, epoch);
            order.rows().chunks(16).for_each(|rows| pool.run(|| plain.step(rows, None)).unwrap());
        }
        assert_eq!(ahead.network.layers, plain.network.layers);
    }

    #[test]
    fn the_next_batch_is_ready_when_the_step_is_done() {
        let mut trainer = trainer();
        let pool = Arc::clone(&trainer.pool);
        trainer.position.sums = vec![LayerSums::default(); 2];
        pool.run(|| trainer.step(&[0, 1, 2], Some(&[5, 4]))).unwrap();
        assert_eq!((trainer.work.ahead.made, trainer.work.ahead.inputs.len()), (Some((1, Slice::whole(2))), 2));
        let mut expected = vec![0.0; 36];
        trainer.loader().write(&trainer.train, 4, (1, 1), &mut expected);
        assert_eq!(trainer.work.ahead.inputs.rows().row(1), expected);
    }
}
