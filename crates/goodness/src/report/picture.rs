//! Pixels inside the page.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};

/// A colour that is seen on a light page and on a dark one.
const BLUE: [u8; 3] = [40, 128, 224];

/// An image of RGB pixels as an element; nothing when it has no pixels.
pub(super) fn element(rgb: Vec<u8>, height: usize, width: usize, alt: &str) -> String {
    embedded(RgbImage::from_raw(width as u32, height as u32, rgb).map(DynamicImage::from), alt)
}

/// Numbers from 0 to `top`, as one colour that covers the page more or less; below 0 nothing is seen.
pub(super) fn shades(values: &[f32], top: f32, (height, width): (usize, usize), alt: &str) -> String {
    let cover = |x: &f32| if x.is_finite() { (255.0 * (x / top).clamp(0.0, 1.0)) as u8 } else { 0 };
    let pixels = values.iter().flat_map(|x| [BLUE[0], BLUE[1], BLUE[2], cover(x)]).collect();
    embedded(RgbaImage::from_raw(width as u32, height as u32, pixels).map(DynamicImage::from), alt)
}

fn embedded(image: Option<DynamicImage>, alt: &str) -> String {
    let mut png = Cursor::new(Vec::new());
    let image = image.filter(|i| i.width() > 0 && i.height() > 0);
    match image.map(|image| image.write_to(&mut png, ImageFormat::Png)) {
        Some(Ok(())) => {
            format!("<img alt=\"{alt}\" src=\"data:image/png;base64,{}\">", STANDARD.encode(png.into_inner()))
        }
        _ => String::new(),
    }
}

/// Grey or colour levels to RGB.
pub(super) fn levels(pixels: &[u8], channels: usize) -> Vec<u8> {
    match channels {
        3 => pixels.to_vec(),
        c => pixels.chunks(c.max(1)).flat_map(|p| [p[0]; 3]).collect(),
    }
}

/// Weights of three colours to RGB: grey is zero, a colour excites and its opposite calms; the largest is full.
pub(super) fn coloured(values: &[f32]) -> Vec<u8> {
    let top = values.iter().filter(|x| x.is_finite()).fold(f32::MIN_POSITIVE, |top, x| top.max(x.abs()));
    let level = |x: &f32| if x.is_finite() { (127.5 + 127.5 * (x / top).clamp(-1.0, 1.0)).round() as u8 } else { 128 };
    values.iter().map(level).collect()
}

/// Numbers around zero to RGB: blue below, white at zero, red above; the largest has full colour. Channels are averaged.
pub(super) fn diverging(values: &[f32], channels: usize) -> Vec<u8> {
    let mean = |p: &[f32]| p.iter().sum::<f32>() / p.len() as f32;
    let pixels: Vec<f32> = values.chunks(channels.max(1)).map(mean).collect();
    let top = pixels.iter().filter(|x| x.is_finite()).fold(f32::MIN_POSITIVE, |top, x| top.max(x.abs()));
    let colour = |x: &f32| {
        let t = if x.is_finite() { (x / top).clamp(-1.0, 1.0) } else { 0.0 };
        let fade = |to: f32| (255.0 - (255.0 - to) * t.abs()) as u8;
        if t < 0.0 { [fade(20.0), fade(90.0), fade(190.0)] } else { [fade(200.0), fade(50.0), fade(30.0)] }
    };
    pixels.iter().flat_map(colour).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_colours_are_colours_around_grey() {
        assert_eq!(coloured(&[2.0, 0.0, -2.0, f32::NAN, 1.0, -4.0]), [191, 128, 64, 128, 159, 0]);
        assert_eq!(coloured(&[0.0; 3]), [128; 3]);
    }
}
