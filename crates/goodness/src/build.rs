//! Recipe to network.

use goodness_core::overlay::Place;
use goodness_core::{Rng, activation, goodness, init, normalize, overlay, projection};

use crate::data::Shape;
use crate::flow;
use crate::layer::{self, Code, Dense, Fields};
use crate::network::{Network, Parts, Scaling};
use crate::precision;
use crate::readout::Layers;
use crate::recipe::{NetworkSpec, Recipe};
use crate::{readout, residual};

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
    let projection = spec.projection.build(projection::CATALOGUE);
    let grouped = goodness.per_class() && projection.width(classes) == 0;
    if let Some(units) = spec.layers.iter().find(|units| grouped && *units % classes != 0) {
        let expected = format!("a multiple of the {classes} classes, for each has its own group of units");
        return Err(Unfit { key: "network.layers", came: units.to_string(), expected });
    }
    let init = spec.init.build(init::CATALOGUE);
    let flow = *spec.flow.build(flow::CATALOGUE);
    let mut layers = Vec::new();
    for (l, wire) in wiring(spec, shape, classes)?.into_iter().enumerate() {
        let mut rng = Rng::keyed(recipe.train.seed, Rng::WEIGHTS, l as u64);
        let mut layer = match wire.fields {
            Some(fields) => Dense::with_fields(fields, &*init, &mut rng),
            None => Dense::new(wire.inputs, wire.units, &*init, &mut rng),
        };
        layer.project(&*projection, classes, &mut rng);
        layer.precision = *spec.precision.build(precision::CATALOGUE);
        if l == 0 {
            layer.embedding = overlay.start(&mut rng);
        }
        if flow.is_some() {
            layer.hear(heard(spec, l, classes), &*init, &mut rng);
        }
        layers.push(layer);
    }
    let mut readout = spec.readout.build(readout::CATALOGUE);
    readout.prepare(Layers { widths: &spec.layers, classes, per_class: goodness.per_class() });
    let parts = Parts {
        overlay,
        activation: spec.activation.build(activation::CATALOGUE),
        projection,
        goodness,
        normalize: spec.normalize.build(normalize::CATALOGUE),
        residual: spec.residual.build(residual::CATALOGUE),
    };
    let scaling = Scaling::of(recipe);
    Ok(Network { layers, flow, parts, readout, scaling, shape, classes, class_names: Vec::new() })
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
    /// Its units.
    pub(crate) units: usize,
    /// Inputs that each of them sees.
    pub(crate) inputs: usize,
    fields: Option<Fields>,
}

/// The layers of a network for images of `shape` in `classes` classes.
pub(crate) fn wiring(spec: &NetworkSpec, shape: Shape, classes: usize) -> Result<Vec<Wire>, Unfit> {
    let behind = layer::inputs_behind(&*spec.overlay.build(overlay::CATALOGUE), classes);
    let (residual, mut grid) = (spec.residual.build(residual::CATALOGUE), shape);
    let mut wires = Vec::new();
    for (l, units) in spec.layers.iter().copied().enumerate() {
        let fields = match spec.fields.get(l) {
            Some((size, stride)) => {
                Some(Fields::fit(*size, *stride, grid, units).ok_or_else(|| unfit_fields(grid, l, units))?)
            }
            None => None,
        };
        let below = match residual.sources(l) {
            sources if sources.is_empty() => shape.features() + behind,
            sources => spec.layers[sources].iter().sum(),
        };
        wires.push(Wire { units, inputs: fields.map_or(below, |f| f.inputs()), fields });
        grid = fields.map_or(grid, |f| f.own);
    }
    Ok(wires)
}

fn unfit_fields(below: Shape, layer: usize, units: usize) -> Unfit {
    let Shape { height, width, .. } = below;
    let expected =
        format!("squares within the {height} × {width} places below, and a multiple of their number as units");
    Unfit { key: "network.fields", came: format!("those of layer {} with {units} units", layer + 1), expected }
}
