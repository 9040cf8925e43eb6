//! The flash of the examples.

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

/// Flash in memory, pages of 1 KiB.
pub(crate) struct Flash {
    pub(crate) bytes: Vec<u8>,
    pub(crate) erases: Vec<u32>,
}

impl Flash {
    /// Erased, with room for `bytes`.
    pub(crate) fn new(bytes: usize) -> Self {
        Self { bytes: vec![0xFF; bytes], erases: vec![0; bytes / 1024] }
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 1024;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.bytes[from as usize..to as usize].fill(0xFF);
        self.erases[from as usize / 1024..to as usize / 1024].iter_mut().for_each(|erases| *erases += 1);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.bytes[offset as usize..].iter_mut().zip(bytes).for_each(|(place, byte)| *place &= byte);
        Ok(())
    }
}
