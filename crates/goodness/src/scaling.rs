//! How pixels become inputs.

use goodness_core::math;

use crate::recipe::Recipe;

/// How grey levels become inputs: (level/255 − mean) / deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Subtracted from a level in [0, 1].
    pub mean: f32,
    /// What the difference is divided by.
    pub deviation: f32,
    /// Whether each image's inputs are then brought to mean 0 and deviation 1.
    pub standardize: bool,
}

impl Scaling {
    /// What a recipe says.
    pub fn of(recipe: &Recipe) -> Self {
        let data = &recipe.data;
        Self { mean: data.mean as f32, deviation: data.deviation as f32, standardize: data.standardize }
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
    }
}

/// Grey levels to inputs.
pub(crate) fn pixels_into(row: &[u8], levels: &[f32; 256], out: &mut [f32]) {
    out.iter_mut().zip(row).for_each(|(o, p)| *o = levels[usize::from(*p)]);
}
