//! The way back through normalisation, the whole of it: a mean and a deviation are of the very numbers that they are taken
//! from, so what each number does to them counts too.
//!
//! One factor a row, x̂ = s(q) h with q = |h|²:  dh = s dx̂ + 2 s'(q) (h·dx̂) h
//!
//! Groups of a row, x̂ = (h − μ) / (ε + σ):  dh = s (dx̂ − mean dx̂) − s² / σ · mean(dx̂ · (h − μ)) · (h − μ), s = 1 / (ε + σ)
//!
//! What is above the mean of a place's C channels, t = max(0, h − m):  dh = \[t > 0\] dt − Σ \[t > 0\] dt / C
//!
//! Channels of a batch, x̂ = f (h − μ), f = 1 / √(σ² + ε):  dh = f (dx̂ − mean dx̂ − mean(dx̂ · x̂) x̂)

use std::ops::Range;

use goodness::recipe::Choice;
use goodness_core::normalize::{self, Channels, Normalize};
use goodness_core::{Rows, RowsMut, math};
use goodness_engine::{Matrix, par};

/// What happens between two layers, as far as a derivative has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Normal {
    /// A row is multiplied by one factor, which its length makes.
    Factor,
    /// Each group of a row's channels has mean 0 and deviation 1; 0 groups: the blocks that a row consists of.
    Groups(usize),
    /// What is above the mean of its place's channels has mean 0 and deviation 1.
    Triangle,
    /// Each channel has mean 0 and deviation 1 over a batch.
    Batch,
}

/// Rows that one thread takes at a time.
const ROWS: usize = 32;
/// Rows of maps that are summed up at a time.
const PART: usize = 4;
/// What is added to the deviation of a group.
const EPSILON: f64 = 1e-5;

impl Normal {
    /// Of a recipe's choice, which `built` is; `None` of one whose derivative nobody has written down.
    pub(crate) fn of(choice: &Choice, built: &dyn Normalize) -> Option<Self> {
        match choice.name.as_str() {
            _ if built.is_factor() => Some(Self::Factor),
            "layer" => Some(Self::Groups(1)),
            "group" => Some(Self::Groups(choice.args.get("groups") as usize)),
            "triangle" => Some(Self::Triangle),
            "batch" => Some(Self::Batch),
            _ => None,
        }
    }

    /// Turns `d`, the derivative by what a layer passes on, into that by its activities `h`.
    ///
    /// # Shapes
    /// `h` and `d`: rows × units; what is known of the channels, which only a batch asks for: 2 × channels.
    pub(crate) fn pull_back(self, normalize: &dyn Normalize, h: Rows<'_>, channels: Channels<'_>, d: &mut Matrix) {
        if self == Self::Batch {
            return batch(h, channels, d);
        }
        par::each_block(h.len(), ROWS, (h, d.rows_mut()), |_, (h, mut d): (Rows<'_>, RowsMut<'_>)| {
            for (r, h) in h.iter().enumerate() {
                match self {
                    Self::Groups(groups) => each_group(groups, h.len(), channels, |g| group(&g, h, d.row_mut(r))),
                    Self::Triangle => triangle(h, channels, d.row_mut(r)),
                    _ => factor(normalize, h, d.row_mut(r)),
                }
            }
        });
    }
}

fn factor(normalize: &dyn Normalize, h: &[f32], d: &mut [f32]) {
    let square = math::sum_of_squares(h);
    let (scale, slope) = (normalize.scale(square, h.len()), normalize.slope(square, h.len()));
    let along = 2.0 * slope * math::dot(h, d);
    d.iter_mut().zip(h).for_each(|(d, h)| *d = scale * *d + along * h);
}

/// Where the numbers of a group lie in a row: `count` runs of `run` numbers, `step` from one to the next.
struct Group {
    first: usize,
    run: usize,
    step: usize,
    count: usize,
}

impl Group {
    fn numbers(&self) -> impl Iterator<Item = usize> + use<> {
        let (first, run, step) = (self.first, self.run, self.step);
        (0..self.count).flat_map(move |i| first + i * step..first + i * step + run)
    }
}

/// Calls `work` with every group of a row of `width` numbers.
fn each_group(groups: usize, width: usize, Channels { blocks, places, .. }: Channels<'_>, mut work: impl FnMut(Group)) {
    let block = width / (blocks * places).max(1);
    let groups = if groups == 0 { blocks } else { groups };
    let channels = (blocks * block / groups.max(1)).max(1);
    if channels >= block {
        let run = channels * places;
        return (0..width / run).for_each(|g| work(Group { first: g * run, run, step: run, count: 1 }));
    }
    for first in (0..blocks).flat_map(|b| (0..block).step_by(channels).map(move |c| b * places * block + c)) {
        work(Group { first, run: channels, step: block, count: places });
    }
}

fn group(of: &Group, h: &[f32], d: &mut [f32]) {
    let count = (of.count * of.run) as f64;
    let mean = of.numbers().map(|i| f64::from(h[i])).sum::<f64>() / count;
    let (mut square, mut straight, mut along) = (0.0, 0.0, 0.0);
    for i in of.numbers() {
        let (off, d) = (f64::from(h[i]) - mean, f64::from(d[i]));
        (square, straight, along) = (square + off * off, straight + d, along + d * off);
    }
    let deviation = (square / count).sqrt();
    let (scale, straight) = (1.0 / (EPSILON + deviation), straight / count);
    // Numbers that are all the same have no deviation, and none of them changes it more than another.
    let bend = if deviation > 0.0 { scale * scale / deviation * along / count } else { 0.0 };
    for i in of.numbers() {
        d[i] = (scale * (f64::from(d[i]) - straight) - bend * (f64::from(h[i]) - mean)) as f32;
    }
}

fn triangle(h: &[f32], channels: Channels<'_>, d: &mut [f32]) {
    let mut t = h.to_vec();
    normalize::above_mean(&mut t, channels);
    each_group(1, t.len(), channels, |all| group(&all, &t, d));
    d.iter_mut().zip(&t).for_each(|(d, t)| *d = if *t > 0.0 { *d } else { 0.0 });
    for place in 0..channels.places {
        let own = || normalize::at_place(h.len(), channels, place);
        let count = own().map(|own| own.len()).sum::<usize>().max(1) as f32;
        let mean = own().map(|own| d[own].iter().sum::<f32>()).sum::<f32>() / count;
        own().for_each(|own| d[own].iter_mut().for_each(|d| *d -= mean));
    }
}

/// Rows are summed in parts whose borders are the same for any number of threads, and the parts in their order.
fn batch(h: Rows<'_>, channels: Channels<'_>, d: &mut Matrix) {
    let (known, part) = (channels.known, if channels.places == 1 { ROWS } else { PART });
    let mut parts = Matrix::zeros(h.len().div_ceil(part), 2 * known.width());
    let slopes = d.rows();
    par::each_block(parts.len(), 1, parts.rows_mut(), |p, mut sums: RowsMut<'_>| {
        let own = |rows: Rows<'_>| p * part * rows.width()..rows.data().len().min((p + 1) * part * rows.width());
        gather(channels, &h.data()[own(h)], &slopes.data()[own(slopes)], sums.row_mut(0));
    });
    let count = (h.len() * channels.places).max(1) as f64;
    let mean = |i: usize| (parts.rows().iter().map(|part| f64::from(part[i])).sum::<f64>() / count) as f32;
    let means: Vec<f32> = (0..parts.width()).map(mean).collect();
    par::each_block(h.len(), part, (h, d.rows_mut()), |_, (h, mut d): (Rows<'_>, RowsMut<'_>)| {
        straighten(channels, &means, h.data(), d.data_mut());
    });
}

/// The channels of each place of some rows: which ones, and where their numbers lie.
fn each_place(channels: Channels<'_>, numbers: usize, mut work: impl FnMut(Range<usize>, Range<usize>)) {
    let block = (channels.known.width() / channels.blocks.max(1)).max(1);
    for (place, first) in (0..numbers).step_by(block).enumerate() {
        let own = place / channels.places % channels.blocks * block;
        work(own..own + block, first..first + block);
    }
}

/// Sums dx̂ and dx̂ · x̂ of every channel: 2 · channels.
fn gather(channels: Channels<'_>, h: &[f32], d: &[f32], sums: &mut [f32]) {
    let (means, factors) = (channels.known.row(0), channels.known.row(1));
    let (straight, along) = sums.split_at_mut(means.len());
    each_place(channels, h.len(), |own, at| {
        let known = means[own.clone()].iter().zip(&factors[own.clone()]);
        let sums = straight[own.clone()].iter_mut().zip(&mut along[own]);
        for (((h, d), (mean, factor)), (straight, along)) in h[at.clone()].iter().zip(&d[at]).zip(known).zip(sums) {
            *straight += d;
            *along += d * (h - mean) * factor;
        }
    });
}

/// dh of every channel, given the means of dx̂ and of dx̂ · x̂: 2 · channels.
fn straighten(channels: Channels<'_>, of: &[f32], h: &[f32], d: &mut [f32]) {
    let (means, factors) = (channels.known.row(0), channels.known.row(1));
    let (straight, along) = of.split_at(means.len());
    each_place(channels, h.len(), |own, at| {
        let known = means[own.clone()].iter().zip(&factors[own.clone()]);
        let of = straight[own.clone()].iter().zip(&along[own]);
        for (((h, d), (mean, factor)), (straight, along)) in h[at.clone()].iter().zip(&mut d[at]).zip(known).zip(of) {
            *d = factor * (*d - straight - along * (h - mean) * factor);
        }
    });
}

#[cfg(test)]
mod tests;
