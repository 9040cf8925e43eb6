//! Denormal numbers.

/// Makes this thread read and write numbers below 2⁻¹²⁶ as 0.
#[cfg(target_arch = "x86_64")]
pub(crate) fn flush_to_zero() {
    const FLUSH_RESULTS: u32 = 1 << 15;
    const READ_AS_ZERO: u32 = 1 << 6;
    let mut mxcsr = 0u32;
    // SAFETY: stmxcsr and ldmxcsr move the control register to and from a u32 that outlives them; both bits are defined
    // on every x86-64 processor, and only floating-point results of this thread change.
    unsafe {
        std::arch::asm!("stmxcsr [{}]", in(reg) &mut mxcsr, options(nostack));
        mxcsr |= FLUSH_RESULTS | READ_AS_ZERO;
        std::arch::asm!("ldmxcsr [{}]", in(reg) &mxcsr, options(nostack, readonly));
    }
}

/// Makes this thread read and write numbers below 2⁻¹²⁶ as 0.
#[cfg(target_arch = "aarch64")]
pub(crate) fn flush_to_zero() {
    const FLUSH: u64 = 1 << 24;
    let mut fpcr: u64;
    // SAFETY: reads and writes the floating-point control register, which user code may; only floating-point results of
    // this thread change.
    unsafe {
        std::arch::asm!("mrs {}, fpcr", out(reg) fpcr, options(nomem, nostack));
        fpcr |= FLUSH;
        std::arch::asm!("msr fpcr, {}", in(reg) fpcr, options(nomem, nostack));
    }
}

/// Other processors compute denormals as they are: slower, not wrong.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn flush_to_zero() {}
