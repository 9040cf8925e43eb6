//! The only folder with `unsafe`: what the compiler cannot check, each block with its reason.
//!
//! [`product`] and [`gradient`] are the doors; behind them the product crate, which knows every processor, and kernels for
//! processors with 512-bit registers, asked for when the program runs.
#![allow(unsafe_code)]

pub(crate) mod bytes;
pub(crate) mod denormals;
#[cfg(target_arch = "x86_64")]
mod dot;
pub mod gradient;
pub(crate) mod half;
#[cfg(target_arch = "x86_64")]
mod outer;
pub(crate) mod patches;
pub mod peak;
pub mod product;
#[cfg(target_arch = "x86_64")]
mod tasks;

/// Whether the processor has 512-bit registers with all that the kernels for plain numbers use.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_wide() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl")
}

/// Whether it multiplies pairs of numbers of 16 bits.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_pairs() -> bool {
    has_wide() && is_x86_feature_detected!("avx512bf16")
}

/// Whether it multiplies fours of bytes.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_fours() -> bool {
    has_wide() && is_x86_feature_detected!("avx512vnni")
}

#[cfg(test)]
mod tests {
    /// Whether the kernels for 512-bit registers are what runs here.
    pub(crate) fn wide() -> bool {
        #[cfg(target_arch = "x86_64")]
        return super::has_wide();
        #[cfg(not(target_arch = "x86_64"))]
        false
    }
}
