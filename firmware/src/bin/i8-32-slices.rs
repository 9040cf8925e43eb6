//! A network of which two units at a time are in 8 KiB of memory, the others in flash.
#![no_std]
#![no_main]

use goodness_edge::flash::Sliced;

goodness_firmware::program!(Sliced<i8, 784, 32, 32, 10, 2>, goodness_firmware::run_sliced);
