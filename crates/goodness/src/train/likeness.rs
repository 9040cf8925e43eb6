//! The similarity term of a batch: cosines between its samples, and the way back from them to the activities.
//!
//! Cosines are taken of s = view(h), which is h itself in a dense layer, or of m = sMᵀ where the term has a learned map M.
//! The map stands beside the layer and above nothing: it is handed the layer's own activities, and what goes back through
//! it ends there.

use goodness_core::similarity::Similarity;
use goodness_core::view::View;
use goodness_core::{Grid, Rows, RowsMut, math};
use goodness_engine::{Matrix, par, product};

/// Buffers of the term; one serves all layers in turn.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// What is seen of the activities: samples × its numbers; no rows where that is all of them.
    seen: Matrix,
    /// What the map makes of what is seen: samples × its numbers; no rows without a map.
    mapped: Matrix,
    /// Derivative by that, and its transpose.
    dm: Matrix,
    turned: Matrix,
    /// What cosines are taken of, at length 1.
    unit: Matrix,
    /// Their lengths before.
    lengths: Vec<f32>,
    /// samples × samples.
    cosines: Matrix,
    slopes: Matrix,
    /// Each sample's share of the term.
    pub(super) loss: Vec<f32>,
    /// Derivative by what is seen of the activities: samples × its numbers; no rows where there is no term.
    ds: Matrix,
    /// Derivative by the map: its numbers × what is seen of the units; no rows without a map.
    pub(super) dmap: Matrix,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;

impl Likeness {
    /// Computes the term for the activities `h` on a grid, of samples with `labels` in `classes` classes, through a view and
    /// through `map`, which has no rows where there is none.
    pub(super) fn compute(
        &mut self,
        term: &dyn Similarity,
        (view, grid): (&dyn View, Grid),
        (h, map): (Rows<'_>, Rows<'_>),
        labels: (&[u8], usize),
    ) {
        if view.is_whole(grid) || !term.is_active() {
            self.seen.resize(0, 0);
            return self.compute_seen(term, (h, map), labels);
        }
        let (mut seen, samples) = (std::mem::take(&mut self.seen), h.len());
        seen.resize(samples, view.width(grid));
        par::each_block(samples, ROWS, (h, seen.rows_mut()), |_, (h, s)| view.forward_into(grid, h, s));
        self.compute_seen(term, (seen.rows(), map), labels);
        self.seen = seen;
    }

    /// Adds the derivative by the activities `h`, which are those of the rows from number `first`, as far as these have been
    /// compared.
    pub(super) fn add_back(&self, (view, grid): (&dyn View, Grid), (first, h): (usize, Rows<'_>), mut dh: RowsMut<'_>) {
        let count = h.len().min(self.ds.len().saturating_sub(first));
        if count == 0 {
            return;
        }
        let ds = part(self.ds.rows(), first, count);
        if self.seen.is_empty() {
            return dh.data_mut().iter_mut().zip(ds.data()).for_each(|(d, x)| *d += x);
        }
        let (h, s) = (part(h, 0, count), part(self.seen.rows(), first, count));
        view.pull_back(grid, h, s, ds, dh.split_at(count).0);
    }

    /// The same of what is seen of the activities, `h`, and the derivative by that.
    fn compute_seen(&mut self, term: &dyn Similarity, (h, map): (Rows<'_>, Rows<'_>), labels: (&[u8], usize)) {
        let samples = if term.is_active() { h.len() } else { 0 };
        self.fit(samples, h.width(), map.len());
        if samples == 0 {
            return;
        }
        if map.is_empty() {
            let mut ds = std::mem::take(&mut self.ds);
            self.compare(term, h, labels, ds.rows_mut());
            self.ds = ds;
            return;
        }
        let (mut mapped, mut dm) = (std::mem::take(&mut self.mapped), std::mem::take(&mut self.dm));
        product::forward(h, map, mapped.rows_mut());
        self.compare(term, mapped.rows(), labels, dm.rows_mut());
        product::gradient(dm.rows(), h, self.dmap.rows_mut());
        transpose(dm.rows(), self.turned.rows_mut());
        product::gradient(self.turned.rows(), map, self.ds.rows_mut());
        (self.mapped, self.dm) = (mapped, dm);
    }

    /// Makes room for `samples` samples of `units` activities, and a map that makes `numbers` of them.
    fn fit(&mut self, samples: usize, units: usize, numbers: usize) {
        let (rows, width) = if numbers > 0 { (samples, numbers) } else { (0, units) };
        [&mut self.mapped, &mut self.dm].into_iter().for_each(|m| m.resize(rows, numbers));
        self.turned.resize(numbers, rows);
        self.dmap.resize(if samples > 0 { numbers } else { 0 }, units);
        self.unit.resize(samples, width);
        self.ds.resize(samples, units);
        [&mut self.cosines, &mut self.slopes].into_iter().for_each(|m| m.resize(samples, samples));
        self.lengths.resize(samples, 0.0);
        self.loss.resize(samples, 0.0);
    }

    /// Computes the term for what cosines are taken of, and writes its derivative by that.
    fn compare(&mut self, term: &dyn Similarity, seen: Rows<'_>, labels: (&[u8], usize), mut d: RowsMut<'_>) {
        let parts = (seen, self.unit.rows_mut(), self.lengths.as_mut_slice());
        par::each_block(
            seen.len(),
            ROWS,
            parts,
            |_, (seen, mut unit, lengths): (Rows<'_>, RowsMut<'_>, &mut [f32])| {
                (0..seen.len()).for_each(|r| lengths[r] = stretch(seen.row(r), term.centred(), unit.row_mut(r)));
            },
        );
        product::forward(self.unit.rows(), self.unit.rows(), self.cosines.rows_mut());
        term.score(self.cosines.rows(), labels, &mut self.loss, self.slopes.rows_mut());
        // The slopes are symmetric, so their transpose, which this product takes, is themselves.
        product::gradient(self.slopes.rows(), self.unit.rows(), d.reborrow());
        let parts = (self.unit.rows(), d, self.lengths.as_slice());
        par::each_block(seen.len(), ROWS, parts, |_, (unit, mut d, lengths): (Rows<'_>, RowsMut<'_>, &[f32])| {
            (0..unit.len()).for_each(|r| back(unit.row(r), lengths[r], term.centred(), d.row_mut(r)));
        });
    }

    /// Its matrices of a row a sample.
    pub(super) fn rows(&self) -> [&Matrix; 6] {
        [&self.seen, &self.ds, &self.mapped, &self.dm, &self.turned, &self.unit]
    }
}

/// `count` rows from number `first`.
fn part(rows: Rows<'_>, first: usize, count: usize) -> Rows<'_> {
    rows.split_at(first + count).0.split_at(first).1
}

/// `to = fromᵀ`.
fn transpose(from: Rows<'_>, to: RowsMut<'_>) {
    par::each_block(from.width(), ROWS, to, |first, mut to: RowsMut<'_>| {
        for k in 0..to.len() {
            to.row_mut(k).iter_mut().zip(from.iter()).for_each(|(t, row)| *t = row[first + k]);
        }
    });
}

/// What is added to every length, so that none is 0.
const NO_LENGTH: f32 = 1e-8;

/// Writes `seen`, less its mean where wanted, at length 1; returns the length it had.
fn stretch(seen: &[f32], centred: bool, unit: &mut [f32]) -> f32 {
    let mean = if centred { math::sum(seen) / seen.len() as f32 } else { 0.0 };
    unit.iter_mut().zip(seen).for_each(|(u, s)| *u = s - mean);
    let length = NO_LENGTH + math::length(unit);
    unit.iter_mut().for_each(|u| *u /= length);
    length
}

/// Turns the derivative by a unit vector into that by what it was made of; what has no length points nowhere, and has none.
fn back(unit: &[f32], length: f32, centred: bool, d: &mut [f32]) {
    if length <= NO_LENGTH {
        return d.fill(0.0);
    }
    let along = math::dot(unit, d);
    d.iter_mut().zip(unit).for_each(|(d, u)| *d = (*d - along * u) / length);
    if centred {
        let mean = math::sum(d) / d.len() as f32;
        d.iter_mut().for_each(|d| *d -= mean);
    }
}

#[cfg(test)]
mod tests {
    use goodness_core::Rng;
    use goodness_core::similarity::{Contrastive, Matching};
    use goodness_core::view::{Average, Deviation, Whole};

    use super::*;

    const LABELS: ([u8; 6], usize) = ([0, 1, 0, 2, 1, 0], 3);
    const UNITS: usize = 5;

    /// The term of activities seen through a map, and its slopes by both.
    fn term(term: &dyn Similarity, h: &[f32], map: &[f32]) -> (f64, Vec<f32>, Vec<f32>) {
        let (mut work, samples) = (Likeness::default(), h.len() / UNITS);
        let map = Rows::new(map, map.len() / UNITS, UNITS);
        let lens: (&dyn View, Grid) = (&Whole, Grid::point(UNITS));
        work.compute(term, lens, (Rows::new(h, samples, UNITS), map), (&LABELS.0, LABELS.1));
        let mean = work.loss.iter().map(|l| f64::from(*l)).sum::<f64>() / samples as f64;
        (mean, work.ds.data().to_vec(), work.dmap.data().to_vec())
    }

    #[test]
    fn what_is_silent_has_no_slope() {
        let mut rng = Rng::keyed(7, 0, 0);
        let h: Vec<f32> = (0..6 * UNITS).map(|i| if i < UNITS { 0.0 } else { rng.unit() }).collect();
        for similarity in [
            &Matching { weight: 1.0, map: 0 } as &dyn Similarity,
            &Contrastive { weight: 1.0, temperature: 0.2, map: 0 },
        ] {
            let (_, ds, _) = term(similarity, &h, &[]);
            assert!(ds[..UNITS].iter().all(|d| *d == 0.0) && ds[UNITS..].iter().any(|d| *d != 0.0), "{ds:?}");
        }
    }

    /// Holds slopes to central differences.
    fn hold(slopes: &[f32], at: &[f32], term: impl Fn(&[f32]) -> f64) {
        assert_eq!(slopes.len(), at.len());
        for (i, slope) in slopes.iter().enumerate() {
            let moved = |d: f32| {
                let mut moved = at.to_vec();
                moved[i] += d;
                term(&moved)
            };
            let numeric = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            assert!((numeric - f64::from(*slope)).abs() < 5e-3, "{i}: {slope} {numeric}");
        }
    }

    #[test]
    fn the_slopes_are_the_slopes() {
        let mut rng = Rng::keyed(1, 0, 0);
        let mut draw = |numbers: usize| -> Vec<f32> { (0..numbers).map(|_| rng.unit()).collect() };
        let h = draw(LABELS.0.len() * UNITS);
        let maps = [Vec::new(), draw(4 * UNITS), draw(7 * UNITS)];
        let terms: [Box<dyn Similarity>; 2] = [
            Box::new(Matching { weight: 3.0, map: 0 }),
            Box::new(Contrastive { weight: 3.0, temperature: 0.5, map: 0 }),
        ];
        for (similarity, map) in terms.iter().flat_map(|t| maps.iter().map(move |map| (t, map))) {
            let (_, dh, dmap) = term(&**similarity, &h, map);
            hold(&dh, &h, |h| term(&**similarity, h, map).0);
            hold(&dmap, map, |map| term(&**similarity, &h, map).0);
        }
    }

    #[test]
    fn the_slopes_go_through_the_view() {
        let grid = Grid { height: 2, width: 3, channels: 4, blocks: 2 };
        let views: [Box<dyn View>; 2] = [Box::new(Deviation { cells: 1 }), Box::new(Average { cells: 2 })];
        let (mut rng, samples) = (Rng::keyed(3, 0, 0), LABELS.0.len());
        let h: Vec<f32> = (0..samples * grid.numbers()).map(|_| 2.0 * rng.unit()).collect();
        for (view, numbers) in views.iter().flat_map(|view| [0, 3].map(move |numbers| (&**view, numbers))) {
            let seen = view.width(grid);
            let map: Vec<f32> = (0..numbers * seen).map(|_| rng.unit() - 0.3).collect();
            let compute = |h: &[f32], map: &[f32]| {
                let mut work = Likeness::default();
                let through = (Rows::new(h, samples, grid.numbers()), Rows::new(map, numbers, seen));
                let matching = Matching { weight: 3.0, map: numbers };
                work.compute(&matching, (view, grid), through, (&LABELS.0, LABELS.1));
                work
            };
            let loss = |work: Likeness| work.loss.iter().map(|l| f64::from(*l)).sum::<f64>() / samples as f64;
            let work = compute(&h, &map);
            // Handed out two rows at a time, the last of them not compared.
            let (mut dh, rows) = (vec![0.0; h.len() + grid.numbers()], [h.as_slice(), &[1.0; 24]].concat());
            for (i, (dh, h)) in dh.chunks_mut(48).zip(rows.chunks(48)).enumerate() {
                let shape = (h.len() / 24, 24);
                let dh = RowsMut::new(dh, shape.0, shape.1);
                work.add_back((view, grid), (2 * i, Rows::new(h, shape.0, shape.1)), dh);
            }
            assert!(dh.iter().any(|d| d.abs() > 0.02), "nothing goes back");
            assert_eq!(dh[h.len()..], [0.0; 24]);
            hold(&dh[..h.len()], &h, |h| loss(compute(h, &map)));
            hold(work.dmap.data(), &map, |map| loss(compute(&h, map)));
        }
    }

    #[test]
    fn nothing_stays_of_what_was_there_before() {
        let mut rng = Rng::keyed(2, 0, 0);
        let h: Vec<f32> = (0..6 * UNITS).map(|_| rng.unit()).collect();
        let maps: Vec<f32> = h.iter().rev().map(|x| x - 0.5).collect();
        let (matching, mut work) = (Matching { weight: 1.0, map: 0 }, Likeness::default());
        for (samples, numbers) in [(6, 4), (3, 5), (5, 0), (2, 4)] {
            let h = Rows::new(&h[..samples * UNITS], samples, UNITS);
            let seen = (h, Rows::new(&maps[..numbers * UNITS], numbers, UNITS));
            let (labels, mut fresh) = ((&LABELS.0[..samples], LABELS.1), Likeness::default());
            let lens: (&dyn View, Grid) = (&Whole, Grid::point(UNITS));
            [&mut work, &mut fresh].into_iter().for_each(|w| w.compute(&matching, lens, seen, labels));
            assert_eq!((&work.loss, &work.ds, &work.dmap), (&fresh.loss, &fresh.ds, &fresh.dmap));
        }
    }
}
