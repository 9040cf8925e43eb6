//! Turned, stretched, waved: pixels that land between pixels.
//!
//! An output pixel at u from the centre takes the source at A·u + d(u) + shift, bilinearly: A turns, resizes and slants; d
//! is a rubber sheet (Simard, Steinkraus and Platt 2003, section 2) held at 5 × 5 points, smooth between them.

use goodness_core::Rng;

use super::{Draw, Padding};
use crate::data::Shape;
use crate::recipe::DataSpec;

/// How far images may be bent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bend {
    turn: f32,
    stretch: f32,
    wave: f32,
}

/// Points at which the rubber sheet is held, on each axis.
const POINTS: usize = 5;

/// One draw.
#[derive(Default)]
pub(super) struct Sheet {
    /// Source offset of an output offset: (A − 1) · u.
    matrix: [[f32; 2]; 2],
    points: [[[f32; 2]; POINTS]; POINTS],
}

impl Bend {
    pub(super) fn new(spec: &DataSpec) -> Self {
        let turn = spec.turn.to_radians() as f32;
        Self { turn, stretch: spec.stretch as f32, wave: spec.wave as f32 }
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn draw(&self, rng: &mut Rng) -> Sheet {
        let mut sheet = Sheet::default();
        if self.is_none() {
            return sheet;
        }
        let mut within = |most: f32| most * (2.0 * rng.unit() - 1.0);
        let (angle, high, wide, slant) =
            (within(self.turn), 1.0 + within(self.stretch), 1.0 + within(self.stretch), within(self.stretch));
        let (sin, cos) = angle.sin_cos();
        sheet.matrix = [[cos * high - 1.0, cos * slant - sin * wide], [sin * high, sin * slant + cos * wide - 1.0]];
        sheet.points.iter_mut().flatten().flatten().for_each(|d| *d = self.wave * rng.normal());
        sheet
    }
}

/// Writes the image with all moves of `draw`.
pub(super) fn write(row: &[u8], shape: Shape, draw: &Draw, padding: Padding, levels: &[f32; 256], out: &mut [f32]) {
    let step = (levels[255] - levels[0]) / 255.0;
    let centre = [(shape.height as f32 - 1.0) / 2.0, (shape.width as f32 - 1.0) / 2.0];
    let [[a, b], [c, d]] = draw.sheet.matrix;
    let mut out = out.chunks_mut(shape.channels.max(1));
    for y in 0..shape.height {
        let sheet = across(&draw.sheet.points, place(y, shape.height));
        let v = y as f32 - centre[0];
        for x in 0..shape.width {
            let column = if draw.mirrored { shape.width - 1 - x } else { x };
            let (u, (before, share)) = (column as f32 - centre[1], place(column, shape.width));
            let pull = |i: usize| sheet[before][i] + share * (sheet[before + 1][i] - sheet[before][i]);
            let from_y = y as f32 + a * v + b * u + pull(0) - draw.shift.0 as f32;
            let from_x = column as f32 + c * v + d * u + pull(1) - draw.shift.1 as f32;
            let from = draw.window.place((from_y, from_x));
            if let Some(out) = out.next() {
                sample(row, shape, from, padding, |c, level| out[c] = levels[0] + step * level);
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

/// Calls `put(channel, level)` for a point between pixels.
fn sample(row: &[u8], shape: Shape, (y, x): (f32, f32), padding: Padding, mut put: impl FnMut(usize, f32)) {
    let (top, left) = (floor(y), floor(x));
    let (down, right) = (y - top as f32, x - left as f32);
    let line = |y: i32| padding.line(y as isize, shape.height);
    let column = |x: i32| padding.line(x as isize, shape.width);
    let (lines, columns) = ([line(top), line(top + 1)], [column(left), column(left + 1)]);
    if lines == [None; 2] || columns == [None; 2] {
        return (0..shape.channels).for_each(|c| put(c, 0.0));
    }
    let at = |y: usize, x: usize, c: usize| match (lines[y], columns[x]) {
        (Some(y), Some(x)) => f32::from(row[(y * shape.width + x) * shape.channels + c]),
        _ => 0.0,
    };
    for c in 0..shape.channels {
        let [nw, ne, sw, se] = [at(0, 0, c), at(0, 1, c), at(1, 0, c), at(1, 1, c)];
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
    use super::super::crop::Window;
    use super::super::tests::levels;
    use super::super::{mirror, shift};
    use super::*;

    #[test]
    fn bending_by_whole_pixels_is_shifting_and_mirroring() {
        let shape = Shape { height: 2, width: 3, channels: 1 };
        let row = [1, 2, 3, 4, 5, 6];
        for padding in [Padding::Zero, Padding::Reflect, Padding::Edge] {
            for (shift, mirrored) in [((0, 0), false), ((0, 0), true), ((1, -1), true), ((-1, 2), false)] {
                let draw = Draw { shift, mirrored, sheet: Sheet::default(), window: Window::default() };
                let (mut plain, mut bended) = ([9.0; 6], [9.0; 6]);
                shift::write(&row, shape, shift, padding, &levels(), &mut plain);
                if mirrored {
                    mirror::write(shape, &mut plain);
                }
                write(&row, shape, &draw, padding, &levels(), &mut bended);
                assert_eq!(plain, bended, "{shift:?} {mirrored} {padding:?}");
            }
        }
    }

    #[test]
    fn a_quarter_turn_turns() {
        let shape = Shape { height: 3, width: 3, channels: 1 };
        let sheet = Sheet { matrix: [[-1.0, -1.0], [1.0, -1.0]], ..Sheet::default() };
        let draw = Draw { shift: (0, 0), mirrored: false, sheet, window: Window::default() };
        let mut out = [0.0; 9];
        write(&[1, 2, 3, 4, 5, 6, 7, 8, 9], shape, &draw, Padding::Zero, &levels(), &mut out);
        assert_eq!(out, [7., 4., 1., 8., 5., 2., 9., 6., 3.]); // clockwise
    }
}
