//! What a tile becomes before and after its products: polynomials at six points, where a correlation is a product, point by
//! point. As in Lavin and Gray 2016 (arXiv 1509.09308, section 4), in two directions, one after the other.
//!
//! Their points are 0, 1, −1, 2, −2 and infinity; these are 0, ±3⁄4, ±3⁄2 and infinity, which takes as many operations and
//! leaves half the rounding errors, the largest ones a quarter, in trials with normal numbers. As they are not powers of two,
//! multiples are multiplied and not added up.

use crate::simd::lanes::Lanes;

/// Points in one direction.
pub(super) const SIX: usize = 6;

/// The points but 0 and infinity: `A`, `−A`, `B`, `−B`.
const A: f32 = 0.75;
const B: f32 = 1.5;
/// Their squares, whose sum and product are those of the polynomial with these roots.
const AA: f32 = A * A;
const BB: f32 = B * B;
/// What a polynomial without the root is at it, for each root: 0, ±A, ±B.
const AT_ZERO: f32 = AA * BB;
const AT_A: f32 = 2.0 * AA * (AA - BB);
const AT_B: f32 = 2.0 * BB * (BB - AA);

/// What becomes of `FROM` numbers of a column or a line. A type and not a function: what is called through a pointer, or may
/// be, is not always inlined, and code that is not has none of the registers.
pub(super) trait Transform<const FROM: usize, const TO: usize> {
    fn of<L: Lanes>(from: [L; FROM]) -> [L; TO];
}

/// Bᵀ·d: six places, for both products.
pub(super) struct Seen;

/// G·g of three weights.
pub(super) struct Weights;

/// Aᵀ·m: four places of the result.
pub(super) struct Results;

/// G·g of four slopes, which are the weights of the gradient's correlation.
pub(super) struct Slopes;

/// Aᵀ·m: three weights of the gradient.
pub(super) struct Gradient;

impl Transform<SIX, SIX> for Seen {
    #[inline(always)]
    fn of<L: Lanes>(d: [L; SIX]) -> [L; SIX] {
        let (sum, product) = (L::all(-AA - BB), L::all(AA * BB));
        let (even_a, odd_a) = (d[4].fold(d[2], L::all(-BB)), d[3].fold(d[1], L::all(-BB)));
        let (even_b, odd_b) = (d[4].fold(d[2], L::all(-AA)), d[3].fold(d[1], L::all(-AA)));
        [
            d[4].fold(d[2], sum).fold(d[0], product),
            even_a.fold(odd_a, L::all(A)),
            even_a.fold(odd_a, L::all(-A)),
            even_b.fold(odd_b, L::all(B)),
            even_b.fold(odd_b, L::all(-B)),
            d[5].fold(d[3], sum).fold(d[1], product),
        ]
    }
}

impl Transform<3, SIX> for Weights {
    #[inline(always)]
    fn of<L: Lanes>(g: [L; 3]) -> [L; SIX] {
        let (by_a, by_b) = (L::all(1.0 / AT_A), L::all(1.0 / AT_B));
        let (even_a, even_b) = (g[0].fold(g[2], L::all(AA)), g[0].fold(g[2], L::all(BB)));
        let (odd_a, odd_b) = (g[1].times(L::all(A)), g[1].times(L::all(B)));
        [
            g[0].times(L::all(1.0 / AT_ZERO)),
            even_a.add(odd_a).times(by_a),
            even_a.sub(odd_a).times(by_a),
            even_b.add(odd_b).times(by_b),
            even_b.sub(odd_b).times(by_b),
            g[2],
        ]
    }
}

impl Transform<SIX, 4> for Results {
    #[inline(always)]
    fn of<L: Lanes>(m: [L; SIX]) -> [L; 4] {
        let (near, near_skew) = (m[1].add(m[2]), m[1].sub(m[2]));
        let (far, far_skew) = (m[3].add(m[4]), m[3].sub(m[4]));
        [
            m[0].add(near).add(far),
            near_skew.times(L::all(A)).fold(far_skew, L::all(B)),
            near.times(L::all(AA)).fold(far, L::all(BB)),
            m[5].fold(near_skew, L::all(A * AA)).fold(far_skew, L::all(B * BB)),
        ]
    }
}

impl Transform<4, SIX> for Slopes {
    #[inline(always)]
    fn of<L: Lanes>(g: [L; 4]) -> [L; SIX] {
        let (by_a, by_b) = (L::all(1.0 / AT_A), L::all(1.0 / AT_B));
        let (even_a, even_b) = (g[0].fold(g[2], L::all(AA)), g[0].fold(g[2], L::all(BB)));
        let odd_a = g[1].times(L::all(A)).fold(g[3], L::all(A * AA));
        let odd_b = g[1].times(L::all(B)).fold(g[3], L::all(B * BB));
        [
            g[0].times(L::all(1.0 / AT_ZERO)),
            even_a.add(odd_a).times(by_a),
            even_a.sub(odd_a).times(by_a),
            even_b.add(odd_b).times(by_b),
            even_b.sub(odd_b).times(by_b),
            g[3],
        ]
    }
}

impl Transform<SIX, 3> for Gradient {
    #[inline(always)]
    fn of<L: Lanes>(m: [L; SIX]) -> [L; 3] {
        let (near, near_skew) = (m[1].add(m[2]), m[1].sub(m[2]));
        let (far, far_skew) = (m[3].add(m[4]), m[3].sub(m[4]));
        [
            m[0].add(near).add(far),
            near_skew.times(L::all(A)).fold(far_skew, L::all(B)),
            m[5].fold(near, L::all(AA)).fold(far, L::all(BB)),
        ]
    }
}

/// Applies one of them to columns and then to lines; in loops, for the same reason.
#[inline(always)]
pub(super) fn both_ways<T: Transform<FROM, TO>, L: Lanes, const FROM: usize, const TO: usize>(
    from: [[L; FROM]; FROM],
) -> [[L; TO]; TO] {
    let mut columns = [[L::all(0.0); FROM]; TO];
    for x in 0..FROM {
        let mut column = [L::all(0.0); FROM];
        for y in 0..FROM {
            column[y] = from[y][x];
        }
        let column = T::of(column);
        for y in 0..TO {
            columns[y][x] = column[y];
        }
    }
    let mut lines = [[L::all(0.0); TO]; TO];
    for y in 0..TO {
        lines[y] = T::of(columns[y]);
    }
    lines
}

/// Reads the square of points that lie `apart` from each other.
#[inline(always)]
pub(super) fn read_points<L: Lanes>(from: &[f32], apart: usize) -> [[L; SIX]; SIX] {
    let mut points = [[L::all(0.0); SIX]; SIX];
    for y in 0..SIX {
        for x in 0..SIX {
            points[y][x] = L::load(&from[(SIX * y + x) * apart..]);
        }
    }
    points
}

/// Makes a square of points number `which` of what words hold that lie `apart` from each other.
#[inline(always)]
pub(super) fn put_points<L: Lanes>(points: [[L; SIX]; SIX], which: usize, to: &mut [f32], apart: usize) {
    match which {
        0 => put_number::<L, 0>(points, to, apart),
        _ => put_number::<L, 1>(points, to, apart),
    }
}

#[inline(always)]
fn put_number<L: Lanes, const WHICH: usize>(points: [[L; SIX]; SIX], to: &mut [f32], apart: usize) {
    for y in 0..SIX {
        for x in 0..SIX {
            points[y][x].put::<WHICH>(&mut to[(SIX * y + x) * apart..]);
        }
    }
}
