//! How pixels become inputs.

use std::sync::Arc;

use goodness_core::math;

use crate::build::Unfit;
use crate::data::{Dataset, Shape};
use crate::recipe::Recipe;
use crate::whitening::Whitening;

/// How grey levels become inputs: (level/255 − mean) / deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// Subtracted from a level in [0, 1].
    pub mean: f32,
    /// What the difference is divided by.
    pub deviation: f32,
    /// Whether each image's inputs are then brought to mean 0 and deviation 1.
    pub standardize: bool,
    /// What makes neighbouring inputs uncorrelated at last; none where they stay as they are.
    pub whitening: Option<Arc<Whitening>>,
}

impl Scaling {
    /// What a recipe says for images of `shape`; a whitening changes nothing before it is fitted.
    pub(crate) fn of(recipe: &Recipe, shape: Shape) -> Result<Self, Unfit> {
        let data = &recipe.data;
        let (mean, deviation) = (data.mean as f32, data.deviation as f32);
        let whitening = Whitening::still(data, shape)?.map(Arc::new);
        Ok(Self { mean, deviation, standardize: data.standardize, whitening })
    }

    /// The same with its whitening, where it has one, fitted to training images.
    pub(crate) fn fit(mut self, data: &Dataset) -> Self {
        let whitening = self.whitening.take();
        self.whitening = whitening.map(|still| Arc::new(Whitening::clone(&still).fit(data, &self)));
        self
    }

    /// The input of each of the 256 grey levels.
    pub fn levels(&self) -> [f32; 256] {
        std::array::from_fn(|level| (level as f32 / 255.0 - self.mean) / self.deviation)
    }

    /// Writes the inputs of an image as it is.
    pub(crate) fn write(&self, row: &[u8], levels: &[f32; 256], out: &mut [f32]) {
        pixels_into(row, levels, out);
        self.finish(out);
    }

    /// What is done to an image's inputs when all of them are there.
    pub(crate) fn finish(&self, out: &mut [f32]) {
        if self.standardize {
            math::standardize(out);
        }
        if let Some(whitening) = &self.whitening {
            whitening.apply(out);
        }
    }
}

/// Grey levels to inputs.
pub(crate) fn pixels_into(row: &[u8], levels: &[f32; 256], out: &mut [f32]) {
    out.iter_mut().zip(row).for_each(|(o, p)| *o = levels[usize::from(*p)]);
}
