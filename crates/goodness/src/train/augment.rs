//! Training images that are never quite the same: shifted, mirrored, turned, stretched, waved.
//!
//! An output pixel at u from the centre takes the source at A·u + d(u) + shift, bilinearly: A turns, resizes and slants; d
//! is a rubber sheet (Simard, Steinkraus and Platt 2003, section 2) held at 5 × 5 points, smooth between them. What lies
//! outside is level 0.

use goodness_core::Rng;

use crate::data::Shape;
use crate::recipe::DataSpec;

/// How far training images may be moved; all zero leaves them as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Augment {
    shift: u32,
    mirror: f32,
    turn: f32,
    stretch: f32,
    wave: f32,
}

/// Points at which the rubber sheet is held, on each axis.
const POINTS: usize = 5;

/// One draw of everything that may be drawn.
struct Draw {
    shift: (isize, isize),
    mirrored: bool,
    /// Source offset of an output offset: (A − 1) · u.
    matrix: [[f32; 2]; 2],
    sheet: [[[f32; 2]; POINTS]; POINTS],
}

impl Augment {
    pub(super) fn new(spec: &DataSpec) -> Self {
        let turn = spec.turn.to_radians() as f32;
        Self {
            shift: spec.shift as u32,
            mirror: spec.mirror as f32,
            turn,
            stretch: spec.stretch as f32,
            wave: spec.wave as f32,
        }
    }

    /// Whether every image stays as it is.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether pixels land between pixels.
    fn bends(&self) -> bool {
        self.turn > 0.0 || self.stretch > 0.0 || self.wave > 0.0
    }

    fn draw(&self, rng: &mut Rng) -> Draw {
        let reach = self.shift as isize;
        let mut axis = || if reach > 0 { rng.below(2 * reach as u32 + 1) as isize - reach } else { 0 };
        let shift = (axis(), axis());
        let mirrored = self.mirror > 0.0 && rng.unit() < self.mirror;
        let (mut matrix, mut sheet) = ([[0.0; 2]; 2], [[[0.0; 2]; POINTS]; POINTS]);
        if self.bends() {
            let mut within = |most: f32| most * (2.0 * rng.unit() - 1.0);
            let (angle, high, wide, slant) =
                (within(self.turn), 1.0 + within(self.stretch), 1.0 + within(self.stretch), within(self.stretch));
            let (sin, cos) = angle.sin_cos();
            matrix = [[cos * high - 1.0, cos * slant - sin * wide], [sin * high, sin * slant + cos * wide - 1.0]];
            sheet.iter_mut().flatten().flatten().for_each(|d| *d = self.wave * rng.normal());
        }
        Draw { shift, mirrored, matrix, sheet }
    }

    /// Writes the image `row` as drawn by `rng`.
    pub(super) fn write(&self, row: &[u8], shape: Shape, levels: &[f32; 256], rng: &mut Rng, out: &mut [f32]) {
        let draw = self.draw(rng);
        if self.bends() {
            return bent(row, shape, &draw, levels, out);
        }
        shifted(row, shape, draw.shift, levels, out);
        if draw.mirrored {
            mirror(shape, out);
        }
    }
}

/// Writes the image moved down by `dy` and right by `dx`; what moves in is level 0.
fn shifted(row: &[u8], shape: Shape, (dy, dx): (isize, isize), levels: &[f32; 256], out: &mut [f32]) {
    if (dy, dx) == (0, 0) {
        return crate::network::pixels_into(row, levels, out);
    }
    out.fill(levels[0]);
    let (height, line) = (shape.height as isize, (shape.width * shape.channels) as isize);
    let across = dx * shape.channels as isize;
    for y in dy.max(0)..(height + dy).min(height) {
        let (from, to) = ((y - dy) * line, y * line);
        let (start, end) = (across.max(0), (line + across).min(line));
        for x in start..end {
            out[(to + x) as usize] = levels[usize::from(row[(from + x - across) as usize])];
        }
    }
}

/// Turns left into right.
fn mirror(shape: Shape, out: &mut [f32]) {
    for line in out.chunks_mut((shape.width * shape.channels).max(1)) {
        for x in 0..shape.width / 2 {
            for c in 0..shape.channels {
                line.swap(x * shape.channels + c, (shape.width - 1 - x) * shape.channels + c);
            }
        }
    }
}

fn bent(row: &[u8], shape: Shape, draw: &Draw, levels: &[f32; 256], out: &mut [f32]) {
    let step = (levels[255] - levels[0]) / 255.0;
    let centre = [(shape.height as f32 - 1.0) / 2.0, (shape.width as f32 - 1.0) / 2.0];
    let [[a, b], [c, d]] = draw.matrix;
    let mut out = out.chunks_mut(shape.channels.max(1));
    for y in 0..shape.height {
        let sheet = across(&draw.sheet, place(y, shape.height));
        let v = y as f32 - centre[0];
        for x in 0..shape.width {
            let column = if draw.mirrored { shape.width - 1 - x } else { x };
            let (u, (before, share)) = (column as f32 - centre[1], place(column, shape.width));
            let pull = |i: usize| sheet[before][i] + share * (sheet[before + 1][i] - sheet[before][i]);
            let from_y = y as f32 + a * v + b * u + pull(0) - draw.shift.0 as f32;
            let from_x = column as f32 + c * v + d * u + pull(1) - draw.shift.1 as f32;
            if let Some(out) = out.next() {
                sample(row, shape, (from_y, from_x), |c, level| out[c] = levels[0] + step * level);
            }
        }
    }
}

/// Where a line lies between the points of the sheet: the point before it, and a smooth share of the way to the next.
fn place(line: usize, lines: usize) -> (usize, f32) {
    let at = line as f32 * (POINTS - 1) as f32 / (lines.max(2) - 1) as f32;
    let before = (at as usize).min(POINTS - 2);
    let share = at - before as f32;
    (before, share * share * (3.0 - 2.0 * share))
}

/// The sheet along one line of pixels.
fn across(sheet: &[[[f32; 2]; POINTS]; POINTS], (y, down): (usize, f32)) -> [[f32; 2]; POINTS] {
    std::array::from_fn(|x| std::array::from_fn(|i| sheet[y][x][i] + down * (sheet[y + 1][x][i] - sheet[y][x][i])))
}

/// Calls `put(channel, grey level)` for a point between pixels.
fn sample(row: &[u8], shape: Shape, (y, x): (f32, f32), mut put: impl FnMut(usize, f32)) {
    let (top, left) = (floor(y), floor(x));
    let (down, right) = (y - top as f32, x - left as f32);
    let (height, width) = (shape.height as i32, shape.width as i32);
    let inside = |y: i32, x: i32| (0..height).contains(&y) && (0..width).contains(&x);
    let corners = [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)];
    if corners.iter().all(|(y, x)| !inside(*y, *x)) {
        return (0..shape.channels).for_each(|c| put(c, 0.0));
    }
    let at = |(y, x): (i32, i32), c: usize| {
        let index = || (y * width + x) as usize * shape.channels + c;
        if inside(y, x) { f32::from(row[index()]) } else { 0.0 }
    };
    for c in 0..shape.channels {
        let [nw, ne, sw, se] = corners.map(|corner| at(corner, c));
        let (north, south) = (nw + right * (ne - nw), sw + right * (se - sw));
        put(c, north + down * (south - north));
    }
}

/// The whole number below, without a call into the system's library.
fn floor(x: f32) -> i32 {
    let whole = x as i32;
    whole - i32::from(x < whole as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { height: 2, width: 3, channels: 1 };

    fn levels() -> [f32; 256] {
        std::array::from_fn(|i| i as f32)
    }

    #[test]
    fn a_shift_moves_and_fills_with_nothing() {
        let shift = |by| {
            let mut out = [9.0; 6];
            shifted(&[1, 2, 3, 4, 5, 6], SHAPE, by, &levels(), &mut out);
            out
        };
        assert_eq!(shift((0, 0)), [1., 2., 3., 4., 5., 6.]);
        assert_eq!(shift((1, 0)), [0., 0., 0., 1., 2., 3.]);
        assert_eq!(shift((0, -1)), [2., 3., 0., 5., 6., 0.]);
        assert_eq!(shift((-1, 1)), [0., 4., 5., 0., 0., 0.]);
        assert_eq!(shift((5, -7)), [0.0; 6]);
    }

    #[test]
    fn bending_by_whole_pixels_is_shifting_and_mirroring() {
        for shift in [(0, 0), (1, -1), (-1, 2)] {
            for mirrored in [false, true] {
                let draw = Draw { shift, mirrored, matrix: [[0.0; 2]; 2], sheet: [[[0.0; 2]; POINTS]; POINTS] };
                let (mut plain, mut bended) = ([9.0; 6], [9.0; 6]);
                shifted(&[1, 2, 3, 4, 5, 6], SHAPE, shift, &levels(), &mut plain);
                if mirrored {
                    mirror(SHAPE, &mut plain);
                }
                bent(&[1, 2, 3, 4, 5, 6], SHAPE, &draw, &levels(), &mut bended);
                assert_eq!(plain, bended, "{shift:?} {mirrored}");
            }
        }
    }

    #[test]
    fn a_quarter_turn_turns() {
        let shape = Shape { height: 3, width: 3, channels: 1 };
        let sheet = [[[0.0; 2]; POINTS]; POINTS];
        let draw = Draw { shift: (0, 0), mirrored: false, matrix: [[-1.0, -1.0], [1.0, -1.0]], sheet };
        let mut out = [0.0; 9];
        bent(&[1, 2, 3, 4, 5, 6, 7, 8, 9], shape, &draw, &levels(), &mut out);
        assert_eq!(out, [7., 4., 1., 8., 5., 2., 9., 6., 3.]); // clockwise
    }
}
