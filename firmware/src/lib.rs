//! What all boards share: samples and flash from the host by semihosting, painted stack, counted instructions.
#![no_std]

pub mod count;
pub mod flash;
pub mod host;
pub mod stack;

pub use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use goodness_edge::Net;
use goodness_edge::flash::{FlashError, Place, Sliced, Turns};
use goodness_edge::precision::Reads;
use host::{Digit, HostFlash, Samples};

/// A program around one learner in static memory: its type, and a function that takes it and prints what it came to.
#[macro_export]
macro_rules! program {
    ($learner:ty, $run:expr) => {
        use panic_semihosting as _;

        static mut LEARNER: $learner = <$learner>::blank();

        #[$crate::entry]
        fn main() -> ! {
            $crate::stack::paint();
            // SAFETY: `main` is entered once, and nothing else names it.
            $crate::whole(unsafe { &mut *core::ptr::addr_of_mut!(LEARNER) }, $run)
        }
    };
}

/// Runs a learner on a painted stack and ends the program.
#[inline(always)]
pub fn whole<T>(learner: &mut T, run: impl FnOnce(&mut T)) -> ! {
    count::start();
    run(learner);
    debug::exit(debug::EXIT_SUCCESS);
    loop {}
}

/// Numbers that a run ends with.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    /// CRC-32 of the state after the last sample was learned.
    digest: u32,
    /// Test samples that were misread.
    wrong: u32,
    /// Test samples.
    tested: u32,
    /// Samples learned.
    learned: u32,
    /// Instructions of all calls that learn, and of all that read.
    instructions: [u64; 2],
}

impl Outcome {
    /// Prints what the host prints too, and below it what only a device can say.
    fn print(&self, memory: usize) {
        hprintln!(
            "digest {:08x} after {} samples, {} of {} misread",
            self.digest,
            self.learned,
            self.wrong,
            self.tested
        );
        let mean = |total: u64, n: u32| total / u64::from(n.max(1));
        let each = [mean(self.instructions[0], self.learned), mean(self.instructions[1], self.tested)];
        hprintln!("instructions: {} to learn a sample, {} to read one", each[0], each[1]);
        print_sizes("network", memory);
    }
}

/// Prints what the program took of the board, of which `memory` bytes are the learner's.
pub fn print_sizes(learner: &str, memory: usize) {
    let (fixed, stack) = (stack::fixed(), stack::deepest());
    hprintln!("memory: {} = {} data and bss + {} stack; the {} has {}", fixed + stack, fixed, stack, learner, memory);
    hprintln!("flash: {} of code and constants", flash::used());
}

/// Learns all training samples that the host streams, reads all test samples, and prints what came of it.
pub fn run<W: Reads<u8>, const A: usize, const B: usize>(net: &mut Net<W, 784, A, B, 10>) {
    learn(net).print(Net::<W, 784, A, B, 10>::TRAIN_BYTES);
}

/// The same for a network in flash.
pub fn run_sliced<W: Reads<u8>, const A: usize, const B: usize, const S: usize>(net: &mut Sliced<W, 784, A, B, 10, S>) {
    match learn_sliced(net) {
        Ok(outcome) => outcome.print(Sliced::<W, 784, A, B, 10, S>::TRAIN_BYTES),
        Err(error) => hprintln!("failed: {}", error),
    }
}

fn learn<W: Reads<u8>, const A: usize, const B: usize>(net: &mut Net<W, 784, A, B, 10>) -> Outcome {
    let mut samples = Samples::open();
    let mut digit = Digit::BLANK;
    let mut outcome = Outcome { learned: samples.train, tested: samples.test, ..Outcome::default() };
    net.start(1, samples.rule(0, A as u32));
    for i in 0..samples.train {
        samples.next(&mut digit);
        *net.rule_mut() = samples.rule(i, A as u32);
        let (learned, ticks) = count::of(|| net.learn(&digit.pixels, digit.label));
        outcome.instructions[0] += ticks;
        if let Err(error) = learned {
            hprintln!("refused: {}", error);
        }
    }
    outcome.digest = net.digest();
    for _ in 0..samples.test {
        samples.next(&mut digit);
        let (verdict, ticks) = count::of(|| net.predict(&digit.pixels));
        outcome.instructions[1] += ticks;
        outcome.wrong += u32::from(verdict.map_or(true, |v| v.label != digit.label));
    }
    outcome
}

/// The first sample that is not learned or read ends it.
fn learn_sliced<W: Reads<u8>, const A: usize, const B: usize, const S: usize>(
    net: &mut Sliced<W, 784, A, B, 10, S>,
) -> Result<Outcome, FlashError> {
    let mut flash = HostFlash::new(Sliced::<W, 784, A, B, 10, S>::flash_bytes::<HostFlash>());
    let mut samples = Samples::open();
    let turns = Turns { place: Place { offset: 0, erases: 10_000 }, stay: samples.stay };
    let mut digit = Digit::BLANK;
    let mut outcome = Outcome { learned: samples.train, tested: samples.test, ..Outcome::default() };
    net.start(&mut flash, 1, samples.rule(0, A as u32), turns)?;
    for i in 0..samples.train {
        samples.next(&mut digit);
        *net.rule_mut() = samples.rule(i, A as u32);
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
