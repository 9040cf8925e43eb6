//! dzᵀ · x, handed out piece by piece while it is near.

use goodness_core::{Rows, RowsMut};

use super::product::{self, Columns};
use super::rounded::{self, Precision};
use crate::Matrix;
use crate::par::{self, Split};

/// Buffers of the products that need some, reused from step to step.
#[derive(Debug, Default)]
pub struct Packs {
    dz: Vec<u32>,
    x: Vec<u32>,
    /// Sums over blocks of rows, where one block does not hold all; or some units' gradient, where no kernel hands it out.
    sums: Matrix,
    /// Rounded operands, where no kernel rounds them.
    plain: [Matrix; 2],
    /// What every thread of a convolution has room for.
    pub(crate) room: [usize; 6],
    /// A picture's slopes, what its places see, and what pooling leaves of it, where no kernel lays them out.
    pub(crate) picture: [Vec<f32>; 3],
    /// Tiles of a convolution in points, and the sums of their products.
    pub(crate) tiles: Vec<f32>,
    pub(crate) points: Matrix,
}

impl Packs {
    /// Bytes of memory that they hold.
    pub fn bytes(&self) -> u64 {
        let plain: usize = self.plain.iter().chain([&self.sums, &self.points]).map(Matrix::capacity).sum();
        let picture: usize = self.picture.iter().chain([&self.tiles]).map(Vec::capacity).sum();
        4 * (self.dz.capacity() + self.x.capacity() + plain + picture) as u64
    }

    /// Room for a whole gradient, for those who have to make it as a whole before they [`hand_out`] it.
    pub fn whole(&mut self, units: usize, inputs: usize) -> &mut Matrix {
        self.sums.resize(units, inputs);
        &mut self.sums
    }

    /// What [`whole`](Self::whole) made room for.
    pub(crate) fn sums(&mut self) -> &mut Matrix {
        &mut self.sums
    }

    /// Packed dz and x, and the sums.
    pub(super) fn all(&mut self) -> (&mut Vec<u32>, &mut Vec<u32>, &mut Matrix) {
        (&mut self.dz, &mut self.x, &mut self.sums)
    }
}

/// Numbers that [`Packs`] come to hold for a gradient of this size whose operands are of 32 bits, on this processor.
pub fn numbers_packed(rows: usize, units: usize, inputs: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    if super::has_wide() {
        return x86::words(rows, units, inputs) + if rows > DEPTH { units * inputs } else { 0 };
    }
    window(units, inputs).min(units) * inputs
}

/// A piece of a row of dzᵀ·x.
#[derive(Debug)]
pub struct Piece<'a, const N: usize> {
    /// The unit whose row it is.
    pub unit: usize,
    /// Its first input.
    pub first: usize,
    /// The numbers.
    pub numbers: &'a mut [f32],
    /// The same piece of each matrix that follows; empty where that is.
    pub following: [&'a mut [f32]; N],
}

/// Rows that are summed up at a time.
const DEPTH: usize = 4096;
/// Units that one thread takes at a time.
const UNITS: usize = 8;
/// Numbers of a gradient that stay near between the product that makes them and what follows.
const NEAR: usize = 1 << 20;

/// Computes dzᵀ·x and hands `each` every piece of it once, on all threads: what is done with a gradient is done while it is
/// near, and a large one is never there as a whole. The pieces of a row, and the numbers in them, are the same for any number of
/// threads.
///
/// # Shapes
/// `dz`: rows × units, `x`: rows × inputs, each of `following`: units × inputs, or empty.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn gradient_pieces<const N: usize>(
    precision: Precision,
    (dz, x): (Rows<'_>, Rows<'_>),
    packs: &mut Packs,
    following: [&mut [f32]; N],
    each: impl Fn(Piece<'_, N>) + Sync,
) {
    let (units, inputs) = (dz.width(), x.width());
    assert!(dz.len() == x.len(), "dzᵀ · x: {} rows of dz, {} of x", dz.len(), x.len());
    let fits = following.iter().all(|f| f.is_empty() || f.len() == units * inputs);
    assert!(fits, "dzᵀ · x: what follows a {units}×{inputs} gradient has its shape");
    let halves = precision != Precision::F32;
    #[cfg(target_arch = "x86_64")]
    if super::has_wide() && (!halves || super::has_pairs()) {
        return x86::gradient_pieces(halves, (dz, x), packs, following, &each);
    }
    pieces_anywhere(halves, (dz, x), packs, following, each);
}

/// The product crate's way, which every processor can go: some units at a time.
fn pieces_anywhere<const N: usize>(
    halves: bool,
    operands: (Rows<'_>, Rows<'_>),
    Packs { sums, plain, .. }: &mut Packs,
    mut following: [&mut [f32]; N],
    each: impl Fn(Piece<'_, N>) + Sync,
) {
    let (dz, x) = if halves { rounded::rough(operands, plain) } else { operands };
    let (units, inputs) = (dz.width(), x.width());
    let window = window(units, inputs);
    for first in (0..units).step_by(window) {
        let width = window.min(units - first);
        sums.resize(width, inputs);
        product::gradient_window(Columns { of: dz, first, width }, x, sums.rows_mut());
        let (own, rest) = split_all(following, width * inputs);
        hand_out(sums.rows_mut(), own, |piece| each(Piece { unit: first + piece.unit, ..piece }));
        following = rest;
    }
}

/// Units whose gradient stays near until it has been handed out.
fn window(units: usize, inputs: usize) -> usize {
    (NEAR / inputs.max(1)).next_multiple_of(UNITS).clamp(UNITS, units.max(UNITS))
}

/// Cuts each of several matrices after `at` numbers; empty ones stay empty.
fn split_all<const N: usize>(all: [&mut [f32]; N], at: usize) -> ([&mut [f32]; N], [&mut [f32]; N]) {
    let mut tails: [&mut [f32]; N] = std::array::from_fn(|_| Default::default());
    let mut to = tails.iter_mut();
    let heads = all.map(|one| {
        let (head, tail) = one.split_at_mut(at.min(one.len()));
        if let Some(to) = to.next() {
            *to = tail;
        }
        head
    });
    (heads, tails)
}

/// The rows of several matrices, cut together.
struct Cut<'a, const N: usize>(RowsMut<'a>, [&'a mut [f32]; N]);

impl<const N: usize> Split for Cut<'_, N> {
    fn split(self, row: usize) -> (Self, Self) {
        let (heads, tails) = split_all(self.1, row * self.0.width());
        let (head, tail) = self.0.split_at(row);
        (Cut(head, heads), Cut(tail, tails))
    }
}

/// Hands `each` every row of a gradient that is there as a whole, on all threads.
///
/// # Shapes
/// `sums`: units × inputs, each of `following`: units × inputs, or empty.
pub fn hand_out<const N: usize>(sums: RowsMut<'_>, following: [&mut [f32]; N], each: impl Fn(Piece<'_, N>) + Sync) {
    let (units, inputs) = (sums.len(), sums.width());
    par::each_block(units, UNITS, Cut(sums, following), |first, Cut(mut rows, mut following)| {
        for u in 0..rows.len() {
            let range = u * inputs..(u + 1) * inputs;
            let following = following.each_mut().map(|f| if f.is_empty() { &mut [] } else { &mut f[range.clone()] });
            each(Piece { unit: first + u, first: 0, numbers: rows.row_mut(u), following });
        }
    });
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use goodness_core::Rows;

    use super::super::outer::{F32, INPUTS, Operand, Pairs, Target};
    use super::super::panels::{self, Amx, Product};
    use super::super::{amx, product, tasks};
    use super::{DEPTH, Packs, Piece, hand_out};

    /// Bytes of x that stay near while a task goes through its units.
    const NEAR: usize = 512 << 10;
    /// Units of a task, about.
    const TASK: usize = 56;
    /// Numbers of the longest pieces of one panel, whatever multiplies.
    const PIECES: usize = 8192;

    /// As the cache has them: lines begin where they do.
    #[repr(align(64))]
    struct Pieces([f32; PIECES]);

    pub(super) fn gradient_pieces<const N: usize>(
        halves: bool,
        (dz, x): (Rows<'_>, Rows<'_>),
        packs: &mut Packs,
        following: [&mut [f32]; N],
        each: &(impl Fn(Piece<'_, N>) + Sync),
    ) {
        if dz.len() <= DEPTH {
            return summed(halves, (down(dz), down(x)), (&mut packs.dz, &mut packs.x), following, each);
        }
        let Packs { sums, .. } = packs;
        sums.resize(dz.width(), x.width());
        sums.data_mut().fill(0.0);
        for first in (0..dz.len()).step_by(DEPTH) {
            let operands = (down(part(dz, first)), down(part(x, first)));
            summed(halves, operands, (&mut packs.dz, &mut packs.x), [sums.data_mut()], &|piece: Piece<'_, 1>| {
                let [sums] = piece.following;
                sums.iter_mut().zip(piece.numbers).for_each(|(sum, number)| *sum += *number);
            });
        }
        hand_out(sums.rows_mut(), following, each);
    }

    fn part(of: Rows<'_>, first: usize) -> Rows<'_> {
        of.split_at(first).1.split_at(DEPTH.min(of.len() - first)).0
    }

    fn down(rows: Rows<'_>) -> Operand<'_> {
        Operand { rows, along: false }
    }

    /// Hands out the product of two operands.
    fn summed<const N: usize>(
        halves: bool,
        operands: (Operand<'_>, Operand<'_>),
        packs: (&mut Vec<u32>, &mut Vec<u32>),
        following: [&mut [f32]; N],
        each: &(impl Fn(Piece<'_, N>) + Sync),
    ) {
        match halves {
            true if amx::has() => by::<Amx, N>(operands, packs, following, each),
            true => by::<Pairs, N>(operands, packs, following, each),
            false => by::<F32, N>(operands, packs, following, each),
        }
    }

    fn by<P: Product, const N: usize>(
        (dz, x): (Operand<'_>, Operand<'_>),
        (dz_pack, x_pack): (&mut Vec<u32>, &mut Vec<u32>),
        following: [&mut [f32]; N],
        each: &(impl Fn(Piece<'_, N>) + Sync),
    ) {
        let (units, inputs, depth) = (dz.count(), x.count(), dz.depth());
        assert!(x.depth() == depth && following.iter().all(|f| f.is_empty() || f.len() == units * inputs));
        product::count(units, inputs, depth);
        let (a_len, b_len) = (P::panel(depth, P::UNITS), P::panel(depth, INPUTS));
        let dz_at = panels::pack_some(0..units, (P::UNITS, a_len), dz_pack, &|units, to| {
            // SAFETY: the caller of `summed` has asked the processor for the instructions.
            unsafe { P::pack_units(dz, units, to) }
        });
        let dz_pack = &dz_pack[dz_at];
        let near = inputs_near(b_len);
        let following = following.map(|f| (Target(f.as_mut_ptr()), f.is_empty()));
        for first in (0..inputs).step_by(near) {
            let of_inputs = first..inputs.min(first + near);
            let x_at = panels::pack_some(of_inputs.clone(), (INPUTS, b_len), x_pack, &|inputs, to| {
                // SAFETY: as above.
                unsafe { P::pack_inputs(x, inputs, to) }
            });
            let x_pack = &x_pack[x_at];
            tasks::grid((units, TASK.next_multiple_of(P::UNITS)), (1, 1), &|of_units, _| {
                const { assert!(P::UNITS * P::LONGEST <= PIECES) };
                let mut out = Pieces([0.0; PIECES]);
                for unit in of_units.clone().step_by(P::UNITS) {
                    let a = unit / P::UNITS * a_len;
                    let a = &dz_pack[a..a + a_len];
                    let some = P::LONGEST / INPUTS * b_len;
                    for (index, first) in of_inputs.clone().step_by(P::LONGEST).enumerate() {
                        let x_pack = &x_pack[index * some..x_pack.len().min((index + 1) * some)];
                        // SAFETY: as above; both packs hold whole panels.
                        unsafe { P::multiply(a, x_pack, &mut out.0[..P::UNITS * P::LONGEST]) };
                        let rows = out.0.chunks_exact_mut(P::LONGEST).take(P::UNITS.min(of_units.end - unit));
                        for (unit, numbers) in (unit..).zip(rows) {
                            let (at, len) = (unit * inputs + first, P::LONGEST.min(of_inputs.end - first));
                            let following = following.each_ref().map(|(target, empty)| match empty {
                                true => &mut [][..],
                                // SAFETY: `following` is borrowed for as long, holds units × inputs numbers, and every
                                // task has units and inputs that no other one has.
                                false => unsafe { std::slice::from_raw_parts_mut(target.at(at), len) },
                            });
                            each(Piece { unit, first, numbers: &mut numbers[..len], following });
                        }
                    }
                }
            });
        }
    }

    /// Inputs whose panels of `words` words each stay near while a task goes through its units.
    fn inputs_near(words: usize) -> usize {
        INPUTS * (NEAR / (words * size_of::<u32>()).max(1)).max(2)
    }

    /// Words of both packs, of numbers of 32 bits.
    pub(super) fn words(rows: usize, units: usize, inputs: usize) -> usize {
        let depth = rows.min(DEPTH);
        let near = inputs_near(depth * INPUTS).min(inputs.next_multiple_of(INPUTS));
        depth * (units.next_multiple_of(F32::UNITS) + near) + 2 * panels::SLACK
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pool;
    use goodness_core::Rng;

    fn random(rows: usize, width: usize, seed: u64) -> Matrix {
        let mut rng = Rng::keyed(seed, 0, 0);
        Matrix::from_vec((0..rows * width).map(|_| rng.normal()).collect(), rows, width)
    }

    /// The pieces, put together: each number once, and beside it what follows.
    fn together(precision: Precision, dz: &Matrix, x: &Matrix) -> Matrix {
        let (units, inputs) = (dz.width(), x.width());
        let (mut dw, mut count) = (Matrix::zeros(units, inputs), Matrix::zeros(units, inputs));
        let following = [dw.data_mut(), count.data_mut(), &mut []];
        gradient_pieces(precision, (dz.rows(), x.rows()), &mut Packs::default(), following, |piece| {
            let [dw, count, none] = piece.following;
            assert!(none.is_empty() && piece.unit < units && piece.first + piece.numbers.len() <= inputs);
            dw.copy_from_slice(piece.numbers);
            count.iter_mut().for_each(|c| *c += 1.0);
        });
        assert!(count.data().iter().all(|c| *c == 1.0));
        dw
    }

    const SHAPES: [(usize, usize, usize); 7] =
        [(0, 3, 5), (1, 1, 1), (1, 15, 33), (7, 29, 31), (101, 97, 1031), (4099, 3, 35), (2, 531, 2051)];

    fn near(got: &Matrix, want: &Matrix, bound: f32) {
        for (got, want) in got.data().iter().zip(want.data()) {
            assert!((got - want).abs() <= bound, "{got} is not {want}, within {bound}");
        }
    }

    #[test]
    fn pieces_make_up_the_gradient_on_odd_shapes() {
        // Of the last one's million numbers, the worst is further off when rounded than the bound for the others.
        for (rows, units, inputs) in SHAPES.into_iter().take(6) {
            let (dz, x) = (random(rows, units, 1), random(rows, inputs, 2));
            let mut want = Matrix::zeros(units, inputs);
            product::gradient(dz.rows(), x.rows(), want.rows_mut());
            let depth = (rows as f32).sqrt();
            near(&together(Precision::F32, &dz, &x), &want, 8e-6 * (1.0 + depth));
            let halves = together(Precision::Bf16, &dz, &x);
            near(&halves, &want, 6.0 * depth / 256.0);
            let mut plain = [Matrix::default(), Matrix::default()];
            let (rough_dz, rough_x) = rounded::rough((dz.rows(), x.rows()), &mut plain);
            product::gradient(rough_dz, rough_x, want.rows_mut());
            near(&halves, &want, 8e-6 * (1.0 + depth));
        }
    }

    #[test]
    fn pieces_are_those_of_the_kernels_where_no_kernel_is() {
        for (rows, units, inputs) in SHAPES {
            let (dz, x) = (random(rows, units, 1), random(rows, inputs, 2));
            for (precision, halves) in [(Precision::F32, false), (Precision::Bf16, true)] {
                let (mut dw, mut packs) = (Matrix::zeros(units, inputs), Packs::default());
                pieces_anywhere(halves, (dz.rows(), x.rows()), &mut packs, [dw.data_mut(), &mut []], |piece| {
                    let [dw, none] = piece.following;
                    assert!(none.is_empty());
                    dw.copy_from_slice(piece.numbers);
                });
                near(&together(precision, &dz, &x), &dw, 8e-6 * (1.0 + (rows as f32).sqrt()));
                assert!(packs.sums.data().len() <= NEAR + UNITS * inputs);
            }
        }
    }

    #[test]
    fn what_packs_held_before_does_not_count() {
        let gradient = |(rows, units, inputs): (usize, usize, usize), packs: &mut Packs, precision, spoiled: bool| {
            let number = |m: Matrix| {
                if spoiled { Matrix::from_vec(vec![f32::NAN; rows * m.width()], rows, m.width()) } else { m }
            };
            let (dz, x) = (number(random(rows, units, 1)), number(random(rows, inputs, 2)));
            let mut dw = Matrix::zeros(units, inputs);
            gradient_pieces(precision, (dz.rows(), x.rows()), packs, [dw.data_mut()], |piece| {
                let [dw] = piece.following;
                dw.copy_from_slice(piece.numbers);
            });
            dw
        };
        for precision in [Precision::F32, Precision::Bf16] {
            let mut packs = Packs::default();
            gradient((200, 130, 300), &mut packs, precision, true);
            let odd = (37, 29, 75);
            assert_eq!(
                gradient(odd, &mut packs, precision, false),
                gradient(odd, &mut Packs::default(), precision, false)
            );
        }
    }

    #[test]
    fn pieces_of_whole_rows_make_up_the_gradient_where_no_kernel_is() {
        let (mut sums, mut copy) = (random(19, 7, 1), Matrix::zeros(19, 7));
        let want = sums.clone();
        hand_out(sums.rows_mut(), [copy.data_mut(), &mut []], |piece: Piece<'_, 2>| {
            let [copy, none] = piece.following;
            assert!(none.is_empty() && piece.first == 0);
            copy.copy_from_slice(piece.numbers);
        });
        assert_eq!(copy, want);
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let (dz, x) = (random(203, 150, 1), random(203, 784, 2));
        for precision in [Precision::F32, Precision::Bf16] {
            let [a, b, c] = [1, 2, 3].map(|n| Pool::new(n).unwrap().run(|| together(precision, &dz, &x)));
            assert!(a == b && b == c);
        }
    }

    #[test]
    #[should_panic(expected = "what follows a 2×4 gradient has its shape")]
    fn what_follows_has_the_shape_of_the_gradient() {
        let (dz, x, mut w) = (Matrix::zeros(3, 2), Matrix::zeros(3, 4), vec![0.0; 7]);
        let follow = |_: Piece<'_, 1>| {};
        gradient_pieces(Precision::F32, (dz.rows(), x.rows()), &mut Packs::default(), [&mut w], follow);
    }
}
