//! `goodness train --rule backprop`: the twin alone.

use std::path::Path;

use anyhow::Result;
use goodness::data;
use goodness::engine::memory;
use goodness::run::{RunFolder, Test};
use goodness::train::{Flow, Outcome, Summary};
use goodness_backprop::Twin;

use super::{print_json, print_line};
use crate::failure::Done;
use crate::interrupt;
use crate::progress::{Progress, thousands};

/// Trains the twin to the end and leaves the recipe, the epochs and the figures. There is no checkpoint: the twin is for
/// comparisons, and its model reads in no way that `goodness predict` knows.
pub(super) fn train(twin: &mut Twin, (out, dry): (Option<&Path>, bool), json: bool) -> Result<Done> {
    let mut recipe = twin.recipe().clone();
    if dry {
        print_line(recipe.to_toml().trim_end())?;
        eprintln!("{}", describe(twin));
        return Ok(Done::Fully);
    }
    recipe.name.push_str("-backprop");
    let folder = RunFolder::create(out, &recipe)?;
    interrupt::listen()?;
    let progress = Progress::new(json);
    progress.line(&describe(twin));
    progress.line(&format!("run folder: {}", folder.path().display()));
    let outcome = twin.run(|event| {
        progress.show(&event);
        if interrupt::asked() { Flow::Stop } else { Flow::Continue }
    });
    progress.clear();
    folder.keep_epochs(twin.history())?;
    if outcome? == Outcome::Stopped {
        eprintln!("interrupted; a run by backprop has no checkpoint, the same command starts it anew");
        return Ok(Done::Interrupted);
    }
    let summary = summary(twin, &recipe.name)?;
    folder.write_summary(&summary)?;
    if json {
        print_json(&summary)?
    } else {
        print_line(&closing(&summary))?
    }
    Ok(Done::Fully)
}

fn describe(twin: &Twin) -> String {
    format!(
        "{}: the twin by backpropagation, {} layers and a softmax, {} parameters, seed {}, {} threads\n\
         {} training and {} validation samples of {}",
        twin.recipe().name,
        twin.network().depth(),
        thousands(twin.network().parameters() as f64),
        twin.recipe().train.seed,
        twin.pool().threads(),
        thousands(twin.training_set().len() as f64),
        thousands(twin.validation_set().len() as f64),
        twin.recipe().data.set
    )
}

/// Reads the test set, once.
fn summary(twin: &Twin, name: &str) -> Result<Summary> {
    let test = data::load_test(&twin.recipe().data)?;
    Test::check(&test, twin.training_set())?;
    let error = twin.pool().run(|| twin.network().error(&test));
    let (recipe, history) = (twin.recipe(), twin.history());
    let seconds: f64 = history.iter().map(|e| e.seconds).sum();
    let samples = (history.len() * twin.training_set().len()) as f64;
    Ok(Summary {
        recipe: name.to_string(),
        seed: recipe.train.seed,
        threads: twin.pool().threads(),
        epochs: history.len(),
        parameters: twin.network().parameters(),
        test_error: Some(100.0 * error),
        validation_error: history.iter().rev().find_map(|e| e.validation_error),
        test_error_flipped: None,
        validation_error_flipped: None,
        train_seconds: seconds,
        samples_per_second: samples / seconds.max(1e-9),
        peak_memory_bytes: memory::peak_bytes().unwrap_or(0),
        rule: "backprop".to_string(),
        plan: "all layers at once".to_string(),
        readout: "softmax".to_string(),
        data: recipe.data.set.clone(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        layer_errors: Vec::new(),
        thresholds: Vec::new(),
        warnings: Vec::new(),
    })
}

fn closing(s: &Summary) -> String {
    let percent = |e: Option<f64>| e.map_or("-".to_string(), |e| format!("{e:.2} %"));
    format!(
        "test error {} (validation {})\n{:.1} s of training, {} samples/s, peak memory {} MiB",
        percent(s.test_error),
        percent(s.validation_error),
        s.train_seconds,
        thousands(s.samples_per_second),
        s.peak_memory_bytes >> 20
    )
}
