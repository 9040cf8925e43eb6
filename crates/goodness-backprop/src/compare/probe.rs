//! Linear probes: what can be read off a layer by the best linear map to the classes, in closed form.

use goodness::data::Dataset;
use goodness::readout::{self, Layers, Moments, Readout, Seen};
use goodness_core::catalogue::{Args, find};
use goodness_core::math;
use goodness_engine::{Matrix, Pool};

/// Training samples that a probe is solved on.
pub(super) const SAMPLES: usize = 10_000;

/// What hands out the normalised activities of every layer, chunk by chunk, with the number of the chunk's first row.
pub(super) type Activities<'a> = dyn Fn(&Dataset, &mut dyn FnMut(usize, &[Matrix])) + Sync + 'a;

/// The validation error of a probe of each layer, in percent; none where a probe cannot be solved for.
pub(super) fn errors(
    pool: &Pool,
    widths: &[usize],
    sets: (&Dataset, &Dataset),
    activities: &Activities<'_>,
) -> Vec<f64> {
    pool.run(|| inside(widths, sets, activities)).unwrap_or_default()
}

fn inside(
    widths: &[usize],
    (train, validation): (&Dataset, &Dataset),
    activities: &Activities<'_>,
) -> Option<Vec<f64>> {
    let classes = train.classes();
    let mut probes: Vec<Box<dyn Readout>> = widths.iter().map(|w| probe(*w, classes)).collect::<Option<_>>()?;
    let mut moments: Vec<Moments> = probes.iter().map(|p| p.moments()).collect::<Option<_>>()?;
    let first = train.select(0..SAMPLES.min(train.len())).ok()?;
    activities(&first, &mut |row, x| {
        for (moments, x) in moments.iter_mut().zip(x) {
            moments.add(&[x.rows()], &first.labels()[row..row + x.len()]);
        }
    });
    probes.iter_mut().zip(moments).for_each(|(probe, moments)| probe.solve(moments));
    let mut wrong = vec![0; widths.len()];
    activities(validation, &mut |row, x| {
        for ((wrong, probe), x) in wrong.iter_mut().zip(&probes).zip(x) {
            *wrong += misread(&**probe, x, &validation.labels()[row..row + x.len()], classes);
        }
    });
    Some(wrong.into_iter().map(|w| 100.0 * w as f64 / validation.len() as f64).collect())
}

fn misread(probe: &dyn Readout, x: &Matrix, labels: &[u8], classes: usize) -> usize {
    let (mut sums, mut scores) = (Matrix::zeros(x.len(), classes), Matrix::zeros(x.len(), classes));
    let none = Matrix::zeros(0, 1);
    probe.read(0, Seen { goodness: none.rows(), x: x.rows() }, sums.rows_mut());
    probe.finish(sums.rows(), scores.rows_mut());
    let miss = |(row, label): &(&[f32], &u8)| math::argmax(row) != usize::from(**label);
    scores.rows().iter().zip(labels).filter(miss).count()
}

/// The library's least squares readout, of one layer of `width` units.
fn probe(width: usize, classes: usize) -> Option<Box<dyn Readout>> {
    let entry = find(readout::CATALOGUE, "ridge")?;
    let mut probe = (entry.build)(&Args::resolve(entry.info.params, &[("from".to_string(), 1.0)]).ok()?);
    probe.prepare(Layers { widths: &[width], classes, per_class: false });
    Some(probe)
}
