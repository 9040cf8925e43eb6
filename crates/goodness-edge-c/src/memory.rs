//! A network in memory that the caller gave: a header that says which, and the network behind it.

use crate::code::Code;

/// What can lie in a caller's memory: a kind, whose statics C names.
pub(crate) trait Held: 'static {
    /// What lies behind the header.
    type Net: ?Sized + 'static;
    /// What marks memory with such a network in it.
    const MARK: u32;

    /// Bytes of memory, the header among them.
    fn bytes(&self) -> usize;

    /// Names what lies behind the header.
    fn cast(&self, behind: *mut u8) -> *mut Self::Net;
}

/// Sixteen bytes on processors of 32 and of 64 bits, so that the sizes in the header file hold on both.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Header<K> {
    kind: *const K,
    mark: u32,
    unused: u32,
}

pub(crate) const HEADER: usize = 16;
const _: () = assert!(size_of::<Header<u8>>() == HEADER);
const ALIGN: usize = align_of::<Header<u8>>();

/// Checks a kind and the memory for it.
///
/// # Safety
/// `kind` is null or one of this library's.
pub(crate) unsafe fn check<'a, K: Held>(memory: *mut u8, bytes: usize, kind: *const K) -> Result<&'a K, Code> {
    if memory.is_null() {
        return Err(Code::Null);
    }
    // SAFETY: the caller promises it.
    let kind = unsafe { kind.as_ref() }.ok_or(Code::Null)?;
    let fits = bytes >= kind.bytes() && memory.addr().is_multiple_of(ALIGN);
    if fits { Ok(kind) } else { Err(Code::Memory) }
}

/// Makes a blank network.
///
/// # Safety
/// `memory` has passed [`check`] for `kind`, nobody else uses it, and it stays where it is while the network is used.
pub(crate) unsafe fn lay_out<'a, K: Held>(memory: *mut u8, kind: &K) -> &'a mut K::Net {
    let header = Header::<K> { kind, mark: K::MARK, unused: 0 };
    // SAFETY: there are that many bytes, aligned for the header. Fields of a network are numbers and truth values, all of
    // which may be zero, and a blank one is all zeros; building it elsewhere first would take a stack as large as itself.
    unsafe {
        memory.write_bytes(0, kind.bytes());
        memory.cast::<Header<K>>().write(header);
        &mut *kind.cast(memory.add(HEADER))
    }
}

/// The network in `memory`, and its kind.
///
/// # Safety
/// `memory` is null, or holds 16 bytes of zeros, or was laid out and is used by nobody else meanwhile.
pub(crate) unsafe fn open<'a, K: Held>(memory: *mut u8) -> Result<(&'a K, &'a mut K::Net), Code> {
    if memory.is_null() {
        return Err(Code::Null);
    }
    if !memory.addr().is_multiple_of(ALIGN) {
        return Err(Code::Memory);
    }
    // SAFETY: aligned, and as the caller promises readable; a pointer of any bits may be read.
    let Header { kind, mark, .. } = unsafe { memory.cast::<Header<K>>().read() };
    if mark != K::MARK {
        return Err(Code::Blank);
    }
    // SAFETY: the mark says that `lay_out` has been here with a kind of this type.
    unsafe { Ok((&*kind, &mut *(*kind).cast(memory.add(HEADER)))) }
}
