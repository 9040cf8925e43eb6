//! A network whose first layer lives in flash, but for the few units that learn now.
//!
//! With goodness Σh² the slope of a unit is ∂L/∂g · 2h: it needs its own weights, its own activity and one number a label
//! that all units share. So a unit can learn exactly while the others are read from flash, one after the other, and no
//! more than a slice of them is ever in memory. Slices take turns; when a slice's turn ends it is written to the slot of
//! its record that is not in use, together with everything else that has changed: every turn ends in a whole state.

use super::error::FlashError;
use super::record::{Record, slot_bytes};
use super::state::shape;
use super::{Checksum, Place};
use crate::budget::assert_fits;
use crate::error::Error;
use crate::head::Head;
use crate::health::{Counters, Health};
use crate::precision::{Precision, Reads};
use crate::row::Row;
use crate::rule::Rule;
use crate::sample::{self, Value};
use crate::verdict::{Verdict, verdict};
use crate::work::{Seen, Work};
use embedded_storage::nor_flash::NorFlash;
use goodness_core::Rng;

/// Where slices live and how they take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turns {
    /// Where, and how often a page may be erased.
    pub place: Place,
    /// How many samples a slice learns before it goes back to flash.
    pub stay: u32,
}

/// Two layers, the first in flash; `SLICE` of its `FIRST` units at a time in memory.
///
/// Like a [`Net`](crate::Net) it belongs in a `static`; the flash is lent to every call.
#[derive(Debug)]
pub struct Sliced<
    W: Precision,
    const INPUTS: usize,
    const FIRST: usize,
    const SECOND: usize,
    const CLASSES: usize,
    const SLICE: usize,
> {
    turns: Turns,
    slice: [Row<W, INPUTS, CLASSES>; SLICE],
    /// One unit on its way from flash.
    visitor: Row<W, INPUTS, CLASSES>,
    /// Which slice is in memory.
    current: usize,
    /// The number of each slice's record; as many are used as there are slices.
    numbers: [u32; FIRST],
    head: Head<W, FIRST, SECOND>,
    work: Work<W, FIRST, SECOND, CLASSES>,
    counters: Counters<W, FIRST, SECOND>,
}

impl<
    W: Precision,
    const INPUTS: usize,
    const FIRST: usize,
    const SECOND: usize,
    const CLASSES: usize,
    const SLICE: usize,
> Sliced<W, INPUTS, FIRST, SECOND, CLASSES, SLICE>
{
    /// Bytes of memory for training; the stack of a call comes on top.
    pub const TRAIN_BYTES: usize = size_of::<Self>();
    /// How many slices take turns.
    pub const SLICES: usize = FIRST / SLICE;
    const CONTENTS: usize = Head::<W, FIRST, SECOND>::BYTES + SLICE * Row::<W, INPUTS, CLASSES>::BYTES;

    /// Stops the compiler when the network needs more than `budget` bytes of memory.
    pub const fn fits(budget: usize) {
        assert_fits(Self::TRAIN_BYTES, budget);
    }

    /// Bytes of flash it needs, two slots a slice.
    pub const fn flash_bytes<F: NorFlash>() -> usize {
        2 * Self::SLICES * slot_bytes::<F>(Self::CONTENTS)
    }

    /// A network without weights, all zeros.
    pub const fn blank() -> Self {
        const { assert!(SLICE > 0 && FIRST.is_multiple_of(SLICE), "slices must divide the first layer evenly") };
        Self {
            turns: Turns { place: Place { offset: 0, erases: 0 }, stay: 0 },
            slice: [Row::BLANK; SLICE],
            visitor: Row::BLANK,
            current: 0,
            numbers: [0; FIRST],
            head: Head::BLANK,
            work: Work::BLANK,
            counters: Counters::BLANK,
        }
    }

    fn record<F: NorFlash>(&self, flash: &F, slice: usize) -> Result<Record, FlashError> {
        let shape = shape::<W>([INPUTS, FIRST, SECOND, CLASSES, SLICE]);
        let offset = self.turns.place.offset as usize + 2 * slice * slot_bytes::<F>(Self::CONTENTS);
        Record::at(flash, offset as u32, shape, Self::CONTENTS)
    }

    /// Draws fresh weights, those that a [`Net`](crate::Net) draws, and writes them to flash.
    ///
    /// # Errors
    /// [`FlashError`]; the network is blank then, and so it is after a power cut on the way.
    pub fn start<F: NorFlash>(&mut self, flash: &mut F, seed: u64, rule: Rule, turns: Turns) -> Result<(), FlashError> {
        self.turns = turns;
        self.head.started = false;
        self.record(flash, Self::SLICES - 1)?;
        let mut highest = 0;
        for slice in 0..Self::SLICES {
            highest = highest.max(self.record(flash, slice)?.newest(flash).unwrap_or(0));
        }
        self.record(flash, 0)?.check_wear(highest + 3, self.turns.place.erases)?;
        // Without its first slice no half-written mixture of two networks can be taken for one.
        self.record(flash, 0)?.forget(flash)?;
        self.head.start(seed, rule);
        self.head.started = false;
        self.counters = Counters::BLANK;
        // Two numbers are passed over: forgetting erased both slots of the first slice once.
        self.numbers = [highest + 2; FIRST];
        for slice in (0..Self::SLICES).rev() {
            self.draw(seed, slice);
            self.write(flash, slice)?;
        }
        self.current = 0;
        self.head.started = true;
        Ok(())
    }

    /// Draws the units of one slice, passing over those before it.
    fn draw(&mut self, seed: u64, slice: usize) {
        let mut rng = Rng::keyed(seed, Rng::WEIGHTS, 0);
        for _ in 0..slice * SLICE {
            self.visitor.draw(&mut rng);
        }
        self.slice.iter_mut().for_each(|row| row.draw(&mut rng));
    }

    /// Writes the slice in memory, and all that is not in the first layer, as the next record of `slice`.
    fn write<F: NorFlash>(&mut self, flash: &mut F, slice: usize) -> Result<(), FlashError> {
        let (record, number) = (self.record(flash, slice)?, self.numbers[slice] + 1);
        let Self { head, slice: rows, turns, .. } = self;
        record.write(flash, number, turns.place.erases, |push| {
            head.push(push);
            rows.iter().for_each(|row| row.push(push));
        })?;
        self.numbers[slice] = number;
        Ok(())
    }

    /// Goes on from the last end of a turn, or the last [`save`](Self::save): the same bits, the same steps from there.
    ///
    /// # Errors
    /// [`FlashError`]; the network is blank then.
    pub fn restore<F: NorFlash>(&mut self, flash: &mut F, turns: Turns) -> Result<(), FlashError> {
        self.turns = turns;
        self.head.started = false;
        let mut latest = (0, 0);
        for slice in 0..Self::SLICES {
            let record = self.record(flash, slice)?;
            self.numbers[slice] = record.newest(flash)?;
            self.head.pull(&mut record.reader(flash, self.numbers[slice]))?;
            if self.head.step >= latest.0 {
                latest = (self.head.step, slice);
            }
        }
        let number = self.numbers[latest.1];
        self.head.pull(&mut self.record(flash, latest.1)?.reader(flash, number))?;
        self.load(flash, self.due())?;
        self.counters = Counters::BLANK;
        self.head.started = true;
        Ok(())
    }

    /// The slice whose turn it is.
    fn due(&self) -> usize {
        self.head.step as usize / self.turns.stay.max(1) as usize % Self::SLICES
    }

    fn load<F: NorFlash>(&mut self, flash: &mut F, slice: usize) -> Result<(), FlashError> {
        let record = self.record(flash, slice)?;
        let mut reader = record.reader_from(flash, self.numbers[slice], Head::<W, FIRST, SECOND>::BYTES);
        self.slice.iter_mut().try_for_each(|row| row.pull(&mut reader))?;
        self.current = slice;
        Ok(())
    }

    /// Writes what memory holds to flash, so that nothing is lost when power goes.
    ///
    /// # Errors
    /// [`FlashError`]; what was in flash before is still there.
    pub fn save<F: NorFlash>(&mut self, flash: &mut F) -> Result<(), FlashError> {
        if !self.head.started {
            return Err(FlashError::Blank);
        }
        self.write(flash, self.current)
    }

    /// Learns one sample, after ending a turn that is over; returns what the network took it for before.
    ///
    /// # Errors
    /// [`FlashError`]; the sample was not learned then. When a turn cannot end the slice stays in memory, and the next
    /// call tries again.
    pub fn learn<F: NorFlash, X: Value>(&mut self, flash: &mut F, x: &[X], label: u8) -> Result<u8, FlashError>
    where
        W: Reads<X>,
    {
        if usize::from(label) >= CLASSES {
            return Err(Error::Label { label, classes: CLASSES }.into());
        }
        self.take_turns(flash)?;
        let seen = self.look(flash, x)?;
        self.work.look_second(&self.head.second);
        if let Some(layer) = self.work.diverged() {
            return Err(Error::Diverged { layer, step: self.head.step }.into());
        }
        let said = self.counters.note_step(&self.work, label);
        let mut rng = Rng::keyed(self.head.seed, Rng::ROUNDING, u64::from(self.head.step));
        let Self { work, head, slice, .. } = self;
        work.judge(0, label, &head.rule);
        let share = W::share(head.rule.rates[0], FIRST);
        for (i, row) in slice.iter_mut().enumerate() {
            work.teach(self.current * SLICE + i, row, seen, &head.rule, share, &mut rng);
        }
        work.judge(1, label, &head.rule);
        work.teach_second(&mut head.second, &head.rule, &mut rng);
        head.step = head.step.wrapping_add(1);
        Ok(said)
    }

    fn take_turns<F: NorFlash>(&mut self, flash: &mut F) -> Result<(), FlashError> {
        if self.head.started && self.due() != self.current {
            self.write(flash, self.current)?;
            // The weights are safe from here on, but not in memory should the flash fail to give the next slice.
            self.head.started = false;
            self.load(flash, self.due())?;
            self.head.started = true;
        }
        Ok(())
    }

    fn look<'a, F: NorFlash, X: Value>(
        &mut self,
        flash: &mut F,
        x: &'a [X],
    ) -> Result<Seen<'a, X, W::Scale>, FlashError>
    where
        W: Reads<X>,
    {
        if !self.head.started {
            return Err(FlashError::Blank);
        }
        sample::check(x, INPUTS)?;
        let seen = Seen { x, scale: W::scale(x) };
        self.work.open();
        for slice in 0..Self::SLICES {
            let record = self.record(flash, slice)?;
            let mut reader = record.reader_from(flash, self.numbers[slice], Head::<W, FIRST, SECOND>::BYTES);
            for i in 0..SLICE {
                let here = slice == self.current;
                if !here {
                    self.visitor.pull(&mut reader)?;
                }
                let row = if here { &self.slice[i] } else { &self.visitor };
                self.work.look(slice * SLICE + i, row, seen, self.head.rule.code);
            }
        }
        self.work.close();
        Ok(seen)
    }

    /// Reads one sample through both layers.
    ///
    /// # Errors
    /// [`FlashError`] for a sample or a network that cannot be read.
    pub fn predict<F: NorFlash, X: Value>(&mut self, flash: &mut F, x: &[X]) -> Result<Verdict<W::Number>, FlashError>
    where
        W: Reads<X>,
    {
        self.look(flash, x)?;
        self.work.look_second(&self.head.second);
        Ok(verdict(&self.work.g[1], 2, W::difference))
    }

    /// CRC-32 of the state, equal to that of a [`Net`](crate::Net) of the same weights.
    ///
    /// # Errors
    /// [`FlashError`] when the flash cannot be read.
    pub fn digest<F: NorFlash>(&mut self, flash: &mut F) -> Result<u32, FlashError> {
        let mut sum = Checksum::new();
        self.head.push(&mut |bytes| sum.add(bytes));
        for slice in 0..Self::SLICES {
            let record = self.record(flash, slice)?;
            let mut reader = record.reader_from(flash, self.numbers[slice], Head::<W, FIRST, SECOND>::BYTES);
            for i in 0..SLICE {
                if slice == self.current {
                    self.slice[i].push(&mut |bytes| sum.add(bytes));
                } else {
                    self.visitor.pull(&mut reader)?;
                    self.visitor.push(&mut |bytes| sum.add(bytes));
                }
            }
        }
        Ok(sum.value())
    }

    /// How it learns from here on; a schedule changes the rates.
    pub fn rule_mut(&mut self) -> &mut Rule {
        &mut self.head.rule
    }

    /// Samples learned since the start.
    pub fn step(&self) -> u32 {
        self.head.step
    }

    /// How often the most used page was erased since the flash was new.
    pub fn erases(&self) -> u32 {
        self.numbers[..Self::SLICES].iter().max().map_or(0, |number| number.div_ceil(2))
    }

    /// How it is doing; weights at their limit are counted in memory only.
    pub fn health(&self) -> Health {
        let weights = self.slice.iter().flat_map(|row| row.inputs.iter().chain(&row.code));
        let at_limit = weights.filter(|w| w.is_at_limit()).count();
        self.counters.report(self.head.step, at_limit, SLICE * (INPUTS + CLASSES))
    }
}
