//! What lies outside an image.

/// What moves in where an image moves away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// Level 0.
    #[default]
    Zero,
    /// The image in a mirror that stands on its outermost pixels.
    Reflect,
    /// The nearest pixel.
    Edge,
}

impl Padding {
    /// Every kind with its name in recipes.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("zero", Self::Zero), ("reflect", Self::Reflect), ("edge", Self::Edge)];

    /// Its name in recipes.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("zero", |(name, _)| name)
    }

    /// The line of `lines` that stands at `line`, anywhere; none where there is level 0.
    pub(super) fn line(self, line: isize, lines: usize) -> Option<usize> {
        let last = lines as isize - 1;
        match self {
            _ if (0..=last).contains(&line) => Some(line as usize),
            Self::Zero => None,
            Self::Edge => Some(line.clamp(0, last) as usize),
            Self::Reflect => {
                let round = line.rem_euclid((2 * last).max(1));
                Some(round.min(2 * last - round).max(0) as usize)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_outside_are_found_inside() {
        let lines = |padding: Padding| (-4..7).map(|l| padding.line(l, 3)).collect::<Vec<_>>();
        assert_eq!(lines(Padding::Reflect), [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2].map(Some));
        assert_eq!(lines(Padding::Edge), [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2].map(Some));
        assert_eq!(lines(Padding::Zero)[3..8], [None, Some(0), Some(1), Some(2), None]);
        assert_eq!((Padding::Reflect.line(-3, 1), Padding::Reflect.line(2, 1)), (Some(0), Some(0)));
    }
}
