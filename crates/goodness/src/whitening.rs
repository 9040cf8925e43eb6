//! # Whitening
//!
//! y_p = F x_p, x_p the square of `side` × `side` places around place p, all channels; F the rows of (C + ε τ I)^(−1/2) that
//! belong to the middle place, C the mean of x_p x_pᵀ over training images, τ the mean of its diagonal  (Bell and Sejnowski
//! 1997, ZCA; Coates, Lee and Ng 2011, before features are learned; here as one convolution)
//!
//! Neighbouring pixels say nearly the same, and a layer that learns by itself learns that first. Afterwards neighbours are all
//! but uncorrelated: edges and colours stay, even areas go. ε bounds how far what hardly varies, noise, is amplified. F is
//! scaled once more, to outputs with a mean square of 1. It is fitted before the first step and saved with the weights.
//!
//! Lines beyond the border are mirrored on it. Cost: side² · channels² multiply-adds a place, an image at a time.

use std::cell::RefCell;

use goodness_core::{Rows, RowsMut};
use goodness_engine::product;

use crate::build::Unfit;
use crate::data::{Dataset, Shape};
use crate::recipe::DataSpec;
use crate::scaling::Scaling;

/// Most images that C is measured on, evenly spread over the training set, and most places.
const IMAGES: usize = 1000;
const PLACES: usize = 1 << 20;
/// Places that are computed side by side.
const LANES: usize = 16;
/// Iterations after which an inverse square root is as good as it gets.
const ITERATIONS: usize = 100;

/// A convolution whose outputs are all but uncorrelated.
#[derive(Clone, Debug, PartialEq)]
pub struct Whitening {
    shape: Shape,
    side: usize,
    epsilon: f64,
    /// For each output channel the weights of a square: channel after channel, line after line.
    filter: Vec<f32>,
}

thread_local! {
    /// An image with its border, channel after channel.
    static BORDERED: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl Whitening {
    /// The one that a recipe asks for, which changes nothing yet; none where it asks for none.
    ///
    /// # Errors
    /// [`Unfit`] when its square reaches over more than an image and its mirror image.
    pub(crate) fn still(spec: &DataSpec, shape: Shape) -> Result<Option<Self>, Unfit> {
        let (side, epsilon) = (spec.whiten, spec.whiten_epsilon);
        let most = (2 * shape.height.min(shape.width)).saturating_sub(1);
        if side > most {
            let expected = format!("at most {most}, for images of {shape}");
            return Err(Unfit { key: "data.whiten", came: side.to_string(), expected });
        }
        let inputs = side * side * shape.channels;
        let mut filter = vec![0.0; shape.channels * inputs];
        for o in 0..shape.channels.min(filter.len()) {
            filter[o * inputs + middle(side, o)] = 1.0;
        }
        Ok((side > 0).then_some(Self { shape, side, epsilon, filter }))
    }

    /// The same, fitted to training images that are scaled by `scaling`.
    pub(crate) fn fit(self, data: &Dataset, scaling: &Scaling) -> Self {
        let Self { shape, side, epsilon, .. } = self;
        let (n, places) = (side * side * shape.channels, shape.height * shape.width);
        let count = (PLACES / places).clamp(1, IMAGES).min(data.len());
        let (levels, mut image) = (scaling.levels(), vec![0.0; shape.features()]);
        let (mut squares, mut products) = (vec![0.0; places * n], vec![0.0; n * n]);
        let mut moments = vec![0.0_f64; n * n];
        for row in (0..count).map(|i| i * data.len() / count) {
            scaling.write(data.row(row), &levels, &mut image);
            self.squares(&image, &mut squares);
            let x = Rows::new(&squares, places, n);
            products.fill(0.0);
            product::add_gradient(x, x, RowsMut::new(&mut products, n, n));
            moments.iter_mut().zip(&products).for_each(|(sum, p)| *sum += f64::from(*p));
        }
        moments.iter_mut().for_each(|m| *m /= (count * places) as f64);
        let trace = (0..n).map(|i| moments[i * n + i]).sum::<f64>();
        if trace == 0.0 {
            return self;
        }
        let mut lifted = moments.clone();
        (0..n).for_each(|i| lifted[i * n + i] += epsilon * trace / n as f64);
        let root = inverse_root(&lifted, n);
        let rows: Vec<&[f64]> = (0..shape.channels).map(|o| &root[middle(side, o) * n..][..n]).collect();
        let power = rows.iter().map(|f| quadratic(&moments, f)).sum::<f64>() / shape.channels as f64;
        let filter = rows.concat().iter().map(|f| (f / power.sqrt()) as f32).collect();
        Self { filter, ..self }
    }

    /// Whitens an image.
    pub(crate) fn apply(&self, image: &mut [f32]) {
        let Self { shape: Shape { height, width, channels }, side, .. } = *self;
        BORDERED.with_borrow_mut(|bordered| {
            let (stride, plane) = self.border(image, bordered);
            for (o, filter) in self.filter.chunks_exact(side * side * channels).enumerate() {
                for (y, x) in (0..height).flat_map(|y| (0..width).step_by(LANES).map(move |x| (y, x))) {
                    let mut sums = [0.0_f32; LANES];
                    for (line, weights) in filter.chunks_exact(side).enumerate() {
                        let start = line / side * plane + (y + line % side) * stride + x;
                        let pixels = &bordered[start..start + side - 1 + LANES];
                        for (seen, weight) in pixels.windows(LANES).zip(weights) {
                            sums.iter_mut().zip(seen).for_each(|(sum, pixel)| *sum += weight * pixel);
                        }
                    }
                    let own = image[(y * width + x) * channels + o..].iter_mut().step_by(channels);
                    own.zip(sums).take(width - x).for_each(|(out, sum)| *out = sum);
                }
            }
        });
    }

    /// The square around every place of an image: places × (channel after channel, line after line).
    fn squares(&self, image: &[f32], squares: &mut [f32]) {
        let Self { shape: Shape { width, channels, .. }, side, .. } = *self;
        BORDERED.with_borrow_mut(|bordered| {
            let (stride, plane) = self.border(image, bordered);
            for (place, square) in squares.chunks_exact_mut(side * side * channels).enumerate() {
                for (line, out) in square.chunks_exact_mut(side).enumerate() {
                    let start = line / side * plane + (place / width + line % side) * stride + place % width;
                    out.copy_from_slice(&bordered[start..start + side]);
                }
            }
        });
    }

    /// Writes an image channel after channel, with a border of half a square. Returns how far its lines and its channels are
    /// apart.
    fn border(&self, image: &[f32], bordered: &mut Vec<f32>) -> (usize, usize) {
        let Self { shape: Shape { height, width, channels }, side, .. } = *self;
        // The last lanes of a line may reach beyond it.
        let (stride, lines) = (width.next_multiple_of(LANES) + side - 1, height + side - 1);
        bordered.clear();
        bordered.resize(channels * lines * stride, 0.0);
        for (l, out) in bordered.chunks_exact_mut(stride).enumerate() {
            let (channel, y) = (l / lines, mirrored(l % lines, side / 2, height));
            for (x, out) in out[..width + side - 1].iter_mut().enumerate() {
                *out = image[(y * width + mirrored(x, side / 2, width)) * channels + channel];
            }
        }
        (stride, lines * stride)
    }

    /// Its numbers and their shape: output channels × channels × side × side.
    pub(crate) fn tensor(&self) -> ([usize; 4], &[f32]) {
        (self.dimensions(), &self.filter)
    }

    /// Its numbers, to be restored.
    pub(crate) fn tensor_mut(&mut self) -> ([usize; 4], &mut [f32]) {
        (self.dimensions(), &mut self.filter)
    }

    fn dimensions(&self) -> [usize; 4] {
        [self.shape.channels, self.shape.channels, self.side, self.side]
    }
}

/// Where the middle place's number of `channel` stands in a square.
fn middle(side: usize, channel: usize) -> usize {
    channel * side * side + side * side / 2
}

/// The line of an image of `lines` that stands at line `at` of one with a border.
fn mirrored(at: usize, border: usize, lines: usize) -> usize {
    let inside = at.abs_diff(border);
    inside.min(2 * (lines - 1) - inside.min(2 * (lines - 1)))
}

/// vᵀ A v.
fn quadratic(a: &[f64], v: &[f64]) -> f64 {
    a.chunks_exact(v.len()).zip(v).map(|(row, v_i)| v_i * row.iter().zip(v).map(|(a, v)| a * v).sum::<f64>()).sum()
}

/// A^(−1/2) of a symmetric positive definite n × n matrix, by the coupled Newton-Schulz iteration: T = (3 I − Z Y) / 2,
/// Y ← Y T, Z ← T Z, from Y = A / tr A, Z = I. Z goes to the inverse root of where Y began.
fn inverse_root(a: &[f64], n: usize) -> Vec<f64> {
    let trace: f64 = (0..n).map(|i| a[i * n + i]).sum();
    let mut y: Vec<f64> = a.iter().map(|x| x / trace).collect();
    let mut z: Vec<f64> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
    for _ in 0..ITERATIONS {
        let mut t = times(&z, &y, n);
        let mut away = 0.0_f64;
        for (i, t) in t.iter_mut().enumerate() {
            let own = if i % (n + 1) == 0 { 1.0 } else { 0.0 };
            away = away.max((*t - own).abs());
            *t = 1.5 * own - 0.5 * *t;
        }
        (y, z) = (times(&y, &t, n), times(&t, &z, n));
        if away < 1e-10 {
            break;
        }
    }
    z.iter_mut().for_each(|z| *z /= trace.sqrt());
    z
}

/// A B of n × n matrices.
fn times(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    for (a, out) in a.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for (a, b) in a.iter().zip(b.chunks_exact(n)) {
            out.iter_mut().zip(b).for_each(|(out, b)| *out += a * b);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use goodness_core::Rng;

    fn spec(settings: &str) -> DataSpec {
        let text = format!("name = \"x\"\n[data]\n{settings}\n[network]\nlayers = [5]\n");
        crate::recipe::Recipe::parse("x", &text).unwrap().data
    }

    fn still(settings: &str, shape: Shape) -> Whitening {
        Whitening::still(&spec(settings), shape).unwrap().unwrap()
    }

    fn plain() -> Scaling {
        Scaling { mean: 0.5, deviation: 0.25, standardize: false, whitening: None }
    }

    /// Images in which every pixel is near the one before it.
    fn smooth(count: usize, shape: Shape) -> Dataset {
        let mut rng = Rng::keyed(1, 1, 1);
        let mut images = Vec::new();
        for _ in 0..count {
            let mut level = vec![128.0_f32; shape.channels];
            for pixel in 0..shape.height * shape.width * shape.channels {
                let own = &mut level[pixel % shape.channels];
                *own = 0.95 * *own + 0.05 * 128.0 + 24.0 * rng.normal();
                images.push(own.clamp(0.0, 255.0) as u8);
            }
        }
        let labels = (0..count).map(|i| (i % 2) as u8).collect();
        Dataset::new("smooth", images, labels, 2, shape).unwrap()
    }

    fn inputs(data: &Dataset, scaling: &Scaling, row: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; data.shape().features()];
        scaling.write(data.row(row), &scaling.levels(), &mut out);
        out
    }

    #[test]
    fn an_inverse_root_undoes_a_matrix_when_it_is_used_twice() {
        let (n, mut rng) = (23, Rng::keyed(5, 0, 0));
        let m: Vec<f64> = (0..n * n).map(|_| f64::from(rng.normal())).collect();
        let mut a = vec![0.0; n * n];
        for (i, j) in (0..n * n).map(|k| (k / n, k % n)) {
            let product = (0..n).map(|k| m[i * n + k] * m[j * n + k]).sum::<f64>();
            a[i * n + j] = product + if i == j { 0.01 } else { 0.0 };
        }
        let root = inverse_root(&a, n);
        let one = times(&times(&root, &a, n), &root, n);
        for (i, x) in one.iter().enumerate() {
            let expected = if i % (n + 1) == 0 { 1.0 } else { 0.0 };
            assert!((x - expected).abs() < 1e-6, "{i}: {x}");
        }
    }

    #[test]
    fn it_is_a_convolution_with_mirrored_borders() {
        for (height, width, channels, side) in [(4, 5, 1, 3), (6, 17, 3, 5), (3, 33, 2, 5), (1, 1, 3, 1)] {
            let shape = Shape { height, width, channels };
            let mut rng = Rng::keyed(9, 0, side as u64);
            let mut whitening = still(&format!("whiten = {side}"), shape);
            whitening.tensor_mut().1.iter_mut().for_each(|f| *f = rng.normal());
            let image: Vec<f32> = (0..shape.features()).map(|_| rng.normal()).collect();
            let mut out = image.clone();
            whitening.apply(&mut out);
            let reach = (side / 2) as isize;
            let inside = |at: isize, lines: usize| {
                let (at, last) = (at.unsigned_abs(), lines - 1);
                if at > last { 2 * last - at } else { at }
            };
            for (i, came) in out.iter().enumerate() {
                let (y, x, o) = (i / channels / width, i / channels % width, i % channels);
                let mut expected = 0.0;
                for tap in 0..channels * side * side {
                    let (c, dy, dx) = (tap / side / side, tap / side % side, tap % side);
                    let (from_y, from_x) = (y as isize + dy as isize - reach, x as isize + dx as isize - reach);
                    let pixel = image[(inside(from_y, height) * width + inside(from_x, width)) * channels + c];
                    expected += f64::from(pixel * whitening.filter[o * channels * side * side + tap]);
                }
                assert!((f64::from(*came) - expected).abs() < 1e-4, "{shape} {i}: {came} {expected}");
            }
        }
    }

    #[test]
    fn neighbours_are_uncorrelated_afterwards_and_loudness_is_one() {
        let shape = Shape { height: 9, width: 11, channels: 3 };
        let data = smooth(60, shape);
        let whitening = still("whiten = 5\nwhiten_epsilon = 0.01", shape);
        let still = Scaling { whitening: Some(whitening.into()), ..plain() };
        assert_eq!(inputs(&data, &still, 7), inputs(&data, &plain(), 7), "what is not fitted changes nothing");
        let fitted = still.fit(&data);
        let correlation = |scaling: &Scaling| {
            let (mut product, mut square, mut count) = (0.0, 0.0, 0.0);
            for row in 0..data.len() {
                let x = inputs(&data, scaling, row);
                for pair in x.windows(shape.channels + 1) {
                    product += f64::from(pair[0] * pair[shape.channels]);
                    square += f64::from(pair[0] * pair[0]);
                    count += 1.0;
                }
            }
            (product / square, square / count)
        };
        let (before, after) = (correlation(&plain()), correlation(&fitted));
        assert!(before.0 > 0.8 && after.0.abs() < 0.2, "{before:?} {after:?}");
        assert!((after.1 - 1.0).abs() < 0.1, "{after:?}");
    }

    #[test]
    fn images_without_any_light_stay_as_they_are() {
        let shape = Shape { height: 4, width: 4, channels: 1 };
        let data = Dataset::new("night", vec![0; 32], vec![0, 1], 2, shape).unwrap();
        let whitening = still("whiten = 3", shape);
        let dark = Scaling { mean: 0.0, deviation: 1.0, ..plain() };
        assert_eq!(whitening.clone().fit(&data, &dark), whitening);
    }

    #[test]
    fn a_square_that_reaches_too_far_is_refused() {
        let shape = Shape { height: 3, width: 9, channels: 1 };
        let error = Whitening::still(&spec("whiten = 7"), shape).unwrap_err();
        assert_eq!(error.to_string(), "data.whiten = 7: at most 5, for images of 3×9×1");
        assert!(Whitening::still(&spec("whiten = 5"), shape).unwrap().is_some());
        assert_eq!(Whitening::still(&spec(""), shape).unwrap(), None);
        let nothing = Shape { height: 0, ..shape };
        assert_eq!(Whitening::still(&spec(""), nothing).unwrap(), None);
        assert!(Whitening::still(&spec("whiten = 1"), nothing).is_err());
    }
}
