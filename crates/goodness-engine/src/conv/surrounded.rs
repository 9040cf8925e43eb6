//! Pictures with zeros around them, in which every place sees what it sees where it lies.

use std::ops::Range;

use super::{Convolution, Map, Window};
use crate::simd::direct::View;
use crate::simd::half;

impl Convolution {
    /// Lines and places of a line that `lines` lines of places see, zeros around them included.
    pub(super) fn seen_places(&self, lines: usize) -> (usize, usize) {
        let Window { side, stride, .. } = self.window;
        (lines.saturating_sub(1) * stride + side, (self.own.width - 1) * stride + side)
    }

    /// Parts of the channels below that lie apart or that different groups see, and how many numbers a place has in each.
    pub(super) fn parts(&self) -> (usize, usize) {
        let run = self.run(self.below);
        (self.below.channels / run, run)
    }

    /// How `lines` lines of places lie in [`surround`](Self::surround)'s words.
    pub(super) fn view(&self, halves: bool, lines: &Range<usize>) -> View {
        let ((parts, run), Window { side, stride, groups, padding }) = (self.parts(), self.window);
        let ((height, width), words) = (self.seen_places(lines.len()), words(halves, run));
        let inside = |line: usize| line.saturating_sub(lines.start * stride);
        View {
            parts: (parts / groups, height * width * words),
            lines: (side, width * words),
            run: side * words,
            width: self.own.width,
            step: stride * words,
            down: stride * width * words,
            inside: (inside(padding), inside(padding + self.below.height)),
        }
    }

    /// Words of a picture of which `lines` lines of places are seen.
    pub(super) fn words(&self, halves: bool, lines: usize) -> usize {
        let ((height, width), (parts, run)) = (self.seen_places(lines), self.parts());
        parts * height * width * words(halves, run)
    }

    /// Writes what `lines` see of a picture: part after part of the channels, each with its zeros around it.
    pub(super) fn surround(&self, halves: bool, picture: &[f32], lines: Range<usize>, to: &mut [u32]) {
        let ((height, width), (_, run)) = (self.seen_places(lines.len()), self.parts());
        let (words, top) = (words(halves, run), lines.start * self.window.stride);
        for (part, to) in to.chunks_exact_mut(height * width * words).enumerate() {
            for (y, to) in (top..).zip(to.chunks_exact_mut(width * words)) {
                match self.line(picture, part, y) {
                    Some(numbers) => self.surround_line(halves, numbers, to, words),
                    None => to.fill(0),
                }
            }
        }
    }

    /// Line `y` of a part of a picture, counted with the padding, from its first number on; `None` in the padding.
    pub(super) fn line<'a>(&self, picture: &'a [f32], part: usize, y: usize) -> Option<&'a [f32]> {
        let (Map { height, width, .. }, block, run) = (self.below, self.below.block(), self.run(self.below));
        let y = y.checked_sub(self.window.padding).filter(|y| *y < height)?;
        let channel = part * run;
        let start = (channel / block * self.below.places() + y * width) * block + channel % block;
        picture.get(start..(start + width * block).min(picture.len()))
    }

    fn surround_line(&self, halves: bool, numbers: &[f32], to: &mut [u32], words: usize) {
        let (block, run) = (self.below.block(), self.run(self.below));
        let left = (self.window.padding * words).min(to.len());
        let (zeros, to) = to.split_at_mut(left);
        zeros.fill(0);
        let inside = self.below.width.min(to.len() / words);
        let (to, zeros) = to.split_at_mut(inside * words);
        zeros.fill(0);
        if run == block && (!halves || run.is_multiple_of(2)) {
            return half::fill_words(halves, &numbers[..inside * run], to);
        }
        for (to, from) in to.chunks_exact_mut(words).zip(numbers.chunks(block)) {
            half::fill_words(halves, &from[..run], to);
        }
    }
}

/// Words of `numbers` numbers.
fn words(halves: bool, numbers: usize) -> usize {
    if halves { numbers.div_ceil(2) } else { numbers }
}
