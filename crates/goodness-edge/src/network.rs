//! Networks of which the program learns the shape while it runs: what C and command lines need.

use crate::error::Error;
use crate::flash::FlashError;
use crate::health::Health;
use crate::net::Net;
use crate::precision::{Precision, Reads};
use crate::rule::Rule;
use crate::verdict::Verdict;
use core::fmt;

/// A sample, in whatever numbers it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values<'a> {
    /// Bytes.
    U8(&'a [u8]),
    /// Whole numbers with a sign.
    I16(&'a [i16]),
    /// Real numbers, which only networks in `f32` read.
    F32(&'a [f32]),
}

/// Precision and sizes of a network, shown as `i8 784-32-32-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// `f32`, `i16` or `i8`.
    pub precision: &'static str,
    /// Values of a sample.
    pub inputs: usize,
    /// Units of both layers.
    pub units: [usize; 2],
    /// Classes.
    pub classes: usize,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { precision, inputs, units: [first, second], classes } = self;
        write!(f, "{precision} {inputs}-{first}-{second}-{classes}")
    }
}

/// A [`Net`] of any shape. Methods are those of `Net`, with the same errors.
pub trait Network {
    /// Precision and sizes.
    fn shape(&self) -> Shape;

    /// Bytes of memory for training.
    fn train_bytes(&self) -> usize;

    /// Bytes of an image.
    fn image_bytes(&self) -> usize;

    /// See [`Net::start`].
    fn start(&mut self, seed: u64, rule: Rule);

    /// See [`Net::rule_mut`].
    fn rule_mut(&mut self) -> &mut Rule;

    /// Samples learned since the start.
    fn step(&self) -> u32;

    /// See [`Net::learn`].
    ///
    /// # Errors
    /// As there, and [`Error::Reals`].
    fn learn(&mut self, x: Values<'_>, label: u8) -> Result<u8, Error>;

    /// See [`Net::predict`]; the lead is a real number here.
    ///
    /// # Errors
    /// As there, and [`Error::Reals`].
    fn predict(&mut self, x: Values<'_>) -> Result<Verdict<f32>, Error>;

    /// How it is doing.
    fn health(&self) -> Health;

    /// See [`Net::digest`].
    fn digest(&self) -> u32;

    /// See [`Net::write_image`].
    ///
    /// # Errors
    /// As there.
    fn write_image(&self, out: &mut [u8]) -> Result<(), FlashError>;

    /// See [`Net::read_image`].
    ///
    /// # Errors
    /// As there.
    fn read_image(&mut self, image: &[u8]) -> Result<(), FlashError>;
}

/// A precision that says what it does with real numbers.
pub trait Any: Reads<u8> + Reads<i16> {
    /// Learns a sample of real numbers, if it can.
    ///
    /// # Errors
    /// As [`Net::learn`], and [`Error::Reals`].
    fn learn_reals<const I: usize, const A: usize, const B: usize, const C: usize>(
        net: &mut Net<Self, I, A, B, C>,
        x: &[f32],
        label: u8,
    ) -> Result<u8, Error> {
        let _ = (net, x, label);
        Err(Error::Reals { precision: Self::NAME })
    }

    /// Reads a sample of real numbers, if it can.
    ///
    /// # Errors
    /// As [`Net::predict`], and [`Error::Reals`].
    fn predict_reals<const I: usize, const A: usize, const B: usize, const C: usize>(
        net: &mut Net<Self, I, A, B, C>,
        x: &[f32],
    ) -> Result<Verdict<Self::Number>, Error> {
        let _ = (net, x);
        Err(Error::Reals { precision: Self::NAME })
    }
}

impl Any for i8 {}

impl Any for i16 {}

impl Any for f32 {
    fn learn_reals<const I: usize, const A: usize, const B: usize, const C: usize>(
        net: &mut Net<Self, I, A, B, C>,
        x: &[f32],
        label: u8,
    ) -> Result<u8, Error> {
        net.learn(x, label)
    }

    fn predict_reals<const I: usize, const A: usize, const B: usize, const C: usize>(
        net: &mut Net<Self, I, A, B, C>,
        x: &[f32],
    ) -> Result<Verdict<f32>, Error> {
        net.predict(x)
    }
}

impl<W: Any, const I: usize, const A: usize, const B: usize, const C: usize> Network for Net<W, I, A, B, C> {
    fn shape(&self) -> Shape {
        Shape { precision: W::NAME, inputs: I, units: [A, B], classes: C }
    }

    fn train_bytes(&self) -> usize {
        Self::TRAIN_BYTES
    }

    fn image_bytes(&self) -> usize {
        Self::IMAGE_BYTES
    }

    fn start(&mut self, seed: u64, rule: Rule) {
        self.start(seed, rule);
    }

    fn rule_mut(&mut self) -> &mut Rule {
        self.rule_mut()
    }

    fn step(&self) -> u32 {
        self.step()
    }

    fn learn(&mut self, x: Values<'_>, label: u8) -> Result<u8, Error> {
        match x {
            Values::U8(x) => self.learn(x, label),
            Values::I16(x) => self.learn(x, label),
            Values::F32(x) => W::learn_reals(self, x, label),
        }
    }

    fn predict(&mut self, x: Values<'_>) -> Result<Verdict<f32>, Error> {
        let Verdict { label, lead, layers } = match x {
            Values::U8(x) => self.predict(x)?,
            Values::I16(x) => self.predict(x)?,
            Values::F32(x) => W::predict_reals(self, x)?,
        };
        Ok(Verdict { label, lead: <W as Precision>::real(lead), layers })
    }

    fn health(&self) -> Health {
        self.health()
    }

    fn digest(&self) -> u32 {
        self.digest()
    }

    fn write_image(&self, out: &mut [u8]) -> Result<(), FlashError> {
        self.write_image(out)
    }

    fn read_image(&mut self, image: &[u8]) -> Result<(), FlashError> {
        self.read_image(image)
    }
}
