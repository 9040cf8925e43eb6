//! A network in memory.
#![no_std]
#![no_main]

use goodness_edge::Net;

goodness_firmware::program!(Net<i8, 784, 16, 16, 10>, goodness_firmware::run);
