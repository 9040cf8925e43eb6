//! What a trained network is like: the material of the report.

use goodness_core::Rng;
use goodness_core::image_negatives::ImageNegatives;
use goodness_core::negatives::{Negatives, WrongLabel};
use goodness_core::overlay::Place;
use goodness_engine::{Matrix, Pool, Rounded};

use super::maps::feature_maps;
use super::test::Test;
use crate::data::{Dataset, Shape};
use crate::layer::{Images, Labelled, Labels, Sight};
use crate::lift::Between;
use crate::network::Network;
use crate::recipe::Recipe;
use crate::recurrent::Settled;
use crate::report::{EpochRecord, Histogram, Report, Summary, WeightImage};
use crate::train::{Contrast, Method, Spoiled, examples};

/// Validation samples whose goodness is drawn.
const SAMPLES: usize = 2000;
/// Bars of a histogram.
const BINS: usize = 60;
/// First-layer units that are shown.
const UNITS: usize = 64;

/// Gathers what the report shows. Without a test set it has neither confusion matrix nor mistakes.
pub fn examine(
    (network, recipe): (&Network, &Recipe),
    pool: &Pool,
    summary: Summary,
    epochs: Vec<EpochRecord>,
    validation: &Dataset,
    test: Option<(&Test, &Dataset)>,
) -> Report {
    Report {
        histograms: pool.run(|| histograms(network, recipe, &summary.thresholds, validation)),
        summary,
        epochs,
        confusion: test.map(|(test, _)| test.confusion()),
        weights: weight_images(network),
        samples: examples(recipe, &network.scaling, validation),
        maps: feature_maps(network, pool, validation),
        mistakes: test.map_or_else(Vec::new, |(test, data)| test.mistakes(data)),
        recipe_toml: recipe.to_toml(),
        class_names: (0..network.classes).map(|k| network.class_name(k)).collect(),
    }
}

/// The goodness of validation samples with their true label and with a wrong one, layer by layer. They go through the layers
/// so many at a time that maps take no more memory than in training.
fn histograms(network: &Network, recipe: &Recipe, thresholds: &[f64], validation: &Dataset) -> Vec<Histogram> {
    let rows = SAMPLES.min(validation.len());
    let wrong = wrong_labels(network, validation, rows, recipe.train.seed);
    // Two rows a sample, and parts of nearly one size: negatives that are made of two images need two.
    let part = rows.div_ceil((2 * rows).div_ceil(network.chunk()).max(1)).max(1);
    let mut pairs = vec![(Vec::new(), Vec::new()); network.layers.len()];
    for first in (0..rows).step_by(part) {
        let own: Vec<usize> = (first..rows.min(first + part)).collect();
        let Ok(few) = validation.pick(&own) else { break };
        let wrong = &wrong[first..][..few.len()];
        for (all, g) in pairs.iter_mut().zip(goodness_of_both(network, recipe, &few, wrong)) {
            let (positive, negative) = of_pairs(&g, few.labels(), wrong);
            all.0.extend(positive);
            all.1.extend(negative);
        }
    }
    let one = |(l, (positive, negative)): (usize, &(Vec<f32>, Vec<f32>))| {
        histogram(l, positive, negative, thresholds.get(l).copied())
    };
    pairs.iter().enumerate().map(one).collect()
}

/// The goodness in every layer of samples, then of negatives that are made of them.
fn goodness_of_both(network: &Network, recipe: &Recipe, few: &Dataset, wrong: &[u8]) -> Vec<Matrix> {
    let (method, rows) = (Method::new(&recipe.train), few.len());
    let (images, labels) = match &method.negatives {
        Contrast::Images(maker) if method.objective.passes() == 2 => {
            let images = spoiled(network, few, &**maker, (rows, recipe.train.seed));
            let mut labels = Labels::default();
            labels.write(&images, 1, &network.parts.overlay, &*network.parts.normalize, |_, _| None);
            (images, labels)
        }
        _ => labelled(network, few, wrong),
    };
    if let Some(flow) = network.flow {
        let mut settled = Settled::default();
        let label = |row: usize| if row < rows { few.label(row) } else { wrong[row - rows] };
        let mut goodness = vec![Matrix::default(); network.layers.len()];
        settled.run((network, flow), Labelled { images: &images, labels: &labels }, label, &mut goodness);
        return goodness;
    }
    let (mut x, mut joint) = (Vec::<Matrix>::new(), Matrix::default());
    let mut all = Vec::new();
    for (l, layer) in network.layers.iter().enumerate() {
        if let (Contrast::Images(maker), Some(below)) = (&method.negatives, l.checked_sub(1))
            && maker.anew(l)
            && method.objective.passes() == 2
        {
            let key = (recipe.train.seed, u64::MAX >> 24);
            Spoiled::default().renew(&**maker, (l, network.layers[below].grid()), key, &mut x[below]);
        }
        let input = network.input(l, Labelled { images: &images, labels: &labels }, &x, &mut joint);
        let mut h = Matrix::zeros(2 * rows, layer.units());
        let mut g = Matrix::zeros(2 * rows, network.goodnesses(l));
        let (mut rounded, mut between) = (Rounded::default(), Between::default());
        layer.weighted_into(&input, &mut rounded, h.rows_mut());
        between.resize(2 * rows, &network.parts, layer);
        let mut known = Matrix::default();
        let above = Some(network.parts.remembered(layer, &mut known));
        network.parts.lift(layer.lens(), &mut h, (&mut between, &mut rounded), g.rows_mut(), above);
        if network.parts.goodness.per_place() {
            g.average_rows();
        }
        all.push(g);
        x.push(h);
        // What no layer above reads is forgotten.
        x[..network.parts.residual.sources(l + 1).start].iter_mut().for_each(|x| *x = Matrix::default());
    }
    all
}

/// The goodness of samples with their true label and with the wrong one: of the two passes, or of the two classes.
fn of_pairs(g: &Matrix, truth: &[u8], wrong: &[u8]) -> (Vec<f32>, Vec<f32>) {
    let pick = |pass: usize, labels: &[u8]| {
        let row = |(r, label): (usize, &u8)| match g.width() {
            1 => g.data()[pass * labels.len() + r],
            _ => g.rows().row(r)[usize::from(*label)],
        };
        labels.iter().enumerate().map(row).collect()
    };
    (pick(0, truth), pick(1, wrong))
}

fn wrong_labels(network: &Network, data: &Dataset, rows: usize, seed: u64) -> Vec<u8> {
    let mut wrong = vec![0; rows];
    let mut rng = Rng::keyed(seed, Rng::NEGATIVES, u64::MAX);
    WrongLabel.fill(&data.labels()[..rows], network.classes, None, &mut rng, &mut wrong);
    wrong
}

/// The first samples, then negatives that are made of them.
fn spoiled(network: &Network, data: &Dataset, maker: &dyn ImageNegatives, (rows, seed): (usize, u64)) -> Images {
    let mut spoiled = Spoiled::default();
    let (images, overlay) = (first_images(network, data, rows), &network.parts.overlay);
    spoiled.fill(maker, &images, (network.shape, overlay), (seed, u64::MAX >> 24));
    spoiled.images.project(&network.layers[0], overlay, 1);
    spoiled.images
}

pub(super) fn first_images(network: &Network, data: &Dataset, rows: usize) -> Images {
    let (mut images, levels) = (Images::default(), network.scaling.levels());
    images.load(rows, &network.parts.overlay, |r, out| network.scaling.write(data.row(r), &levels, out));
    images
}

/// Two passes over samples: with their true labels and with the wrong ones; both neutral where goodness is by class.
fn labelled(network: &Network, data: &Dataset, wrong: &[u8]) -> (Images, Labels) {
    let (mut images, mut labels) = (first_images(network, data, wrong.len()), Labels::default());
    let (overlay, by_class) = (&network.parts.overlay, network.parts.goodness.per_class());
    images.project(&network.layers[0], overlay, 2);
    labels.write(&images, 2, overlay, &*network.parts.normalize, |pass, r| {
        (!by_class).then(|| if pass == 0 { data.label(r) } else { wrong[r] })
    });
    (images, labels)
}

fn histogram(layer: usize, positive: &[f32], negative: &[f32], theta: Option<f64>) -> Histogram {
    let finite = || positive.iter().chain(negative).copied().filter(|g| g.is_finite()).map(f64::from);
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), g| (l.min(g), h.max(g)));
    let (low, high) = if low < high { (low, high) } else { (0.0, 1.0) };
    let step = (high - low) / BINS as f64;
    let bin = |g: f32| ((((f64::from(g) - low) / step) as usize).min(BINS - 1), g.is_finite());
    let count = |goodnesses: &[f32]| {
        let mut counts = vec![0; BINS];
        goodnesses.iter().map(|g| bin(*g)).filter(|(_, fine)| *fine).for_each(|(b, _)| counts[b] += 1);
        counts
    };
    let edges = (0..=BINS).map(|i| low + step * i as f64).collect();
    Histogram { layer: layer + 1, theta, edges, positive: count(positive), negative: count(negative) }
}

/// The first units of the first layer, as images; what they read behind the pixels is not shown.
fn weight_images(network: &Network) -> Vec<WeightImage> {
    let first = &network.layers[0];
    let shape = match first.sight {
        Sight::All => network.shape,
        Sight::Fields(fields) => Shape { height: fields.size, width: fields.size, channels: fields.below.channels },
        Sight::Maps(maps) => Shape { height: maps.side(), width: maps.side(), channels: maps.below().channels },
    };
    let rows = network.layers[0].weights.rows();
    let code = &network.parts.overlay;
    let label = if code.place() == Place::First { code.width() } else { 0 };
    let image = |unit: usize| WeightImage {
        unit,
        height: shape.height,
        width: shape.width,
        channels: shape.channels,
        label,
        values: rows.row(unit)[..shape.features()].to_vec(),
    };
    (0..UNITS.min(rows.len())).map(image).collect()
}
