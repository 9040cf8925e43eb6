//! Folders of pictures: `class/name.png`, a folder for each class, or `train/class/…` beside `test/class/…`.
//!
//! Classes are sorted by name. The pictures of each class, in an order drawn by the class alone, lie evenly along the set,
//! so that a tail that is held out has its share of every class. Without a folder `test` the tail is the test part.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use goodness_core::Rng;

use super::decode::{self, Levels};
use super::source::Part;
use super::{DataError, Dataset, Order, Shape};
use crate::recipe::did_you_mean;

/// What becomes of a picture that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broken {
    /// The set is refused, and the picture named.
    #[default]
    Refuse,
    /// The picture is left out, and named.
    Skip,
}

/// How folders of pictures are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureRules {
    /// The side of the square that the middle of every picture is scaled to; none: as they are, all of one size.
    pub size: Option<usize>,
    /// Numbers a pixel: 1 makes all grey, 3 makes all colour; none: as they are, all of one kind.
    pub channels: Option<usize>,
    /// What becomes of a picture that cannot be read.
    pub broken: Broken,
    /// Share of the pictures that is the test part, where that has no folder of its own.
    pub test: f64,
}

impl Default for PictureRules {
    fn default() -> Self {
        Self { size: None, channels: None, broken: Broken::Refuse, test: 0.1 }
    }
}

/// A picture's file and its class.
type Listed = (PathBuf, u8);

/// Endings of pictures' names.
const ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Pictures that are decoded before any of them joins the set.
const BLOCK: usize = 128;

/// Whether there are pictures in folders.
pub(super) fn is_one(folder: &Path) -> bool {
    let has_pictures = |class: &PathBuf| pictures(class).is_ok_and(|all| !all.is_empty());
    folders(&training(folder)).is_ok_and(|classes| classes.iter().any(has_pictures))
}

/// Reads a part of a folder of pictures.
pub(super) fn read(name: &str, folder: &Path, part: Part, rules: &PictureRules) -> Result<Dataset, DataError> {
    let classes: Vec<String> = folders(&training(folder))?.iter().map(|class| name_of(class)).collect();
    if !(2..=256).contains(&classes.len()) {
        return Err(DataError::Classes { name: name.to_string(), came: classes.len() });
    }
    let listed = list(folder, part, &classes, rules.test)?;
    let (mut images, mut labels, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let mut first: Option<(&Path, Shape)> = None;
    for ((path, label), picture) in listed.chunks(BLOCK).flat_map(|block| block.iter().zip(levels(block, rules))) {
        let picture = match picture {
            Err(DataError::BrokenPicture { path, reason }) if rules.broken == Broken::Skip => {
                left_out.push(format!("{}: {reason}", path.display()));
                continue;
            }
            other => other?,
        };
        if first.is_none() {
            // Room for all of them at once; where there is not as much, the set grows as far as it can.
            let _ = images.try_reserve_exact(listed.len() * picture.levels.len());
        }
        alike((path, picture.shape), *first.get_or_insert((path, picture.shape)))?;
        images.extend(picture.levels);
        labels.push(*label);
    }
    if let (Part::Train, Some(class)) = (part, (0..classes.len()).find(|k| !labels.contains(&(*k as u8)))) {
        return Err(DataError::NoPicture { folder: training(folder).join(&classes[class]) });
    }
    let shape = first.map_or(Shape { height: 1, width: 1, channels: 1 }, |(_, shape)| shape);
    let set = Dataset::new(name, images, labels, classes.len(), shape)?;
    Ok(Dataset { left_out, ..set.with_class_names(classes) })
}

/// Where the classes are: in `train` where there is one.
fn training(folder: &Path) -> PathBuf {
    Some(folder.join("train")).filter(|train| train.is_dir()).unwrap_or_else(|| folder.to_path_buf())
}

/// The pictures of a part with their classes, in the order of the set.
fn list(folder: &Path, part: Part, classes: &[String], test: f64) -> Result<Vec<Listed>, DataError> {
    let (own, training) = (folder.join("test"), training(folder));
    // Beside classes, a folder `test` is one of them.
    if training == folder || !own.is_dir() {
        let mut all = dealt(&training, classes)?;
        let held_out = ((test * all.len() as f64).round() as usize).clamp(1, all.len().max(1));
        let tail = all.split_off(all.len() - held_out.min(all.len()));
        return Ok(if part == Part::Train { all } else { tail });
    }
    if part == Part::Train {
        return dealt(&training, classes);
    }
    if let Some(name) = folders(&own)?.iter().map(|class| name_of(class)).find(|name| !classes.contains(name)) {
        let hint = did_you_mean(&name, classes.iter().map(String::as_str));
        return Err(DataError::UnknownClass { folder: own, name, hint, known: classes.join(", ") });
    }
    dealt(&own, classes)
}

/// The pictures of all classes, those of each spread evenly.
fn dealt(folder: &Path, classes: &[String]) -> Result<Vec<Listed>, DataError> {
    let mut all = Vec::new();
    for (k, class) in classes.iter().enumerate() {
        let path = folder.join(class);
        let mut files = if path.is_dir() { pictures(&path)? } else { Vec::new() };
        // No epoch has this number, and every recipe's seed sees the same split.
        let mut rng = Rng::keyed(0, Rng::ORDER, u64::MAX - k as u64);
        let order = Order::shuffled(files.len(), |below| rng.below(below));
        let place = |i: usize| (i as f64 + 0.5) / files.len() as f64;
        let places: Vec<f64> = (0..files.len()).map(place).collect();
        let shuffled = order.rows().iter().map(|i| std::mem::take(&mut files[*i as usize]));
        all.extend(places.into_iter().zip(shuffled).map(|(place, file)| (place, (file, k as u8))));
    }
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    Ok(all.into_iter().map(|(_, listed)| listed).collect())
}

/// What is in every picture of a block, in order, read on all cores.
fn levels(block: &[Listed], rules: &PictureRules) -> Vec<Result<Levels, DataError>> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = block.len().div_ceil(threads);
    let read = |part: &[Listed]| part.iter().map(|(path, _)| decode::levels(path, rules)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let parts: Vec<_> = block.chunks(share).map(|part| (part, scope.spawn(move || read(part)))).collect();
        // A decoder that panics is asked again here, where its panic is heard.
        parts.into_iter().flat_map(|(part, thread)| thread.join().unwrap_or_else(|_| read(part))).collect()
    })
}

/// Refuses a picture that is not like the first one.
fn alike((path, came): (&Path, Shape), (first, expected): (&Path, Shape)) -> Result<(), DataError> {
    let (path, first) = (path.to_path_buf(), first.to_path_buf());
    let size = |shape: Shape| (shape.height, shape.width);
    if size(came) != size(expected) {
        return Err(DataError::MixedSizes { path, came: size(came), first, expected: size(expected) });
    }
    if came.channels != expected.channels {
        return Err(DataError::MixedChannels { path, came: came.channels, first, expected: expected.channels });
    }
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a folder holds, sorted by name; hidden files are nobody's data.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let unreadable = |reason| DataError::Unreadable { path: folder.to_path_buf(), reason };
    let inside = std::fs::read_dir(folder).map_err(unreadable)?.map(|entry| entry.map(|e| e.path()));
    let mut all = inside.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    all.retain(|path| !name_of(path).starts_with('.'));
    all.sort();
    Ok(all)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let ending = |path: &PathBuf| path.extension().is_some_and(|e| ENDINGS.iter().any(|k| e.eq_ignore_ascii_case(k)));
    Ok(entries(folder)?.into_iter().filter(|path| ending(path) && path.is_file()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

    const SIZE: (u32, u32) = (5, 4);

    fn grey(level: u8) -> DynamicImage {
        GrayImage::from_pixel(SIZE.0, SIZE.1, Luma([level])).into()
    }

    fn colour(size: (u32, u32)) -> DynamicImage {
        RgbImage::from_pixel(size.0, size.1, Rgb([10, 20, 30])).into()
    }

    /// A folder with `pictures`, by path.
    fn home(pictures: &[(&str, DynamicImage)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (path, picture) in pictures {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            picture.save(path).unwrap();
        }
        home
    }

    /// Ten pictures of each of two classes, all of one level.
    fn twenty() -> tempfile::TempDir {
        let all = (0..20).map(|i| (format!("{}/{i:02}.png", ["cat", "dog"][i % 2]), grey(i as u8)));
        let all: Vec<(String, DynamicImage)> = all.collect();
        home(&all.iter().map(|(path, picture)| (path.as_str(), picture.clone())).collect::<Vec<_>>())
    }

    fn parts(home: &Path, rules: PictureRules) -> Result<(Dataset, Dataset), String> {
        let part = |part| read("set", home, part, &rules).map_err(|e| e.to_string());
        let said = |error: String| error.replace(&format!("{}/", home.display()), "");
        Ok((part(Part::Train).map_err(said)?, part(Part::Test).map_err(said)?))
    }

    #[test]
    fn every_picture_is_in_one_part_and_every_class_in_both() {
        let home = twenty();
        let (train, test) = parts(home.path(), PictureRules { test: 0.2, ..PictureRules::default() }).unwrap();
        assert_eq!((train.len(), test.len(), train.shape().to_string().as_str()), (16, 4, "4×5×1"));
        assert_eq!((train.class_name(0), train.class_name(1)), ("cat".into(), "dog".into()));
        let mut seen: Vec<u8> = [&train, &test].iter().flat_map(|s| (0..s.len()).map(|r| s.row(r)[0])).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..20).collect::<Vec<u8>>());
        assert!((0..16).all(|r| train.row(r)[0] % 2 == train.label(r)));
        assert_eq!(test.labels().iter().filter(|l| **l == 1).count(), 2);
        let (head, tail) = train.split_tail(4).unwrap();
        assert_eq!(tail.labels().iter().filter(|l| **l == 1).count(), 2);
        assert!((0..12).any(|r| head.row(r)[0] > head.row(r + 2 - r % 2)[0]), "the order of names is gone");
    }

    #[test]
    fn parts_may_have_folders_of_their_own() {
        let files = ["train/a/1.png", "train/b/2.PNG", "test/b/4.jpeg"].map(|path| (path, grey(200)));
        let home = home(&files);
        std::fs::write(home.path().join("train/b/.hidden.png"), "no picture").unwrap();
        std::fs::write(home.path().join("train/b/notes.txt"), "no picture").unwrap();
        let (train, test) = parts(home.path(), PictureRules::default()).unwrap();
        assert_eq!((train.labels(), test.labels(), test.classes()), (&[0, 1][..], &[1][..], 2));
        std::fs::create_dir(home.path().join("test/bb")).unwrap();
        let error = parts(home.path(), PictureRules::default()).unwrap_err();
        assert_eq!(error, "test: no class of the training part is called \"bb\" — did you mean \"b\"?; it has a, b");
    }

    #[test]
    fn the_tail_is_the_test_part_where_it_has_no_folder() {
        let files: Vec<String> = (0..4).map(|i| format!("train/{}/{i}.png", ["a", "b"][i % 2])).collect();
        let home = home(&files.iter().map(|path| (path.as_str(), grey(9))).collect::<Vec<_>>());
        let (train, test) = parts(home.path(), PictureRules::default()).unwrap();
        assert_eq!((train.len(), test.len()), (3, 1));
        // Without a folder for training, one called test is a class.
        let inside = home.path().join("train");
        std::fs::rename(inside.join("b"), inside.join("test")).unwrap();
        let (train, _) = parts(&inside, PictureRules::default()).unwrap();
        assert_eq!((train.class_name(1), train.len()), ("test".to_string(), 3));
    }

    #[test]
    fn mixed_pictures_are_named_and_brought_together() {
        let mixed = |second: DynamicImage| {
            home(&[("train/a/1.png", grey(1)), ("train/b/2.png", second), ("test/a/3.png", grey(3))])
        };
        let said = |second, rules| parts(mixed(second).path(), rules).unwrap_err();
        let own = PictureRules::default();
        assert_eq!(
            said(colour((9, 8)), own),
            "train/b/2.png: a picture of 8×9 pixels, but train/a/1.png has 4×5; data.size brings all to one size"
        );
        let kinds = "train/b/2.png: a colour picture, but train/a/1.png is grey; data.channels = 1 makes all grey, 3 \
                     makes all colour";
        assert_eq!(said(colour(SIZE), own), kinds);
        let sized = PictureRules { size: Some(4), ..own };
        assert_eq!(said(colour((9, 8)), sized), kinds);
        for (channels, shape) in [(1, "4×4×1"), (3, "4×4×3")] {
            let rules = PictureRules { channels: Some(channels), ..sized };
            let (train, test) = parts(mixed(colour((9, 8))).path(), rules).unwrap();
            assert_eq!((train.shape().to_string().as_str(), test.shape() == train.shape()), (shape, true));
        }
    }

    #[test]
    fn broken_pictures_are_refused_or_left_out() {
        let home = twenty();
        let path = home.path().join("cat/00.png");
        let whole = std::fs::read(&path).unwrap();
        let promising = decode::tests::promising(40_000);
        for (bytes, reason) in [
            (&whole[..whole.len() / 2], "it is cut short"),
            (&promising, "it has 40000×40000 pixels, more than 150 million"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let rules = |broken| PictureRules { size: Some(4), broken, ..PictureRules::default() };
            let error = parts(home.path(), rules(Broken::Refuse)).unwrap_err();
            let start = format!("cat/00.png: cannot read it as a PNG or JPEG picture: {reason}; ");
            assert_eq!(error, format!("{start}data.broken = \"skip\" leaves such files out"));
            let (train, test) = parts(home.path(), rules(Broken::Skip)).unwrap();
            assert_eq!(train.len() + test.len(), 19);
            let named: Vec<&String> = train.left_out().iter().chain(test.left_out()).collect();
            assert!(named.len() == 1 && named[0].ends_with(&format!("cat/00.png: {reason}")), "{named:?}");
        }
    }

    #[test]
    fn classes_need_pictures() {
        let home = twenty();
        std::fs::create_dir(home.path().join("emu")).unwrap();
        let error = parts(home.path(), PictureRules::default()).unwrap_err();
        assert_eq!(error, "emu: no PNG or JPEG picture that can be read; every class needs one in the training part");
        let alone = super::tests::home(&[("a/1.png", grey(1))]);
        assert_eq!(parts(alone.path(), PictureRules::default()).unwrap_err(), "set: 1 classes; expected 2 to 256");
        assert!(is_one(alone.path()) && !is_one(&alone.path().join("a")) && !is_one(Path::new("nowhere")));
    }
}
