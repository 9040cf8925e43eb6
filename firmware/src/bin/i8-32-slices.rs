//! A network of which two units at a time are in 8 KiB of memory, the others in flash.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use goodness_edge::flash::Sliced;
use goodness_firmware::{count, run_sliced, stack};
use panic_semihosting as _;

type Digits = Sliced<i8, 784, 32, 32, 10, 2>;

static mut NET: Digits = Digits::blank();

#[entry]
fn main() -> ! {
    stack::paint();
    count::start();
    // SAFETY: `main` is entered once, and nothing else names it.
    let net = unsafe { &mut *core::ptr::addr_of_mut!(NET) };
    match run_sliced(net) {
        Ok(outcome) => outcome.print(Digits::TRAIN_BYTES),
        Err(error) => hprintln!("failed: {}", error),
    }
    debug::exit(debug::EXIT_SUCCESS);
    loop {}
}
