//! A network in memory that the caller gave: a header that says which, and the network behind it.

use crate::code::Code;
use crate::kinds::Kind;
use goodness_edge::network::Network;

/// What marks memory with a network in it.
const MARK: u32 = u32::from_le_bytes(*b"GDNC");

/// Sixteen bytes on processors of 32 and of 64 bits, so that the sizes in the header file hold on both.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Header {
    kind: *const Kind,
    mark: u32,
    unused: u32,
}

pub(crate) const HEADER: usize = 16;
const _: () = assert!(size_of::<Header>() == HEADER);

/// Checks a kind and the memory for it.
///
/// # Safety
/// `kind` is null or one of this library's.
pub(crate) unsafe fn check<'a>(memory: *mut u8, bytes: usize, kind: *const Kind) -> Result<&'a Kind, Code> {
    if memory.is_null() {
        return Err(Code::Null);
    }
    // SAFETY: the caller promises it.
    let kind = unsafe { kind.as_ref() }.ok_or(Code::Null)?;
    let fits = bytes >= kind.bytes && memory.addr().is_multiple_of(align_of::<Header>());
    if fits { Ok(kind) } else { Err(Code::Memory) }
}

/// Makes a blank network.
///
/// # Safety
/// `memory` has passed [`check`] for `kind`, nobody else uses it, and it stays where it is while the network is used.
pub(crate) unsafe fn lay_out<'a>(memory: *mut u8, kind: &Kind) -> &'a mut dyn Network {
    let header = Header { kind, mark: MARK, unused: 0 };
    // SAFETY: there are that many bytes, aligned for the header. Fields of a network are numbers and truth values, all of
    // which may be zero, and a blank one is all zeros; building it elsewhere first would take a stack as large as itself.
    unsafe {
        memory.write_bytes(0, kind.bytes);
        memory.cast::<Header>().write(header);
        &mut *(kind.cast)(memory.add(HEADER))
    }
}

/// The network in `memory`, and its kind.
///
/// # Safety
/// `memory` is null, or holds 16 bytes of zeros, or was laid out and is used by nobody else meanwhile.
pub(crate) unsafe fn open<'a>(memory: *mut u8) -> Result<(&'a Kind, &'a mut dyn Network), Code> {
    if memory.is_null() {
        return Err(Code::Null);
    }
    if !memory.addr().is_multiple_of(align_of::<Header>()) {
        return Err(Code::Memory);
    }
    // SAFETY: aligned, and as the caller promises readable; a pointer of any bits may be read.
    let Header { kind, mark, .. } = unsafe { memory.cast::<Header>().read() };
    if mark != MARK {
        return Err(Code::Blank);
    }
    // SAFETY: the mark says that `lay_out` has been here.
    unsafe { Ok((&*kind, &mut *((*kind).cast)(memory.add(HEADER)))) }
}
