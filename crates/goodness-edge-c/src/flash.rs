//! A flash whose driver is written in C.

use core::ffi::c_void;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use goodness_edge::flash::{Place, Turns};

/// Reads `n` bytes from `offset` on; returns 0 when it has.
type ReadBytes = unsafe extern "C" fn(context: *mut c_void, offset: u32, bytes: *mut u8, n: usize) -> i32;
/// Writes `n` bytes, that have been erased; returns 0 when it has.
type WriteBytes = unsafe extern "C" fn(context: *mut c_void, offset: u32, bytes: *const u8, n: usize) -> i32;
/// Makes all bytes from `from` to before `to` 0xFF; returns 0 when it has.
type Erase = unsafe extern "C" fn(context: *mut c_void, from: u32, to: u32) -> i32;

/// Part of a flash, and how slices take turns in it; in C a structure of the same name.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct goodness_flash {
    /// Handed to every function.
    pub context: *mut c_void,
    /// Reads.
    pub read: Option<ReadBytes>,
    /// Writes whole blocks of 64 bytes.
    pub write: Option<WriteBytes>,
    /// Erases whole blocks of 4096 bytes.
    pub erase: Option<Erase>,
    /// Bytes of this part; offsets count from its start.
    pub bytes: u32,
    /// How often a page may be erased.
    pub erases: u32,
    /// How many samples a slice learns before it goes back to flash.
    pub stay: u32,
}

impl goodness_flash {
    /// Where slices live and how they take turns.
    pub(crate) fn turns(&self) -> Turns {
        Turns { place: Place { offset: 0, erases: self.erases }, stay: self.stay }
    }
}

/// What a driver's return value means.
fn done(code: Option<i32>) -> Result<(), NorFlashErrorKind> {
    if code == Some(0) { Ok(()) } else { Err(NorFlashErrorKind::Other) }
}

impl ErrorType for goodness_flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for goodness_flash {
    const READ_SIZE: usize = 64;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        // SAFETY: pointer and length belong together, and the driver keeps to them.
        done(self.read.map(|read| unsafe { read(self.context, offset, bytes.as_mut_ptr(), bytes.len()) }))
    }

    fn capacity(&self) -> usize {
        self.bytes as usize
    }
}

impl NorFlash for goodness_flash {
    const WRITE_SIZE: usize = 64;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        // SAFETY: two numbers; the driver keeps to its own flash.
        done(self.erase.map(|erase| unsafe { erase(self.context, from, to) }))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        // SAFETY: pointer and length belong together, and the driver keeps to them.
        done(self.write.map(|write| unsafe { write(self.context, offset, bytes.as_ptr(), bytes.len()) }))
    }
}
