//! A network in memory: Net<i8, 784, 16, 16, 10>.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use goodness_edge::Net;
use panic_semihosting as _;

type Digits = Net<i8, 784, 16, 16, 10>;

static mut NET: Digits = Digits::blank();

#[entry]
fn main() -> ! {
    goodness_firmware::stack::paint();
    goodness_firmware::count::start();
    // SAFETY: `main` is entered once, and nothing else names it.
    let net = unsafe { &mut *core::ptr::addr_of_mut!(NET) };
    goodness_firmware::run(net).print(Digits::TRAIN_BYTES);
    debug::exit(debug::EXIT_SUCCESS);
    loop {}
}
