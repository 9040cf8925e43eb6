//! `goodness-edge` for C: the header is `include/goodness_edge.h`, the library `libgoodness_edge_c.a`.
//!
//! Networks live in memory that the caller gives; nothing is allocated, nothing is global. Every call says by its
//! [`Code`] how it went. Shapes are fixed when the library is built: [`kinds`] lists them, and another is another line.
//!
//! All that is here is glue: what a call does is `goodness_edge::network::Network`, and for networks in flash
//! `goodness_edge::flash::Sliced`.
#![cfg_attr(target_os = "none", no_std)]
#![allow(unsafe_code, reason = "pointers of C have no lifetimes")]

pub mod calls;
pub mod code;
pub mod flash;
pub mod kinds;
mod memory;
pub mod report;
pub mod sliced_calls;
pub mod sliced_kinds;

pub use code::Code;
pub use kinds::Kind;

/// Nothing here panics on purpose; should it happen, the device stands still for its watchdog.
#[cfg(target_os = "none")]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
