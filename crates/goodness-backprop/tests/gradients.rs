//! The twin's gradients: against central differences, and the same in all three forms.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use goodness::Recipe;
use goodness::core::Rng;
use goodness::data::{Dataset, Shape};
use goodness::layer::Layer;
use goodness::train::{Flow, Outcome};
use goodness_backprop::network::has_twin;
use goodness_backprop::{Choices, Form, Twin};

/// Pictures of 6×6 levels with noise: a bright row above, one below, or both, which a shift by one pixel leaves apart.
fn pictures(rows: usize, seed: u64) -> Dataset {
    let mut rng = Rng::keyed(seed, 0, 0);
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for r in 0..rows {
        let bright = |i: usize| (i / 6 == 1 && r % 3 != 1) || (i / 6 == 4 && r % 3 != 0);
        let level = |i: usize, noise: u32| if bright(i) { 155 + noise as u8 } else { noise as u8 };
        images.extend((0..36).map(|i| level(i, rng.below(100))));
        labels.push((r % 3) as u8);
    }
    Dataset::new("toy", images, labels, 3, Shape { height: 6, width: 6, channels: 1 }).unwrap()
}

fn twin(network: &str, train: &str, choices: Choices) -> Twin {
    let text = format!(
        "name = 'toy'\n[data]\nshift = 1\n[network]\n{network}\n[train]\nepochs = 8\nbatch = 12\n{train}\n\
         optimizer = {{ name = 'adam', rate = 0.01 }}"
    );
    let recipe = Recipe::parse("toy", &text).unwrap();
    Twin::new(&recipe, choices, pictures(48, 1), pictures(30, 2), 1).unwrap()
}

const ROWS: [u32; 7] = [3, 1, 4, 15, 9, 2, 6];

/// Networks of every kind that the twin has a rule for.
const NETWORKS: &[(&str, &str)] = &[
    ("layers = [11, 7]", ""),
    ("layers = [9, 8, 7]\nnormalize = 'l2'", ""),
    ("layers = [9, 8, 7]\nnormalize = 'keep'", ""),
    ("layers = [10, 9, 8, 7, 6]", ""),
    ("layers = [10, 9, 8, 7, 6]\nresidual = 'concatenate'", ""),
    ("layers = [10, 9, 8, 7, 6]\nresidual = 'concatenate'\nnormalize = 'l2'", "dropout = 0.2"),
    ("layers = [32, 18]\nfields = [[3, 1], [2, 1]]\ngoodness = 'class_mean'\nprojection = 'linear'", ""),
    ("layers = [6]\noverlay = 'appended'", ""),
    ("layers = [8, 7]\nactivation = 'relu_straight'", "dropout = 0.3"),
    ("layers = [9, 8, 7]\nnormalize = 'layer'", ""),
    ("layers = [10, 8, 6]\nnormalize = { name = 'group', groups = 2 }\nresidual = 'concatenate'", ""),
    ("layers = [4, 6, 5]\noverlay = 'waves'\nconvolutions = [{ side = 3 }, { side = 3, pool = 2 }, { side = 1 }]", ""),
    (
        "layers = [6, 6, 6, 9]\noverlay = 'waves'\nnormalize = { name = 'group', groups = 3 }\n\
         convolutions = [{ side = 3 }, { side = 3, stride = 2, groups = 2 }, { side = 3, groups = 3 }]",
        "",
    ),
    (
        "layers = [6, 6]\ngoodness = 'class_mean'\nnormalize = 'group'\n\
         convolutions = [{ side = 3 }, { side = 3, pool = 2, pooling = 'largest' }]",
        "loss = 'cross_entropy'\ndropout = 0.2",
    ),
];

/// Networks that go by the statistics of a batch.
const BY_BATCH: &[(&str, &str)] = &[
    ("layers = [9, 8, 7]\nnormalize = 'batch'", ""),
    (
        "layers = [5, 6, 4, 7]\noverlay = 'waves'\nnormalize = 'batch'\n\
         convolutions = [{ side = 3 }, { side = 3, pool = 2, pooling = 'largest' }, { side = 3, pool = 2 }, { side = 1 }]",
        "",
    ),
    (
        "layers = [6, 9]\ngoodness = 'class_mean'\nnormalize = 'batch'\nconvolutions = [{ side = 3 }, { side = 3, stride = 2 }]",
        "loss = 'cross_entropy'\ndropout = 0.2",
    ),
];

#[test]
fn a_sum_of_two_layers_has_no_twin() {
    let text = "name = 'toy'\n[network]\nlayers = [4, 4, 4]\nresidual = 'add'";
    let error = has_twin(&Recipe::parse("toy", text).unwrap()).unwrap_err().to_string();
    assert!(error.contains("network.residual") && error.contains("\"concatenate\" has a twin"), "{error}");
}

#[test]
fn layers_with_rates_of_their_own_have_no_twin() {
    let text = "name = 'toy'\n[network]\nlayers = [4, 4]\n[train]\nrates = [1.0, 0.5]";
    let error = has_twin(&Recipe::parse("toy", text).unwrap()).unwrap_err().to_string();
    assert!(
        error.contains("train.rates = \"[1.0, 0.5]\"") && error.contains("without the key there is one"),
        "{error}"
    );
}

/// Whether `slope` is that of the loss when `change(twin, by)` changes a number. Where a rectifier bends, or the largest of a
/// square becomes another one, the slopes to both sides differ, and it lies between them.
fn is_slope(twin: &mut Twin, slope: f32, change: impl Fn(&mut Twin, f32)) -> bool {
    let (slope, step) = (f64::from(slope), 3e-4);
    let mut at = |by: f32| {
        change(twin, by);
        let loss = twin.gradients(&ROWS).0;
        change(twin, -by);
        loss
    };
    let (below, here, above) = (at(-step as f32), at(0.0), at(step as f32));
    let (left, right) = ((here - below) / step, (above - here) / step);
    let near = 3e-3 + 2e-2 * slope.abs();
    left.min(right) - near <= slope && slope <= left.max(right) + near
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    for (network, train) in NETWORKS.iter().chain(BY_BATCH) {
        let mut twin = twin(network, train, Choices::default());
        let exact: Vec<_> = twin.gradients(&ROWS).1.iter().map(|g| (g.weights.clone(), g.biases.clone())).collect();
        let mut checked = 0;
        for (l, (weights, biases)) in exact.iter().enumerate() {
            for i in (0..weights.data().len()).step_by(7) {
                let change = |twin: &mut Twin, by: f32| twin.network_mut().layers[l].weights.data_mut()[i] += by;
                checked += usize::from(is_slope(&mut twin, weights.data()[i], change));
            }
            for (i, slope) in biases.iter().enumerate() {
                let change = |twin: &mut Twin, by: f32| twin.network_mut().layers[l].biases[i] += by;
                checked += usize::from(is_slope(&mut twin, *slope, change));
            }
        }
        // A rectifier that bends twice within the difference spoils a few of them.
        let all: usize = exact.iter().map(|(w, b)| w.data().len().div_ceil(7) + b.len()).sum();
        assert!(checked * 100 >= all * 98, "{network}: only {checked} of {all} slopes agree");
        let largest = exact.iter().flat_map(|(w, _)| w.data()).fold(0.0f32, |m, x| m.max(x.abs()));
        assert!(largest > 0.01, "{network}: slopes of {largest} at most check nothing");
    }
}

#[test]
fn the_three_forms_have_the_same_gradients() {
    for (network, train) in NETWORKS {
        let of = |form| {
            let mut twin = twin(network, train, Choices { form, ..Choices::default() });
            twin.gradients(&ROWS).1.iter().map(|g| (g.weights.clone(), g.biases.clone())).collect::<Vec<_>>()
        };
        let full = of(Form::Full);
        assert_eq!(full, of(Form::Checkpointing), "{network}: what is computed again is the same to the bit");
        for ((w, b), (w2, b2)) in full.iter().zip(&of(Form::Accumulation { parts: 3 })) {
            let pairs = w.data().iter().chain(b).zip(w2.data().iter().chain(b2));
            pairs.for_each(|(a, b)| assert!((a - b).abs() <= 1e-5 + 1e-4 * a.abs(), "{network}: {a} and {b}"));
        }
    }
}

#[test]
fn by_the_statistics_of_a_batch_two_forms_have_the_same_gradients_and_the_third_is_refused() {
    for (network, train) in BY_BATCH {
        let of = |form| {
            let mut twin = twin(network, train, Choices { form, ..Choices::default() });
            twin.gradients(&ROWS).1.iter().map(|g| (g.weights.clone(), g.biases.clone())).collect::<Vec<_>>()
        };
        assert_eq!(of(Form::Full), of(Form::Checkpointing), "{network}");
    }
    let text = "name = 'toy'\n[network]\nlayers = [4]\nnormalize = 'batch'\n[train]\nbatch = 12";
    let (recipe, form) = (Recipe::parse("toy", text).unwrap(), Form::Accumulation { parts: 3 });
    let made = |plain| {
        let choices = Choices { form, plain, ..Choices::default() };
        Twin::new(&recipe, choices, pictures(48, 1), pictures(30, 2), 1).err().map(|e| e.to_string())
    };
    let said = made(false).expect("refused");
    assert!(
        said.starts_with("recipe \"toy\" has no twin by gradient accumulation: network.normalize = \"batch\" goes"),
        "{said}"
    );
    assert!(said.ends_with("expected full storage or activation checkpointing"), "{said}");
    assert_eq!(made(true), None);
}

/// A network of maps that goes by the statistics of a batch.
const MAPS: &str = "layers = [8, 12, 10]\noverlay = 'waves'\nnormalize = 'batch'\n\
                    convolutions = [{ side = 3 }, { side = 3, pool = 2, pooling = 'largest' }, { side = 3 }]";

#[test]
fn a_twin_of_maps_learns_and_is_read_by_what_it_remembers() {
    for precision in ["f32", "bf16"] {
        let network = format!("{MAPS}\nprecision = '{precision}'");
        let mut twin = twin(&network, "average = 0.9", Choices::default());
        let before = twin.validation_error();
        twin.run(|_| Flow::Continue).unwrap();
        assert!(before > 0.4 && twin.validation_error() < 0.1, "{before} → {}", twin.validation_error());
        let layers = &twin.network().layers;
        assert_eq!(
            (layers[3].weights.len(), layers[3].weights.width()),
            (3, 10),
            "the softmax reads a number a channel"
        );
        assert!(layers[..3].iter().all(|l| l.running.data().iter().all(|x| *x != 0.0 && *x != 1.0)));
        // One image alone is read as it is among others.
        let (all, one) = (pictures(30, 2), pictures(30, 2).select(4..5).unwrap());
        let logits = |set| twin.pool().run(|| twin.network().logits(set));
        assert_eq!(logits(&all).rows().row(4), logits(&one).data());
    }
}

#[test]
fn checkpointing_trains_to_the_same_bits_and_any_number_of_threads_does() {
    for network in ["layers = [20, 20, 20, 20, 20]", MAPS] {
        let full = trained(network, Form::Full, 1);
        assert!(full == trained(network, Form::Checkpointing, 1), "{network}");
        assert!([2, 3].iter().all(|threads| full == trained(network, Form::Full, *threads)), "{network}");
    }
}

/// The layers of a network that has learned.
fn trained(network: &str, form: Form, threads: usize) -> Vec<Layer> {
    let mut twin = twin(network, "average = 0.5\ndropout = 0.1", Choices { form, ..Choices::default() });
    if threads > 1 {
        let recipe = twin.recipe().clone();
        twin = Twin::new(&recipe, Choices { form, ..Choices::default() }, pictures(48, 1), pictures(30, 2), threads)
            .unwrap();
    }
    assert_eq!(twin.run(|_| Flow::Continue).unwrap(), Outcome::Finished);
    twin.network().layers.clone()
}

#[test]
fn a_twin_learns() {
    for plain in [false, true] {
        let mut twin = twin("layers = [40, 40]", "", Choices { plain, ..Choices::default() });
        let before = twin.validation_error();
        twin.run(|_| Flow::Continue).unwrap();
        assert!(before > 0.4 && twin.validation_error() < 0.1, "{before} → {}", twin.validation_error());
        assert_eq!(twin.history().len(), 8);
        assert_eq!(twin.history()[7].validation_error, Some(100.0 * twin.validation_error()));
    }
}

#[test]
fn it_starts_where_the_layers_that_learn_by_themselves_start() {
    let twin = twin("layers = [12, 9]", "", Choices::default());
    let set = pictures(48, 1);
    let network = goodness::Network::initial(twin.recipe(), set.shape(), 3).unwrap();
    for (own, layer) in twin.network().layers.iter().zip(&network.layers) {
        assert_eq!((&own.weights, &own.biases), (&layer.weights, &layer.biases));
    }
    assert_eq!(twin.network().layers.len(), 3);
}

#[test]
fn recipes_without_a_twin_say_what_would_make_one() {
    let refused = |text: &str| {
        let recipe = Recipe::parse("toy", text).unwrap();
        Twin::new(&recipe, Choices::default(), pictures(48, 1), pictures(30, 2), 1).err().expect("refused").to_string()
    };
    let said = refused(
        "name = 'c'\n[network]\nlayers = [9, 8, 7]\nresidual = 'concatenate'\nconvolutions = [{ side = 3 }]\noverlay = 'waves'\n[train]\nbatch = 12",
    );
    assert!(
        said.contains("network.residual = \"concatenate\"; the gradient of joined pictures is not among"),
        "{said}"
    );
    assert!(said.ends_with("network.residual = \"none\" has a twin"), "{said}");
    let said = refused(
        "name = 'p'\n[network]\nlayers = [9, 8]\nconvolutions = [{ side = 3 }, { side = 3, padding = 3 }]\noverlay = 'waves'\n[train]\nbatch = 12",
    );
    assert!(said.contains("network.convolutions = \"side 3 with padding 3\"; places see zeros alone"), "{said}");
    assert!(said.ends_with("with less padding than side there is one"), "{said}");
    let said = refused("name = 'u'\n[network]\nlayers = [9, 8]\n[train]\nnegatives = 'hybrid_mask'\nbatch = 12");
    assert!(said.starts_with("recipe \"u\" has no backpropagation twin: train.negatives = \"hybrid_mask\";"), "{said}");
    assert!(said.contains("network.readout = \"label_sweep\"") && said.contains("\"class_goodness\""), "{said}");
    let said = refused("name = 'r'\n[network]\nlayers = [9, 8]\nflow = 'recurrent'\n[train]\nbatch = 12");
    assert!(said.contains("network.flow = \"recurrent\"") && said.contains("network.flow = \"once\""), "{said}");
    let said = refused("name = 'm'\n[network]\nlayers = [9]\n[train]\nmicro_batch = 5\nbatch = 12");
    assert!(said.contains("train.micro_batch = \"5\"") && said.ends_with("choose gradient accumulation"), "{said}");
    let said = refused("name = 'b'\n[network]\nlayers = [9]\n[train]\nbatch = 100");
    assert_eq!(said, "train.batch = 100: at most the 48 training samples there are");
}

#[test]
fn a_rate_that_breaks_it_is_said() {
    let mut twin = twin("layers = [40, 40]\nnormalize = 'keep'", "", Choices { gain: 1e30, ..Choices::default() });
    let said = twin.run(|_| Flow::Continue).unwrap_err().to_string();
    assert!(said.starts_with("backpropagation broke down in step ") && said.contains("the loss is NaN"), "{said}");
}
