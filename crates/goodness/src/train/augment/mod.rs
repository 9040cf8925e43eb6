//! Training images that are never quite the same. One file a change; each is drawn by (seed, step, row), never by who
//! computes when.
//!
//! Where pixels land on pixels, an image is shifted and mirrored. Else an output pixel takes its place in the image from
//! [`bend`], then from [`crop`], and is read between pixels once. Colours change after that, and a hole comes last.

mod bend;
mod colour;
mod crop;
mod cutout;
mod mirror;
mod padding;
mod shift;

pub use mirror::Mirroring;
pub(super) use mirror::turn;
pub use padding::Padding;

use goodness_core::Rng;
use serde::{Deserialize, Serialize};

use crate::build::Unfit;
use crate::data::{Dataset, Shape};
use crate::network::Scaling;
use crate::recipe::{DataSpec, Recipe};

/// How far training images may be changed; the default leaves them as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Augment {
    shift: u32,
    mirror: f32,
    mirroring: Mirroring,
    bend: bend::Bend,
    crop: crop::Crop,
    padding: Padding,
    colour: colour::Colour,
    cutout: cutout::Cutout,
}

/// What is drawn for one image before it is written.
struct Draw {
    shift: (isize, isize),
    mirrored: bool,
    sheet: bend::Sheet,
    window: crop::Window,
}

/// Images that a report shows, and draws of each.
const SHOWN: (usize, usize) = (6, 7);

impl Augment {
    pub(super) fn new(spec: &DataSpec) -> Self {
        Self {
            shift: spec.shift as u32,
            mirror: spec.mirror as f32,
            mirroring: spec.mirroring,
            bend: bend::Bend::new(spec),
            crop: crop::Crop::new(spec),
            padding: spec.padding,
            colour: colour::Colour::new(spec),
            cutout: cutout::Cutout::new(spec),
        }
    }

    /// Whether every image stays as it is.
    pub(super) fn is_none(&self) -> bool {
        Self { padding: Padding::default(), ..*self } == Self::default()
    }

    /// Refuses changes that images of `shape` do not allow.
    pub(super) fn check(spec: &DataSpec, shape: Shape) -> Result<(), Unfit> {
        colour::check(spec, shape)?;
        cutout::check(spec, shape)
    }

    /// Old draws come first: a key that is new or off leaves the others' numbers as they were.
    fn draw(&self, shape: Shape, turn: bool, rng: &mut Rng) -> Draw {
        let shift = shift::draw(self.shift, rng);
        let mirrored = self.mirroring.draw(self.mirror, turn, rng);
        let sheet = self.bend.draw(rng);
        Draw { shift, mirrored, sheet, window: self.crop.draw(shape, rng) }
    }

    /// Writes the image `row` as drawn by `rng`, or where mirror images take turns by whose `turn` it is.
    pub(super) fn write(
        &self,
        (row, turn): (&[u8], bool),
        shape: Shape,
        levels: &[f32; 256],
        rng: &mut Rng,
        out: &mut [f32],
    ) {
        let draw = self.draw(shape, turn, rng);
        if self.bend.is_none() && self.crop.is_none() {
            shift::write(row, shape, draw.shift, self.padding, levels, out);
            if draw.mirrored {
                mirror::write(shape, out);
            }
        } else {
            bend::write(row, shape, &draw, self.padding, levels, out);
        }
        self.colour.write(shape.channels, levels, rng, out);
        self.cutout.write(shape, rng, out);
    }
}

/// A sample as it is, and as training sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Augmented {
    /// Its levels.
    pub original: Vec<u8>,
    /// The levels of each draw.
    pub draws: Vec<Vec<u8>>,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers a pixel.
    pub channels: usize,
    /// Its label.
    pub label: usize,
}

/// The first images of `data` as they are, and some draws of what training would make of each; none where it changes
/// nothing.
pub(crate) fn examples(recipe: &Recipe, scaling: &Scaling, data: &Dataset) -> Vec<Augmented> {
    let (augment, levels, shape) = (Augment::new(&recipe.data), scaling.levels(), data.shape());
    if augment.is_none() {
        return Vec::new();
    }
    let mut out = vec![0.0; shape.features()];
    let mut example = |r: usize| {
        let mut draw = |n: usize| {
            let mut rng = Rng::keyed(recipe.train.seed, Rng::AUGMENT, u64::MAX - (r * SHOWN.1 + n) as u64);
            augment.write((data.row(r), n % 2 == 1), shape, &levels, &mut rng, &mut out);
            out.iter().map(|x| grey(*x, &levels)).collect()
        };
        let draws = (0..SHOWN.1).map(&mut draw).collect();
        let Shape { height, width, channels } = shape;
        Augmented { original: data.row(r).to_vec(), draws, height, width, channels, label: usize::from(data.label(r)) }
    };
    (0..SHOWN.0.min(data.len())).map(&mut example).collect()
}

/// The level that an input stands for.
fn grey(x: f32, levels: &[f32; 256]) -> u8 {
    (255.0 * (x - levels[0]) / (levels[255] - levels[0])).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn levels() -> [f32; 256] {
        std::array::from_fn(|i| i as f32)
    }

    fn spec(settings: &str) -> DataSpec {
        Recipe::parse("x", &format!("name = \"x\"\n[data]\n{settings}\n[network]\nlayers = [5]\n")).unwrap().data
    }

    fn written(settings: &str, shape: Shape, draw: u64) -> Vec<f32> {
        let row: Vec<u8> = (0..shape.features()).map(|i| (i * 7) as u8).collect();
        let mut out = vec![f32::NAN; row.len()];
        let (turn, mut rng) = (draw % 2 == 1, Rng::keyed(3, Rng::AUGMENT, draw));
        Augment::new(&spec(settings)).write((&row, turn), shape, &levels(), &mut rng, &mut out);
        out
    }

    const ALL: [&str; 10] = [
        "shift = 2",
        "mirror = 0.5",
        "mirror = 0.5\nmirroring = \"alternating\"",
        "turn = 20\nstretch = 0.2\nwave = 1.0",
        "crop = 0.3",
        "shift = 2\npadding = \"reflect\"",
        "brightness = 0.5",
        "contrast = 0.5",
        "cutout = 3",
        "shift = 3\nmirror = 0.5\ncrop = 0.5\nturn = 9\npadding = \"edge\"\nbrightness = 0.3\ncontrast = 0.3\ncutout = 2",
    ];

    #[test]
    fn every_change_is_drawn_by_its_key_alone_and_stays_in_range() {
        for channels in [1, 3] {
            let shape = Shape { height: 6, width: 5, channels };
            for settings in ALL {
                let draws: Vec<_> = (0..20).map(|n| written(settings, shape, n)).collect();
                assert!((0..20).all(|n| written(settings, shape, n as u64) == draws[n]), "{settings}");
                assert!(draws.iter().any(|d| *d != draws[0]), "{settings} changes nothing");
                assert!(draws.iter().flatten().all(|x| (0.0..=255.0).contains(x)), "{settings}: {draws:?}");
            }
        }
    }

    #[test]
    fn what_is_off_leaves_the_draws_of_what_is_on() {
        let shape = Shape { height: 6, width: 6, channels: 1 };
        let hole = written("shift = 2\nmirror = 0.5\ncutout = 2", shape, 4);
        let plain = written("shift = 2\nmirror = 0.5", shape, 4);
        let differing = hole.iter().zip(&plain).filter(|(a, b)| a != b).count();
        assert!(differing <= 4, "{differing}");
    }

    #[test]
    fn what_the_images_do_not_allow_is_said() {
        let shape = Shape { height: 6, width: 9, channels: 1 };
        let said = |settings| Augment::check(&spec(settings), shape).unwrap_err().to_string();
        assert_eq!(
            said("saturation = 0.2"),
            "data.saturation = 0.2: only colours have saturation, these images are grey"
        );
        assert_eq!(said("hue = 0.1"), "data.hue = 0.1: only colours have a hue, these images are grey");
        assert_eq!(said("grey = 0.2"), "data.grey = 0.2: these images are grey as they are");
        assert_eq!(said("cutout = 7"), "data.cutout = 7: at most 6, for images of 6×9×1");
        assert!(Augment::check(&spec("saturation = 0.2\ncutout = 6"), Shape { channels: 3, ..shape }).is_ok());
    }

    #[test]
    fn examples_show_images_and_their_draws() {
        let shape = Shape { height: 2, width: 2, channels: 1 };
        let data = Dataset::new("x", (0..40).collect(), [0, 1].repeat(5), 2, shape).unwrap();
        let recipe = |keys: &str| {
            Recipe::parse("x", &format!("name = \"x\"\n[data]\n{keys}\n[network]\nlayers = [5]\n")).unwrap()
        };
        let scaling = Scaling { mean: 0.3, deviation: 0.2, standardize: true, whitening: None };
        let shown = examples(&recipe("mirror = 1"), &scaling, &data);
        assert_eq!((shown.len(), shown[0].draws.len()), SHOWN);
        assert_eq!((&shown[1].original[..], &shown[1].draws[3][..]), (&[4, 5, 6, 7][..], &[5, 4, 7, 6][..]));
        assert!(examples(&recipe(""), &scaling, &data).is_empty());
    }
}
