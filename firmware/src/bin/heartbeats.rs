//! What a heart's normal beats are, learned from 2,000 of them; then 100 of each kind are read. The beats are made up on
//! the board, by the same lines as on the host.
#![no_std]
#![no_main]

#[path = "../../../crates/goodness-edge/examples/heartbeat/mod.rs"]
mod heartbeat;

use cortex_m_semihosting::hprintln;
use goodness_edge::{Baseline, Error, Rule};
use goodness_firmware::{count, print_sizes};
use heartbeat::{Beat, UNUSUAL, VALUES, beat};

type Usual = Baseline<f32, i16, VALUES, 32>;

/// Prints what the host prints; instructions to learn a beat, and to read one.
fn learn(usual: &mut Usual) -> Result<[u64; 2], Error> {
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

fn run(usual: &mut Usual) {
    match learn(usual) {
        Ok([learn, read]) => {
            hprintln!("instructions: {} to learn a beat, {} to read one", learn, read);
            print_sizes("baseline", Usual::TRAIN_BYTES);
        }
        Err(error) => hprintln!("failed: {}", error),
    }
}

goodness_firmware::program!(Usual, run);
