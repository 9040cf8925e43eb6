//! A network of which four units at a time are in 20 KB of memory, the others in flash.
#![no_std]
#![no_main]

use goodness_edge::flash::Sliced;

goodness_firmware::program!(Sliced<i16, 784, 32, 32, 10, 4>, goodness_firmware::run_sliced);
