//! What a heart's normal beats are, learned from 2,000 of them; then 100 of each kind are read. The beats are made up on
//! the board, by the same lines as on the host.
#![no_std]
#![no_main]

#[path = "../../../crates/goodness-edge/examples/heartbeat/mod.rs"]
mod heartbeat;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use goodness_edge::{Baseline, Error, Rule};
use goodness_firmware::{count, print_sizes, stack};
use heartbeat::{Beat, UNUSUAL, VALUES, beat};
use panic_semihosting as _;

type Usual = Baseline<f32, i16, VALUES, 32>;

static mut USUAL: Usual = Usual::blank();

/// Prints what the host prints; instructions to learn a beat, and to read one.
fn run(usual: &mut Usual) -> Result<[u64; 2], Error> {
    let mut instructions = [0; 2];
    usual.start(1, Rule::new());
    for i in 0..2000 {
        let x = beat(1, i, Beat::Normal);
        let (learned, ticks) = count::of(|| usual.learn(&x));
        instructions[0] += ticks;
        learned?;
    }
    usual.forget_band();
    (2000..2500).try_for_each(|i| usual.follow(&beat(1, i, Beat::Normal)))?;
    let mut alarms = [0; 5];
    for (alarms, kind) in alarms.iter_mut().zip(core::iter::once(&Beat::Normal).chain(&UNUSUAL)) {
        for i in 2500..2600 {
            let x = beat(1, i, *kind);
            let (score, ticks) = count::of(|| usual.score(&x));
            instructions[1] += ticks;
            *alarms += u32::from(score?.abs() > 3.0);
        }
    }
    hprintln!("digest {:08x} after 2000 beats, alarms in 100 of each kind: {:?}", usual.digest(), alarms);
    Ok([instructions[0] / 2000, instructions[1] / 500])
}

#[entry]
fn main() -> ! {
    stack::paint();
    count::start();
    // SAFETY: `main` is entered once, and nothing else names it.
    let usual = unsafe { &mut *core::ptr::addr_of_mut!(USUAL) };
    match run(usual) {
        Ok([learn, read]) => {
            hprintln!("instructions: {} to learn a beat, {} to read one", learn, read);
            print_sizes("baseline", Usual::TRAIN_BYTES);
        }
        Err(error) => hprintln!("failed: {}", error),
    }
    debug::exit(debug::EXIT_SUCCESS);
    loop {}
}
