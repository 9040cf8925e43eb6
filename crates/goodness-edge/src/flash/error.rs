//! Why a state could not be saved or restored. What was saved before is still there.

use embedded_storage::nor_flash::{NorFlashError, NorFlashErrorKind};

/// What went wrong with flash, or with what was found in it.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FlashError {
    /// The flash itself failed.
    #[error("flash failed to {doing} at {offset:#x}: {kind:?}")]
    Failed {
        /// Read, write or erase.
        doing: &'static str,
        /// Where, in bytes from the start of the flash.
        offset: u32,
        /// What its driver said.
        kind: NorFlashErrorKind,
    },
    /// What was written does not read back: pages that no longer erase.
    #[error("the state written at {offset:#x} does not read back; the one before it is intact")]
    NotKept {
        /// Where it was written.
        offset: u32,
    },
    /// Nothing was ever saved here.
    #[error("no state at {offset:#x}: the flash is empty there")]
    Empty {
        /// Where it was looked for.
        offset: u32,
    },
    /// Something else is here.
    #[error("no state at {offset:#x}: it starts with {came:#010x}, a state starts with {expected:#010x}")]
    Foreign {
        /// Where it was looked for.
        offset: u32,
        /// What a state starts with.
        expected: u32,
        /// What was found.
        came: u32,
    },
    /// A state of another version of this format.
    #[error("the state at {offset:#x} has version {came}, this program reads version {expected}")]
    Version {
        /// Where it was found.
        offset: u32,
        /// What is read.
        expected: u16,
        /// What was found.
        came: u16,
    },
    /// A state of a network of another shape or precision.
    #[error("the state at {offset:#x} is of another network: shape {came:#010x}, expected {expected:#010x}")]
    Shape {
        /// Where it was found.
        offset: u32,
        /// Checksum of this network's precision and sizes.
        expected: u32,
        /// Of the one that was saved.
        came: u32,
    },
    /// A state whose bytes have changed.
    #[error("the state at {offset:#x} has checksum {came:#010x}, expected {expected:#010x}")]
    Damaged {
        /// Where it was found.
        offset: u32,
        /// The checksum that was saved with it.
        expected: u32,
        /// Of the bytes that are there.
        came: u32,
    },
    /// The place does not start and end at pages, or is too small.
    #[error("{needed} bytes from {offset:#x}, in pages of {page}, do not fit a flash of {capacity}")]
    Place {
        /// Where it starts.
        offset: u32,
        /// Bytes of all slots.
        needed: usize,
        /// Bytes of a page.
        page: usize,
        /// Bytes of the flash.
        capacity: usize,
    },
    /// Pages have been erased as often as was allowed.
    #[error("the pages at {offset:#x} were erased {erases} times, the budget is {budget}")]
    Worn {
        /// The slot that would be next.
        offset: u32,
        /// How often it was erased.
        erases: u32,
        /// How often it may be.
        budget: u32,
    },
    /// There is nothing to save yet, or to learn with.
    #[error("the network has not been started: call start(seed), or restore a saved state")]
    Blank,
    /// The sample or the label cannot be learned.
    #[error(transparent)]
    Sample(#[from] crate::Error),
}

/// Names what the flash was doing when it failed.
pub(super) fn failed<E: NorFlashError>(doing: &'static str, offset: u32) -> impl FnOnce(E) -> FlashError {
    move |error| FlashError::Failed { doing, offset, kind: error.kind() }
}
