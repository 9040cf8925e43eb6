//! Instructions, by the system timer of an emulator that gives every instruction one nanosecond (`-icount shift=0`).

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{Peripherals, SYST};

/// Nanoseconds, and so instructions, of a thousand ticks of the board's clock.
const PER_THOUSAND: u64 = 1_000_000_000
    / if cfg!(feature = "microbit") {
        16_000
    } else if cfg!(feature = "stm32vldiscovery") {
        24_000
    } else {
        168_000
    };
const TOP: u32 = 0x00FF_FFFF;

/// Starts the timer.
pub fn start() {
    if let Some(mut peripherals) = Peripherals::take() {
        peripherals.SYST.set_clock_source(SystClkSource::Core);
        peripherals.SYST.set_reload(TOP);
        peripherals.SYST.clear_current();
        peripherals.SYST.enable_counter();
    }
}

/// What `work` returns, and its instructions, to about a hundred; more than the timer holds are counted modulo that.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = SYST::get_current();
    let done = work();
    let ticks = before.wrapping_sub(SYST::get_current()) & TOP;
    (done, u64::from(ticks) * PER_THOUSAND / 1000)
}
