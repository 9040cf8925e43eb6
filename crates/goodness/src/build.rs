//! Recipe to network.

use goodness_core::overlay::Place;
use goodness_core::view::{self, View};
use goodness_core::{Grid, Rng, activation, goodness, init, normalize, overlay, projection};

use crate::data::Shape;
use crate::flow;
use crate::joint::Joint;
use crate::layer::{self, Code, Fields, Layer, Maps, Sight, Squares};
use crate::network::{Network, Parts, Scaling};
use crate::precision;
use crate::readout::{self, Layers, Readout};
use crate::recipe::{Choice, NetworkSpec, Recipe};
use crate::residual::{self, Residual};

/// The recipe and the data do not fit.
#[derive(Debug, thiserror::Error)]
#[error("{key} = {came}: {expected}")]
pub struct Unfit {
    /// The recipe's key.
    pub key: &'static str,
    /// Its value.
    pub came: String,
    /// What the data allow.
    pub expected: String,
}

/// The network of a recipe for images of `shape` in `classes` classes, with its initial weights.
pub(crate) fn network(recipe: &Recipe, shape: Shape, classes: usize) -> Result<Network, Unfit> {
    let spec = &recipe.network;
    let overlay = written(spec, shape, classes)?;
    let goodness = spec.goodness.build(goodness::CATALOGUE);
    let (view, projection) = (spec.view.build(view::CATALOGUE), spec.projection.build(projection::CATALOGUE));
    let similarity_view = recipe.train.similarity_view.build(view::CATALOGUE);
    let init = spec.init.build(init::CATALOGUE);
    let flow = *spec.flow.build(flow::CATALOGUE);
    let (mut layers, mut widths) = (Vec::new(), Vec::new());
    for (l, wire) in wiring(spec, shape, classes)?.into_iter().enumerate() {
        let mut rng = Rng::keyed(recipe.train.seed, Rng::WEIGHTS, l as u64);
        let mut layer = match wire.sight {
            Sight::All => Layer::new(wire.inputs, wire.units, &*init, &mut rng),
            Sight::Fields(fields) => Layer::with_fields(fields, &*init, &mut rng),
            Sight::Maps(maps) => Layer::with_maps(maps, &*init, &mut rng),
        };
        fits(&*view, ("network.view", &spec.view), &layer, l)?;
        fits(&*similarity_view, ("train.similarity_view", &recipe.train.similarity_view), &layer, l)?;
        layer.project(&*projection, (classes, view.width(layer.grid()), spec.head), &mut rng);
        layer.precision = *spec.precision.build(precision::CATALOGUE);
        if l == 0 {
            layer.embedding = overlay.start(&mut rng);
        }
        if flow.is_some() {
            layer.hear(heard(spec, l, classes), &*init, &mut rng);
        }
        widths.push(view.width(layer.grid()));
        layers.push(layer);
    }
    let mut readout = spec.readout.build(readout::CATALOGUE);
    readout.prepare(Layers { widths: &widths, classes, per_class: goodness.per_class() });
    let normalize = spec.normalize.build(normalize::CATALOGUE);
    if normalize.stays(1).is_some() {
        let read = if reads_last(recipe, &*readout) { layers.len() } else { layers.len() - 1 };
        layers[..read].iter_mut().for_each(Layer::remember);
    }
    let parts = Parts {
        overlay,
        activation: spec.activation.build(activation::CATALOGUE),
        view,
        projection,
        goodness,
        normalize,
        groups: groups(spec, classes)?,
        residual: spec.residual.build(residual::CATALOGUE),
    };
    let scaling = Scaling::of(recipe, shape)?;
    Ok(Network { layers, flow, parts, readout, scaling, shape, classes, class_names: Vec::new() })
}

/// Whether anybody reads what the last layer passes on.
fn reads_last(recipe: &Recipe, readout: &dyn Readout) -> bool {
    let adviser = recipe.train.adviser.as_ref().map(|adviser| adviser.build(readout::CATALOGUE));
    readout.reads_activities() || adviser.is_some_and(|adviser| adviser.reads_activities())
}

/// Whether the cells that a view, the `choice` of `key`, cuts layer number `l` into are large enough.
fn fits(view: &dyn View, (key, choice): (&'static str, &Choice), layer: &Layer, l: usize) -> Result<(), Unfit> {
    let (grid, least) = (layer.grid(), view.least());
    if view.is_whole(grid) || grid.smallest(view.cells()) >= least {
        return Ok(());
    }
    let came = format!("{} with {} cells along each side, of layer {}", choice.name, view.cells(), l + 1);
    let (height, width) = (grid.height, grid.width);
    let expected = format!("cells of {least} places at least, cut from the {height} × {width} places of the layer");
    Err(Unfit { key, came, expected })
}

/// The largest patterns over images, in numbers.
const PATTERNS: usize = 1 << 26;

/// The overlay of a network for images of `shape` in `classes` classes.
fn written(spec: &NetworkSpec, shape: Shape, classes: usize) -> Result<Code, Unfit> {
    let overlay = spec.overlay.build(overlay::CATALOGUE);
    let (inputs, code) = (shape.features(), overlay.width(classes));
    let unfit = |expected| Err(Unfit { key: "network.overlay", came: spec.overlay.name.clone(), expected });
    match overlay.place() {
        Place::First if code > 0 && code >= inputs => {
            unfit(format!("{classes} classes take {code} inputs, the images have only {inputs}"))
        }
        Place::Over if code.saturating_mul(inputs) > PATTERNS => {
            unfit(format!("{code} patterns of {inputs} numbers are more than {PATTERNS} numbers"))
        }
        _ => Ok(Code::new(overlay, shape, classes)),
    }
}

/// Units above layer number `l` of a recurrent network: those of the next layer, or the label's.
pub(crate) fn heard(spec: &NetworkSpec, l: usize, classes: usize) -> usize {
    spec.layers.get(l + 1).copied().unwrap_or(classes)
}

/// What one layer looks like before it has weights.
pub(crate) struct Wire {
    /// Its units, or its channels.
    pub(crate) units: usize,
    /// Inputs that each of them sees.
    pub(crate) inputs: usize,
    sight: Sight,
}

/// Groups that units fall into: one a class, where goodness is read off them class by class.
fn groups(spec: &NetworkSpec, classes: usize) -> Result<usize, Unfit> {
    let projection = spec.projection.build(projection::CATALOGUE);
    let grouped = spec.goodness.build(goodness::CATALOGUE).per_class() && projection.width(classes) == 0;
    let unfit = |(l, units): (usize, &usize)| {
        let what = if l < spec.convolutions.len() { "channels" } else { "units" };
        let expected = format!("a multiple of the {classes} classes, for each has its own group of {what}");
        Unfit { key: "network.layers", came: units.to_string(), expected }
    };
    let odd = spec.layers.iter().enumerate().find(|(_, units)| grouped && *units % classes != 0);
    odd.map_or(Ok(if grouped { classes } else { 1 }), |odd| Err(unfit(odd)))
}

/// The maps of layer number `l`, where it convolves the grid `below`.
fn maps(spec: &NetworkSpec, l: usize, below: Grid, groups: usize) -> Result<Option<Maps>, Unfit> {
    let Some(squares) = spec.convolutions.get(l) else { return Ok(None) };
    let channels = spec.layers[l];
    let unfit = || unfit_maps(*squares, l, below, channels);
    Maps::fit(*squares, below, (channels, groups)).ok_or_else(unfit).map(Some)
}

/// The layers of a network for images of `shape` in `classes` classes.
pub(crate) fn wiring(spec: &NetworkSpec, shape: Shape, classes: usize) -> Result<Vec<Wire>, Unfit> {
    let behind = layer::inputs_behind(&*spec.overlay.build(overlay::CATALOGUE), classes);
    let (residual, mut grid) = (spec.residual.build(residual::CATALOGUE), shape);
    let groups = groups(spec, classes)?;
    let image = Grid { height: shape.height, width: shape.width, channels: shape.channels, blocks: 1 };
    let (mut wires, mut passed) = (Vec::new(), Vec::<Grid>::new());
    for (l, units) in spec.layers.iter().copied().enumerate() {
        let fields = match spec.fields.get(l) {
            Some((size, stride)) => {
                Some(Fields::fit(*size, *stride, grid, units).ok_or_else(|| unfit_fields(grid, l, units))?)
            }
            None => None,
        };
        let (below, map) = match residual.sources(l) {
            sources if sources.is_empty() => (shape.features() + behind, image),
            sources => joined(spec, &*residual, l, &passed[sources])?,
        };
        let maps = maps(spec, l, map, groups)?;
        let sight = fields.map(Sight::Fields).or(maps.map(Sight::Maps)).unwrap_or_default();
        wires.push(Wire { units, inputs: sight.inputs().unwrap_or(below), sight });
        passed.push(maps.map_or(Grid::point(units), |m| m.own()));
        grid = fields.map_or(grid, |f| f.own);
    }
    Ok(wires)
}

/// The numbers that layer number `l` reads of the layers `sources`, and the picture, where it convolves.
fn joined(spec: &NetworkSpec, residual: &dyn Residual, l: usize, sources: &[Grid]) -> Result<(usize, Grid), Unfit> {
    let whole: usize = sources.iter().map(Grid::numbers).sum();
    let unfit = |(near, far): (Grid, Grid)| Unfit {
        key: "network.residual",
        came: format!("{} into layer {}, which convolves", spec.residual.name, l + 1),
        expected: format!(
            "the {} × {} places two layers below a whole multiple of the {} × {} below",
            far.height, far.width, near.height, near.width
        ),
    };
    match sources {
        [far, near] => {
            let joint = Joint::of(residual, l < spec.convolutions.len(), *near, *far).map_err(unfit)?;
            Ok(joint.map_or((whole, *near), |joint| (joint.map().numbers(), joint.map())))
        }
        _ => Ok((whole, sources.last().copied().unwrap_or_default())),
    }
}

/// What a convolution does not fit: the places below, by its pool or by its side, or the channels.
fn unfit_maps(squares: Squares, l: usize, below: Grid, channels: usize) -> Unfit {
    let Squares { side, padding, pool, groups, .. } = squares;
    let Grid { height, width, channels: read, .. } = below;
    let (key, layer, one) = ("network.convolutions", l + 1, Grid { channels: 1, blocks: 1, ..below });
    let most = height.min(width);
    if pool > most {
        let expected = format!("at most {most}, for the {height} × {width} places below");
        return Unfit { key, came: format!("pool {pool} in layer {layer}"), expected };
    }
    if Maps::fit(Squares { groups: 1, ..squares }, one, (1, 1)).is_some() {
        let expected = format!(
            "groups into which its {channels} channels and the {read} below can be cut, each of whole classes or part of one"
        );
        return Unfit { key, came: format!("{groups} groups in layer {layer}"), expected };
    }
    let pooled = if pool > 1 { format!(", {pool} × {pool} of them made one") } else { String::new() };
    let expected = format!("a square within the {height} × {width} places below{pooled} and the zeros around them");
    Unfit { key, came: format!("side {side} with padding {padding} in layer {layer}"), expected }
}

fn unfit_fields(below: Shape, layer: usize, units: usize) -> Unfit {
    let Shape { height, width, .. } = below;
    let expected =
        format!("squares within the {height} × {width} places below, and a multiple of their number as units");
    Unfit { key: "network.fields", came: format!("those of layer {} with {units} units", layer + 1), expected }
}
