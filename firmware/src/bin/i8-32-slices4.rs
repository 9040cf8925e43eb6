//! The same in `i8`: four units at a time.
#![no_std]
#![no_main]

use goodness_edge::flash::Sliced;

goodness_firmware::program!(Sliced<i8, 784, 32, 32, 10, 4>, goodness_firmware::run_sliced);
