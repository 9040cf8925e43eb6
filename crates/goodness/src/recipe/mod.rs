//! Recipes: one TOML text, one experiment, checked once at the door.

mod builtin;
mod clash;
mod convolutions;
mod error;
mod hierarchy;
mod keys;
mod read;
mod set;
mod write;

pub use builtin::{BUILTIN, Builtin};
pub use error::RecipeError;
pub(crate) use error::did_you_mean;

use std::path::Path;

use goodness_core::catalogue::{Args, Entry, find};

use crate::data::PictureRules;
use crate::hierarchy::Hierarchy;
use crate::layer::Squares;
use crate::train::{Mirroring, Padding};

/// A member of a family with its arguments, by name: what a recipe says and a model file remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The member's name.
    pub name: String,
    /// Every parameter with its value, in the member's own order.
    pub args: Args,
}

/// A checked experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Its name; the run folder is called after it.
    pub name: String,
    /// One line on what it shows.
    pub about: String,
    /// Where it comes from.
    pub source: String,
    /// Which samples.
    pub data: DataSpec,
    /// What is built.
    pub network: NetworkSpec,
    /// How it learns.
    pub train: TrainSpec,
    /// What is measured at the end.
    pub eval: EvalSpec,
    /// The result that its authors measured, for the reader; not read by training.
    pub expected: toml::Table,
}

/// `[data]`: which samples and how they become inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSpec {
    /// A known set or a folder.
    pub set: String,
    /// How it is read, where it is a folder of pictures.
    pub pictures: PictureRules,
    /// Samples held out of the training set, from its end.
    pub validation: usize,
    /// Largest shift of a training image, in pixels, on each axis.
    pub shift: usize,
    /// Share of the training images that are seen mirrored.
    pub mirror: f64,
    /// Which of them when.
    pub mirroring: Mirroring,
    /// Largest turn of a training image, in degrees.
    pub turn: f64,
    /// Largest change of a training image's size and of its slant, as a share.
    pub stretch: f64,
    /// How far, in pixels, the points of a training image are displaced as on a rubber sheet: a standard deviation.
    pub wave: f64,
    /// Least share of a training image's area that is seen, as large as the whole image; 1: all of it.
    pub crop: f64,
    /// What moves in where a training image moves away.
    pub padding: Padding,
    /// Largest change of a training image's brightness, as a share.
    pub brightness: f64,
    /// Largest change of its contrast, as a share.
    pub contrast: f64,
    /// Largest change of its saturation, as a share.
    pub saturation: f64,
    /// Largest turn of its hues, as a share of a whole turn.
    pub hue: f64,
    /// Share of training images that lose their colour.
    pub grey: f64,
    /// Side of the square hole that is made in each training image, in pixels; 0: none.
    pub cutout: usize,
    /// Subtracted from grey levels in [0, 1].
    pub mean: f64,
    /// What the difference is divided by.
    pub deviation: f64,
    /// Whether every image is brought to mean 0 and deviation 1 by its own numbers.
    pub standardize: bool,
    /// Side of the square of places that images are whitened over; 0: they are not.
    pub whiten: usize,
    /// What is added to every variance before, as a share of their mean.
    pub whiten_epsilon: f64,
}

/// `[network]`: what is built.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSpec {
    /// Units of each dense layer, channels of each convolutional one.
    pub layers: Vec<usize>,
    /// Side and stride of each layer's local receptive fields; none where units see everything.
    pub fields: Vec<(usize, usize)>,
    /// The squares of the convolutional layers, which come first; the layers that have none are dense.
    pub convolutions: Vec<Squares>,
    /// How activity moves through the layers.
    pub flow: Choice,
    /// How labels are written.
    pub overlay: Choice,
    /// What units put out.
    pub activation: Choice,
    /// What the next layer sees.
    pub normalize: Choice,
    /// What a projection and readouts see of a layer.
    pub view: Choice,
    /// Units of a hidden layer between what is seen of a layer and its projection; 0 for none.
    pub head: usize,
    /// What goodness is read through.
    pub projection: Choice,
    /// What a row is worth.
    pub goodness: Choice,
    /// Which layers a layer reads.
    pub residual: Choice,
    /// How classes are read.
    pub readout: Choice,
    /// Where weights start.
    pub init: Choice,
    /// How operands of products are rounded.
    pub precision: Choice,
}

/// Where a layer's threshold comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Theta {
    /// The goodness's own default.
    Own,
    /// This number.
    Fixed(f64),
    /// Each layer follows the middle between its positives and its negatives.
    Auto,
}

/// `[train]`: how it learns.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainSpec {
    /// How far goodnesses are from where they should be.
    pub loss: Choice,
    /// The super-classes that lower layers tell apart, where the loss is one of classes.
    pub hierarchy: Hierarchy,
    /// The threshold between positives and negatives.
    pub theta: Theta,
    /// Which wrong label.
    pub negatives: Choice,
    /// Whom the negatives ask for scores, where it is not the network's own readout; thrown away after training.
    pub adviser: Option<Choice>,
    /// Which other layers' goodness a layer's loss counts.
    pub collaboration: Choice,
    /// What samples should have in common.
    pub similarity: Choice,
    /// What that sees of a layer.
    pub similarity_view: Choice,
    /// What else counts.
    pub penalty: Choice,
    /// How weights move.
    pub optimizer: Choice,
    /// Each layer's share of the optimizer's rate; none where all have all of it.
    pub rates: Vec<f64>,
    /// How the rate changes.
    pub schedule: Choice,
    /// Which layers learn when.
    pub plan: Choice,
    /// Passes over the training set; of each layer, with a greedy plan.
    pub epochs: usize,
    /// Samples in a step.
    pub batch: usize,
    /// Samples of it that are computed at a time, which is what a step's memory goes by; 0: all.
    pub micro_batch: usize,
    /// Share of a layer's activities that the next layer does not see in training.
    pub dropout: f64,
    /// Share of the running average of the weights that stays at each step; 0: the last weights are kept.
    pub average: f64,
    /// Epochs between two readings of the validation error; 0: only at the end.
    pub validate_every: usize,
    /// Where all randomness comes from.
    pub seed: u64,
}

/// `[eval]`: what is measured at the end, beside the error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvalSpec {
    /// Whether errors are measured also by the mean of the scores of an image and of its mirror image.
    pub flip: bool,
}

impl Choice {
    /// Builds the member from its family's list.
    ///
    /// # Panics
    /// When the list has no such member: reading a recipe has checked that it has.
    pub fn build<T: ?Sized>(&self, family: &'static [Entry<T>]) -> Box<T> {
        match find(family, &self.name) {
            Some(entry) => (entry.build)(&self.args),
            None => panic!("no member called {:?}", self.name),
        }
    }
}

impl Recipe {
    /// The recipe of a name or of a TOML file, as it stands.
    ///
    /// # Errors
    /// [`RecipeError`] when there is no such recipe or file, or it is not a recipe.
    pub fn load(name_or_file: &str) -> Result<Self, RecipeError> {
        Self::load_with(name_or_file, &[])
    }

    /// The same with `key=value` settings laid over it, in order.
    ///
    /// # Errors
    /// [`RecipeError`], also for a setting that does not fit.
    pub fn load_with(name_or_file: &str, settings: &[String]) -> Result<Self, RecipeError> {
        let (origin, text) = builtin::text(name_or_file)?;
        Self::parse_with(&origin, &text, settings)
    }

    /// Reads TOML text; `origin` is what errors call it.
    ///
    /// # Errors
    /// [`RecipeError`] when the text is not a recipe.
    pub fn parse(origin: &str, text: &str) -> Result<Self, RecipeError> {
        Self::parse_with(origin, text, &[])
    }

    fn parse_with(origin: &str, text: &str, settings: &[String]) -> Result<Self, RecipeError> {
        let mut table: toml::Table = text.parse().map_err(|e| RecipeError::Toml {
            origin: origin.to_string(),
            reason: toml::de::Error::to_string(&e).trim_end().to_string(),
        })?;
        settings.iter().try_for_each(|setting| set::apply(&mut table, setting))?;
        read::recipe(origin, &table)
    }

    /// This recipe with `key=value` settings laid over it, in order.
    ///
    /// # Errors
    /// [`RecipeError`] for a setting that does not fit.
    pub fn with(&self, settings: &[String]) -> Result<Self, RecipeError> {
        Self::parse_with(&self.name, &self.to_toml(), settings)
    }

    /// The whole recipe as TOML, every parameter written out: reading it gives the same recipe.
    pub fn to_toml(&self) -> String {
        write::recipe(self)
    }

    /// Whether `name_or_file` looks like a path rather than a name.
    pub(crate) fn is_path(name_or_file: &str) -> bool {
        Path::new(name_or_file).extension().is_some() || name_or_file.contains(['/', '\\'])
    }
}
