//! A state as flash holds it, in memory: what travels between a host and a device.
//!
//! An image is one slot of a record, so a device restores it from where it was flashed, and a host reads the newest state
//! out of whatever a device's flash holds, without knowing the size of its pages.

use super::error::FlashError;
use super::record::{BLOCK, Record};
use crate::net::Net;
use crate::precision::Precision;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

/// Even, so that it lies in the first slot; 2, because both slots count as erased once.
const NUMBER: u32 = 2;

/// Bytes in memory, read as flash is.
pub(super) struct Read<'a>(pub(super) &'a [u8]);

/// Bytes in memory, written as flash is.
struct Written<'a>(&'a mut [u8]);

fn part(bytes: &[u8], from: usize, length: usize) -> Result<&[u8], NorFlashErrorKind> {
    bytes.get(from..).and_then(|rest| rest.get(..length)).ok_or(NorFlashErrorKind::OutOfBounds)
}

impl ErrorType for Read<'_> {
    type Error = NorFlashErrorKind;
}

impl ErrorType for Written<'_> {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Read<'_> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Self::Error> {
        out.copy_from_slice(part(self.0, offset as usize, out.len())?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl ReadNorFlash for Written<'_> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Self::Error> {
        Read(self.0).read(offset, out)
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Written<'_> {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = BLOCK;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        let (from, to) = (from as usize, to as usize);
        self.0.get_mut(from..to).map(|page| page.fill(0xFF)).ok_or(NorFlashErrorKind::OutOfBounds)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        let place = self.0.get_mut(offset as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
        place.map(|place| place.copy_from_slice(bytes)).ok_or(NorFlashErrorKind::OutOfBounds)
    }
}

impl<W: Precision, const INPUTS: usize, const FIRST: usize, const SECOND: usize, const CLASSES: usize>
    Net<W, INPUTS, FIRST, SECOND, CLASSES>
{
    /// Bytes of an image.
    pub const IMAGE_BYTES: usize = (BLOCK + Self::STATE_BYTES).next_multiple_of(BLOCK);

    /// Writes the state into the first [`IMAGE_BYTES`](Self::IMAGE_BYTES) of `out`.
    ///
    /// Flashed to a [`Place`](super::Place), of which the other slot is erased, it is what
    /// [`restore`](Self::restore) finds there.
    ///
    /// # Errors
    /// [`FlashError::Blank`] for a network that was not started, [`FlashError::Place`] when `out` is too short.
    pub fn write_image(&self, out: &mut [u8]) -> Result<(), FlashError> {
        if !self.is_started() {
            return Err(FlashError::Blank);
        }
        let (needed, capacity) = (Self::IMAGE_BYTES, out.len());
        if capacity < needed {
            return Err(FlashError::Place { offset: 0, needed, page: BLOCK, capacity });
        }
        out[..needed].fill(0xFF);
        let record = Record::alone(0, Self::fingerprint(), Self::STATE_BYTES);
        record.write(&mut Written(out), NUMBER, u32::MAX, |push| self.each_byte(push))
    }

    /// Goes on from the newest whole state in `image`: one that was written here, or what a device's flash held.
    ///
    /// # Errors
    /// [`FlashError`] that says what is there instead; the network is as it was.
    pub fn read_image(&mut self, image: &[u8]) -> Result<(), FlashError> {
        let record = newest(image, |offset| Record::alone(offset, Self::fingerprint(), Self::STATE_BYTES))?;
        self.pull(record.reader(&mut Read(image), NUMBER))
    }
}

/// The newest whole record that starts at a block of `image`.
fn newest(image: &[u8], at: impl Fn(u32) -> Record) -> Result<Record, FlashError> {
    let (mut best, mut problem) = (None, None);
    if image.is_empty() {
        return Err(FlashError::Empty { offset: 0 });
    }
    for offset in (0..=image.len().saturating_sub(BLOCK)).step_by(BLOCK) {
        let record = at(offset as u32);
        match (record.examine(&mut Read(image), 0), best) {
            (Ok(number), None) => best = Some((number, record)),
            (Ok(number), Some((newest, _))) if number > newest => best = Some((number, record)),
            // Between states lies anything; only what claims to be one is worth a word.
            (Err(FlashError::Foreign { .. } | FlashError::Empty { .. }), _) if offset > 0 => {}
            (Err(error), _) => problem = graver(problem, error),
            _ => {}
        }
    }
    let problem = problem.unwrap_or(FlashError::Empty { offset: 0 });
    best.map_or(Err(problem), |(_, record)| Ok(record))
}

/// What to report of two problems: the first that is about a state.
fn graver(known: Option<FlashError>, new: FlashError) -> Option<FlashError> {
    match known {
        None | Some(FlashError::Foreign { .. } | FlashError::Empty { .. }) => Some(new),
        known => known,
    }
}
