//! What a layer remembers between steps.

use goodness_core::goodness::Goodness;
use goodness_core::optim::Pace;
use goodness_core::{Grid, Rng, Rows, math};
use goodness_engine::Matrix;

use super::hierarchy::Level;
use super::likeness::Likeness;
use super::method::Method;
use super::workspace::LayerWork;
use crate::follow::{drift, follow, follow_pieces, follow_weights, memory};
use crate::layer::{Gradients, Input, Layer};
use crate::recipe::Theta;

/// The memory of one layer's optimizer, loss and penalty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LayerState {
    /// Up to two numbers for each weight, each bias, each weight from above, of the head, of the projection and of labels, the
    /// loss's own number, and each weight of the map.
    pub(crate) weights: [Vec<f32>; 2],
    pub(crate) biases: [Vec<f32>; 2],
    pub(crate) above: [Vec<f32>; 2],
    pub(crate) head: [Vec<f32>; 2],
    pub(crate) projection: [Vec<f32>; 2],
    pub(crate) embedding: [Vec<f32>; 2],
    pub(crate) knobs: [Vec<f32>; 2],
    pub(crate) maps: [Vec<f32>; 2],
    /// The one number that the loss learns, if it learns one.
    pub(crate) knob: Vec<f32>,
    /// The linear map through which samples are compared: its numbers × what is seen of the units; no rows where there is
    /// none.
    pub(crate) map: Matrix,
    /// What the layer tells apart.
    pub(crate) level: Level,
    /// θ: fixed, or following the layer.
    pub(crate) theta: f32,
    /// The penalty's running number of each unit, where there is a penalty.
    pub(crate) unit_means: Vec<f32>,
    /// Running average of the layer, where the method wants one.
    pub(crate) average: Option<Layer>,
}

/// Share of a running threshold that stays at each step.
const THETA_STAYS: f32 = 0.99;
/// How near to 0 a running threshold may come, as a share of the goodness's own default.
const THETA_LEAST: f32 = 0.05;

impl LayerState {
    /// The state that a layer starts from; the optimizer remembers nothing until the layer [begins](Self::begin) to learn.
    pub(crate) fn new(layer: &Layer, goodness: &dyn Goodness, method: &Method, rng: &mut Rng) -> Self {
        Self {
            knob: method.objective.knob().into_iter().collect(),
            map: method.map(layer.grid(), rng),
            theta: method.theta(goodness, layer.judged()),
            unit_means: vec![
                method.penalty.initial_state();
                if method.penalty.is_active() { layer.units() } else { 0 }
            ],
            average: (method.average > 0.0).then(|| layer.clone()),
            ..Self::default()
        }
    }

    /// Makes room for what the optimizer will remember of the layer, and of its projection where that `learns`; a layer that
    /// has begun keeps what there is.
    pub(crate) fn begin(&mut self, layer: &Layer, learns: bool, method: &Method) {
        if self.memories().any(|(_, memory)| !memory.iter().all(Vec::is_empty)) {
            return;
        }
        let slots = method.optimizer.slots();
        let zeros = |len: usize| memory(slots, len);
        self.weights = memory(method.optimizer.slots_of_matrix(), layer.weights.data().len());
        self.biases = zeros(layer.biases.len());
        self.above = zeros(layer.above.data().len());
        self.head = zeros(layer.head.data().len());
        self.projection = zeros(if learns { layer.projection.data().len() } else { 0 });
        self.embedding = zeros(layer.embedding.data().len());
        self.knobs = zeros(self.knob.len());
        self.maps = zeros(self.map.data().len());
    }

    /// Lets go of what the optimizer remembers: the layer will not learn any more.
    pub(crate) fn finish(&mut self) {
        let Self { weights, biases, above, head, projection, embedding, knobs, maps, .. } = self;
        for memory in [weights, biases, above, head, projection, embedding, knobs, maps] {
            *memory = Default::default();
        }
    }

    /// Under an automatic threshold, moves θ towards the mean of the goodnesses that the loss has seen: there are as many
    /// positives as negatives, so it is the middle between the two means.
    ///
    /// The middle is where the two are told apart best when they spread alike. Where both sink, θ would sink with them and
    /// ask for nothing; so it never comes nearer to 0 than a share of the goodness's own default.
    pub(super) fn follow_theta(&mut self, method: &Method, g: Rows<'_>, own: f32) {
        if method.theta == Theta::Auto {
            let moved =
                THETA_STAYS * self.theta + (1.0 - THETA_STAYS) * math::sum(g.data()) / g.data().len().max(1) as f32;
            let least = THETA_LEAST * own;
            self.theta = if own < 0.0 { moved.min(least) } else { moved.max(least) };
        }
    }

    /// What the memories are called, in their order.
    pub(crate) const NAMES: [&'static str; 8] =
        ["weights", "biases", "above", "head", "projection", "embedding", "knobs", "maps"];

    /// Every memory of the optimizer with its name.
    pub(crate) fn memories(&self) -> impl Iterator<Item = (&'static str, &[Vec<f32>; 2])> {
        let Self { weights, biases, above, head, projection, embedding, knobs, maps, .. } = self;
        Self::NAMES.into_iter().zip([weights, biases, above, head, projection, embedding, knobs, maps])
    }

    /// The number that the loss learns; 0 where it learns none.
    pub(super) fn knob(&self) -> f32 {
        self.knob.first().copied().unwrap_or(0.0)
    }

    /// Compares samples by their activities `h`: leaves the term and its derivative by h in `likeness`, and moves the map
    /// against its own gradient.
    pub(super) fn compare(
        &mut self,
        (h, labels, classes): (Rows<'_>, &[u8], usize),
        (grid, likeness): (Grid, &mut Likeness),
        method: &Method,
        pace: Pace,
    ) {
        let lens = (&*method.similarity_view, grid);
        likeness.compute(&*method.similarity, lens, (h, self.map.rows()), (labels, classes));
        follow((self.map.data_mut(), likeness.dmap.data()), &mut self.maps, &*method.optimizer, pace);
    }

    /// Moves the layer against its gradients, of which those of the weights are still to be made: piece by piece as they are,
    /// unless the optimizer moves a matrix as one. Of a slice they are added to what there is, and the layer moves with the last.
    pub(super) fn follow(
        &mut self,
        (layer, input): (&mut Layer, &Input<'_>),
        LayerWork { dz, grads, knob, slice, gathered, .. }: &mut LayerWork,
        method: &Method,
        pace: Pace,
    ) {
        if slice.is_whole() {
            follow_pieces((layer, input), dz.rows_mut(), grads, &mut self.weights, (&*method.optimizer, pace));
            return self.update(layer, (grads, *knob), method, pace);
        }
        layer.local_grads(input, dz.rows_mut(), grads);
        gathered.add(*slice, grads, *knob);
        grads.weights.resize(0, 0);
        if slice.is_last() {
            self.update(layer, (&mut gathered.grads, gathered.knob), method, pace);
        }
    }

    /// Moves what the layer learns against its gradients; the weights only where they are among them.
    pub(super) fn update(&mut self, layer: &mut Layer, grads: (&mut Gradients, f32), method: &Method, pace: Pace) {
        let (optimizer, (grads, knob)) = (&*method.optimizer, grads);
        if !grads.weights.is_empty() {
            follow_weights(layer, grads, &mut self.weights, (optimizer, pace));
        }
        if !grads.above.is_empty() {
            follow((layer.above.data_mut(), grads.above.data()), &mut self.above, optimizer, pace);
        }
        if !grads.head.is_empty() {
            follow((layer.head.data_mut(), grads.head.data()), &mut self.head, optimizer, pace);
        }
        if !grads.projection.is_empty() {
            let projection = (layer.projection.data_mut(), grads.projection.data());
            follow(projection, &mut self.projection, optimizer, pace);
        }
        if !grads.embedding.is_empty() {
            let embedding = (layer.embedding.data_mut(), grads.embedding.data());
            follow(embedding, &mut self.embedding, optimizer, pace);
        }
        follow((&mut layer.biases, &grads.biases), &mut self.biases, optimizer, pace.still());
        if !self.knob.is_empty() {
            follow((&mut self.knob, &[knob]), &mut self.knobs, optimizer, pace.still());
        }
        if let Some(average) = &mut self.average {
            // Young averages forget faster, so that where the weights started does not count.
            let age = pace.step as f32;
            let keep = method.average.min(age / (age + 10.0));
            for ((_, average), (_, now)) in average.tensors_mut().into_iter().zip(layer.tensors()) {
                drift(average.data_mut(), now.data(), keep);
            }
            drift(&mut average.biases, &layer.biases, keep);
        }
    }
}

#[cfg(test)]
mod tests {
    use goodness_core::goodness::MeanOfSquares;
    use goodness_core::init::FanInUniform;
    use goodness_core::optim::Moment;

    use super::*;
    use crate::recipe::Recipe;

    #[test]
    fn a_running_threshold_follows_a_goodness_on_its_side_of_0() {
        let recipe = "name = \"auto\"\n[network]\nlayers = [6]\n[train]\nloss = \"logistic\"\ntheta = \"auto\"";
        let method = Method::new(&Recipe::parse("auto", recipe).unwrap().train);
        for own in [100.0f32, -100.0] {
            let mut state = LayerState { theta: own, ..LayerState::default() };
            state.follow_theta(&method, Rows::new(&[own * 0.25, own * 0.75], 2, 1), own);
            assert!((state.theta - 0.995 * own).abs() < 1e-3, "{}", state.theta);
            (0..2000).for_each(|_| state.follow_theta(&method, Rows::new(&[0.0], 1, 1), own));
            assert_eq!(state.theta, THETA_LEAST * own);
        }
    }

    #[test]
    fn a_map_learns_to_match() {
        let recipe = "name = \"map\"\n[network]\nlayers = [6]\n[train]\nsimilarity = { name = \"matching\", map = 3 }";
        let method = Method::new(&Recipe::parse("map", recipe).unwrap().train);
        let mut rng = Rng::keyed(1, 0, 0);
        let layer = Layer::new(4, 6, &FanInUniform, &mut rng);
        let mut state = LayerState::new(&layer, &MeanOfSquares, &method, &mut rng);
        state.begin(&layer, false, &method);
        assert_eq!((state.map.len(), state.map.width()), (3, 6));
        let (h, mut likeness) = ((0..24).map(|_| rng.unit()).collect::<Vec<_>>(), Likeness::default());
        let mut losses = Vec::new();
        for step in 1..100 {
            let pace = method.optimizer.pace(Moment { step, gain: 1.0 });
            state.compare((Rows::new(&h, 4, 6), &[0, 1, 1, 0], 2), (layer.grid(), &mut likeness), &method, pace);
            losses.push(math::sum(&likeness.loss));
        }
        assert!(losses[98] < 0.9 * losses[0], "{losses:?}");
    }
}
