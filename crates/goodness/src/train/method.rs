//! How layers learn: everything that training needs beyond the network itself.

use goodness_core::catalogue::find;
use goodness_core::class_loss::{self, ClassLoss};
use goodness_core::goodness::Goodness;
use goodness_core::image_negatives::{self, ImageNegatives};
use goodness_core::init::{FanInUniform, Init};
use goodness_core::loss::{self, Loss, Pairs, Slopes};
use goodness_core::negatives::{self, Negatives};
use goodness_core::optim::{self, Optimizer};
use goodness_core::penalty::{self, Penalty};
use goodness_core::schedule::{self, Schedule};
use goodness_core::similarity::{self, Similarity};
use goodness_core::view::{self, View};

use goodness_core::{Grid, Rng, Rows, RowsMut};
use goodness_engine::Matrix;

use super::hierarchy::Supers;
use super::state::LayerState;
use crate::collaboration::{self, Collaboration};
use crate::hierarchy::Hierarchy;
use crate::plan::{self, Plan};
use crate::readout::{self, Readout};
use crate::recipe::{Choice, Theta, TrainSpec};

/// What a layer is asked for.
pub enum Objective {
    /// High goodness for positives, low for negatives.
    Pairs(Box<dyn Loss>),
    /// The highest of the class goodnesses for the true class; no negatives.
    Classes(Box<dyn ClassLoss>),
}

impl Objective {
    /// The objective that a loss of this name stands for, of one kind or the other.
    pub fn new(loss: &Choice) -> Self {
        match find(class_loss::CATALOGUE, &loss.name) {
            Some(_) => Self::Classes(loss.build(class_loss::CATALOGUE)),
            None => Self::Pairs(loss.build(loss::CATALOGUE)),
        }
    }

    /// Rows that a sample takes in a step: itself, and its negative.
    pub fn passes(&self) -> usize {
        match self {
            Self::Pairs(_) => 2,
            Self::Classes(_) => 1,
        }
    }

    /// Where the number starts that the loss learns for each layer, if it learns one.
    pub(crate) fn knob(&self) -> Option<f32> {
        match self {
            Self::Pairs(_) => None,
            Self::Classes(loss) => loss.knob(),
        }
    }

    /// Writes each sample's loss and its derivative by each goodness; returns that by the loss's own number, summed. A loss of
    /// classes is asked of what the layer tells apart.
    ///
    /// # Shapes
    /// `g`, `dg`: samples · passes × 1 or × places, or samples × classes. `labels`, `loss`: one a sample.
    pub(super) fn score(
        &self,
        (g, labels): (Rows<'_>, &[u8]),
        state: &LayerState,
        supers: &mut Supers,
        (loss, mut dg): (&mut [f32], RowsMut<'_>),
    ) -> f32 {
        match self {
            Self::Pairs(pairs) => {
                let (g_pos, g_neg) = g.data().split_at(g.data().len() / 2);
                let (d_pos, d_neg) = dg.data_mut().split_at_mut(g_pos.len());
                loss::score_places(&**pairs, Pairs { g_pos, g_neg, theta: state.theta }, Slopes { loss, d_pos, d_neg });
                0.0
            }
            Self::Classes(classes) => {
                state.level.score(&**classes, (g, labels, state.knob()), supers, class_loss::Slopes { loss, dg })
            }
        }
    }

    /// Whether goodness is compared with the threshold θ.
    pub(crate) fn uses_theta(&self) -> bool {
        matches!(self, Self::Pairs(loss) if loss.uses_theta())
    }
}

/// What a sample is contrasted with.
pub enum Contrast {
    /// The same image with a wrong label.
    Labels(Box<dyn Negatives>),
    /// An image made of the batch's images; no label is seen.
    Images(Box<dyn ImageNegatives>),
}

impl Contrast {
    /// The negatives of this name, of one kind or the other.
    pub(crate) fn new(choice: &Choice) -> Self {
        match find(image_negatives::CATALOGUE, &choice.name) {
            Some(_) => Self::Images(choice.build(image_negatives::CATALOGUE)),
            None => Self::Labels(choice.build(negatives::CATALOGUE)),
        }
    }

    /// How many layers' scores they read, from the first.
    pub(crate) fn looks_at(&self) -> usize {
        match self {
            Self::Labels(negatives) => negatives.looks_at(),
            Self::Images(_) => 0,
        }
    }
}

/// The parts of a training step. Replace any of them by your own implementation of its trait.
pub struct Method {
    /// What a layer is asked for.
    pub objective: Objective,
    /// The super-classes that lower layers are asked for.
    pub hierarchy: Hierarchy,
    /// Where each layer's threshold comes from.
    pub theta: Theta,
    /// What a sample is contrasted with.
    pub negatives: Contrast,
    /// Whom the negatives ask for scores; the network's own readout where there is none.
    pub adviser: Option<Box<dyn Readout>>,
    /// Which other layers' goodness a layer's loss counts.
    pub collaboration: Box<dyn Collaboration>,
    /// What samples should have in common.
    pub similarity: Box<dyn Similarity>,
    /// What it sees of a layer.
    pub similarity_view: Box<dyn View>,
    /// What else counts.
    pub penalty: Box<dyn Penalty>,
    /// How weights move.
    pub optimizer: Box<dyn Optimizer>,
    /// Each layer's share of its rate; layers that are not in it have all of it.
    pub rates: Vec<f32>,
    /// How the rate changes.
    pub schedule: Box<dyn Schedule>,
    /// Which layers learn when.
    pub plan: Box<dyn Plan>,
    /// Share of a layer's activities that the next layer does not see in training.
    pub dropout: f32,
    /// Share of the running average of the weights that stays at each step; 0 for no average.
    pub average: f32,
}

impl Method {
    /// The method of a recipe's `[train]`.
    pub fn new(spec: &TrainSpec) -> Self {
        Self {
            objective: Objective::new(&spec.loss),
            hierarchy: spec.hierarchy.clone(),
            theta: spec.theta,
            negatives: Contrast::new(&spec.negatives),
            adviser: spec.adviser.as_ref().map(|adviser| adviser.build(readout::CATALOGUE)),
            collaboration: spec.collaboration.build(collaboration::CATALOGUE),
            similarity: spec.similarity.build(similarity::CATALOGUE),
            similarity_view: spec.similarity_view.build(view::CATALOGUE),
            penalty: spec.penalty.build(penalty::CATALOGUE),
            optimizer: spec.optimizer.build(optim::CATALOGUE),
            rates: spec.rates.iter().map(|rate| *rate as f32).collect(),
            schedule: spec.schedule.build(schedule::CATALOGUE),
            plan: spec.plan.build(plan::CATALOGUE),
            dropout: spec.dropout as f32,
            average: spec.average as f32,
        }
    }

    /// What layer number `layer` has of the rate.
    pub(super) fn share_of(&self, layer: usize) -> f32 {
        self.rates.get(layer).copied().unwrap_or(1.0)
    }

    /// Whether negatives are made of images.
    pub(super) fn spoils(&self) -> bool {
        matches!(self.negatives, Contrast::Images(_)) && self.objective.passes() == 2
    }

    /// How many passes of those that layers learn from read the images themselves.
    pub(super) fn passes_of_images(&self) -> usize {
        if self.spoils() { 0 } else { self.objective.passes() }
    }

    /// The map through which samples are compared by a layer on `grid`, as it starts: weights of PyTorch's `Linear`, which
    /// Nøkland and Eidnes use.
    pub(super) fn map(&self, grid: Grid, rng: &mut Rng) -> Matrix {
        let seen = self.similarity_view.width(grid);
        let mut map = Matrix::zeros(self.similarity.map(), seen);
        FanInUniform.fill(seen, rng, map.data_mut(), &mut []);
        map
    }

    /// θ that a layer of `units` starts with.
    pub(crate) fn theta(&self, goodness: &dyn Goodness, units: usize) -> f32 {
        match self.theta {
            Theta::Fixed(theta) => theta as f32,
            Theta::Own | Theta::Auto => goodness.theta(units),
        }
    }
}
