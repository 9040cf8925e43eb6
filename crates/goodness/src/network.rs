//! A network: layers in order, how a row becomes goodness, and a readout.

use std::ops::Range;

use goodness_core::activation::Activation;
use goodness_core::goodness::Goodness;
use goodness_core::normalize::Normalize;
use goodness_core::projection::Projection;
use goodness_core::view::View;
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::memory::held;
use goodness_engine::{Matrix, Precision, Rounded, par};

use crate::build::{self, Unfit};
use crate::data::{Dataset, Shape};
use crate::flow::Recurrent;
use crate::layer::{Code, Images, Input, Labelled, Labels, Layer};
use crate::lift::{Between, seen};
use crate::readout::{Pass, PerClass, Readout, Seen};
use crate::recipe::Recipe;
use crate::recurrent::Settled;
use crate::residual::{self, Residual};
pub use crate::scaling::Scaling;
pub use crate::whitening::Whitening;

/// What happens to a row on its way through a layer, the same in every layer.
pub struct Parts {
    /// Writes labels into inputs.
    pub overlay: Code,
    /// Turns z into activities.
    pub activation: Box<dyn Activation>,
    /// What a projection sees of a layer, and readouts of what it passes on.
    pub view: Box<dyn View>,
    /// What goodness is read through.
    pub projection: Box<dyn Projection>,
    /// Turns activities, or what the projection makes of them, into one number or one a class.
    pub goodness: Box<dyn Goodness>,
    /// Turns activities into what the next layer reads.
    pub normalize: Box<dyn Normalize>,
    /// Groups that a layer's units fall into: one a class where goodness is read off them class by class.
    pub groups: usize,
    /// Which layers a layer reads.
    pub residual: Box<dyn Residual>,
}

/// Layers, parts and readout: all that prediction needs.
pub struct Network {
    /// The layers, first to last.
    pub layers: Vec<Layer>,
    /// The iterations that layers settle in; none where activity moves up once.
    pub flow: Option<Recurrent>,
    /// What happens to a row in each of them.
    pub parts: Parts,
    /// Turns what the layers say into class scores.
    pub readout: Box<dyn Readout>,
    /// How pixels become inputs.
    pub scaling: Scaling,
    /// Shape of the images it was made for.
    pub shape: Shape,
    /// Number of classes.
    pub classes: usize,
    /// What the classes are called; empty where they have numbers only.
    pub class_names: Vec<String>,
}

/// Buffers of a pass through the layers, reused from batch to batch.
#[derive(Debug, Default)]
pub struct Walk {
    labels: Labels,
    settled: Settled,
    between: Between,
    joint: Matrix,
    /// What is known of the channels of the layer that is read now.
    known: Matrix,
    rounded: Rounded,
    /// What the readout summed up.
    pub(crate) sums: Matrix,
    /// Scores of some images.
    part: Matrix,
    /// The goodness of each layer in the last pass, its mean over places where it has one a place: rows × 1, or rows ×
    /// classes.
    pub g: Vec<Matrix>,
    /// The normalised activities of each layer in the last pass: rows × units, where somebody reads them.
    pub x: Vec<Matrix>,
    /// What the view makes of them: rows × its numbers, where it is not the activities themselves.
    pub(crate) views: Vec<Matrix>,
}

impl Walk {
    /// Bytes of memory that it holds, without what a recurrent flow keeps.
    pub(crate) fn bytes(&self) -> u64 {
        let layers = self.g.iter().chain(&self.x).chain(&self.views);
        let layers = layers.chain(self.between.matrices());
        held(layers.chain([&self.joint, &self.known, &self.sums]))
    }

    /// What a readout sees of layer number `layer` in the last pass.
    pub fn seen(&self, layer: usize) -> &Matrix {
        seen(&self.x[layer], &self.views[layer])
    }
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;
/// Rows that go through the layers together when somebody asks for the scores of a batch.
const ASKED: usize = 256;
/// Rows that go through the layers together when a data set is read, where layers are narrow.
const CHUNK: usize = 1000;
/// Numbers of the widest layer that are held together when a data set is read: maps have hundreds of thousands a row, and
/// weights are rounded and packed once for all these rows.
const HELD: usize = 1 << 21;
/// Images whose mirror images are held together when a readout is solved for.
const MIRRORED: usize = 1000;
/// Rows below which kernels have too little to share out, however wide layers are.
const FEW: usize = 16;

impl Network {
    /// Rounds the operands of every layer's products like this from now on.
    pub fn set_precision(&mut self, precision: Precision) {
        self.layers.iter_mut().for_each(|layer| layer.precision = precision);
    }

    /// What a class is called: its name where it has one, else its number.
    pub fn class_name(&self, class: usize) -> String {
        self.class_names.get(class).cloned().unwrap_or_else(|| class.to_string())
    }

    /// The network of a recipe for images of `shape` in `classes` classes, with the weights that training starts from.
    ///
    /// # Errors
    /// [`Unfit`] when the recipe and the images do not fit.
    pub fn initial(recipe: &Recipe, shape: Shape, classes: usize) -> Result<Self, Unfit> {
        build::network(recipe, shape, classes)
    }

    /// Number of weights and biases, those of the readout included.
    pub fn parameters(&self) -> usize {
        let layers: usize = self.layers.iter().map(Layer::parameters).sum();
        layers + self.readout.weights().iter().map(|w| w.data().len()).sum::<usize>()
    }

    /// Numbers that a readout sees of each layer.
    pub(crate) fn seen(&self) -> impl Iterator<Item = usize> {
        self.layers.iter().map(|layer| self.parts.view.width(layer.grid()))
    }

    /// Numbers of goodness that layer number `layer` gives a row.
    pub(crate) fn goodnesses(&self, layer: usize) -> usize {
        self.parts.goodnesses(&self.layers[layer], self.classes)
    }

    /// What layer number `layer` reads: the images with their labels, or what layers below passed on, `x[l]` of layer `l`.
    /// `joint` is where several of them are put side by side.
    pub(crate) fn input<'a>(
        &self,
        layer: usize,
        labelled: Labelled<'a>,
        x: &'a [Matrix],
        joint: &'a mut Matrix,
    ) -> Input<'a> {
        match self.parts.residual.sources(layer) {
            sources if sources.is_empty() => Input::Labelled(labelled),
            sources => Input::Rows(self.join(layer, &x[sources], joint)),
        }
    }

    /// Runs the passes that `readout` looks at through the first `depth` layers and writes every class's score.
    ///
    /// # Shapes
    /// `scores`: images × classes.
    pub(crate) fn read(
        &self,
        readout: &dyn Readout,
        images: &Images,
        depth: usize,
        walk: &mut Walk,
        scores: &mut Matrix,
    ) {
        self.read_some(readout, (images, 0..images.len()), depth, walk, scores);
    }

    /// The same, where nobody wants to know what the layers did: image by image as far as memory is concerned.
    pub(crate) fn ask(
        &self,
        readout: &dyn Readout,
        images: &Images,
        depth: usize,
        walk: &mut Walk,
        scores: &mut Matrix,
    ) {
        let step = ASKED.div_ceil(readout.pass().count(self.classes));
        if readout.learns() || self.flow.is_some() || images.len() <= step {
            return self.read(readout, images, depth, walk, scores);
        }
        scores.resize(images.len(), self.classes);
        let mut part = std::mem::take(&mut walk.part);
        for first in (0..images.len()).step_by(step) {
            let window = first..(first + step).min(images.len());
            self.read_some(readout, (images, window), depth, walk, &mut part);
            scores.data_mut()[first * self.classes..][..part.data().len()].copy_from_slice(part.data());
        }
        walk.part = part;
    }

    fn read_some(
        &self,
        readout: &dyn Readout,
        (images, window): (&Images, Range<usize>),
        depth: usize,
        walk: &mut Walk,
        scores: &mut Matrix,
    ) {
        let (pass, count) = (readout.pass(), window.len());
        let passes = pass.count(self.classes);
        let Parts { overlay, normalize, .. } = &self.parts;
        let label = |n, _| pass.label(n, self.classes);
        walk.labels.write_some((images, window), passes, overlay, &**normalize, label);
        walk.sums.resize(readout.blocks() * count, self.classes);
        walk.sums.data_mut().fill(0.0);
        scores.resize(count, self.classes);
        walk.x.resize_with(self.layers.len(), Matrix::default);
        walk.g.resize_with(self.layers.len(), Matrix::default);
        walk.views.resize_with(self.layers.len(), Matrix::default);
        // A neutral pass through a recurrent network is the pass from the image up.
        let settling = self.flow.filter(|_| pass == Pass::EveryLabel);
        if let Some(flow) = settling {
            self.settle(flow, images, walk);
        }
        for layer in 0..depth {
            let passes_on = layer + 1 < depth || readout.reads_activities();
            if settling.is_none() {
                // What nobody reads any more makes room for what comes.
                if !readout.reads_activities() {
                    residual::recycle(&mut walk.x, layer, self.parts.residual.sources(layer));
                }
                self.walk_layer(layer, images, passes * count, passes_on, walk);
            }
            if settling.is_none() && readout.reads_activities() {
                self.look(layer, walk);
            }
            let Walk { x, views, settled, g, sums, .. } = &mut *walk;
            let x = if settling.is_none() { seen(&x[layer], &views[layer]).rows() } else { settled.x(layer) };
            readout.read(layer, Seen { goodness: g[layer].rows(), x }, sums.rows_mut());
        }
        readout.finish(walk.sums.rows(), scores.rows_mut());
    }

    /// Shows a recurrent network the images with every label above them, as [`Pass::EveryLabel`] stacks them.
    fn settle(&self, flow: Recurrent, images: &Images, walk: &mut Walk) {
        let Walk { labels, settled, g, .. } = walk;
        settled.run((self, flow), Labelled { images, labels }, |row| (row / images.len()) as u8, g);
    }

    fn walk_layer(&self, layer: usize, images: &Images, rows: usize, passes_on: bool, walk: &mut Walk) {
        let (below, own) = walk.x.split_at_mut(layer);
        let h = &mut own[0];
        let labelled = Labelled { images, labels: &walk.labels };
        let input = self.input(layer, labelled, below, &mut walk.joint);
        let units = self.layers[layer].units();
        h.resize(rows, units);
        walk.between.resize(rows, &self.parts, &self.layers[layer]);
        walk.g[layer].resize(rows, self.goodnesses(layer));
        self.layers[layer].weighted_into(&input, &mut walk.rounded, h.rows_mut());
        let (lens, between) = (self.layers[layer].lens(), (&mut walk.between, &mut walk.rounded));
        let channels = self.parts.remembered(&self.layers[layer], &mut walk.known);
        self.parts.lift(lens, h, between, walk.g[layer].rows_mut(), passes_on.then_some(channels));
        if !passes_on {
            h.resize(0, units);
        }
        if self.parts.goodness.per_place() {
            walk.g[layer].average_rows();
        }
    }

    /// Writes what a readout sees of what layer number `layer` passed on, where that is not all of it.
    fn look(&self, layer: usize, walk: &mut Walk) {
        let (view, grid) = (&*self.parts.view, self.layers[layer].grid());
        let (x, seen) = (&walk.x[layer], &mut walk.views[layer]);
        if view.is_whole(grid) {
            return seen.resize(x.len(), 0);
        }
        seen.resize(x.len(), view.width(grid));
        par::each_block(x.len(), ROWS, (x.rows(), seen.rows_mut()), |_, (x, seen)| view.forward_into(grid, x, seen));
    }

    /// The normalised activities of every layer on one pass with the neutral code: `each(first row, activities)` is called
    /// chunk by chunk, the activities of a layer being images × units. Those of a last layer that nothing reads are as they are,
    /// where normalisation goes by statistics. Call it inside a [`Pool`](goodness_engine::Pool).
    pub fn activities(&self, data: &Dataset, mut each: impl FnMut(usize, &[Matrix])) {
        self.read_by(&Onlooker, data, self.layers.len(), |first, walk, _| each(first, &walk.x));
    }

    /// Reads every image of a data set through the first `depth` layers: `each(first row, what the layers did, scores)` is
    /// called chunk by chunk.
    pub(crate) fn read_all(&self, data: &Dataset, depth: usize, each: impl FnMut(usize, &Walk, &Matrix)) {
        self.read_by(&*self.readout, data, depth, each);
    }

    fn read_by(
        &self,
        readout: &dyn Readout,
        data: &Dataset,
        depth: usize,
        mut each: impl FnMut(usize, &Walk, &Matrix),
    ) {
        let (mut images, mut walk, mut scores) = (Images::default(), Walk::default(), Matrix::default());
        let chunk = self.chunk().div_ceil(readout.pass().count(self.classes));
        let levels = self.scaling.levels();
        for first in (0..data.len()).step_by(chunk) {
            let rows = chunk.min(data.len() - first);
            images.load(rows, &self.parts.overlay, |r, out| self.scaling.write(data.row(first + r), &levels, out));
            images.project(&self.layers[0], &self.parts.overlay, readout.pass().count(self.classes));
            self.read(readout, &images, depth, &mut walk, &mut scores);
            each(first, &walk, &scores);
        }
    }

    /// Rows that go through the layers together when a data set is read.
    pub(crate) fn chunk(&self) -> usize {
        let widest = self.layers.iter().map(Layer::units).max().unwrap_or(1);
        (HELD / widest.max(1)).clamp(FEW, CHUNK)
    }

    /// Solves for the readout's weights on a data set, and where `mirrored` on the mirror images too, where it is one that is
    /// solved for. Call it inside a [`Pool`](goodness_engine::Pool).
    pub(crate) fn solve_readout(&mut self, data: &Dataset, mirrored: bool, depth: usize) {
        let Some(mut moments) = self.readout.moments() else { return };
        let mut add = |data: &Dataset| {
            self.read_all(data, depth, |first, walk, scores| {
                let seen: Vec<Rows<'_>> = (0..depth).map(|l| walk.seen(l).rows()).collect();
                moments.add(&seen, &data.labels()[first..first + scores.len()]);
            });
        };
        add(data);
        if mirrored {
            let parts = (0..data.len()).step_by(MIRRORED).map(|first| first..data.len().min(first + MIRRORED));
            parts.filter_map(|rows| data.select(rows).ok()).for_each(|part| add(&part.mirrored()));
        }
        self.readout.solve(moments);
    }

    /// The score of every class for every image: images × classes. Call it inside a [`Pool`](goodness_engine::Pool).
    pub fn scores(&self, data: &Dataset) -> Matrix {
        let mut all = Matrix::zeros(data.len(), self.classes);
        let classes = self.classes;
        self.read_all(data, self.layers.len(), |first, _, scores| {
            all.data_mut()[first * classes..][..scores.data().len()].copy_from_slice(scores.data());
        });
        all
    }

    /// Share of images whose best class is not their label, from 0 to 1. Call it inside a
    /// [`Pool`](goodness_engine::Pool).
    pub fn error(&self, data: &Dataset) -> f64 {
        let mut wrong = 0;
        self.read_all(data, self.layers.len(), |first, _, scores| {
            wrong += misread(scores.rows(), &data.labels()[first..][..scores.len()]);
        });
        wrong as f64 / data.len() as f64
    }
}

/// How many rows' best class is not their label.
pub(crate) fn misread(scores: Rows<'_>, labels: &[u8]) -> usize {
    scores.iter().zip(labels).filter(|(row, label)| math::argmax(row) != usize::from(**label)).count()
}

/// Looks at the activities of a neutral pass and says nothing about them.
struct Onlooker;

impl Readout for Onlooker {
    fn pass(&self) -> Pass {
        Pass::Neutral
    }

    fn from(&self) -> usize {
        0
    }

    fn reads_activities(&self) -> bool {
        true
    }

    fn reads_goodness(&self) -> Option<PerClass> {
        None
    }

    fn read(&self, _layer: usize, _seen: Seen<'_>, _sums: RowsMut<'_>) {}
}
