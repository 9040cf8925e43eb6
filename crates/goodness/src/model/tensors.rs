//! Named tensors in a safetensors file, every one checked against the shape that is expected of it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use goodness_engine::Matrix;
use safetensors::tensor::{Dtype, Metadata, SafeTensorError, SafeTensors, View};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ModelError;
use crate::files::write_whole_by;
use crate::layer::Layer;
use crate::network::Network;

/// The one key of the file's metadata; one, because its maps have no order and files should have the same bytes.
const KEY: &str = "goodness";
/// The filter that whitens images.
pub(super) const WHITENING: &str = "whitening";

#[derive(serde::Serialize, serde::Deserialize)]
struct Envelope<T> {
    format: String,
    header: T,
}

/// Collects tensors for a file. They are borrowed, and written as they lie in memory where that is how a file has them.
#[derive(Default)]
pub(crate) struct TensorWriter<'a> {
    tensors: Vec<(String, Tensor<'a>)>,
}

struct Tensor<'a> {
    shape: Vec<usize>,
    numbers: &'a [f32],
}

impl View for &Tensor<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match cfg!(target_endian = "little") {
            true => Cow::Borrowed(bytemuck::cast_slice(self.numbers)),
            false => self.numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }

    fn data_len(&self) -> usize {
        size_of_val(self.numbers)
    }
}

impl<'a> TensorWriter<'a> {
    /// Adds a tensor.
    pub(crate) fn add(&mut self, name: String, shape: &[usize], numbers: &'a [f32]) {
        self.tensors.push((name, Tensor { shape: shape.to_vec(), numbers }));
    }

    /// Adds a matrix.
    pub(crate) fn matrix(&mut self, name: String, m: &'a Matrix) {
        self.add(name, &[m.len(), m.width()], m.data());
    }

    /// Adds the weights of a layer.
    pub(crate) fn layer(&mut self, name: &str, layer: &'a Layer) {
        for (own, matrix) in layer.tensors().into_iter().filter(|(_, m)| !m.data().is_empty()) {
            self.matrix(format!("{name}.{own}"), matrix);
        }
        self.add(format!("{name}.biases"), &[layer.biases.len()], &layer.biases);
    }

    /// Adds all weights of a network.
    pub(crate) fn network(&mut self, network: &'a Network) {
        for (l, layer) in network.layers.iter().enumerate() {
            self.layer(&format!("layers.{l}"), layer);
        }
        for (i, weights) in network.readout.weights().into_iter().enumerate() {
            self.matrix(format!("readout.{i}.weights"), weights);
        }
        if let Some(whitening) = &network.scaling.whitening {
            let (shape, filter) = whitening.tensor();
            self.add(WHITENING.to_string(), &shape, filter);
        }
    }

    /// Writes the file, whole or not at all.
    pub(crate) fn write<T: Serialize>(&self, path: &Path, format: &str, header: &T) -> Result<(), ModelError> {
        let unwritable = |reason| ModelError::Unwritable { path: path.to_path_buf(), reason };
        let envelope = Envelope { format: format.to_string(), header };
        let text = serde_json::to_string(&envelope).map_err(|e| unwritable(e.into()))?;
        let metadata = HashMap::from([(KEY.to_string(), text)]);
        let tensors = self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
        let write = |file: &Path| safetensors::serialize_to_file(tensors, Some(metadata), file).map_err(cause);
        write_whole_by(path, write).map_err(unwritable)
    }
}

/// What the system said, where it was the system.
fn cause(error: SafeTensorError) -> std::io::Error {
    match error {
        SafeTensorError::IoError(error) => error,
        other => std::io::Error::other(other.to_string()),
    }
}

/// A file that has been read and whose format is the expected one.
pub(crate) struct TensorReader {
    path: PathBuf,
    bytes: Vec<u8>,
    header: serde_json::Value,
}

impl TensorReader {
    /// Reads the file.
    pub(crate) fn open(path: &Path, format: &str) -> Result<Self, ModelError> {
        let unreadable = |reason| ModelError::Unreadable { path: path.to_path_buf(), reason };
        let not = |reason: String| ModelError::NotAModel { path: path.to_path_buf(), reason };
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let (_, metadata): (usize, Metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| not(e.to_string()))?;
        SafeTensors::deserialize(&bytes).map_err(|e| not(e.to_string()))?;
        let text = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
        let text = text.ok_or_else(|| not(format!("its header has no {KEY:?}")))?;
        let envelope: Envelope<serde_json::Value> = serde_json::from_str(text).map_err(|e| not(e.to_string()))?;
        if envelope.format != format {
            let (expected, came) = (format.to_string(), envelope.format);
            return Err(ModelError::Version { path: path.to_path_buf(), expected, came });
        }
        Ok(Self { path: path.to_path_buf(), bytes, header: envelope.header })
    }

    /// What stands in the header.
    pub(crate) fn header<T: DeserializeOwned>(&self) -> Result<T, ModelError> {
        let not = |e: serde_json::Error| ModelError::NotAModel { path: self.path.clone(), reason: e.to_string() };
        serde_json::from_value(self.header.clone()).map_err(not)
    }

    fn wrong(&self, tensor: &str, expected: &[usize], came: String) -> ModelError {
        let (tensor, expected) = (tensor.to_string(), expected.to_vec());
        ModelError::WrongShape { path: self.path.clone(), tensor, expected, came }
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<&[u8], ModelError> {
        let tensors = SafeTensors::deserialize(&self.bytes).map_err(|e| self.wrong(name, shape, e.to_string()))?;
        let tensor = tensors.tensor(name).map_err(|_| self.wrong(name, shape, "no such tensor".to_string()))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
            return Err(self.wrong(name, shape, format!("{:?} of {:?}", tensor.shape(), tensor.dtype())));
        }
        Ok(tensor.data())
    }

    /// Checks that a tensor is there in its shape.
    pub(crate) fn expect(&self, name: &str, shape: &[usize]) -> Result<(), ModelError> {
        self.tensor(name, shape).map(|_| ())
    }

    /// Reads a tensor of finite numbers.
    pub(crate) fn read(&self, name: &str, shape: &[usize], numbers: &mut [f32]) -> Result<(), ModelError> {
        let bytes = self.tensor(name, shape)?;
        for (index, (number, bytes)) in numbers.iter_mut().zip(bytes.as_chunks::<4>().0).enumerate() {
            let value = f32::from_le_bytes(*bytes);
            if !value.is_finite() {
                let (path, tensor) = (self.path.clone(), name.to_string());
                return Err(ModelError::NotFinite { path, tensor, index, value });
            }
            *number = value;
        }
        Ok(())
    }

    /// Reads a matrix.
    pub(crate) fn matrix(&self, name: &str, m: &mut Matrix) -> Result<(), ModelError> {
        self.read(name, &[m.len(), m.width()], m.data_mut())
    }

    /// Reads the weights of a layer that was built for them.
    pub(crate) fn layer(&self, name: &str, layer: &mut Layer) -> Result<(), ModelError> {
        for (own, matrix) in layer.tensors_mut().into_iter().filter(|(_, m)| !m.data().is_empty()) {
            self.matrix(&format!("{name}.{own}"), matrix)?;
        }
        self.read(&format!("{name}.biases"), &[layer.biases.len()], &mut layer.biases)
    }

    /// Reads all weights of a network that was built for them.
    pub(crate) fn restore(&self, network: &mut Network) -> Result<(), ModelError> {
        for (l, layer) in network.layers.iter_mut().enumerate() {
            self.layer(&format!("layers.{l}"), layer)?;
        }
        for (i, weights) in network.readout.weights_mut().into_iter().enumerate() {
            self.matrix(&format!("readout.{i}.weights"), weights)?;
        }
        if let Some(whitening) = &mut network.scaling.whitening {
            let (shape, filter) = Arc::make_mut(whitening).tensor_mut();
            self.read(WHITENING, &shape, filter)?;
        }
        Ok(())
    }
}
