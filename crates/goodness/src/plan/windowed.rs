//! # Windowed
//!
//! Each layer learns in a window of its own, the windows follow one another and overlap (Papachristodoulou and others 2024,
//! interleaved layer training).
//!
//! With E epochs, L layers and overlap o, every window is w = E/(L − (L−1)o) epochs long and window l begins at l·w·(1−o):
//! o = 0 is one layer after another, o = 1 all at once. Unlike [`Greedy`](super::Greedy), pairs are new at every step. Cost:
//! frozen layers are passed again and again, layers that wait not at all. A layer's rate follows the schedule, warm-up and
//! all, through its own window; that of a readout which learns follows it through the whole training.
//!
//! ```
//! use goodness::plan::{Plan, Windowed};
//! // Three windows of two epochs, each half over when the next one begins.
//! let learning: Vec<_> = (0..4).map(|epoch| Windowed { overlap: 0.5 }.learning(epoch, 4, 3)).collect();
//! assert_eq!(learning, [0..1, 0..2, 1..3, 2..3]);
//! ```

use std::ops::Range;

use goodness_core::catalogue::{Entry, Info, Param};

use super::Plan;

/// A window of epochs for every layer.
#[derive(Clone, Copy, Debug)]
pub struct Windowed {
    /// Share of a window in which the next layer learns too.
    pub overlap: f64,
}

impl Windowed {
    /// The epochs in which `layer` learns.
    fn window(&self, layer: usize, epochs: usize, layers: usize) -> Range<usize> {
        let length = epochs as f64 / (layers as f64 - (layers as f64 - 1.0) * self.overlap);
        let start = layer as f64 * length * (1.0 - self.overlap);
        // Rounded to whole epochs, at least one each, the last to the end.
        let end = if layer + 1 == layers { epochs } else { ((start + length).round() as usize).min(epochs) };
        let start = (start.round() as usize).min(epochs.saturating_sub(1));
        start..end.max(start + 1)
    }
}

impl Plan for Windowed {
    fn epochs(&self, epochs: usize, _layers: usize) -> usize {
        epochs
    }

    fn learning(&self, epoch: usize, epochs: usize, layers: usize) -> Range<usize> {
        let learns = |l: &usize| self.window(*l, epochs, layers).contains(&epoch);
        let first = (0..layers).find(learns).unwrap_or(layers.saturating_sub(1));
        let last = (0..layers).rev().find(learns).unwrap_or(first);
        first..last + 1
    }

    fn progress(&self, epoch: usize, epochs: usize, _layers: usize) -> (usize, usize) {
        (epoch, epochs)
    }

    fn progress_of(&self, layer: usize, epoch: usize, epochs: usize, layers: usize) -> (usize, usize) {
        let window = self.window(layer, epochs, layers);
        (epoch.saturating_sub(window.start).min(window.len() - 1), window.len())
    }
}

pub(super) const ENTRY: Entry<dyn Plan> = Entry {
    info: Info {
        name: "windowed",
        summary: "each layer learns in its own window of epochs; windows overlap",
        source: "Papachristodoulou and others 2024 (arXiv 2312.12668), interleaved layer training",
        params: &[Param::real("overlap", "share of a window in which the next layer learns too", 0.5, 0.0, 1.0)],
    },
    build: |args| Box::new(Windowed { overlap: args.get("overlap") }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_one_another() {
        let ranges = |overlap: f64| (0..6).map(|e| Windowed { overlap }.learning(e, 6, 3)).collect::<Vec<_>>();
        assert_eq!(ranges(0.0), [0..1, 0..1, 1..2, 1..2, 2..3, 2..3]);
        assert_eq!(ranges(1.0), vec![0..3; 6]);
        assert_eq!(ranges(0.5), [0..1, 0..1, 0..2, 1..3, 1..3, 2..3]);
    }

    #[test]
    fn a_layer_goes_through_the_schedule_in_its_own_window() {
        let plan = Windowed { overlap: 0.5 };
        let progress =
            |layer: usize, epochs: Range<usize>| epochs.map(|e| plan.progress_of(layer, e, 6, 3)).collect::<Vec<_>>();
        assert_eq!(progress(0, 0..3), [(0, 3), (1, 3), (2, 3)]);
        assert_eq!(progress(2, 3..6), [(0, 3), (1, 3), (2, 3)]);
        assert_eq!(plan.progress(3, 6, 3), (3, 6));
    }

    #[test]
    fn every_layer_learns_even_in_few_epochs() {
        for (epochs, layers, overlap) in [(1, 3, 0.0), (2, 5, 0.3), (7, 3, 0.9)] {
            let plan = Windowed { overlap };
            let learned = |l: usize| (0..epochs).any(|e| plan.learning(e, epochs, layers).contains(&l));
            assert!((0..layers).all(learned), "{epochs} epochs, {layers} layers");
        }
    }
}
