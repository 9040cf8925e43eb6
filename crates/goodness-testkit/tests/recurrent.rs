//! The recurrent network against its plain definition: loops in double precision, gradients by central differences.
#![allow(clippy::unwrap_used)]

use goodness::core::negatives::Negatives;
use goodness::core::{Rng, Rows};
use goodness::data::{Dataset, Shape};
use goodness::model::Model;
use goodness::run::examine;
use goodness::train::{Contrast, Flow};
use goodness::{Recipe, Trainer};

const IMAGES: usize = 5;
const CLASSES: usize = 3;
const KEEP: f64 = 0.3;
const LABEL: f64 = 1.5;
const ITERATIONS: usize = 3;
const RATE: f64 = 0.5;
const LAMBDA: f64 = 0.2;
const DECAY: f64 = 0.5;

fn pictures() -> Dataset {
    let mut rng = Rng::keyed(3, 0, 0);
    let pixels = (0..IMAGES * 6).map(|_| rng.below(256) as u8).collect();
    let labels = (0..IMAGES).map(|r| (r % CLASSES) as u8).collect();
    Dataset::new("tiny", pixels, labels, CLASSES, Shape { height: 2, width: 3, channels: 1 }).unwrap()
}

/// The label after the true one.
struct Next;

impl Negatives for Next {
    fn looks_at(&self) -> usize {
        0
    }

    fn fill(&self, labels: &[u8], classes: usize, _: Option<Rows<'_>>, _: &mut Rng, negatives: &mut [u8]) {
        negatives.iter_mut().zip(labels).for_each(|(n, y)| *n = wrong(*y as usize, classes) as u8);
    }
}

fn wrong(label: usize, classes: usize) -> usize {
    (label + 1) % classes
}

fn trainer(layers: &str, (from, to): (usize, usize), more: &str) -> Trainer {
    let text = format!(
        "name = \"tiny\"\n[network]\nlayers = {layers}\ninit = \"fan_in_uniform\"\n\
         flow = {{ name = \"recurrent\", iterations = {ITERATIONS}, keep = {KEEP}, from = {from}, to = {to}, \
         label = {LABEL} }}\n[train]\nloss = \"symba\"\nschedule = \"constant\"\nepochs = 1\nbatch = {IMAGES}\n\
         optimizer = {{ name = \"smoothed_sgd\", rate = {RATE}, smoothing = 0.0, weight_decay = 0.0 }}\n{more}"
    );
    let mut trainer = Trainer::new(&Recipe::parse("tiny", &text).unwrap(), pictures(), pictures(), 2).unwrap();
    trainer.method_mut().negatives = Contrast::Labels(Box::new(Next));
    trainer
}

/// A layer in double precision.
#[derive(Clone)]
struct Layer {
    below: Vec<Vec<f64>>,
    above: Vec<Vec<f64>>,
    biases: Vec<f64>,
}

type State = Vec<f64>;

impl Layer {
    fn of(layer: &goodness::layer::Layer) -> Self {
        let wide = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        let rows = |m: Rows<'_>| m.iter().map(wide).collect();
        Self { below: rows(layer.weights.rows()), above: rows(layer.above.rows()), biases: wide(&layer.biases) }
    }

    fn activity(&self, below: &[f64], above: &[f64]) -> State {
        let dot = |w: &[f64], x: &[f64]| w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
        let unit = |u: usize| dot(&self.below[u], below) + dot(&self.above[u], above) + self.biases[u];
        (0..self.biases.len()).map(|u| unit(u).max(0.0)).collect()
    }

    /// The next state, given everything that it comes from.
    fn next(&self, old: &[f64], below: &[f64], above: &[f64]) -> State {
        let new = self.activity(below, above);
        old.iter().zip(new).map(|(old, new)| KEEP * old + (1.0 - KEEP) * new).collect()
    }

    /// Every number that it learns.
    fn numbers(&mut self) -> Vec<&mut f64> {
        self.below.iter_mut().flatten().chain(self.above.iter_mut().flatten()).chain(&mut self.biases).collect()
    }
}

fn normalised(x: &[f64]) -> State {
    let rms = (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
    x.iter().map(|x| x / (1e-8 + rms)).collect()
}

fn goodness(h: &[f64]) -> f64 {
    h.iter().map(|h| h * h).sum::<f64>() / h.len() as f64
}

fn image(row: usize) -> State {
    normalised(&pictures().row(row).iter().map(|p| f64::from(*p) / 255.0).collect::<Vec<_>>())
}

/// h[t][l] for an image with a label; t = 0 is the pass from the image up.
fn states(layers: &[Layer], row: usize, label: usize) -> Vec<Vec<State>> {
    let mut start: Vec<State> = Vec::new();
    for layer in layers {
        let below = start.last().map_or_else(|| image(row), |h| normalised(h));
        start.push(layer.activity(&below, &[]));
    }
    let mut all = vec![start];
    for t in 1..=ITERATIONS {
        let next = |l: usize| layers[l].next(&all[t - 1][l], &below(&all, t, l, row), &above(&all, t, l, label));
        let now = (0..layers.len()).map(next).collect();
        all.push(now);
    }
    all
}

/// What layer `l` hears at iteration `t`.
fn below(all: &[Vec<State>], t: usize, l: usize, row: usize) -> State {
    if l == 0 { image(row) } else { normalised(&all[t - 1][l - 1]) }
}

fn above(all: &[Vec<State>], t: usize, l: usize, label: usize) -> State {
    let hot = |k: usize| f64::from(u8::from(k == label));
    let shown = || normalised(&(0..CLASSES).map(hot).collect::<Vec<_>>()).iter().map(|x| LABEL * x).collect();
    all[t - 1].get(l + 1).map_or_else(shown, |h| normalised(h))
}

fn plain(trainer: &Trainer) -> Vec<Layer> {
    trainer.network().layers.iter().map(Layer::of).collect()
}

#[test]
fn every_iteration_is_the_plain_one() {
    for layers in ["[7, 4]", "[6]", "[5, 4, 7]"] {
        for (from, to) in [(1, 1), (2, 2), (3, 3), (2, 3)] {
            let trainer = trainer(layers, (from, to), "");
            let scores = trainer.pool().run(|| trainer.network().scores(&pictures()));
            for (row, scores) in scores.rows().iter().enumerate() {
                for (label, score) in scores.iter().enumerate() {
                    let all = states(&plain(&trainer), row, label);
                    let sum = |t: usize| all[t].iter().map(|h| goodness(h)).sum::<f64>();
                    let want = (from..=to).map(sum).sum::<f64>() / (from..=to).count() as f64;
                    assert!(
                        (f64::from(*score) - want).abs() < 1e-5 * want,
                        "{layers} {from} {to}: {score}, not {want}"
                    );
                }
            }
        }
    }
}

/// The loss of layer `l` alone, everything that it hears and its old states being given.
fn local_loss(layer: &Layer, l: usize, given: &[[Vec<Vec<State>>; 2]]) -> f64 {
    let mut total = 0.0;
    for (row, pair) in given.iter().enumerate() {
        let label = row % CLASSES;
        for t in 1..=ITERATIONS {
            let [g_pos, g_neg] = [(0, label), (1, wrong(label, CLASSES))].map(|(pass, label)| {
                let all = &pair[pass];
                goodness(&layer.next(&all[t - 1][l], &below(all, t, l, row), &above(all, t, l, label)))
            });
            total += (1.0 + (-4.0 * (g_pos - g_neg)).exp()).ln(); // SymBa with its α
        }
    }
    total / (IMAGES * ITERATIONS) as f64
}

fn step(layers: &str, more: &str) -> (Vec<Layer>, Vec<Layer>) {
    let mut trainer = trainer(layers, (2, 3), more);
    let before = plain(&trainer);
    trainer.run(|_| Flow::Continue).unwrap();
    (before, plain(&trainer))
}

fn same(what: &str, got: &mut Layer, want: &mut Layer) {
    for (i, (got, want)) in got.numbers().into_iter().zip(want.numbers()).enumerate() {
        assert!((*got - *want).abs() < 3e-6, "{what}, number {i}: {got}, not {want}");
    }
}

#[test]
fn a_step_follows_the_slopes_of_every_layers_own_losses() {
    for layers in ["[7, 4]", "[6]", "[5, 4, 7]"] {
        let (before, mut after) = step(layers, "");
        let both = |row: usize| [row % CLASSES, wrong(row % CLASSES, CLASSES)].map(|y| states(&before, row, y));
        let given: Vec<_> = (0..IMAGES).map(both).collect();
        for (l, after) in after.iter_mut().enumerate() {
            let mut want = before[l].clone();
            for i in 0..want.numbers().len() {
                let moved = |by: f64| {
                    let mut layer = before[l].clone();
                    *layer.numbers()[i] += by;
                    local_loss(&layer, l, &given)
                };
                *want.numbers()[i] -= RATE * (moved(1e-6) - moved(-1e-6)) / 2e-6;
            }
            same(&format!("{layers}, layer {}", l + 1), after, &mut want);
        }
    }
}

#[test]
fn the_penalty_pulls_at_every_iteration_on_the_positives_alone() {
    let (before, plain) = step("[7, 4]", "");
    let penalty = format!("penalty = {{ name = \"peer_normalization\", lambda = {LAMBDA}, decay = {DECAY} }}");
    let (_, pulled) = step("[7, 4]", &penalty);
    let all: Vec<_> = (0..IMAGES).map(|row| states(&before, row, row % CLASSES)).collect();
    for l in 0..2 {
        let units = before[l].biases.len();
        let (mut m, mut slope) = (vec![0.5; units], vec![0.0; units]);
        for t in 1..=ITERATIONS {
            let mean_h = |u: usize| all.iter().map(|states| states[t][l][u]).sum::<f64>() / IMAGES as f64;
            m = (0..units).map(|u| DECAY * m[u] + (1.0 - DECAY) * mean_h(u)).collect();
            let mean = m.iter().sum::<f64>() / units as f64;
            (0..units).for_each(|u| slope[u] += LAMBDA * (m[u] - mean) / ITERATIONS as f64);
        }
        for (u, slope) in slope.iter().enumerate() {
            let (got, want) = (pulled[l].biases[u] - plain[l].biases[u], -RATE * (1.0 - KEEP) * slope);
            assert!((got - want).abs() < 1e-6, "layer {}, unit {u}: {got}, not {want}", l + 1);
        }
    }
}

#[test]
fn a_model_file_keeps_what_layers_hear_from_above() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let mut trainer = trainer("[7, 4]", (2, 3), "average = 0.9");
    trainer.run(|_| Flow::Continue).unwrap();
    Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
    let model = Model::load(&path).unwrap();
    assert_eq!(model.network.layers, trainer.network().layers);
    assert_eq!(model.network.parameters(), 7 * 6 + 7 * 4 + 7 + 4 * 7 + 4 * CLASSES + 4);
    let scores = |network: &goodness::Network| trainer.pool().run(|| network.scores(&pictures()));
    assert_eq!(scores(trainer.network()), scores(&model.network));
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(14).position(|w| w == b"layers.1.above").unwrap();
    bytes[at..at + 14].copy_from_slice(b"layers.1.abore");
    std::fs::write(&path, bytes).unwrap();
    let error = Model::load(&path).err().unwrap().to_string();
    assert!(error.contains("tensor layers.1.above: expected shape [4, 3], found no such tensor"), "{error}");
}

#[test]
fn a_report_shows_the_goodness_that_reading_counts() {
    let trainer = trainer("[7, 4]", (2, 3), "");
    let (summary, parts) = (trainer.summary(None), (trainer.network(), trainer.recipe()));
    let report = examine(parts, trainer.pool(), summary, Vec::new(), &pictures(), None);
    for (l, histogram) in report.histograms.iter().enumerate() {
        let of = |row: usize| {
            let all = states(&plain(&trainer), row, row % CLASSES);
            (goodness(&all[2][l]) + goodness(&all[3][l])) / 2.0
        };
        let (first, last) = (histogram.edges[0], histogram.edges[histogram.edges.len() - 1]);
        let positives: Vec<f64> = (0..IMAGES).map(of).collect();
        assert!(positives.iter().all(|g| first - 1e-5 <= *g && *g <= last + 1e-5), "{positives:?} {first} {last}");
        let step = (last - first) / (histogram.edges.len() - 1) as f64;
        let inside =
            |g: &&f64| histogram.positive[(((**g - first) / step) as usize).min(histogram.positive.len() - 1)] > 0;
        assert_eq!(positives.iter().filter(inside).count(), IMAGES);
    }
}
