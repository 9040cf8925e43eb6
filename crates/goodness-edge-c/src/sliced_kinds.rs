//! Which networks in flash this library has. Another shape: a line here and its lines in the header, as for
//! [`kinds`](crate::kinds).

use crate::flash::goodness_flash;
use crate::memory::{HEADER, Held};
use goodness_edge::flash::{FlashError, Sliced, Turns};
use goodness_edge::network::{Any, Values};
use goodness_edge::precision::Precision;
use goodness_edge::{Error, Health, Rule, Verdict};

/// A [`Sliced`] of any shape in a flash of C. Methods are those of `Sliced`, with the same errors.
pub(crate) trait InFlash {
    fn start(&mut self, flash: &mut goodness_flash, seed: u64, rule: Rule, turns: Turns) -> Result<(), FlashError>;
    fn restore(&mut self, flash: &mut goodness_flash, turns: Turns) -> Result<(), FlashError>;
    fn save(&mut self, flash: &mut goodness_flash) -> Result<(), FlashError>;
    fn learn(&mut self, flash: &mut goodness_flash, x: Values<'_>, label: u8) -> Result<u8, FlashError>;
    fn predict(&mut self, flash: &mut goodness_flash, x: Values<'_>) -> Result<Verdict<f32>, FlashError>;
    fn digest(&mut self, flash: &mut goodness_flash) -> Result<u32, FlashError>;
    fn rule_mut(&mut self) -> &mut Rule;
    fn health(&self) -> Health;
    fn erases(&self) -> u32;
}

/// The same with a lead in real numbers.
fn real<W: Precision>(verdict: Verdict<W::Number>) -> Verdict<f32> {
    Verdict { label: verdict.label, lead: W::real(verdict.lead), layers: verdict.layers }
}

impl<W: Any, const I: usize, const A: usize, const B: usize, const C: usize, const S: usize> InFlash
    for Sliced<W, I, A, B, C, S>
{
    fn start(&mut self, flash: &mut goodness_flash, seed: u64, rule: Rule, turns: Turns) -> Result<(), FlashError> {
        self.start(flash, seed, rule, turns)
    }

    fn restore(&mut self, flash: &mut goodness_flash, turns: Turns) -> Result<(), FlashError> {
        self.restore(flash, turns)
    }

    fn save(&mut self, flash: &mut goodness_flash) -> Result<(), FlashError> {
        self.save(flash)
    }

    fn learn(&mut self, flash: &mut goodness_flash, x: Values<'_>, label: u8) -> Result<u8, FlashError> {
        match x {
            Values::U8(x) => self.learn(flash, x, label),
            Values::I16(x) => self.learn(flash, x, label),
            Values::F32(_) => Err(Error::Reals { precision: W::NAME }.into()),
        }
    }

    fn predict(&mut self, flash: &mut goodness_flash, x: Values<'_>) -> Result<Verdict<f32>, FlashError> {
        match x {
            Values::U8(x) => self.predict(flash, x).map(real::<W>),
            Values::I16(x) => self.predict(flash, x).map(real::<W>),
            Values::F32(_) => Err(Error::Reals { precision: W::NAME }.into()),
        }
    }

    fn digest(&mut self, flash: &mut goodness_flash) -> Result<u32, FlashError> {
        self.digest(flash)
    }

    fn rule_mut(&mut self) -> &mut Rule {
        self.rule_mut()
    }

    fn health(&self) -> Health {
        self.health()
    }

    fn erases(&self) -> u32 {
        self.erases()
    }
}

/// A shape and precision of network in flash; in C an opaque `goodness_sliced_kind`.
#[derive(Clone, Copy, Debug)]
pub struct SlicedKind {
    /// Bytes of memory, the header before the network among them.
    pub bytes: usize,
    /// Bytes of flash.
    pub flash: usize,
    /// Units of the first layer.
    pub(crate) first: u32,
    cast: fn(*mut u8) -> *mut dyn InFlash,
}

impl SlicedKind {
    /// The kind of a type; stops the compiler on a processor for which the header's sizes do not hold.
    const fn of<W: Any, const I: usize, const A: usize, const B: usize, const C: usize, const S: usize>(
        bytes: usize,
        flash: usize,
    ) -> Self {
        // Which slice is in memory is a word of the processor, so that four bytes may be to spare.
        let needed = HEADER + Sliced::<W, I, A, B, C, S>::TRAIN_BYTES;
        assert!(bytes >= needed && bytes <= needed + 8, "not the bytes of this network");
        assert!(flash == Sliced::<W, I, A, B, C, S>::flash_bytes::<goodness_flash>(), "not the bytes of its flash");
        Self { bytes, flash, first: A as u32, cast: |memory| memory.cast::<Sliced<W, I, A, B, C, S>>() }
    }
}

impl Held for SlicedKind {
    type Net = dyn InFlash;
    const MARK: u32 = u32::from_le_bytes(*b"GDNF");

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn cast(&self, behind: *mut u8) -> *mut dyn InFlash {
        (self.cast)(behind)
    }
}

/// Digits in `i8`, two units at a time in memory: 5.3 KiB.
#[unsafe(no_mangle)]
pub static GOODNESS_I8_784_32_32_10_BY_2: SlicedKind = SlicedKind::of::<i8, 784, 32, 32, 10, 2>(5432, 131_072);

/// Four kinds of short signals in `i16`, four units at a time.
#[unsafe(no_mangle)]
pub static GOODNESS_I16_64_16_8_4_BY_4: SlicedKind = SlicedKind::of::<i16, 64, 16, 8, 4, 4>(1496, 32_768);
