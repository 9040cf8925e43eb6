//! `goodness train`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use goodness::data::{self, Dataset};
use goodness::recipe::{BUILTIN, Recipe};
use goodness::run::{RunFolder, Test, examine};
use goodness::train::{Event, Flow, Outcome, Summary, Trainer};
use goodness_backprop::{Choices, Twin};

use super::{backprop, load_to_train, name_left_out, print_json, print_line};
use crate::failure::{Done, Usage};
use crate::interrupt;
use crate::progress::{Progress, thousands};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  goodness train\n  goodness train tutorial --epochs 50 --set optimizer.rate=0.01\n  \
                        goodness train my-recipe.toml --seed 7 --out runs/try\n  goodness train --dry-run\n  \
                        goodness train --rule backprop     # the same network, by the rule it is compared with"
)]
pub(crate) struct Args {
    /// A recipe's name (see `goodness recipes`) or a TOML file
    #[arg(default_value = BUILTIN[0].name, value_name = "RECIPE|FILE.toml")]
    recipe: String,
    /// Change a key of the recipe, such as optimizer.rate=0.001; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Passes over the training set
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Where all randomness comes from
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Threads that compute; 0 means one for each core. The result does not depend on it
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// The run's folder, which must not exist yet [default: runs/<recipe>-<number>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How the network learns
    #[arg(long, value_name = "RULE", value_enum, default_value_t = Rule::ForwardForward)]
    rule: Rule,
    /// With --rule backprop: what is kept for the way back
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Full)]
    form: Form,
    /// With --rule backprop: normalise nothing, neither images nor what layers pass on
    #[arg(long)]
    plain: bool,
    /// Check the recipe and the data, print the resolved recipe, and stop
    #[arg(long)]
    dry_run: bool,
    /// Print the summary as JSON on the last line of standard output; all else goes to standard error
    #[arg(long)]
    json: bool,
}

/// How a network learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Rule {
    /// Every layer by itself
    ForwardForward,
    /// The twin: all layers by one loss at the top, whose gradient goes down through them
    Backprop,
}

/// A form of backpropagation, as options name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// All activities
    Full,
    /// Those of an eighth of the batch, and the gradients of all layers
    Accumulation,
    /// Those at the borders of segments; the others are computed again
    Checkpointing,
}

impl Form {
    fn chosen(self) -> goodness_backprop::Form {
        match self {
            Self::Full => goodness_backprop::Form::Full,
            Self::Accumulation => goodness_backprop::Form::Accumulation { parts: 8 },
            Self::Checkpointing => goodness_backprop::Form::Checkpointing,
        }
    }
}

/// Time between two checkpoints at least; epochs of milliseconds should not spend theirs on the disk.
const KEEP_EVERY: Duration = Duration::from_millis(200);

pub(crate) fn run(args: &Args) -> Result<Done> {
    let recipe = Recipe::load_with(&args.recipe, &settings(args))?;
    let (training, validation) = load_to_train(&recipe)?;
    if args.rule == Rule::Backprop {
        let choices = Choices { form: args.form.chosen(), plain: args.plain, gain: 1.0 };
        let mut twin = Twin::new(&recipe, choices, training, validation, args.threads)?;
        let out = (args.out.as_deref(), args.dry_run);
        return backprop::train(&mut twin, out, args.json);
    }
    if args.form != Form::Full || args.plain {
        return Err(Usage("--form and --plain: expected with --rule backprop alone".to_string()).into());
    }
    let trainer = Trainer::new(&recipe, training, validation, args.threads)?;
    if args.dry_run {
        print_line(recipe.to_toml().trim_end())?;
        eprintln!("{}", describe(&trainer));
        return Ok(Done::Fully);
    }
    let folder = RunFolder::create(args.out.as_deref(), &recipe)?;
    train(trainer, &folder, args.json)
}

/// The settings of `--set`, then those that have a flag of their own.
fn settings(args: &Args) -> Vec<String> {
    let epochs = args.epochs.map(|n| format!("train.epochs={n}"));
    let seed = args.seed.map(|n| format!("train.seed={n}"));
    args.settings.iter().cloned().chain(epochs).chain(seed).collect()
}

/// Trains from wherever the trainer stands to the end, keeps a checkpoint at every epoch, and writes what a run leaves.
pub(super) fn train(mut trainer: Trainer, folder: &RunFolder, json: bool) -> Result<Done> {
    interrupt::listen()?;
    let progress = Progress::new(json);
    progress.line(&describe(&trainer));
    progress.line(&format!("run folder: {}", folder.path().display()));
    folder.keep(&trainer)?;
    let outcome = until_done(&mut trainer, folder, &progress);
    progress.clear();
    if outcome? == Outcome::Stopped {
        return stopped(folder);
    }
    let summary = finish(&trainer, folder).with_context(|| unfinished(folder))?;
    if json {
        print_json(&summary)?
    } else {
        print_line(&closing(&summary, folder.path()))?
    }
    Ok(Done::Fully)
}

/// Runs epoch by epoch, and writes a checkpoint between them when the last one is old enough.
fn until_done(trainer: &mut Trainer, folder: &RunFolder, progress: &Progress) -> Result<Outcome> {
    let epochs = trainer.epochs();
    let mut kept = Instant::now();
    while trainer.history().len() < epochs {
        let outcome = trainer.run(|event| {
            progress.show(&event);
            let stop = matches!(event, Event::Epoch { .. }) || interrupt::asked();
            if stop { Flow::Stop } else { Flow::Continue }
        })?;
        let stopped = interrupt::asked() && trainer.history().len() < epochs;
        if stopped || trainer.history().len() == epochs || kept.elapsed() >= KEEP_EVERY {
            folder.keep(trainer)?;
            kept = Instant::now();
        }
        if stopped {
            return Ok(outcome);
        }
    }
    Ok(Outcome::Finished)
}

fn stopped(folder: &RunFolder) -> Result<Done> {
    eprintln!("interrupted; the checkpoint is written. Go on with:\n  goodness resume {}", folder.path().display());
    Ok(Done::Interrupted)
}

/// What goes before the reason why a run that is trained is not done.
fn unfinished(folder: &RunFolder) -> String {
    let folder = folder.path().display();
    format!("training is done and the checkpoint is written; `goodness resume {folder}` goes on from there")
}

fn describe(trainer: &Trainer) -> String {
    let network = trainer.network();
    let widths = std::iter::once(network.shape.features()).chain(network.layers.iter().map(|l| l.units()));
    let widths: Vec<String> = widths.map(|w| w.to_string()).collect();
    format!(
        "{}: {}, {} parameters, seed {}, {} threads\n{} training and {} validation samples of {}",
        trainer.recipe().name,
        widths.join("-"),
        thousands(network.parameters() as f64),
        trainer.recipe().train.seed,
        trainer.pool().threads(),
        thousands(trainer.training_set().len() as f64),
        thousands(trainer.validation_set().len() as f64),
        trainer.recipe().data.set
    )
}

/// Reads the test set, once, and writes the model, the summary and the report.
fn finish(trainer: &Trainer, folder: &RunFolder) -> Result<Summary> {
    let test_set: Dataset = data::load_test(&trainer.recipe().data)?;
    name_left_out(&test_set);
    let test = Test::read(trainer.network(), trainer.pool(), &test_set)?;
    let mut summary = trainer.summary(Some(test.error()));
    flipped(trainer, (&test, &test_set), &mut summary)?;
    let what = (trainer.network(), trainer.recipe());
    let history = trainer.history().to_vec();
    let shown = Some((&test, &test_set));
    let report = examine(what, trainer.pool(), summary, history, trainer.validation_set(), shown);
    folder.finish(trainer, &report)?;
    Ok(report.summary)
}

/// Measures both errors again by the mean of the scores of an image and of its mirror image, where the recipe asks for it.
fn flipped(trainer: &Trainer, (test, test_set): (&Test, &Dataset), summary: &mut Summary) -> Result<()> {
    if trainer.recipe().eval.flip {
        let (network, pool, held_out) = (trainer.network(), trainer.pool(), trainer.validation_set());
        let validation = Test::read(network, pool, held_out)?.flipped(network, pool, held_out);
        summary.validation_error_flipped = Some(validation.error());
        summary.test_error_flipped = Some(test.flipped(network, pool, test_set).error());
    }
    Ok(())
}

/// What each layer would misread alone, in a line that fits eighty columns.
fn layers(errors: &[f64]) -> String {
    let each: String = errors.iter().take(7).map(|e| format!("  {e:.2} %")).collect();
    let more = if errors.len() > 7 { "  …" } else { "" };
    if errors.len() < 2 { String::new() } else { format!("each layer alone: {each}{more}\n") }
}

/// The errors averaged with the mirror image, where they were measured.
fn averaged(s: &Summary) -> String {
    let (Some(test), Some(validation)) = (s.test_error_flipped, s.validation_error_flipped) else {
        return String::new();
    };
    format!("averaged with the mirror image: test error {test:.2} % (validation {validation:.2} %)\n")
}

fn closing(s: &Summary, folder: &Path) -> String {
    let percent = |e: Option<f64>| e.map_or("-".to_string(), |e| format!("{e:.2} %"));
    let warnings: String = s.warnings.iter().map(|w| format!("warning: {w}\n")).collect();
    format!(
        "{warnings}{}test error {} (validation {})\n{}{:.1} s of training, {} samples/s, peak memory {} MiB\nlook at {}",
        layers(&s.layer_errors),
        percent(s.test_error),
        percent(s.validation_error),
        averaged(s),
        s.train_seconds,
        thousands(s.samples_per_second),
        s.peak_memory_bytes >> 20,
        folder.join("report.html").display()
    )
}
