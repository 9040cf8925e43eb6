//! Every overlay through the first layer's shared product, against the plain definition: input rows written out in full.
#![allow(clippy::unwrap_used)]

use goodness::core::normalize::{self, Normalize};
use goodness::core::overlay::{self, Overlay, Place};
use goodness::core::{Rng, init};
use goodness::data::Shape;
use goodness::engine::{Matrix, Rounded};
use goodness::layer::{Code, Fields, Gradients, Images, Input, Labelled, Labels, Layer};
use goodness::model::Model;
use goodness::run::examine;
use goodness::train::Flow;
use goodness::{Recipe, Trainer};
use goodness_testkit::{toy, variants};

const SHAPE: Shape = Shape { height: 4, width: 3, channels: 2 };
const FEATURES: usize = 24;
const CLASSES: usize = 5;
const IMAGES: usize = 7;

/// The label of image `r` in pass `pass`: the true one, a wrong one, none.
fn label(pass: usize, r: usize) -> Option<u8> {
    [Some(r % CLASSES), Some((r + 2) % CLASSES), None][pass].map(|k| k as u8)
}

/// What one unit of each number of the code adds to the inputs: C × inputs.
fn patterns(overlay: &dyn Overlay, embedding: &Matrix, inputs: usize) -> Matrix {
    let mut all = Matrix::zeros(overlay.width(CLASSES), inputs);
    let (shape, mut rng) = ((SHAPE.height, SHAPE.width, SHAPE.channels), Rng::keyed(9, 0, 0));
    let mut rows = all.rows_mut();
    for t in 0..rows.len() {
        match overlay.place() {
            Place::First => rows.row_mut(t)[t] = 1.0,
            Place::After => rows.row_mut(t)[FEATURES + t] = 1.0,
            Place::Learned(_) => rows.row_mut(t)[FEATURES..].copy_from_slice(embedding.rows().row(t)),
            Place::Over => overlay.pattern_into(t, shape, &mut rng, rows.row_mut(t)),
        }
    }
    all
}

/// A first layer, images and labels, and the same as rows written out in full.
struct Case {
    layer: Layer,
    images: Images,
    labels: Labels,
    rows: Matrix,
}

impl Case {
    fn new(overlay: &dyn Overlay, code: &Code, normalize: &dyn Normalize, fields: Option<Fields>) -> Self {
        let init = init::CATALOGUE[0].info.params;
        let init = (init::CATALOGUE[0].build)(&goodness::core::catalogue::Args::resolve(init, &[]).unwrap());
        let mut layer = match fields {
            Some(fields) => Layer::with_fields(fields, &*init, &mut Rng::keyed(1, 0, 0)),
            None => Layer::new(code.inputs(), 6, &*init, &mut Rng::keyed(1, 0, 0)),
        };
        layer.biases.iter_mut().enumerate().for_each(|(u, b)| *b = 0.1 * u as f32);
        if let Place::Learned(width) = overlay.place() {
            layer.embedding = Matrix::from_vec(toy::rows(CLASSES, width, 4), CLASSES, width);
        }
        let pixels = toy::rows(IMAGES, FEATURES, 3);
        let (mut images, mut labels) = (Images::default(), Labels::default());
        images.load(IMAGES, code, |r, out| out.copy_from_slice(&pixels[r * FEATURES..][..FEATURES]));
        images.project(&layer, code, 3);
        labels.write(&images, 3, code, normalize, label);
        let rows = written_out(overlay, &patterns(overlay, &layer.embedding, code.inputs()), &pixels, normalize);
        Self { layer, images, labels, rows }
    }
}

fn written_out(overlay: &dyn Overlay, patterns: &Matrix, pixels: &[f32], normalize: &dyn Normalize) -> Matrix {
    let inputs = patterns.width().max(FEATURES);
    let mut rows = Matrix::zeros(3 * IMAGES, inputs);
    let mut all = rows.rows_mut();
    for r in 0..all.len() {
        let row = all.row_mut(r);
        row[..FEATURES].copy_from_slice(&pixels[r % IMAGES * FEATURES..][..FEATURES]);
        let mut code = vec![f32::NAN; overlay.width(CLASSES)];
        match label(r / IMAGES, r % IMAGES) {
            Some(label) => overlay.label_into(label, &mut code),
            None => overlay.neutral_into(&mut code),
        }
        if overlay.place() == Place::First {
            row[..code.len()].fill(0.0);
        }
        for (c, pattern) in code.iter().zip(patterns.rows().iter()) {
            row.iter_mut().zip(pattern).for_each(|(x, p)| *x += c * p);
        }
        let scale = normalize.image_scale(row.iter().map(|x| x * x).sum(), inputs);
        row.iter_mut().for_each(|x| *x *= scale);
    }
    rows
}

fn alike(what: &str, a: &[f32], b: &[f32]) {
    let size = a.iter().chain(b).fold(1e-6f32, |top, x| top.max(x.abs()));
    assert_eq!(a.len(), b.len(), "{what}");
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= 2e-5 * size, "{what}, number {i}: {a} and {b}");
    }
}

/// z and the gradients of a layer, by one kind of input.
fn passed(layer: &Layer, input: &Input<'_>) -> (Vec<f32>, Gradients) {
    let (mut z, mut grads) = (Matrix::zeros(input.len(), layer.units()), Gradients::default());
    layer.forward_into(input, &mut Rounded::default(), z.rows_mut());
    let mut dz = Matrix::from_vec(toy::rows(input.len(), layer.units(), 6), input.len(), layer.units());
    layer.local_grads(input, dz.rows_mut(), &mut grads);
    (z.data().to_vec(), grads)
}

fn fields_of(overlay: &dyn Overlay) -> Vec<Option<Fields>> {
    let fields = Fields::fit(2, 1, SHAPE, 12);
    if overlay.place() == Place::Over { vec![None, fields] } else { vec![None] }
}

#[test]
fn a_single_pass_makes_what_several_share_to_the_bit() {
    let code = Code::new(Box::new(overlay::NoOverlay), SHAPE, CLASSES);
    for fields in [None, Fields::fit(2, 1, SHAPE, 12)] {
        let [own, shared] = [1, 2].map(|passes| {
            let Case { layer, mut images, mut labels, .. } =
                Case::new(&overlay::NoOverlay, &code, &normalize::Rms, fields);
            images.project(&layer, &code, passes);
            labels.write(&images, 1, &code, &normalize::Rms, |_, _| None);
            passed(&layer, &Input::Labelled(Labelled { images: &images, labels: &labels })).0
        });
        assert_eq!(own, shared);
    }
}

#[test]
fn the_shared_product_is_the_plain_one() {
    for v in variants(overlay::CATALOGUE) {
        let make = || variants(overlay::CATALOGUE).into_iter().find(|other| other.label == v.label).unwrap().member;
        let code = Code::new(make(), SHAPE, CLASSES);
        for n in variants(normalize::CATALOGUE) {
            for fields in fields_of(&*v.member) {
                let case = Case::new(&*v.member, &code, &*n.member, fields);
                let shared = Labelled { images: &case.images, labels: &case.labels };
                let (z, grads) = passed(&case.layer, &Input::Labelled(shared));
                let (plain_z, plain) = passed(&case.layer, &Input::Rows(case.rows.rows()));
                let what = format!("{}, {}, {fields:?}", v.label, n.label);
                alike(&format!("z of {what}"), &z, &plain_z);
                alike(&format!("dW of {what}"), grads.weights.data(), plain.weights.data());
                alike(&format!("db of {what}"), &grads.biases, &plain.biases);
            }
        }
    }
}

const TINY: &str = "name = \"tiny\"\n[network]\nlayers = [13, 11]\n[train]\nnegatives = \"wrong_label\"\n\
                    schedule = \"constant\"\nepochs = 1\n";

fn trainer(network: &str, train: &str) -> Trainer {
    let text = TINY.replace("[train]", &format!("{network}\n[train]\n{train}"));
    Trainer::new(&Recipe::parse("tiny", &text).unwrap(), toy::pictures(30, 3, 1), toy::pictures(9, 3, 2), 1).unwrap()
}

#[test]
fn what_a_layer_learns_does_not_depend_on_the_layers_above() {
    for entry in overlay::CATALOGUE.iter().filter(|entry| entry.info.name != "none") {
        let first_layer = |above: f32| {
            let mut trainer = trainer(&format!("overlay = \"{}\"", entry.info.name), "batch = 8");
            trainer.network_mut().layers[1].weights.data_mut().iter_mut().for_each(|w| *w *= above);
            trainer.run(|_| Flow::Continue).unwrap();
            trainer.network().layers[0].clone()
        };
        assert_eq!(first_layer(1.0), first_layer(-3.0), "{}", entry.info.name);
    }
}

#[test]
fn an_overlay_of_ones_own_takes_the_place_of_another() {
    struct Last;
    impl Overlay for Last {
        fn width(&self, classes: usize) -> usize {
            classes
        }
        fn label_into(&self, label: u8, code: &mut [f32]) {
            code.fill(0.0);
            code[code.len() - 1 - usize::from(label)] = 1.0;
        }
        fn neutral_into(&self, code: &mut [f32]) {
            code.fill(1.0 / code.len() as f32);
        }
    }
    let mut trainer = trainer("", "batch = 8");
    let (shape, classes) = (trainer.network().shape, trainer.network().classes);
    trainer.network_mut().parts.overlay = Code::new(Box::new(Last), shape, classes);
    trainer.run(|_| Flow::Continue).unwrap();
    assert!(trainer.validation_error() <= 1.0);
}

const VECTORS: overlay::Embedding = overlay::Embedding { width: 3, strength: 1.0 };

/// The gradient of learned vectors in the first `passes` passes, and the loss Σ dz·z that it belongs to as a function of
/// the vectors, over rows written out in full.
fn of_vectors(normalize: &dyn Normalize, passes: usize) -> (Matrix, Matrix, impl Fn(&Matrix) -> f64) {
    let code = Code::new(Box::new(VECTORS), SHAPE, CLASSES);
    let case = Case::new(&VECTORS, &code, normalize, None);
    let mut labels = Labels::default();
    labels.write(&case.images, passes, &code, normalize, label);
    let (_, grads) = passed(&case.layer, &Input::Labelled(Labelled { images: &case.images, labels: &labels }));
    let (pixels, dz) = (toy::rows(IMAGES, FEATURES, 3), toy::rows(passes * IMAGES, case.layer.units(), 6));
    let vectors = case.layer.embedding.clone();
    let loss = move |vectors: &Matrix| {
        let rows = written_out(&VECTORS, &patterns(&VECTORS, vectors, code.inputs()), &pixels, normalize);
        let mut z = Matrix::zeros(passes * IMAGES, case.layer.units());
        case.layer.forward_into(&Input::Rows(rows.rows().split_at(z.len()).0), &mut Rounded::default(), z.rows_mut());
        z.data().iter().zip(&dz).map(|(z, dz)| f64::from(z * dz)).sum::<f64>()
    };
    (vectors, grads.embedding, loss)
}

/// (f(x + d·by) − f(x − d·by)) / 2d for a change `by` of row `k`.
fn slope(f: impl Fn(&Matrix) -> f64, at: &Matrix, k: usize, by: &[f32]) -> f64 {
    let moved = |d: f32| {
        let mut moved = at.clone();
        moved.rows_mut().row_mut(k).iter_mut().zip(by).for_each(|(x, by)| *x += d * by);
        f(&moved)
    };
    (moved(0.02) - moved(-0.02)) / 0.04
}

#[test]
fn learned_vectors_follow_their_gradient() {
    // Where rows are not normalised, the gradient leaves nothing out.
    let (vectors, gradient, loss) = of_vectors(&normalize::Keep, 3);
    assert_eq!((gradient.len(), gradient.width()), (CLASSES, 3));
    for k in 0..CLASSES {
        for (j, by) in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].into_iter().enumerate() {
            let (exact, numeric) = (f64::from(gradient.rows().row(k)[j]), slope(&loss, &vectors, k, &by));
            assert!((numeric - exact).abs() < 2e-3 * (1.0 + exact.abs()), "{k}, {j}: {exact}, measured {numeric}");
        }
    }
}

#[test]
fn what_the_gradient_of_a_normalised_vector_leaves_out_lies_along_it() {
    for normalize in [&normalize::Rms as &dyn Normalize, &normalize::L2] {
        let (vectors, gradient, loss) = of_vectors(normalize, 2);
        for k in 0..CLASSES {
            let (v, d) = (vectors.rows().row(k), gradient.rows().row(k));
            // At right angles to the vector.
            for by in [[v[1], -v[0], 0.0], [v[2], 0.0, -v[0]]] {
                let (exact, numeric) = (f64::from(goodness::core::math::dot(d, &by)), slope(&loss, &vectors, k, &by));
                assert!((numeric - exact).abs() < 2e-3 * (1.0 + exact.abs()), "{k}: {exact}, measured {numeric}");
            }
        }
    }
}

#[test]
fn a_step_moves_vectors_against_the_first_layers_loss() {
    let run = |vectors: Option<&Matrix>| {
        let optimizer = "optimizer = { name = \"smoothed_sgd\", rate = 0.5, smoothing = 0.0, weight_decay = 0.0 }";
        let network = "normalize = \"keep\"\noverlay = { name = \"embedding\", width = 2 }";
        let mut trainer = trainer(network, &format!("{optimizer}\nbatch = 30"));
        let own = &mut trainer.network_mut().layers[0].embedding;
        vectors.iter().for_each(|vectors| own.clone_from(vectors));
        let before = own.clone();
        trainer.run(|_| Flow::Continue).unwrap();
        let loss = trainer.history()[0].layers[0].loss;
        (before, trainer.network().layers[0].embedding.clone(), loss)
    };
    let (before, after, _) = run(None);
    for i in 0..before.data().len() {
        let by = [[1.0, 0.0], [0.0, 1.0]][i % 2];
        let expected = 0.5 * slope(|vectors| run(Some(vectors)).2, &before, i / 2, &by);
        let step = f64::from(before.data()[i] - after.data()[i]);
        assert!(step != 0.0 && (step - expected).abs() < 1e-3 + 0.03 * step.abs(), "{i}: {step}, expected {expected}");
    }
}

#[test]
fn models_and_reports_go_with_every_overlay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    for entry in overlay::CATALOGUE.iter().filter(|entry| entry.info.name != "none") {
        let name = entry.info.name;
        let mut trainer = trainer(&format!("overlay = \"{name}\""), "batch = 8\naverage = 0.5");
        let start = trainer.network().layers[0].embedding.clone();
        trainer.run(|_| Flow::Continue).unwrap();
        assert_eq!(trainer.network().layers[0].embedding != start, name == "embedding");
        Model::save(trainer.network(), trainer.recipe(), &path).unwrap();
        let model = Model::load(&path).unwrap();
        assert_eq!(trainer.network().layers, model.network.layers, "{name}");
        let data = toy::pictures(40, 3, 5);
        let scores = |network: &goodness::Network| trainer.pool().run(|| network.scores(&data));
        assert_eq!(scores(trainer.network()), scores(&model.network), "{name}");
        let parts = (trainer.network(), trainer.recipe());
        let report = examine(parts, trainer.pool(), trainer.summary(None), Vec::new(), &data, None);
        assert!(report.histograms.iter().all(|h| h.positive.iter().sum::<u32>() == 40), "{name}");
        assert!(report.weights.iter().all(|image| image.values.len() == 36), "{name}");
    }
}
