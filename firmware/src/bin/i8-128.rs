//! A network in memory.
#![no_std]
#![no_main]

use goodness_edge::Net;

goodness_firmware::program!(Net<i8, 784, 128, 128, 10>, goodness_firmware::run);
