//! Which networks this library has. Another shape: a line here and its two in the header; the tests say what they are.
//!
//! Each is a symbol of its own, so that a linker that drops unused sections keeps only those a program names.

use crate::memory::{HEADER, Held};
use goodness_edge::Net;
use goodness_edge::network::{Any, Network};

/// A shape and precision of network; in C an opaque `goodness_kind`.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Bytes of memory, the header before the network among them.
    pub bytes: usize,
    /// Bytes of an image.
    pub image: usize,
    /// Units of the first layer.
    pub(crate) first: u32,
    /// Names what lies behind the header.
    pub(crate) cast: fn(*mut u8) -> *mut dyn Network,
}

impl Kind {
    /// The kind of a type; stops the compiler on a processor for which the header's sizes do not hold.
    const fn of<W: Any, const I: usize, const A: usize, const B: usize, const C: usize>(
        bytes: usize,
        image: usize,
    ) -> Self {
        assert!(bytes == HEADER + Net::<W, I, A, B, C>::TRAIN_BYTES, "not the bytes of this network");
        assert!(image == Net::<W, I, A, B, C>::IMAGE_BYTES, "not the bytes of this network's image");
        Self { bytes, image, first: A as u32, cast: |memory| memory.cast::<Net<W, I, A, B, C>>() }
    }
}

impl Held for Kind {
    type Net = dyn Network;
    const MARK: u32 = u32::from_le_bytes(*b"GDNC");

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn cast(&self, behind: *mut u8) -> *mut dyn Network {
        (self.cast)(behind)
    }
}

/// Digits of 28 x 28 pixels in `f32`.
#[unsafe(no_mangle)]
pub static GOODNESS_F32_784_32_32_10: Kind = Kind::of::<f32, 784, 32, 32, 10>(108_960, 106_112);

/// Digits in `i16`.
#[unsafe(no_mangle)]
pub static GOODNESS_I16_784_32_32_10: Kind = Kind::of::<i16, 784, 32, 32, 10>(54_856, 53_248);

/// Digits in `i8`.
#[unsafe(no_mangle)]
pub static GOODNESS_I8_784_32_32_10: Kind = Kind::of::<i8, 784, 32, 32, 10>(28_488, 26_816);

/// Digits in 14 KiB.
#[unsafe(no_mangle)]
pub static GOODNESS_I8_784_16_16_10: Kind = Kind::of::<i8, 784, 16, 16, 10>(14_120, 13_184);

/// Four kinds of short signals, in 3 KiB.
#[unsafe(no_mangle)]
pub static GOODNESS_I16_64_16_8_4: Kind = Kind::of::<i16, 64, 16, 8, 4>(2952, 2624);
