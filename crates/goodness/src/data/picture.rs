//! A user's picture, made to look like the pictures that the network knows.
//!
//! MNIST's own preparation (LeCun and others 1998): the digit is light on black, fits a square of 20 of 28 pixels, and
//! its centre of mass lies in the middle. Every step that is taken is said, so that a surprising answer can be
//! understood.

use std::path::Path;

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, Luma};

use super::{DataError, Shape, decode};

/// A picture as the network will see it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Grey levels, row after row.
    pub pixels: Vec<u8>,
    /// What was done, in words, in order.
    pub steps: Vec<String>,
}

/// Pictures whose brightest and darkest pixel differ by less than this are blank.
const CONTRAST: u8 = 16;
/// Share of the side that the drawing fills.
const FILL: f32 = 20.0 / 28.0;
/// Levels below this count as background when the drawing's box is looked for.
const INK: u8 = 48;

/// Reads a PNG or JPEG of any size and prepares it for a network that reads images of `shape`, grey or colour.
///
/// # Errors
/// [`DataError`] when the file cannot be read, is no picture, or is blank.
pub fn prepare(path: &Path, shape: Shape) -> Result<Prepared, DataError> {
    let unreadable = |reason| DataError::Unreadable { path: path.to_path_buf(), reason };
    let not = |reason| DataError::NotAPicture { path: path.to_path_buf(), reason };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let picture = decode::picture(&bytes).map_err(not)?;
    if shape.channels != 1 {
        return Ok(in_colour(&picture, shape));
    }
    from_picture(&picture, shape).ok_or_else(|| DataError::Blank { path: path.to_path_buf() })
}

/// A colour picture: its middle, as large as the network's images are.
fn in_colour(picture: &DynamicImage, shape: Shape) -> Prepared {
    let read = format!("read {}×{} pixels", picture.width(), picture.height());
    let scaled = format!("scaled its middle to {}×{} pixels", shape.width, shape.height);
    let fitted = decode::fitted(picture, Some((shape.height, shape.width)), shape.channels);
    Prepared { pixels: fitted.levels, steps: vec![read, scaled] }
}

/// The preparation itself; `None` for a blank picture.
fn from_picture(picture: &DynamicImage, shape: Shape) -> Option<Prepared> {
    let mut steps = vec![format!("read {}×{} pixels", picture.width(), picture.height())];
    let mut grey = on_white(picture, &mut steps);
    let (low, high) = range(&grey);
    if high - low < CONTRAST {
        return None;
    }
    if border(&grey) > (u32::from(low) + u32::from(high)) / 2 {
        imageops::invert(&mut grey);
        steps.push("inverted: the border is light, the network knows light on black".to_string());
    }
    if (grey.width() as usize, grey.height() as usize) == (shape.width, shape.height) {
        steps.push("used as it is: it has the right size already".to_string());
        return Some(Prepared { pixels: grey.into_raw(), steps });
    }
    stretch(&mut grey);
    let drawing = crop(&grey, &mut steps)?;
    let fitted = fit(&drawing, shape, &mut steps);
    let pixels = centre(&fitted, shape, &mut steps);
    Some(Prepared { pixels, steps })
}

/// Grey levels; what is transparent shows white paper.
fn on_white(picture: &DynamicImage, steps: &mut Vec<String>) -> GrayImage {
    if !picture.color().has_alpha() {
        if picture.color().has_color() {
            steps.push("turned to grey".to_string());
        }
        return picture.to_luma8();
    }
    steps.push("laid on white: it has transparent parts".to_string());
    let picture = picture.to_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [level, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        Luma([((level * alpha + 255 * (255 - alpha)) / 255) as u8])
    })
}

fn range(grey: &GrayImage) -> (u8, u8) {
    grey.iter().fold((255, 0), |(low, high), level| (low.min(*level), high.max(*level)))
}

/// Mean level along the border.
fn border(grey: &GrayImage) -> u32 {
    let (w, h) = grey.dimensions();
    let edge = |x: u32, y: u32| x == 0 || y == 0 || x + 1 == w || y + 1 == h;
    let levels = grey.enumerate_pixels().filter(|(x, y, _)| edge(*x, *y)).map(|(.., p)| u64::from(p.0[0]));
    let (sum, count) = levels.fold((0, 0), |(sum, count), level| (sum + level, count + 1));
    (sum / count.max(1)) as u32
}

/// Background to 0, brightest ink to 255.
fn stretch(grey: &mut GrayImage) {
    let (_, high) = range(grey);
    // Paper is never quite even: a tenth of the way up from the border's mean still counts as background.
    let base = border(grey);
    let floor = base + (u32::from(high) - base.min(u32::from(high))) / 10;
    let span = (u32::from(high).saturating_sub(floor)).max(1);
    grey.iter_mut().for_each(|p| *p = (u32::from(*p).saturating_sub(floor) * 255 / span).min(255) as u8);
}

/// The smallest part that holds all ink.
fn crop(grey: &GrayImage, steps: &mut Vec<String>) -> Option<GrayImage> {
    let ink = || grey.enumerate_pixels().filter(|(.., p)| p.0[0] >= INK);
    let (x0, x1) = (ink().map(|(x, ..)| x).min()?, ink().map(|(x, ..)| x).max()?);
    let (y0, y1) = (ink().map(|(_, y, _)| y).min()?, ink().map(|(_, y, _)| y).max()?);
    let (width, height) = (x1 - x0 + 1, y1 - y0 + 1);
    steps.push(format!("cut out the drawing: {width}×{height} pixels"));
    Some(imageops::crop_imm(grey, x0, y0, width, height).to_image())
}

/// The drawing at the size that it has in training images.
fn fit(drawing: &GrayImage, shape: Shape, steps: &mut Vec<String>) -> GrayImage {
    let room = |side: usize| (side as f32 * FILL).round().max(1.0);
    let (w, h) = (drawing.width() as f32, drawing.height() as f32);
    let scale = (room(shape.width) / w).min(room(shape.height) / h);
    let side = |length: f32| (length * scale).round().max(1.0) as u32;
    steps.push(format!("scaled to {}×{} pixels", side(w), side(h)));
    imageops::resize(drawing, side(w), side(h), FilterType::Triangle)
}

/// The drawing on a black field, its centre of mass in the middle.
fn centre(drawing: &GrayImage, shape: Shape, steps: &mut Vec<String>) -> Vec<u8> {
    let mass = |along: fn(u32, u32) -> u32| {
        let weighed = |(x, y, p): (u32, u32, &Luma<u8>)| (f64::from(along(x, y)) + 0.5) * f64::from(p.0[0]);
        let total: f64 = drawing.iter().map(|level| f64::from(*level)).sum();
        drawing.enumerate_pixels().map(weighed).sum::<f64>() / total.max(1.0)
    };
    let place = |side: usize, own: u32, mass: f64| {
        let at = (side as f64 / 2.0 - mass).round() as i64;
        at.clamp(0, (side as i64 - i64::from(own)).max(0))
    };
    let x = place(shape.width, drawing.width(), mass(|x, _| x));
    let y = place(shape.height, drawing.height(), mass(|_, y| y));
    steps.push(format!("placed on {}×{} with its centre of mass in the middle", shape.width, shape.height));
    let mut field = GrayImage::new(shape.width as u32, shape.height as u32);
    imageops::overlay(&mut field, drawing, x, y);
    field.into_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { height: 28, width: 28, channels: 1 };

    fn digit(row: usize) -> GrayImage {
        static SET: std::sync::LazyLock<goodness_mnist::Set> =
            std::sync::LazyLock::new(|| goodness_mnist::test().unwrap());
        GrayImage::from_raw(28, 28, SET.images[row * 784..(row + 1) * 784].to_vec()).unwrap()
    }

    fn moved_by(image: &GrayImage, dy: i64, dx: i64) -> Vec<u8> {
        let mut out = GrayImage::new(28, 28);
        imageops::overlay(&mut out, image, dx, dy);
        out.into_raw()
    }

    fn difference(a: &[u8], b: &[u8]) -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
    }

    #[test]
    fn a_digit_of_the_right_size_is_left_alone() {
        let prepared = from_picture(&digit(0).clone().into(), SHAPE).unwrap();
        assert_eq!(prepared.pixels, digit(0).into_raw());
    }

    #[test]
    fn an_enlarged_digit_comes_back() {
        for row in 0..20 {
            let large = imageops::resize(&digit(row), 280, 280, FilterType::CatmullRom);
            let prepared = from_picture(&large.clone().into(), SHAPE).unwrap();
            // Rounding may move it by a pixel; beyond that it must be the same drawing.
            let moved = |d: i64| moved_by(&digit(row), d / 3 - 1, d % 3 - 1);
            let lost = (0..9).map(|d| difference(&prepared.pixels, &moved(d))).fold(f64::INFINITY, f64::min);
            assert!(lost < 12.0, "digit {row}: {lost} levels a pixel");
            // Dark on light paper comes to the same.
            let mut paper = large;
            imageops::invert(&mut paper);
            let inverted = from_picture(&paper.into(), SHAPE).unwrap();
            assert!(difference(&prepared.pixels, &inverted.pixels) < 1.0);
            assert!(inverted.steps.iter().any(|s| s.starts_with("inverted")));
        }
    }

    #[test]
    fn a_blank_picture_is_none() {
        assert!(from_picture(&GrayImage::from_pixel(50, 40, Luma([200])).into(), SHAPE).is_none());
    }

    #[test]
    fn what_is_no_picture_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        std::fs::write(&path, b"not a picture").unwrap();
        let error = prepare(&path, SHAPE).unwrap_err().to_string();
        assert!(error.contains("a.png: cannot read it as a PNG or JPEG picture"), "{error}");
        let error = prepare(&folder.path().join("none.png"), SHAPE).unwrap_err().to_string();
        assert!(error.contains("none.png: cannot read it"), "{error}");
    }

    #[test]
    fn transparent_paper_is_white() {
        let mut picture = image::GrayAlphaImage::from_pixel(60, 60, image::LumaA([0, 0]));
        (10..50).for_each(|y| (28..32).for_each(|x| picture.put_pixel(x, y, image::LumaA([0, 255]))));
        let prepared = from_picture(&picture.into(), SHAPE).unwrap();
        assert_eq!(prepared.pixels[0], 0);
        assert!(prepared.pixels[14 * 28 + 14] > 200);
    }
}
