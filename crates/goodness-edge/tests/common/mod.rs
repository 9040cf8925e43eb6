//! A flash as data sheets describe it, a power supply that fails at a chosen write, and small samples to learn.
#![allow(dead_code, reason = "every test file uses a part")]

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use goodness_core::Rng;

pub(crate) const PAGE: usize = 1024;

/// Erasing makes bits 1, writing can only make them 0.
#[derive(Clone)]
pub(crate) struct Mock {
    pub(crate) bytes: Vec<u8>,
    /// How often each page was erased.
    pub(crate) erases: Vec<u32>,
    /// Words written and pages erased until the power fails; none: it does not.
    pub(crate) power: Option<u32>,
    /// Operations so far.
    pub(crate) operations: u32,
    /// Pages from this byte on no longer erase.
    pub(crate) stuck_from: usize,
}

impl Mock {
    pub(crate) fn new(bytes: usize) -> Self {
        let bytes = bytes.next_multiple_of(PAGE);
        let (bytes, erases) = (vec![0xFF; bytes], vec![0; bytes / PAGE]);
        Self { bytes, erases, power: None, operations: 0, stuck_from: usize::MAX }
    }

    /// One operation; whether there is still power for it.
    fn draw(&mut self) -> bool {
        self.operations += 1;
        self.power.as_mut().is_none_or(|left| {
            *left = left.saturating_sub(1);
            *left > 0
        })
    }
}

impl ErrorType for Mock {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Mock {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        assert_eq!((offset as usize % 4, bytes.len() % 4), (0, 0), "reads are by words");
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Mock {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = PAGE;

    /// Page by page; the page at which the power fails is left half erased.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        assert_eq!((from as usize % PAGE, to as usize % PAGE), (0, 0), "erasing is by pages");
        for page in from as usize / PAGE..to as usize / PAGE {
            let alive = self.draw();
            self.erases[page] += 1;
            let whole = &mut self.bytes[page * PAGE..][..PAGE];
            if page * PAGE < self.stuck_from {
                whole[..if alive { PAGE } else { PAGE / 2 }].fill(0xFF);
            }
            if !alive {
                return Err(NorFlashErrorKind::Other);
            }
        }
        Ok(())
    }

    /// Word by word; of the word at which the power fails some bits are written.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        assert_eq!((offset as usize % 8, bytes.len() % 8), (0, 0), "writes are by words");
        for (i, word) in bytes.chunks(8).enumerate() {
            let alive = self.draw();
            let place = &mut self.bytes[offset as usize + 8 * i..][..8];
            let torn = if alive { 0 } else { 0xA5 };
            place.iter_mut().zip(word).for_each(|(place, byte)| *place &= byte | torn);
            if !alive {
                return Err(NorFlashErrorKind::Other);
            }
        }
        Ok(())
    }
}

/// Sample `i` of a task that two layers learn in a few hundred steps: four kinds of sixteen numbers with noise.
pub(crate) fn sample(i: u32) -> ([u8; 16], u8) {
    let mut rng = Rng::keyed(99, 0, u64::from(i));
    let label = rng.below(4) as u8;
    let value = |at: usize| (if at / 4 == usize::from(label) { 120 } else { 20 }) + rng.below(90) as u8;
    (std::array::from_fn(value), label)
}
