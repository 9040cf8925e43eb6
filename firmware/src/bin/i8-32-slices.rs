//! A network of which two units at a time are in 8 KiB of memory, the others in flash.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use goodness_edge::Rule;
use goodness_edge::flash::{FlashError, Place, Sliced, Turns};
use goodness_firmware::host::{Digit, HostFlash, Samples};
use goodness_firmware::{Outcome, count, stack};
use panic_semihosting as _;

type Digits = Sliced<i8, 784, 32, 32, 10, 2>;

static mut NET: Digits = Digits::blank();

fn run(net: &mut Digits) -> Result<Outcome, FlashError> {
    let mut flash = HostFlash::new(Digits::flash_bytes::<HostFlash>());
    let turns = Turns { place: Place { offset: 0, erases: 10_000 }, stay: 100 };
    let mut samples = Samples::open();
    let mut digit = Digit::BLANK;
    let mut outcome = Outcome { learned: samples.train, tested: samples.test, ..Outcome::default() };
    net.start(&mut flash, 1, Rule::new(), turns)?;
    for _ in 0..samples.train {
        samples.next(&mut digit);
        let (learned, instructions) = count::of(|| net.learn(&mut flash, &digit.pixels, digit.label));
        outcome.instructions[0] += instructions;
        learned?;
    }
    outcome.digest = net.digest(&mut flash)?;
    for _ in 0..samples.test {
        samples.next(&mut digit);
        let (verdict, instructions) = count::of(|| net.predict(&mut flash, &digit.pixels));
        outcome.instructions[1] += instructions;
        outcome.wrong += u32::from(verdict?.label != digit.label);
    }
    Ok(outcome)
}

#[entry]
fn main() -> ! {
    stack::paint();
    count::start();
    // SAFETY: `main` is entered once, and nothing else names it.
    let net = unsafe { &mut *core::ptr::addr_of_mut!(NET) };
    match run(net) {
        Ok(outcome) => outcome.print(Digits::TRAIN_BYTES),
        Err(error) => hprintln!("failed: {}", error),
    }
    debug::exit(debug::EXIT_SUCCESS);
    loop {}
}
