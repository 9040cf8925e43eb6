//! Model files: weights in safetensors, with everything that evaluation and prediction need in the header.

mod error;
mod tensors;

pub use error::ModelError;
pub(crate) use tensors::{TensorReader, TensorWriter};

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::build;
use crate::data::Shape;
use crate::flow;
use crate::network::Network;
use crate::recipe::Recipe;

const FORMAT: &str = "goodness-model/1";

/// What stands in the header of a model file.
#[derive(Serialize, Deserialize)]
struct Header {
    recipe: String,
    height: usize,
    width: usize,
    channels: usize,
    classes: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    class_names: Vec<String>,
}

/// A trained network and the recipe that it was trained by.
pub struct Model {
    /// The network.
    pub network: Network,
    /// The recipe, every parameter written out.
    pub recipe: Recipe,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] when the file cannot be read, is cut short, is of another version, or holds weights of the wrong
    /// shape or that are not finite.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let file = TensorReader::open(path, FORMAT)?;
        let header: Header = file.header()?;
        let broken = |reason: String| ModelError::NotAModel { path: path.to_path_buf(), reason };
        let recipe = Recipe::parse("its recipe", &header.recipe).map_err(|e| broken(e.to_string()))?;
        let shape = Shape { height: header.height, width: header.width, channels: header.channels };
        let features = header.height.checked_mul(header.width).and_then(|n| n.checked_mul(header.channels));
        if features.is_none_or(|n| n > 1 << 24) || !(2..=256).contains(&header.classes) {
            return Err(broken(format!("images of {shape:?} in {} classes", header.classes)));
        }
        // Before anything is allocated by the recipe's word: the weights must be there in their shapes.
        let wires = build::wiring(&recipe.network, shape, header.classes).map_err(|e| broken(e.to_string()))?;
        for (l, wire) in wires.iter().enumerate() {
            file.expect(&format!("layers.{l}.weights"), &[wire.units, wire.inputs])?;
            if recipe.network.flow.build(flow::CATALOGUE).is_some() {
                let heard = build::heard(&recipe.network, l, header.classes);
                file.expect(&format!("layers.{l}.above"), &[wire.units, heard])?;
            }
        }
        let side = recipe.data.whiten;
        if side > 0 {
            file.expect(tensors::WHITENING, &[shape.channels, shape.channels, side, side])?;
        }
        let mut network = build::network(&recipe, shape, header.classes).map_err(|e| broken(e.to_string()))?;
        file.restore(&mut network)?;
        if ![0, header.classes].contains(&header.class_names.len()) {
            return Err(broken(format!("{} names for {} classes", header.class_names.len(), header.classes)));
        }
        network.class_names = header.class_names;
        Ok(Self { network, recipe })
    }

    /// Writes a model file, whole or not at all.
    ///
    /// # Errors
    /// [`ModelError::Unwritable`] with what the system said.
    pub fn save(network: &Network, recipe: &Recipe, path: &Path) -> Result<(), ModelError> {
        let Shape { height, width, channels } = network.shape;
        let Network { classes, class_names, .. } = network;
        let (classes, class_names) = (*classes, class_names.clone());
        let header = Header { recipe: recipe.to_toml(), height, width, channels, classes, class_names };
        let mut file = TensorWriter::default();
        file.network(network);
        file.write(path, FORMAT, &header)
    }
}
