//! The twin's network: the layers of a recipe with a softmax on top, and how data sets are read.

use goodness::data::{Dataset, Shape};
use goodness::layer::Layer;
use goodness::residual::{self, Residual};
use goodness::train::batch::Loader;
use goodness::{Network, Recipe};
use goodness_core::activation::{self, Activation, Relu};
use goodness_core::catalogue::find;
use goodness_core::normalize::{self, Channels, Keep, Normalize};
use goodness_core::{Grid, Rng, Rows, RowsMut, image_negatives, init, math};
use goodness_engine::{Matrix, par};

use crate::TwinError;
use crate::down::Normal;
use crate::pass::Pass;

/// Layers that learn from one loss at the top.
pub struct TwinNetwork {
    /// The recipe's layers, first to last, and last the softmax: classes × units of the last layer.
    pub layers: Vec<Layer>,
    pub(crate) activation: Box<dyn Activation>,
    pub(crate) normalize: Box<dyn Normalize>,
    pub(crate) normal: Normal,
    pub(crate) residual: Box<dyn Residual>,
    pub(crate) loader: Loader,
    pub(crate) dropout: f32,
    pub(crate) seed: u64,
    /// Groups that the units of a dense layer fall into.
    groups: usize,
    shape: Shape,
    classes: usize,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;
/// Rows that go through the layers together when a data set is read, and numbers of all layers that these have at most.
const CHUNK: usize = 1000;
const NUMBERS: usize = 1 << 25;

/// Says whether a recipe has a twin.
///
/// # Errors
/// [`TwinError::NoTwin`] with what would make one.
pub fn has_twin(recipe: &Recipe) -> Result<(), TwinError> {
    let none = |key, came: &str, hint| none(recipe, key, came, hint);
    if recipe.network.flow.name != "once" {
        let hint = "its layers settle together; with network.flow = \"once\" there is one";
        return none("network.flow", &recipe.network.flow.name, hint);
    }
    squares(recipe)?;
    normal(recipe, &*recipe.network.normalize.build(normalize::CATALOGUE))?;
    if recipe.network.residual.build(residual::CATALOGUE).adds() {
        let hint = "the gradient of a sum is not among what is computed; network.residual = \"concatenate\" has a twin";
        return none("network.residual", &recipe.network.residual.name, hint);
    }
    if !recipe.train.rates.is_empty() {
        let hint = "its layers move by one rate; without the key there is one";
        return none("train.rates", &format!("{:?}", recipe.train.rates), hint);
    }
    let micro_batch = recipe.train.micro_batch;
    if micro_batch > 0 && micro_batch < recipe.train.batch {
        let hint = "parts of a batch are a form of its own: leave the key out and choose gradient accumulation";
        return none("train.micro_batch", &micro_batch.to_string(), hint);
    }
    if find(image_negatives::CATALOGUE, &recipe.train.negatives.name).is_some() {
        let hint = "its layers see no label, and a gradient from the top would have none to start from; \
                    network.readout = \"label_sweep\" with negatives that are wrong labels makes one, \
                    and so does network.readout = \"class_goodness\" with a loss of classes";
        return none("train.negatives", &recipe.train.negatives.name, hint);
    }
    Ok(())
}

fn none<T>(recipe: &Recipe, key: &'static str, came: &str, hint: &'static str) -> Result<T, TwinError> {
    Err(TwinError::NoTwin { recipe: recipe.name.clone(), key, came: came.to_string(), hint })
}

/// Says whether there is a way down through the convolutions of a recipe. None leads through the first.
fn squares(recipe: &Recipe) -> Result<(), TwinError> {
    let (residual, convolutions) = (&recipe.network.residual, &recipe.network.convolutions);
    if !convolutions.is_empty() && residual.name != "none" {
        let hint =
            "the gradient of joined pictures is not among what is computed; network.residual = \"none\" has a twin";
        return none(recipe, "network.residual", &residual.name, hint);
    }
    if let Some(wide) = convolutions.iter().skip(1).find(|square| square.padding >= square.side) {
        let came = format!("side {} with padding {}", wide.side, wide.padding);
        let hint = "places see zeros alone, and the way down knows only those that see something; with less padding than side \
                    there is one";
        return none(recipe, "network.convolutions", &came, hint);
    }
    Ok(())
}

/// How a derivative passes `built`, which the recipe names.
fn normal(recipe: &Recipe, built: &dyn Normalize) -> Result<Normal, TwinError> {
    let choice = &recipe.network.normalize;
    let hint = "nobody has written down how a gradient passes it; with network.normalize = \"batch\" there is one";
    Normal::of(choice, built).map_or_else(|| none(recipe, "network.normalize", &choice.name, hint), Ok)
}

impl TwinNetwork {
    /// The network of a recipe for the training images `data`, with the recipe's initial weights. `plain`: nothing
    /// is normalised, neither images nor what layers pass on.
    ///
    /// A rectifier whose derivative the recipe takes as 1 everywhere has its true one here.
    ///
    /// # Errors
    /// [`TwinError`] when the recipe has no twin, or does not fit the images.
    pub fn new(recipe: &Recipe, plain: bool, data: &Dataset) -> Result<Self, TwinError> {
        has_twin(recipe)?;
        let (shape, classes) = (data.shape(), data.classes());
        let Network { mut layers, parts, .. } = Network::initial(recipe, shape, classes)?;
        let normalize: Box<dyn Normalize> = if plain { Box::new(Keep) } else { parts.normalize };
        let normal = if plain { Normal::Factor } else { normal(recipe, &*normalize)? };
        layers.iter_mut().for_each(|layer| bare(layer, normal == Normal::Batch));
        let (inputs, index) = (layers.last().map_or(shape.features(), read_of), layers.len() as u64);
        let mut rng = Rng::keyed(recipe.train.seed, Rng::WEIGHTS, index);
        layers.push(Layer::new(inputs, classes, &*recipe.network.init.build(init::CATALOGUE), &mut rng));
        let straight = recipe.network.activation.name == "relu_straight";
        let own = || recipe.network.activation.build(activation::CATALOGUE);
        Ok(Self {
            layers,
            activation: if straight { Box::new(Relu) } else { own() },
            normalize,
            normal,
            groups: parts.groups,
            residual: recipe.network.residual.build(residual::CATALOGUE),
            loader: Loader::fit(recipe, data)?,
            dropout: recipe.train.dropout as f32,
            seed: recipe.train.seed,
            shape,
            classes,
        })
    }

    /// Layers without the softmax.
    pub fn depth(&self) -> usize {
        self.layers.len() - 1
    }

    /// How the channels of layer number `layer` lie in its rows; `known`: what is known of them.
    pub(crate) fn channels<'a>(&self, layer: usize, known: Rows<'a>) -> Channels<'a> {
        let maps = self.layers[layer].maps().map(|maps| maps.own());
        let (blocks, places) = maps.map_or((self.groups, 1), |own| (own.blocks, own.places()));
        Channels { blocks, places, known }
    }

    /// The grid of which layer number `layer` reads the average of each channel: the softmax above maps.
    pub(crate) fn averaged(&self, layer: usize) -> Option<Grid> {
        let below = (layer == self.depth()).then(|| layer.checked_sub(1)).flatten()?;
        self.layers[below].maps().map(|maps| maps.own())
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of weights and biases, those of the softmax included.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(Layer::parameters).sum()
    }

    /// The layers whose activities layer number `layer` reads; none for the first, which reads the images.
    pub(crate) fn sources(&self, layer: usize) -> std::ops::Range<usize> {
        let depth = self.depth();
        if layer == depth { depth.saturating_sub(1)..depth } else { self.residual.sources(layer) }
    }

    /// Writes input rows, on all threads: `fill(row, pixels)` writes the pixels, what stands behind them is 0.
    pub(crate) fn load(&self, rows: usize, pixels: &mut Matrix, fill: impl Fn(usize, &mut [f32]) + Sync) {
        let (inputs, features) = (self.layers[0].inputs(), self.shape.features());
        pixels.resize(rows, inputs);
        par::each_block(rows, ROWS, pixels.rows_mut(), |first, mut out: RowsMut<'_>| {
            for r in 0..out.len() {
                let row = out.row_mut(r);
                fill(first + r, &mut row[..features]);
                row[features..].fill(0.0);
                let scale = self.normalize.image_scale(math::sum_of_squares(row), inputs);
                row.iter_mut().for_each(|x| *x *= scale);
            }
        });
    }

    /// Reads every image: `each(first row, pass)` is called chunk by chunk after a forward pass.
    fn read(&self, data: &Dataset, mut each: impl FnMut(usize, &Pass)) {
        let mut pass = Pass::reading();
        let units: usize = self.layers.iter().map(Layer::units).sum();
        let chunk = (NUMBERS / units).clamp(1, CHUNK);
        for first in (0..data.len()).step_by(chunk) {
            let rows = chunk.min(data.len() - first);
            self.load(rows, &mut pass.pixels, |r, out| self.loader.write_still(data, first + r, out));
            pass.forward(self);
            each(first, &pass);
        }
    }

    /// The normalised activities of every layer: `each(first row, activities)` is called chunk by chunk, the activities of a
    /// layer being images × units. Call it inside a [`Pool`](goodness_engine::Pool).
    pub fn activities(&self, data: &Dataset, mut each: impl FnMut(usize, &[Matrix])) {
        let mut x = vec![Matrix::default(); self.depth()];
        self.read(data, |first, pass| {
            x.iter_mut().enumerate().for_each(|(l, x)| pass.passed_on(self, l, x));
            each(first, &x);
        });
    }

    /// The logits of every image: images × classes. Call it inside a [`Pool`](goodness_engine::Pool).
    pub fn logits(&self, data: &Dataset) -> Matrix {
        let mut all = Matrix::zeros(data.len(), self.classes);
        self.read(data, |first, pass| {
            let logits = pass.logits.data();
            all.data_mut()[first * self.classes..][..logits.len()].copy_from_slice(logits);
        });
        all
    }

    /// Share of images whose best class is not their label, from 0 to 1. Call it inside a
    /// [`Pool`](goodness_engine::Pool).
    pub fn error(&self, data: &Dataset) -> f64 {
        let logits = self.logits(data);
        let miss = |(r, row): &(usize, &[f32])| math::argmax(row) != usize::from(data.label(*r));
        logits.rows().iter().enumerate().filter(miss).count() as f64 / data.len() as f64
    }
}

/// Numbers that a softmax above `layer` reads: one a channel of maps.
fn read_of(layer: &Layer) -> usize {
    layer.maps().map_or(layer.units(), |maps| maps.own().channels)
}

/// Leaves a layer what the twin has a use for: weights and biases, and statistics where all layers are `remembered`.
fn bare(layer: &mut Layer, remembered: bool) {
    layer.above = Matrix::zeros(layer.units(), 0);
    layer.head = Matrix::default();
    layer.projection = Matrix::zeros(0, layer.units());
    layer.embedding = Matrix::default();
    layer.running = Matrix::default();
    if remembered {
        layer.remember();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number less one: no factor, and not written down.
    struct Less;

    impl Normalize for Less {
        fn is_factor(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_normalisation_whose_way_back_is_not_written_down_is_named() {
        let recipe = Recipe::parse("toy", "name = 'toy'\n[network]\nlayers = [4]\nnormalize = 'rms'").unwrap();
        let said = normal(&recipe, &Less).unwrap_err().to_string();
        assert!(
            said.contains("network.normalize = \"rms\"; nobody has written down how a gradient passes it"),
            "{said}"
        );
        assert!(said.ends_with("with network.normalize = \"batch\" there is one"), "{said}");
    }
}
