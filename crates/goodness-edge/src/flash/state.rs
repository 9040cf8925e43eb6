//! A network's state as bytes, and its way into flash and back.
//!
//! # Layout
//! Contents of a record: seed (8 bytes), step (4), both rates (4 each), temperature (1), code (1), then the units of the
//! second layer, then those of the first: weights, for the first layer those of labels too, and the bias. All
//! little-endian. There is no generator to save: random numbers are keyed by seed and step.

use super::record::{Reader, Record};
use super::{Checksum, FlashError, Place};
use crate::baseline::Baseline;
use crate::head::Head;
use crate::net::Net;
use crate::precision::{Precision, Reads};
use crate::row::{Row, Unit};
use crate::sample::Value;
use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

/// The checksum of a network's precision and sizes, by which states of other networks are refused.
pub(super) fn shape<W: Precision>(sizes: [usize; 5]) -> u32 {
    let mut sum = Checksum::new();
    sum.add(W::NAME.as_bytes());
    sizes.iter().for_each(|size| sum.add(&(*size as u32).to_le_bytes()));
    sum.value()
}

fn push_weights<W: Precision>(weights: &[W], push: &mut dyn FnMut(&[u8])) {
    let mut bytes = [0; 4];
    for weight in weights {
        weight.write(&mut bytes[..W::BYTES.0]);
        push(&bytes[..W::BYTES.0]);
    }
}

fn push_bias<W: Precision>(bias: W::Number, push: &mut dyn FnMut(&[u8])) {
    let mut bytes = [0; 4];
    W::write_bias(bias, &mut bytes);
    push(&bytes);
}

impl<W: Precision, const INPUTS: usize, const CLASSES: usize> Row<W, INPUTS, CLASSES> {
    pub(super) fn push(&self, push: &mut dyn FnMut(&[u8])) {
        push_weights(&self.inputs, push);
        push_weights(&self.code, push);
        push_bias::<W>(self.bias, push);
    }

    pub(super) fn pull<F: ReadNorFlash>(&mut self, reader: &mut Reader<'_, F>) -> Result<(), FlashError> {
        reader.weights(&mut self.inputs)?;
        reader.weights(&mut self.code)?;
        self.bias = W::read_bias(&reader.bytes::<4>()?);
        Ok(())
    }
}

impl<F: ReadNorFlash> Reader<'_, F> {
    fn weights<W: Precision>(&mut self, weights: &mut [W]) -> Result<(), FlashError> {
        for weight in weights {
            *weight = match W::BYTES.0 {
                1 => W::read(&self.bytes::<1>()?),
                2 => W::read(&self.bytes::<2>()?),
                _ => W::read(&self.bytes::<4>()?),
            };
        }
        Ok(())
    }

    fn word(&mut self) -> Result<u32, FlashError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }
}

impl<W: Precision, const FIRST: usize, const SECOND: usize> Head<W, FIRST, SECOND> {
    pub(super) fn push(&self, push: &mut dyn FnMut(&[u8])) {
        push(&self.seed.to_le_bytes());
        push(&self.step.to_le_bytes());
        self.rule.rates.iter().for_each(|rate| push(&rate.to_le_bytes()));
        push(&[self.rule.temperature, self.rule.code]);
        for unit in &self.second {
            push_weights(&unit.inputs, push);
            push_bias::<W>(unit.bias, push);
        }
    }

    pub(super) fn pull<F: ReadNorFlash>(&mut self, reader: &mut Reader<'_, F>) -> Result<(), FlashError> {
        self.seed = u64::from_le_bytes(reader.bytes()?);
        self.step = reader.word()?;
        self.rule.rates = [reader.word()?, reader.word()?];
        [self.rule.temperature, self.rule.code] = reader.bytes()?;
        for Unit { inputs, bias } in &mut self.second {
            reader.weights(inputs)?;
            *bias = W::read_bias(&reader.bytes::<4>()?);
        }
        Ok(())
    }
}

impl<W: Precision, const INPUTS: usize, const FIRST: usize, const SECOND: usize, const CLASSES: usize>
    Net<W, INPUTS, FIRST, SECOND, CLASSES>
{
    /// Bytes of a saved state, without the 64 of its header.
    pub const STATE_BYTES: usize = Head::<W, FIRST, SECOND>::BYTES + FIRST * Row::<W, INPUTS, CLASSES>::BYTES;

    /// Hands the state out, piece by piece: what a host sends to a device, or a device to a host.
    pub fn each_byte(&self, push: &mut dyn FnMut(&[u8])) {
        self.head.push(push);
        self.first.iter().for_each(|row| row.push(push));
    }

    /// CRC-32 of the state: equal on two machines when every weight is.
    pub fn digest(&self) -> u32 {
        let mut sum = Checksum::new();
        self.each_byte(&mut |bytes| sum.add(bytes));
        sum.value()
    }

    fn record<F: NorFlash>(flash: &F, place: Place) -> Result<Record, FlashError> {
        Record::at(flash, place.offset, Self::fingerprint(), Self::STATE_BYTES)
    }

    /// What states of this precision and these sizes are known by.
    pub(super) fn fingerprint() -> u32 {
        shape::<W>([INPUTS, FIRST, SECOND, CLASSES, FIRST])
    }

    pub(super) fn is_started(&self) -> bool {
        self.head.started
    }

    /// Saves the state beside the one before it, which stays valid until this one is whole.
    ///
    /// # Errors
    /// [`FlashError`]; the state that was saved before is still there.
    pub fn save<F: NorFlash>(&self, flash: &mut F, place: Place) -> Result<(), FlashError> {
        if !self.head.started {
            return Err(FlashError::Blank);
        }
        let record = Self::record(flash, place)?;
        let number = match record.newest(flash) {
            Ok(number) => number + 1,
            Err(error @ FlashError::Failed { .. }) => return Err(error),
            Err(_) => 1,
        };
        record.write(flash, number, place.erases, |push| self.each_byte(push))
    }

    /// Goes on from the newest whole state: the same bits, and the same steps from there.
    ///
    /// # Errors
    /// [`FlashError`]; the network is as it was, but blank when the flash failed half-way.
    pub fn restore<F: NorFlash>(&mut self, flash: &mut F, place: Place) -> Result<(), FlashError> {
        let record = Self::record(flash, place)?;
        let number = record.newest(flash)?;
        self.pull(record.reader(flash, number))
    }

    pub(super) fn pull<F: ReadNorFlash>(&mut self, mut reader: Reader<'_, F>) -> Result<(), FlashError> {
        self.head.started = false;
        self.head.pull(&mut reader)?;
        self.first.iter_mut().try_for_each(|row| row.pull(&mut reader))?;
        self.forget_counts();
        self.head.started = true;
        Ok(())
    }
}

impl<W: Reads<X>, X: Value, const INPUTS: usize, const UNITS: usize> Baseline<W, X, INPUTS, UNITS> {
    /// CRC-32 of the weights: equal on two machines when every weight is.
    pub fn digest(&self) -> u32 {
        let mut sum = Checksum::new();
        for unit in &self.units {
            push_weights(&unit.inputs, &mut |bytes| sum.add(bytes));
            push_bias::<W>(unit.bias, &mut |bytes| sum.add(bytes));
        }
        sum.value()
    }
}
