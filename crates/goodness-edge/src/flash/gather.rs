//! A network in memory from what the flash of a device in slice mode holds: how a host reads what such a device learned.

use super::error::FlashError;
use super::image::Read;
use super::record::Record;
use super::state::shape;
use crate::head::Head;
use crate::net::Net;
use crate::precision::Precision;
use crate::row::Row;

impl<W: Precision, const INPUTS: usize, const FIRST: usize, const SECOND: usize, const CLASSES: usize>
    Net<W, INPUTS, FIRST, SECOND, CLASSES>
{
    /// Goes on from `flash`, which a [`Sliced`](super::Sliced) with `slice` units at a time wrote in pages of `page` bytes,
    /// its place starting at 0: the state that it would restore itself.
    ///
    /// # Errors
    /// [`FlashError`] that says what is there instead, [`FlashError::Place`] for slices or pages that nothing is written
    /// in; the network is as it was.
    pub fn read_slices(&mut self, slice: usize, page: usize, flash: &[u8]) -> Result<(), FlashError> {
        if slice == 0 || page == 0 || !FIRST.is_multiple_of(slice) {
            return Err(FlashError::Place { offset: 0, needed: slice, page, capacity: flash.len() });
        }
        let count = FIRST / slice;
        let mut latest = (0, 0);
        // Everything is looked at before anything changes.
        for i in 0..count {
            let (record, number) = Self::newest_slice(i, slice, page, flash)?;
            let step = Self::step_of(record, number, flash)?;
            latest = latest.max((step, i));
        }
        let (record, number) = Self::newest_slice(latest.1, slice, page, flash)?;
        self.head.started = false;
        self.head.pull(&mut record.reader(&mut Read(flash), number))?;
        for (i, rows) in self.first.chunks_mut(slice).enumerate() {
            let (record, number) = Self::newest_slice(i, slice, page, flash)?;
            let mut bytes = Read(flash);
            let mut reader = record.reader_from(&mut bytes, number, Head::<W, FIRST, SECOND>::BYTES);
            rows.iter_mut().try_for_each(|row| row.pull(&mut reader))?;
        }
        self.forget_counts();
        self.head.started = true;
        Ok(())
    }

    /// Where slice `i` is, and the number of its newest whole record.
    fn newest_slice(i: usize, slice: usize, page: usize, flash: &[u8]) -> Result<(Record, u32), FlashError> {
        let contents = Head::<W, FIRST, SECOND>::BYTES + slice * Row::<W, INPUTS, CLASSES>::BYTES;
        let fingerprint = shape::<W>([INPUTS, FIRST, SECOND, CLASSES, slice]);
        let record = Record::in_pages(2 * i, fingerprint, contents, page);
        Ok((record, record.newest_in_place(&mut Read(flash))?))
    }

    /// How many samples had been learned when a record was written.
    fn step_of(record: Record, number: u32, flash: &[u8]) -> Result<u32, FlashError> {
        let mut bytes = Read(flash);
        let mut reader = record.reader(&mut bytes, number);
        reader.bytes::<8>()?;
        Ok(u32::from_le_bytes(reader.bytes()?))
    }
}
