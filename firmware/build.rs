//! Writes the board's memory map where the linker looks for it.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let board = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    // The F405 has 192 KiB in some emulators; 128 is what the chip has in one piece.
    let (flash, ram) = match () {
        () if board("MICROBIT") => ("0x00000000, LENGTH = 256K", "16K"),
        () if board("STM32VLDISCOVERY") => ("0x08000000, LENGTH = 128K", "8K"),
        // The same chip, but the linker refuses more than this of it.
        () if board("NETDUINOPLUS2_32K") => ("0x08000000, LENGTH = 1M", "32000"),
        () if board("NETDUINOPLUS2_20K") => ("0x08000000, LENGTH = 1M", "20000"),
        () => ("0x08000000, LENGTH = 1M", "128K"),
    };
    let map = format!("MEMORY {{\n  FLASH : ORIGIN = {flash}\n  RAM : ORIGIN = 0x20000000, LENGTH = {ram}\n}}\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(error) = fs::write(out.join("memory.x"), map) {
        println!("cargo::error=cannot write memory.x: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rerun-if-changed=build.rs");
}
