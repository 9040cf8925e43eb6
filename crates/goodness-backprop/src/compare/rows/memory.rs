//! # Memory
//!
//! Peak resident bytes, each network in a process of its own; by depth, by batch, the twin in its three forms.

use goodness::report::chart::lines_at;

use super::{line, places};
use crate::Choices;
use crate::compare::memory::{Measured, ask, forms, part, sizes};
use crate::compare::shown::mebibytes;
use crate::compare::{CompareError, Lab, Row, Setup, Shown, Store};

pub(super) const ROW: Row = Row {
    name: "memory",
    measured: "Peak resident MiB of a process that does nothing but train three steps on made-up images \
               and gives freed memory back at once, and in brackets what \
               the trainer is made of: weights + optimizer + activities + gradients. Layers are as wide as the recipe's \
               widest, 1000 at most.",
    parts,
    measure,
    show,
};

fn parts(setup: &Setup) -> Vec<String> {
    sizes(setup).into_iter().flat_map(|size| forms().map(move |form| part(size, form))).collect()
}

fn measure(lab: &mut Lab<'_>, name: &str) -> Result<(), CompareError> {
    let all = sizes(lab.setup).into_iter().flat_map(|size| forms().map(move |form| (size, form)));
    for (size, form) in all.filter(|(size, form)| part(*size, *form) == name) {
        let twin = form.map(|form| Choices { form, ..lab.choices() });
        let ask = ask(lab.setup, size, twin, (lab.train.shape(), lab.train.classes()));
        lab.say(&ask.name(), 0.0)?;
        let measured = (lab.child)(&ask).map_err(|reason| CompareError::Child { what: ask.name(), reason })?;
        lab.store.put(name, &measured)?;
    }
    Ok(())
}

fn show(setup: &Setup, store: &Store) -> Shown {
    let mut shown = Shown::default();
    let of = |size, form| store.get::<Measured>(&part(size, form));
    let mut peaks = Vec::new();
    for size in sizes(setup) {
        let Some(ff) = of(size, None) else { continue };
        for form in forms().flatten() {
            let Some(bp) = of(size, Some(form)) else { continue };
            shown.line(format!("{} layers, batch {}, {}", size.0, size.1, form.name()), text(&ff), text(&bp));
            peaks.push((size.0, ff.peak, bp.peak));
        }
    }
    shown.sentence = sentence(&peaks);
    shown.charts = chart(setup, &of);
    shown
}

fn text(m: &Measured) -> String {
    let b = &m.bytes;
    let parts = [b.weights, b.optimizer, b.activities, b.gradients].map(mebibytes).join(" + ");
    format!("{} ({parts})", if m.peak > 0 { mebibytes(m.peak) } else { "not readable here".to_string() })
}

/// Layers from which a network counts as deep.
const DEEP: usize = 8;

/// In how many of the settings (layers, peak of each) the peak is lower, in how many of the deep ones, and by how much.
fn sentence(peaks: &[(usize, u64, u64)]) -> String {
    if peaks.is_empty() || peaks.iter().any(|(_, ff, bp)| *ff == 0 || *bp == 0) {
        return "Peaks cannot be read on this machine, so there is nothing to compare.".to_string();
    }
    let deep: Vec<_> = peaks.iter().filter(|(layers, ..)| *layers >= DEEP).collect();
    let lower = peaks.iter().filter(|(_, ff, bp)| ff < bp).count();
    let of_deep = deep.iter().filter(|(_, ff, bp)| ff < bp).count();
    let shares = deep.iter().map(|(_, ff, bp)| 100.0 * *ff as f64 / *bp as f64);
    let (least, most) = shares.fold((f64::INFINITY, 0.0f64), |(a, b), s| (a.min(s), b.max(s)));
    format!(
        "The peak of Forward-Forward is below that of backprop in {lower} of {} settings, and in {of_deep} of {} with {DEEP} \
         layers or more, where it is {least:.1} to {most:.1} % of it.",
        peaks.len(),
        deep.len()
    )
}

fn chart(setup: &Setup, of: &dyn Fn((usize, usize), Option<crate::Form>) -> Option<Measured>) -> String {
    let own = setup.recipe.train.batch;
    let depths: Vec<usize> =
        sizes(setup).into_iter().filter(|(_, batch)| *batch == own).map(|(depth, _)| depth).collect();
    let peak = |form| depths.iter().map(move |d| of((*d, own), form).map_or(f64::NAN, |m| m.peak as f64 / 1_048_576.0));
    let mut all = Vec::new();
    for (i, form) in forms().enumerate() {
        let mut curve = line(form.map_or("Forward-Forward", |f| f.name()), form.is_some(), places(peak(form)));
        curve.colour = format!("var(--c{})", i + 1);
        all.push(curve);
    }
    lines_at("Peak memory, MiB", "layers", &depths.iter().map(ToString::to_string).collect::<Vec<_>>(), &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_counts_the_settings() {
        let said = sentence(&[(4, 9, 8), (8, 8, 10), (16, 11, 10), (64, 3, 4)]);
        assert!(said.contains("in 2 of 4 settings, and in 2 of 3 with 8 layers or more"), "{said}");
        assert!(said.ends_with("where it is 75.0 to 110.0 % of it."), "{said}");
        assert!(sentence(&[(8, 0, 0)]).contains("cannot be read"));
    }
}
