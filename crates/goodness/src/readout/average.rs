//! # Average of two readings
//!
//! p = ½ softmax( Σ over layers ≥ `from` of g / T ) + ½ softmax( Σ over layers ≥ `linear_from` of x̂ₗ Sₗᵀ )
//!
//! The two readings of Hinton 2022 (section 3.3), by goodness and by softmax, who reports each alone. They err on different
//! samples, so their mean errs on fewer. S is trained alongside as in [`Linear`]. T should be of the size of the differences
//! that summed goodness makes. Cost: with one goodness a row one pass a class and the neutral one, which share the first
//! product; with one goodness a class a single pass.
//!
//! ```
//! use goodness::core::catalogue::{Args, find};
//! use goodness::core::{Rows, RowsMut};
//! use goodness::readout::{CATALOGUE, Readout};
//! let entry = find(CATALOGUE, "average").unwrap();
//! let average = (entry.build)(&Args::resolve(entry.info.params, &[]).unwrap());
//! // Goodness gives ¼ and ¾, a softmax that has learned nothing ½ and ½.
//! let (sums, mut p) = ([0.0, f32::ln(3.0), 0.0, 0.0], [0.0f32; 2]);
//! average.finish(Rows::new(&sums, 2, 2), RowsMut::new(&mut p, 1, 2));
//! assert!((p[0] - 0.375).abs() < 1e-6 && (p[1] - 0.625).abs() < 1e-6);
//! ```

use goodness_core::catalogue::{Args, Entry, Info, Param};
use goodness_core::optim::SmoothedSgd;
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::Matrix;

use super::{ClassGoodness, Descent, LabelSweep, Layers, Lesson, Linear, Pass, PerClass, Readout, Seen};

/// The mean of what goodness says and what a linear softmax says.
#[derive(Clone, Debug)]
pub struct Average {
    from: usize,
    temperature: f32,
    linear: Linear,
    per_class: bool,
}

impl Average {
    /// The passes that the goodness is read from.
    fn goodness_passes<'a>(&self, seen: Seen<'a>, images: usize) -> Seen<'a> {
        match self.per_class {
            true => seen,
            false => Seen { goodness: seen.goodness.split_at(seen.goodness.len() - images).0, ..seen },
        }
    }
}

impl Readout for Average {
    fn pass(&self) -> Pass {
        if self.per_class { Pass::Neutral } else { Pass::Both }
    }

    fn from(&self) -> usize {
        self.from.max(self.linear.from())
    }

    fn reads_activities(&self) -> bool {
        true
    }

    fn reads_goodness(&self) -> Option<PerClass> {
        None // either kind
    }

    fn prepare(&mut self, layers: Layers<'_>) {
        self.per_class = layers.per_class;
        self.linear.prepare(layers);
    }

    fn blocks(&self) -> usize {
        2
    }

    fn read(&self, layer: usize, seen: Seen<'_>, sums: RowsMut<'_>) {
        let images = sums.len() / 2;
        let (goodness, logits) = sums.split_at(images);
        let passes = self.goodness_passes(seen, images);
        match self.per_class {
            true => ClassGoodness { from: self.from }.read(layer, passes, goodness),
            false => LabelSweep { from: self.from }.read(layer, passes, goodness),
        }
        let neutral = seen.x.split_at(seen.x.len() - images).1;
        self.linear.read(layer, Seen { x: neutral, ..seen }, logits);
    }

    fn finish(&self, sums: Rows<'_>, mut scores: RowsMut<'_>) {
        let (goodness, logits) = sums.split_at(scores.len());
        self.linear.finish(logits, scores.reborrow());
        let mut other = [0.0; 256]; // as many as there can be classes
        for (r, g) in goodness.iter().enumerate() {
            let other = &mut other[..g.len()];
            other.iter_mut().zip(g).for_each(|(o, g)| *o = g / self.temperature);
            math::softmax(other);
            scores.row_mut(r).iter_mut().zip(other).for_each(|(p, o)| *p = 0.5 * (*p + *o));
        }
    }

    fn learns(&self) -> bool {
        true
    }

    fn learn(&mut self, lesson: Lesson<'_>) {
        self.linear.follow(lesson.sums.split_at(lesson.labels.len()).1, lesson);
    }

    fn weights(&self) -> Vec<&Matrix> {
        self.linear.weights()
    }

    fn weights_mut(&mut self) -> Vec<&mut Matrix> {
        self.linear.weights_mut()
    }

    fn memory(&self) -> Vec<&Matrix> {
        self.linear.memory()
    }

    fn all_mut(&mut self) -> Vec<&mut Matrix> {
        self.linear.all_mut()
    }
}

fn build(args: &Args) -> Box<dyn Readout> {
    let [rate, smoothing, weight_decay] = ["rate", "smoothing", "weight_decay"].map(|name| args.f32(name));
    let descent = Descent::Smoothed(SmoothedSgd { rate, smoothing, weight_decay });
    let linear = Linear::new(args.get("linear_from") as usize - 1, descent);
    let (from, temperature) = (args.get("from") as usize - 1, args.f32("temperature"));
    Box::new(Average { from, temperature, linear, per_class: false })
}

pub(super) const ENTRY: Entry<dyn Readout> = Entry {
    info: Info {
        name: "average",
        summary: "mean of the softmax of summed goodness and of a linear softmax trained alongside",
        source: "both readings of Hinton 2022 (arXiv 2212.13345), section 3.3",
        params: &[
            Param::whole("from", "first layer whose goodness counts, from 1", 1.0, 1.0, 1000.0),
            Param::real("temperature", "summed goodness is divided by it", 1.0, 1e-3, 1e4),
            Param::whole("linear_from", "first layer that the linear softmax reads, from 1", 2.0, 1.0, 1000.0),
            Param::real("rate", "step size of the linear softmax", 0.1, 0.0, 100.0),
            Param::real("smoothing", "share of its running gradient that stays", 0.9, 0.0, 0.9999),
            Param::real("weight_decay", "pull of its weights towards 0", 0.003, 0.0, 1.0),
        ],
    },
    build,
};
