//! How a call went.

use core::ffi::CStr;
use embedded_storage::nor_flash::NorFlashErrorKind;
use goodness_edge::Error;
use goodness_edge::flash::FlashError;

/// How a call went; in C `goodness_code`, with names such as `GOODNESS_LENGTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Code {
    /// As asked.
    Ok = 0,
    /// A pointer is null.
    Null = 1,
    /// The memory is too small for this network, or not aligned to 8 bytes.
    Memory = 2,
    /// There is no network in this memory: it was not started, or not restored.
    Blank = 3,
    /// The sample has another number of values.
    Length = 4,
    /// A value of the sample is not a finite number within ±1e15.
    Value = 5,
    /// Real numbers came to a network in whole numbers.
    Reals = 6,
    /// There is no such class.
    Label = 7,
    /// Goodness is no longer finite.
    Diverged = 8,
    /// Nothing is in this image.
    Empty = 9,
    /// Something other than a state is in this image.
    Foreign = 10,
    /// The state is of another version.
    Version = 11,
    /// The state is of a network of another shape or precision.
    Shape = 12,
    /// The bytes of the state have changed.
    Damaged = 13,
    /// The image ends early, or there is too little room for one.
    Room = 14,
    /// A function of the flash did not return 0.
    Flash = 15,
    /// What was written to flash does not read back.
    NotKept = 16,
    /// The pages were erased as often as was allowed.
    Worn = 17,
}

/// Every code with its name in C and what to do.
pub const CODES: [(Code, &str, &CStr); 18] = [
    (Code::Ok, "GOODNESS_OK", c"done"),
    (Code::Null, "GOODNESS_NULL", c"a pointer is null"),
    (Code::Memory, "GOODNESS_MEMORY", c"memory too small for this network, or not aligned to 8 bytes"),
    (Code::Blank, "GOODNESS_BLANK", c"no network in this memory: call goodness_start or goodness_restore"),
    (Code::Length, "GOODNESS_LENGTH", c"the sample has another number of values than the network reads"),
    (Code::Value, "GOODNESS_VALUE", c"a value of the sample is not a finite number within 1e15"),
    (Code::Reals, "GOODNESS_REALS", c"a network in whole numbers reads uint8_t or int16_t, the sample is in float"),
    (Code::Label, "GOODNESS_LABEL", c"the label is not below the number of classes"),
    (Code::Diverged, "GOODNESS_DIVERGED", c"goodness is not finite: restore the last state and lower the rate"),
    (Code::Empty, "GOODNESS_EMPTY", c"no state here: the flash is empty"),
    (Code::Foreign, "GOODNESS_FOREIGN", c"no state here: something else is"),
    (Code::Version, "GOODNESS_VERSION", c"the state has another version than this program reads"),
    (Code::Shape, "GOODNESS_SHAPE", c"the state is of another network"),
    (Code::Damaged, "GOODNESS_DAMAGED", c"the state does not have its checksum"),
    (Code::Room, "GOODNESS_ROOM", c"the image ends early, or its room is too small"),
    (Code::Flash, "GOODNESS_FLASH", c"the flash failed to read, write or erase"),
    (
        Code::NotKept,
        "GOODNESS_NOT_KEPT",
        c"what was written to flash does not read back; the state before it is intact",
    ),
    (Code::Worn, "GOODNESS_WORN", c"pages of flash were erased as often as was allowed"),
];

impl From<Error> for Code {
    fn from(error: Error) -> Self {
        match error {
            Error::Length { .. } => Self::Length,
            Error::Value { .. } => Self::Value,
            Error::Reals { .. } => Self::Reals,
            Error::Label { .. } => Self::Label,
            Error::Blank => Self::Blank,
            Error::Diverged { .. } => Self::Diverged,
        }
    }
}

impl From<FlashError> for Code {
    fn from(error: FlashError) -> Self {
        match error {
            FlashError::Empty { .. } => Self::Empty,
            FlashError::Foreign { .. } => Self::Foreign,
            FlashError::Version { .. } => Self::Version,
            FlashError::Shape { .. } => Self::Shape,
            FlashError::Damaged { .. } => Self::Damaged,
            FlashError::Blank => Self::Blank,
            FlashError::Sample(error) => error.into(),
            FlashError::Place { .. } => Self::Room,
            FlashError::Failed { kind: NorFlashErrorKind::OutOfBounds, .. } => Self::Room,
            FlashError::Failed { .. } => Self::Flash,
            FlashError::NotKept { .. } => Self::NotKept,
            FlashError::Worn { .. } => Self::Worn,
        }
    }
}
