//! Pixels inside the page.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, RgbImage};

/// An image of RGB pixels as an element; nothing when it has no pixels.
pub(super) fn element(rgb: Vec<u8>, height: usize, width: usize, alt: &str) -> String {
    let mut png = Cursor::new(Vec::new());
    let image = RgbImage::from_raw(width as u32, height as u32, rgb).filter(|i| i.width() > 0 && i.height() > 0);
    let written = image.map(|image| image.write_to(&mut png, ImageFormat::Png));
    match written {
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
