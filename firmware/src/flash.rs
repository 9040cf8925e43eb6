//! How much of the board's flash the program takes, as the linker laid it out.

use core::ptr::addr_of;

unsafe extern "C" {
    static __vector_table: u32;
    static __sidata: u32;
    static __sdata: u32;
    static __edata: u32;
}

/// Bytes of code and constants, and of the first values of data, which lie behind them.
pub fn used() -> usize {
    let code = addr_of!(__sidata) as usize - addr_of!(__vector_table) as usize;
    code + addr_of!(__edata) as usize - addr_of!(__sdata) as usize
}
