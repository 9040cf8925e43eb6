//! A network in memory.
#![no_std]
#![no_main]

use goodness_edge::Net;

goodness_firmware::program!(Net<f32, 784, 32, 32, 10>, goodness_firmware::run);
