//! Files of the host, by semihosting.

use core::ffi::CStr;
use cortex_m_semihosting::{debug, hprintln, syscall};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use goodness_edge::Rule;

const READ: usize = 1;
const READ_AND_EMPTY: usize = 7;

/// An open file of the host.
struct File(usize);

impl File {
    fn open(name: &CStr, mode: usize) -> Self {
        // SAFETY: the host reads the name, whose length without the closing zero comes with it.
        let handle = unsafe { syscall!(OPEN, name.as_ptr(), mode, name.count_bytes()) };
        if handle == usize::MAX {
            hprintln!("cannot open {:?}", name);
            debug::exit(debug::EXIT_FAILURE);
        }
        Self(handle)
    }

    /// Whether all of `bytes` came.
    fn read(&mut self, bytes: &mut [u8]) -> bool {
        // SAFETY: the host writes at most `len` bytes into memory that is ours alone.
        unsafe { syscall!(READ, self.0, bytes.as_mut_ptr(), bytes.len()) == 0 }
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        // SAFETY: the host reads `len` bytes.
        unsafe { syscall!(WRITE, self.0, bytes.as_ptr(), bytes.len()) == 0 }
    }

    fn seek(&mut self, to: u32) -> bool {
        // SAFETY: two numbers; no memory is touched.
        unsafe { syscall!(SEEK, self.0, to) == 0 }
    }
}

/// One image with its label.
pub struct Digit {
    /// Grey levels.
    pub pixels: [u8; 784],
    /// The digit.
    pub label: u8,
}

impl Digit {
    /// Nothing yet.
    pub const BLANK: Self = Self { pixels: [0; 784], label: 0 };
}

/// `samples.bin` of the host: four numbers, so many training samples, so many test samples.
pub struct Samples {
    file: File,
    /// Training samples, which come first.
    pub train: u32,
    /// Test samples.
    pub test: u32,
    /// Rate of both layers in 65,536ths, brought down at the end; 0: the network's own, held.
    rate: u32,
    /// How many samples a slice learns before the next one.
    pub stay: u32,
}

impl Samples {
    /// Opens the stream.
    pub fn open() -> Self {
        let mut file = File::open(c"samples.bin", READ);
        let mut numbers = [[0; 4]; 4];
        let whole = numbers.iter_mut().all(|number| file.read(number));
        assert!(whole, "samples.bin has no header");
        let [train, test, rate, stay] = numbers.map(u32::from_le_bytes);
        Self { file, train, test, rate, stay }
    }

    /// The rule for training sample `i` of a network with so many units.
    pub fn rule(&self, i: u32, units: u32) -> Rule {
        match self.rate {
            0 => Rule::wide(units),
            rate => Rule { rates: [rate; 2], ..Rule::new() }.at(i, self.train),
        }
    }

    /// The next sample.
    pub fn next(&mut self, digit: &mut Digit) {
        let mut label = [0];
        let whole = self.file.read(&mut digit.pixels) && self.file.read(&mut label);
        assert!(whole, "samples.bin ends early");
        digit.label = label[0];
    }
}

/// A flash that is a file of the host, because the emulated boards have no flash controller.
pub struct HostFlash {
    file: File,
    bytes: usize,
}

impl HostFlash {
    /// An erased flash of `bytes`.
    pub fn new(bytes: usize) -> Self {
        let mut flash = Self { file: File::open(c"flash.bin", READ_AND_EMPTY), bytes };
        let erased = flash.erase(0, bytes as u32);
        assert!(erased.is_ok(), "flash.bin cannot be written");
        flash
    }
}

impl ErrorType for HostFlash {
    type Error = NorFlashErrorKind;
}

fn done(ok: bool) -> Result<(), NorFlashErrorKind> {
    if ok { Ok(()) } else { Err(NorFlashErrorKind::Other) }
}

impl ReadNorFlash for HostFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        done(self.file.seek(offset) && self.file.read(bytes))
    }

    fn capacity(&self) -> usize {
        self.bytes
    }
}

impl NorFlash for HostFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 1024;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        let pieces = (to - from) / 64;
        done(self.file.seek(from) && (0..pieces).all(|_| self.file.write(&[0xFF; 64])))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        done(self.file.seek(offset) && self.file.write(bytes))
    }
}
