//! A batch in micro-batches: as many samples at a time as there is memory for, one update of the gradients' sum.

use goodness_engine::par;

use crate::layer::Gradients;

/// Part of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slice {
    /// Samples of the batch before it, in it, and in the whole batch.
    pub(super) first: usize,
    pub(super) len: usize,
    pub(super) of: usize,
}

impl Slice {
    /// A batch that is one slice.
    pub(super) fn whole(samples: usize) -> Self {
        Self { first: 0, len: samples, of: samples }
    }

    /// Whether it is all of its batch.
    pub(super) fn is_whole(self) -> bool {
        self.len == self.of
    }

    /// Whether the batch ends with it.
    pub(super) fn is_last(self) -> bool {
        self.first + self.len == self.of
    }

    /// What tells it apart from all other slices of a run in which this is step number `step`: the number of the step, where
    /// a batch is one slice.
    pub(super) fn key(self, step: u64) -> u64 {
        step ^ (self.first as u64) << 40
    }
}

/// A batch's rows in micro-batches of `size`, or as a whole where that is 0.
pub(super) fn slices(rows: &[u32], size: usize) -> impl Iterator<Item = (Slice, &[u32])> {
    let size = if size == 0 { rows.len() } else { size };
    let parts = rows.chunks(size.max(1)).enumerate();
    parts.map(move |(n, part)| (Slice { first: n * size, len: part.len(), of: rows.len() }, part))
}

/// A layer's gradients, summed over the slices of a batch.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) grads: Gradients,
    /// The derivative by the one number that the loss learns.
    pub(super) knob: f32,
}

/// Numbers that one thread adds at a time.
const BLOCK: usize = 1 << 14;

impl Gathered {
    /// Adds the gradients of a slice; before the first one there is nothing.
    pub(super) fn add(&mut self, slice: Slice, grads: &Gradients, knob: f32) {
        let anew = slice.first == 0;
        for (sum, part) in self.grads.matrices_mut().into_iter().zip(grads.matrices()) {
            sum.resize(part.len(), part.width());
            add(sum.data_mut(), part.data(), anew);
        }
        self.grads.biases.resize(grads.biases.len(), 0.0);
        add(&mut self.grads.biases, &grads.biases, anew);
        self.knob = if anew { knob } else { self.knob + knob };
    }

    /// Bytes of memory that it holds.
    pub(super) fn bytes(&self) -> u64 {
        self.grads.bytes()
    }
}

fn add(sums: &mut [f32], part: &[f32], anew: bool) {
    par::each_block(part.len(), BLOCK, (sums, part), |_, (sums, part): (&mut [f32], &[f32])| match anew {
        true => sums.copy_from_slice(part),
        false => sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part),
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::ahead::tests::set;
    use super::*;
    use crate::recipe::Recipe;
    use crate::train::{Flow, Trainer};

    #[test]
    fn slices_are_all_of_a_batch() {
        let rows: Vec<u32> = (0..10).collect();
        let cut = |size| slices(&rows, size).map(|(slice, part)| (slice, part.to_vec())).collect::<Vec<_>>();
        assert_eq!(cut(0), [(Slice::whole(10), rows.clone())]);
        let parts = cut(4);
        assert_eq!(parts.iter().flat_map(|(_, part)| part.clone()).collect::<Vec<_>>(), rows);
        assert_eq!(parts.iter().map(|(s, _)| (s.first, s.len)).collect::<Vec<_>>(), [(0, 4), (4, 4), (8, 2)]);
        assert_eq!(parts.iter().map(|(s, _)| s.is_last()).collect::<Vec<_>>(), [false, false, true]);
        assert!(slices(&[], 4).next().is_none());
    }

    fn trained(train: &str, network: &str, micro_batch: usize) -> Trainer {
        let text =
            format!("name = \"x\"\n{network}\n[train]\n{train}\nepochs = 3\nbatch = 24\nmicro_batch = {micro_batch}");
        let mut trainer = Trainer::new(&Recipe::parse("x", &text).unwrap(), set(60), set(9), 2).unwrap();
        trainer.run(|_| Flow::Continue).unwrap();
        trainer
    }

    /// Where what a sample is contrasted with does not go by its place in the batch, the sum is the same sum.
    #[test]
    fn micro_batches_learn_what_the_batch_does() {
        let pairs = "[network]\nlayers = [20, 10]";
        let classes = "[data]\nshift = 1\n[network]\nlayers = [20, 10]\ngoodness = \"class_mean\"\nprojection = \"linear\"\nhead = 8\n\
                       overlay = \"none\"\nreadout = \"class_goodness\"";
        let maps = "[data]\nmirror = 0.5\n[network]\nlayers = [6, 12]\nconvolutions = [{ side = 3 }]\n\
                    goodness = \"class_mean\"\noverlay = \"none\"\nreadout = \"class_goodness\"";
        let cases = [
            ("plan = \"greedy\"\nloss = \"logistic\"", pairs),
            ("loss = \"learned_temperature\"\naverage = 0.9", classes),
            ("loss = \"cross_entropy\"\noptimizer = \"muon\"", classes),
            ("loss = \"cross_entropy\"\nplan = \"windowed\"\noptimizer = \"smoothed_sgd\"", maps),
        ];
        for (train, network) in cases {
            let whole = trained(train, network, 0);
            for size in [5, 24, 100] {
                let parts = trained(train, network, size);
                for (whole, part) in whole.network.layers.iter().zip(&parts.network.layers) {
                    for ((name, whole), (_, part)) in whole.tensors().into_iter().zip(part.tensors()) {
                        let far = whole.data().iter().zip(part.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                        assert!(far < 2e-3, "{train}, {size} at a time: {name} are {far} apart");
                        assert!(far == 0.0 || size == 5, "{train}: one slice is the batch");
                    }
                }
            }
        }
    }

    #[test]
    fn micro_batches_take_the_memory_of_their_own() {
        let bytes = |size| {
            let mut trainer = trained("loss = \"logistic\"", "[network]\nlayers = [200, 200]", size);
            let pool = Arc::clone(&trainer.pool);
            let rows: Vec<u32> = (0..60).collect();
            trainer.position.epoch = 0;
            trainer.position.sums.resize(2, Default::default());
            pool.run(|| trainer.step(&rows, None)).unwrap();
            trainer.work.layer.h.capacity() + trainer.work.layer.dz.capacity()
        };
        assert!(bytes(6) * 10 == bytes(0), "{} and {}", bytes(6), bytes(0));
    }
}
