//! Picture files, decoded.

use std::io::{Cursor, ErrorKind};
use std::path::Path;

use image::error::UnsupportedErrorKind;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Rgb, RgbImage};

use super::folder::PictureRules;
use super::{DataError, Shape};

/// A picture's numbers: line after line of pixels, a pixel's channels side by side.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    pub(super) shape: Shape,
    pub(super) levels: Vec<u8>,
}

/// The largest side of a picture that is used as it is.
const LARGEST: u32 = 4096;

/// The most pixels of a picture that is decoded at all: a few bytes may promise billions.
const MOST: u64 = 150_000_000;

/// Reads a PNG or JPEG, upright; the error says what is wrong with it.
pub(super) fn picture(bytes: &[u8]) -> Result<DynamicImage, String> {
    if is_cut_jpeg(bytes) {
        return Err("it is cut short".to_string());
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| e.to_string())?;
    let mut decoder = reader.into_decoder().map_err(words)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST {
        return Err(format!("it has {height}×{width} pixels, more than {} million", MOST / 1_000_000));
    }
    let orientation = decoder.orientation().map_err(words)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(words)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// What a decoder finds wrong, in words for whoever has the picture.
fn words(error: ImageError) -> String {
    let plain = match &error {
        ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => "it is cut short",
        ImageError::Decoding(_) => "it is damaged",
        ImageError::Unsupported(e) if matches!(e.kind(), UnsupportedErrorKind::Format(_)) => {
            "its content is neither PNG nor JPEG"
        }
        ImageError::Unsupported(_) => "it is of a rare kind that is not read",
        _ => return error.to_string(),
    };
    plain.to_string()
}

/// Whether a JPEG has no end after its last scan, or neither: the decoder would fill what is missing with grey. Neither
/// marker can stand inside a scan.
fn is_cut_jpeg(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|w| w == marker);
    bytes.starts_with(&[0xff, 0xd8]) && last([0xff, 0xd9]) <= last([0xff, 0xda])
}

/// The numbers of a picture file, as the rules say.
pub(super) fn levels(path: &Path, rules: &PictureRules) -> Result<Levels, DataError> {
    let bytes = std::fs::read(path).map_err(|reason| DataError::Unreadable { path: path.to_path_buf(), reason })?;
    let picture = picture(&bytes).map_err(|reason| DataError::BrokenPicture { path: path.to_path_buf(), reason })?;
    if rules.size.is_none() && picture.width().max(picture.height()) > LARGEST {
        let (height, width) = (picture.height(), picture.width());
        return Err(DataError::Size { path: path.to_path_buf(), height, width });
    }
    let channels = rules.channels.unwrap_or(if picture.color().has_color() { 3 } else { 1 });
    let size = rules.size.map(|side| (side, side));
    Ok(fitted(&picture, size, channels))
}

/// The middle of a picture at `size` (height, width), or all of it where there is none; transparent parts show white.
pub(super) fn fitted(picture: &DynamicImage, size: Option<(usize, usize)>, channels: usize) -> Levels {
    let mut picture = if picture.color().has_alpha() { on_white(picture) } else { picture.clone() };
    if let Some((height, width)) = size.filter(|s| *s != (picture.height() as usize, picture.width() as usize)) {
        picture = picture.resize_to_fill(width as u32, height as u32, FilterType::Triangle);
    }
    let shape = Shape { height: picture.height() as usize, width: picture.width() as usize, channels };
    let levels = if channels == 1 { picture.into_luma8().into_raw() } else { picture.into_rgb8().into_raw() };
    Levels { shape, levels }
}

/// The picture on white paper.
fn on_white(picture: &DynamicImage) -> DynamicImage {
    let grey = !picture.color().has_color();
    let picture = picture.to_rgba8();
    let paper = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        Rgb([r, g, b].map(|level| ((level * alpha + 255 * (255 - alpha)) / 255) as u8))
    });
    let paper = DynamicImage::from(paper);
    if grey { paper.into_luma8().into() } else { paper }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use image::{GrayImage, ImageFormat, Luma, Rgba, RgbaImage};

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A PNG of one pixel whose header promises a square of `side`.
    pub(in crate::data) fn promising(side: u32) -> Vec<u8> {
        let mut bytes = written(&GrayImage::new(1, 1).into(), ImageFormat::Png);
        bytes[16..24].copy_from_slice(&[side.to_be_bytes(), side.to_be_bytes()].concat());
        let mut sum = flate2::Crc::new();
        sum.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        bytes
    }

    #[test]
    fn the_middle_is_cut_out_and_scaled() {
        // A white square in the middle of a wide black picture.
        let wide = GrayImage::from_fn(60, 20, |x, _| Luma([if (20..40).contains(&x) { 255 } else { 0 }]));
        let wide = DynamicImage::from(wide);
        assert_eq!(fitted(&wide, Some((20, 20)), 1).levels, [255; 400]);
        let small = fitted(&wide, Some((10, 10)), 3);
        assert_eq!(small.shape.to_string(), "10×10×3");
        assert!(small.levels.iter().all(|level| *level > 200), "{:?}", small.levels);
    }

    #[test]
    fn what_is_transparent_shows_white_paper() {
        let picture = RgbaImage::from_fn(2, 1, |x, _| Rgba([100, 50, 0, if x == 0 { 0 } else { 255 }]));
        assert_eq!(fitted(&picture.into(), None, 3).levels, [255, 255, 255, 100, 50, 0]);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_in_plain_words() {
        let noise = GrayImage::from_fn(40, 40, |x, y| Luma([(x * x * 7 + y * 31) as u8]));
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let whole = written(&noise.clone().into(), format);
            assert_eq!(picture(&whole).unwrap().width(), 40);
            for part in 1..8 {
                let error = picture(&whole[..whole.len() * part / 8]).unwrap_err();
                assert_eq!(error, "it is cut short", "{format:?} {part}/8");
            }
        }
        let mut damaged = written(&noise.into(), ImageFormat::Png);
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        assert_eq!(picture(&damaged).unwrap_err(), "it is damaged");
        for other in [&b"no picture"[..], b"", b"GIF89a\x01\0\x01\0"] {
            assert_eq!(picture(other).unwrap_err(), "its content is neither PNG nor JPEG");
        }
    }

    #[test]
    fn a_picture_that_promises_too_much_is_not_decoded() {
        let too_much = "it has 40000×40000 pixels, more than 150 million";
        assert_eq!(picture(&promising(40_000)).unwrap_err(), too_much);
        assert_ne!(picture(&promising(400)).unwrap_err(), too_much);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(at in 0usize..400, byte: u8, cut in 0usize..400, png: bool) {
            let small: DynamicImage = GrayImage::from_fn(9, 7, |x, y| Luma([(x * 40 + y) as u8])).into();
            let mut bytes = written(&small, if png { ImageFormat::Png } else { ImageFormat::Jpeg });
            let (at, cut) = (at % bytes.len(), bytes.len().saturating_sub(cut % 20));
            bytes[at] = byte;
            let _ = picture(&bytes);
            let _ = picture(&bytes[..cut]);
        }
    }
}
