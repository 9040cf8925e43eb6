//! One record in two slots: the newer whole one counts, the older one is overwritten next.
//!
//! A slot is erased, then its contents are written, then its header, which makes it valid. Whatever write the power
//! fails at, the other slot is untouched. Every slot is erased once for two records, so the record's number says how
//! often.
//!
//! # Layout
//! A slot starts at a page and ends at one: a header of 64 bytes, then contents.
//!
//! | header bytes | |
//! |---|---|
//! | 0..4 | `GDNS` |
//! | 4..6 | version of the format |
//! | 8..12 | shape: checksum of precision and sizes |
//! | 12..16 | number of the record, from 1 |
//! | 16..20 | bytes of contents |
//! | 60..64 | CRC-32 of bytes 0..60 and of the contents |

use super::checksum::Checksum;
use super::error::{FlashError, failed};
use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

/// Bytes that are read or written at a time; a multiple of every flash's word.
pub(super) const BLOCK: usize = 64;
const MAGIC: u32 = u32::from_le_bytes(*b"GDNS");
const VERSION: u16 = 1;
const CHECKSUM_AT: usize = BLOCK - 4;

/// Where states may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte, at the start of a page.
    pub offset: u32,
    /// How often each page may be erased; flash data sheets promise 10,000 to 100,000.
    pub erases: u32,
}

/// Two slots for contents of a fixed length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    offset: u32,
    shape: u32,
    length: u32,
    slot: u32,
}

/// Whole pages for a header and `length` bytes.
pub(super) const fn slot_bytes<F: NorFlash>(length: usize) -> usize {
    (BLOCK + length).next_multiple_of(F::ERASE_SIZE)
}

impl Record {
    /// The record at `offset`, checked against what the flash has.
    pub(super) fn at<F: NorFlash>(flash: &F, offset: u32, shape: u32, length: usize) -> Result<Self, FlashError> {
        const {
            assert!(
                BLOCK.is_multiple_of(F::WRITE_SIZE) && BLOCK.is_multiple_of(F::READ_SIZE),
                "words of flash are too long"
            )
        };
        let slot = slot_bytes::<F>(length);
        let (needed, page, capacity) = (2 * slot, F::ERASE_SIZE, flash.capacity());
        if !(offset as usize).is_multiple_of(page) || (offset as usize).saturating_add(needed) > capacity {
            return Err(FlashError::Place { offset, needed, page, capacity });
        }
        Ok(Self { offset, shape, length: length as u32, slot: slot as u32 })
    }

    /// A slot by itself, for images in memory: records of all numbers lie at `offset`, and nothing is erased.
    pub(super) const fn alone(offset: u32, shape: u32, length: usize) -> Self {
        Self { offset, shape, length: length as u32, slot: 0 }
    }

    /// The record whose slots are number `first` and the one after it, in pages of `page` bytes.
    pub(super) const fn in_pages(first: usize, shape: u32, length: usize, page: usize) -> Self {
        let slot = (BLOCK + length).next_multiple_of(page);
        Self { offset: (first * slot) as u32, shape, length: length as u32, slot: slot as u32 }
    }

    /// As [`newest`](Self::newest), for slots of which it is a guess that they lie here: a record whose number belongs to
    /// the other slot shows that they do not.
    pub(super) fn newest_in_place<F: ReadNorFlash>(&self, flash: &mut F) -> Result<u32, FlashError> {
        for slot in 0..2 {
            if let Ok(number) = self.examine(flash, slot)
                && number & 1 != slot
            {
                return Err(FlashError::Empty { offset: self.slot(slot) });
            }
        }
        self.newest(flash)
    }

    /// Where record `number` is kept.
    fn slot(&self, number: u32) -> u32 {
        self.offset + (number & 1) * self.slot
    }

    /// The number of the newest whole record; 0 where nothing was ever saved.
    ///
    /// # Errors
    /// What is wrong with what is there, when something is and nothing is whole.
    pub(super) fn newest<F: ReadNorFlash>(&self, flash: &mut F) -> Result<u32, FlashError> {
        match (self.examine(flash, 0), self.examine(flash, 1)) {
            // A slot that cannot be read may hold the newer one.
            (Err(error @ FlashError::Failed { .. }), _) | (_, Err(error @ FlashError::Failed { .. })) => Err(error),
            (Ok(a), Ok(b)) => Ok(a.max(b)),
            (Ok(number), Err(_)) | (Err(_), Ok(number)) => Ok(number),
            (Err(error), Err(FlashError::Empty { .. })) | (Err(FlashError::Empty { .. }), Err(error)) => Err(error),
            (Err(error), Err(_)) => Err(error),
        }
    }

    /// The number of the record in a slot, when it is whole.
    pub(super) fn examine<F: ReadNorFlash>(&self, flash: &mut F, slot: u32) -> Result<u32, FlashError> {
        let offset = self.slot(slot);
        let header = read_block(flash, offset)?;
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        if header.iter().all(|byte| *byte == 0xFF) {
            return Err(FlashError::Empty { offset });
        }
        if word(0) != MAGIC {
            return Err(FlashError::Foreign { offset, expected: MAGIC, came: word(0) });
        }
        let version = word(4) as u16;
        if version != VERSION {
            return Err(FlashError::Version { offset, expected: VERSION, came: version });
        }
        if word(8) != self.shape || word(16) != self.length {
            return Err(FlashError::Shape { offset, expected: self.shape, came: word(8) });
        }
        let mut sum = Checksum::new();
        sum.add(&header[..CHECKSUM_AT]);
        self.reader(flash, word(12)).each(self.length, |bytes| sum.add(bytes))?;
        let (expected, came) = (word(CHECKSUM_AT), sum.value());
        if expected == came { Ok(word(12)) } else { Err(FlashError::Damaged { offset, expected, came }) }
    }

    /// Writes record `number`, its contents as `fill` pushes them, and reads it back.
    pub(super) fn write<F: NorFlash>(
        &self,
        flash: &mut F,
        number: u32,
        erases: u32,
        fill: impl Fn(&mut dyn FnMut(&[u8])),
    ) -> Result<(), FlashError> {
        let offset = self.slot(number);
        self.check_wear(number, erases)?;
        flash.erase(offset, offset + self.slot).map_err(failed("erase", offset))?;
        let header = self.header(number, &fill);
        let mut writer = Writer { flash, at: offset + BLOCK as u32, block: [0xFF; BLOCK], held: 0, failure: None };
        fill(&mut |bytes| writer.push(bytes));
        writer.finish()?;
        flash.write(offset, &header).map_err(failed("write", offset))?;
        match self.examine(flash, number) {
            Ok(found) if found == number => Ok(()),
            Err(error @ FlashError::Failed { .. }) => Err(error),
            _ => Err(FlashError::NotKept { offset }),
        }
    }

    /// Whether the slot of record `number` may be erased once more.
    pub(super) fn check_wear(&self, number: u32, budget: u32) -> Result<(), FlashError> {
        let erases = number.saturating_sub(1) / 2;
        if erases < budget { Ok(()) } else { Err(FlashError::Worn { offset: self.slot(number), erases, budget }) }
    }

    /// Erases both slots.
    pub(super) fn forget<F: NorFlash>(&self, flash: &mut F) -> Result<(), FlashError> {
        flash.erase(self.offset, self.offset + 2 * self.slot).map_err(failed("erase", self.offset))
    }

    fn header(&self, number: u32, fill: &impl Fn(&mut dyn FnMut(&[u8]))) -> [u8; BLOCK] {
        let mut header = [0; BLOCK];
        let mut put = |at: usize, word: u32| header[at..at + 4].copy_from_slice(&word.to_le_bytes());
        put(0, MAGIC);
        put(4, u32::from(VERSION));
        put(8, self.shape);
        put(12, number);
        put(16, self.length);
        let mut sum = Checksum::new();
        sum.add(&header[..CHECKSUM_AT]);
        fill(&mut |bytes| sum.add(bytes));
        header[CHECKSUM_AT..].copy_from_slice(&sum.value().to_le_bytes());
        header
    }

    /// Reads the contents of record `number` from their start.
    pub(super) fn reader<'a, F: ReadNorFlash>(&self, flash: &'a mut F, number: u32) -> Reader<'a, F> {
        self.reader_from(flash, number, 0)
    }

    /// Reads the contents of record `number` from byte `from` on.
    pub(super) fn reader_from<'a, F: ReadNorFlash>(&self, flash: &'a mut F, number: u32, from: usize) -> Reader<'a, F> {
        let (blocks, skip) = (from / BLOCK, from % BLOCK);
        let at = self.slot(number) + ((1 + blocks) * BLOCK) as u32;
        Reader { flash, at, block: [0; BLOCK], skip, left: 0 }
    }
}

fn read_block<F: ReadNorFlash>(flash: &mut F, offset: u32) -> Result<[u8; BLOCK], FlashError> {
    let mut block = [0; BLOCK];
    flash.read(offset, &mut block).map_err(failed("read", offset))?;
    Ok(block)
}

/// Contents as a stream, block by block.
pub(super) struct Reader<'a, F> {
    flash: &'a mut F,
    at: u32,
    block: [u8; BLOCK],
    skip: usize,
    left: usize,
}

impl<F: ReadNorFlash> Reader<'_, F> {
    /// The next `N` bytes; `N` at most 8.
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], FlashError> {
        let mut out = [0; N];
        for byte in &mut out {
            if self.left == 0 {
                self.refill()?;
            }
            *byte = self.block[BLOCK - self.left];
            self.left -= 1;
        }
        Ok(out)
    }

    fn refill(&mut self) -> Result<(), FlashError> {
        self.block = read_block(self.flash, self.at)?;
        self.at += BLOCK as u32;
        self.left = BLOCK - core::mem::take(&mut self.skip);
        Ok(())
    }

    fn each(&mut self, length: u32, mut visit: impl FnMut(&[u8])) -> Result<(), FlashError> {
        let mut left = length as usize;
        while left > 0 {
            self.refill()?;
            let take = left.min(BLOCK);
            visit(&self.block[..take]);
            left -= take;
        }
        Ok(())
    }
}

/// Collects blocks and writes them; keeps the first failure.
struct Writer<'a, F> {
    flash: &'a mut F,
    at: u32,
    block: [u8; BLOCK],
    held: usize,
    failure: Option<FlashError>,
}

impl<F: NorFlash> Writer<'_, F> {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.block[self.held] = *byte;
            self.held += 1;
            if self.held == BLOCK {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.flash.write(self.at, &self.block).map_err(failed("write", self.at)).err();
        }
        self.at += BLOCK as u32;
        self.block = [0xFF; BLOCK];
        self.held = 0;
    }

    fn finish(mut self) -> Result<(), FlashError> {
        if self.held > 0 {
            self.flush();
        }
        self.failure.map_or(Ok(()), Err)
    }
}
