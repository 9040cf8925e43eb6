//! Products by the processor's matrix registers (Intel's Advanced Matrix Extensions): tiles of 16 rows of 32 halves, of which
//! one instruction multiplies two and adds what they give to a third.
//!
//! The compiler has no stable names for these instructions, so the one product that everything here is made of is written with
//! them.

pub(crate) mod rows;

use std::marker::PhantomData;
use std::sync::OnceLock;

/// Rows and columns of the sums of one [product](Registers::product): two tiles by two.
pub(crate) const SIDE: usize = 32;
/// Halves that a step sums over, and words that they fill.
pub(crate) const DEEP: usize = 32;
pub(crate) const WORDS: usize = DEEP / 2;

/// Whether the processor has them and the system lets this process use them.
pub(crate) fn has() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| cfg!(target_pointer_width = "64") && super::has_pairs() && on_the_processor() && permitted())
}

fn on_the_processor() -> bool {
    const BFLOAT16: u32 = 1 << 22;
    const TILES: u32 = 1 << 24;
    let features = std::arch::x86_64::__cpuid_count(7, 0).edx;
    features & (BFLOAT16 | TILES) == BFLOAT16 | TILES
}

/// Asks the system to keep the registers of this process's threads: it does so for those alone that have asked, for they are
/// 8 KiB.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const REQUEST_PERMISSION: i64 = 0x1023;
    const TILE_DATA: i64 = 18;
    let result: i64;
    // SAFETY: the call takes two numbers and no address; it changes nothing but what the process may use.
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") ARCH_PRCTL => result,
            in("rdi") REQUEST_PERMISSION,
            in("rsi") TILE_DATA,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result == 0
}

/// Other systems are not known to this.
#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// How the registers are set up: eight of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct Setup([u8; 64]);

static SETUP: Setup = Setup({
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = 16;
        tile += 1;
    }
    bytes
});

/// Room for the sums of one product, as the cache has it.
#[repr(align(64))]
pub(crate) struct Sums(pub(crate) [f32; SIDE * SIDE]);

impl Sums {
    pub(crate) fn zeros() -> Self {
        Self([0.0; SIDE * SIDE])
    }
}

/// Where 32 rows of halves lie, all distances in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// The first row's first halves.
    pub(crate) at: *const u8,
    /// From row to row, and from the first sixteen rows to the others.
    pub(crate) row: usize,
    pub(crate) lower: usize,
    /// From step to step, and from the first step of a run to that of the next.
    pub(crate) step: usize,
    pub(crate) run: usize,
}

/// The registers, set up for this thread until they are dropped.
pub(crate) struct Registers {
    /// They are one thread's.
    _own: PhantomData<*const ()>,
}

impl Registers {
    /// Sets them up.
    ///
    /// # Safety
    /// [`has`] said yes, and this thread has none yet.
    #[inline]
    pub(crate) unsafe fn new() -> Self {
        // SAFETY: the caller's; the setup is valid, and nothing else uses these registers.
        unsafe { std::arch::asm!("ldtilecfg [{}]", in(reg) &raw const SETUP, options(nostack)) };
        Self { _own: PhantomData }
    }
}

impl Drop for Registers {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: whoever made this asked the processor. What the system has to keep for this thread is less again.
        unsafe { std::arch::asm!("tilerelease", options(nostack)) };
    }
}

impl Registers {
    /// Writes 32 × 32 sums of products to rows that lie `stride` numbers apart. They go over some runs of some steps, each of
    /// [`DEEP`] halves: of `left`, and of `right`, where a row is one word of each of the 32 columns, [`WORDS`] rows a step.
    ///
    /// A word is a pair of halves. The processor adds up the products of a step in an order of its own, the same for all sums, and
    /// steps follow each other.
    ///
    /// # Safety
    /// `right` holds `WORDS` · `SIDE` words a step, all of `left` is there, `out` has [`SIDE`] rows of as many numbers, and
    /// there is at least one run and one step.
    #[inline]
    pub(crate) unsafe fn product(
        &mut self,
        left: Left,
        right: *const u32,
        (runs, steps): (usize, usize),
        out: *mut f32,
        stride: usize,
    ) {
        debug_assert!(runs > 0 && steps > 0);
        // SAFETY: the caller's: every address that is read or written is inside what it vouches for; `self` is there, so the
        // registers are set up.
        unsafe {
            std::arch::asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "2:",
                "mov {left_over}, {steps}",
                "3:",
                "tileloadd tmm6, [{right} + {word} * 1]",
                "tileloadd tmm4, [{upper} + {row} * 1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{right} + {word} * 1 + 64]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{lower} + {row} * 1]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "add {upper}, {step}",
                "add {lower}, {step}",
                "add {right}, 2048",
                "dec {left_over}",
                "jnz 3b",
                "add {upper}, {skip}",
                "add {lower}, {skip}",
                "dec {runs}",
                "jnz 2b",
                "tilestored [{out} + {stride} * 1], tmm0",
                "tilestored [{out} + {stride} * 1 + 64], tmm1",
                "shl {stride}, 4",
                "add {out}, {stride}",
                "shr {stride}, 4",
                "tilestored [{out} + {stride} * 1], tmm2",
                "tilestored [{out} + {stride} * 1 + 64], tmm3",
                upper = inout(reg) left.at => _,
                lower = inout(reg) left.at.wrapping_add(left.lower) => _,
                row = in(reg) left.row,
                step = in(reg) left.step,
                skip = in(reg) left.run.wrapping_sub(left.step.wrapping_mul(steps)),
                right = inout(reg) right => _,
                word = in(reg) SIDE * size_of::<u32>(),
                steps = in(reg) steps,
                left_over = out(reg) _,
                runs = inout(reg) runs => _,
                out = inout(reg) out => _,
                stride = inout(reg) stride * size_of::<f32>() => _,
                out("tmm0") _,
                out("tmm1") _,
                out("tmm2") _,
                out("tmm3") _,
                out("tmm4") _,
                out("tmm5") _,
                out("tmm6") _,
                out("tmm7") _,
                options(nostack),
            );
        }
    }

    /// Runs `rounds` of four products of tiles that need nothing from memory; returns how many operations they were.
    pub(crate) fn peak(&mut self, rounds: u64) -> u64 {
        // SAFETY: `self` is there, so the registers are set up; what they hold is nobody's.
        unsafe {
            std::arch::asm!(
                "test {left_over}, {left_over}",
                "jz 3f",
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "tilezero tmm4",
                "tilezero tmm5",
                "tilezero tmm6",
                "tilezero tmm7",
                "2:",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "dec {left_over}",
                "jnz 2b",
                "3:",
                left_over = inout(reg) rounds => _,
                out("tmm0") _,
                out("tmm1") _,
                out("tmm2") _,
                out("tmm3") _,
                out("tmm4") _,
                out("tmm5") _,
                out("tmm6") _,
                out("tmm7") _,
                options(nomem, nostack),
            );
        }
        rounds * (2 * SIDE * SIDE * DEEP) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::super::half::{self, Bf16};
    use super::*;
    use goodness_core::Rng;

    /// Halves of normal numbers, from the beginning of a line of the cache on or not, and what they are.
    fn halves(count: usize, seed: u64) -> (Vec<Bf16>, Vec<f64>) {
        let mut rng = Rng::keyed(seed, 0, 0);
        let (from, mut to): (Vec<f32>, _) = ((0..count).map(|_| rng.normal()).collect(), vec![Bf16::default(); count]);
        half::round_into(&from, &mut to);
        let numbers = to.iter().map(|x| f64::from(x.to_f32())).collect();
        (to, numbers)
    }

    #[test]
    fn sums_go_over_steps_and_runs_of_rows_that_lie_anywhere() {
        if !has() {
            return;
        }
        // Rows that overlap, as neighbouring places do; runs that lie apart; an output wider than the sums.
        let (row, lower, step, run, stride) = (6, 16 * 6 + 30, 64, 402, 37);
        for (runs, steps) in [(1, 1), (3, 1), (2, 5)] {
            let last: usize = 15 * row + lower + (runs - 1) * run + steps * step;
            let (left, numbers) = halves(last.div_ceil(2), 1);
            let (right, words) = halves(runs * steps * DEEP * SIDE, 2);
            let mut out = vec![7.0f32; SIDE * stride];
            let at = Left { at: left.as_ptr().cast(), row, lower, step, run };
            // SAFETY: the processor was asked; both operands are as long as these distances say, the output has its rows.
            unsafe { Registers::new().product(at, right.as_ptr().cast(), (runs, steps), out.as_mut_ptr(), stride) };
            for (i, got) in out.iter().enumerate() {
                let (r, c) = (i / stride, i % stride);
                if c >= SIDE {
                    assert_eq!(*got, 7.0);
                    continue;
                }
                let one = |k: usize| {
                    let byte = r / 16 * lower + r % 16 * row + k / DEEP / steps * run + k / DEEP % steps * step;
                    numbers[byte / 2 + k % DEEP] * words[(k / 2 * SIDE + c) * 2 + k % 2]
                };
                let want: f64 = (0..runs * steps * DEEP).map(one).sum();
                assert!((f64::from(*got) - want).abs() <= 1e-4 * (1.0 + want.abs()), "{r}, {c}: {got} is not {want}");
            }
        }
    }
}
