//! The only folder with `unsafe`: what the compiler cannot check, each block with its reason.
//!
//! [`product`] and [`gradient`] are the doors; behind them the product crate, which knows every processor, and kernels for
//! processors with 512-bit registers, or with those of a matrix, asked for when the program runs.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod ahead;
#[cfg(target_arch = "x86_64")]
pub(crate) mod amx;
pub(crate) mod bytes;
pub(crate) mod denormals;
pub(crate) mod direct;
#[cfg(target_arch = "x86_64")]
mod dot;
pub(crate) mod flat;
pub mod gradient;
pub(crate) mod half;
pub(crate) mod lanes;
#[cfg(target_arch = "x86_64")]
mod outer;
#[cfg(target_arch = "x86_64")]
mod packed;
#[cfg(target_arch = "x86_64")]
mod panels;
pub(crate) mod patches;
pub mod peak;
pub mod product;
pub(crate) mod rounded;
pub(crate) mod strips;
pub(crate) mod taps;
#[cfg(target_arch = "x86_64")]
mod tasks;
#[cfg(target_arch = "x86_64")]
mod words;

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
    use crate::Matrix;
    use goodness_core::Rng;

    pub(crate) fn random(rows: usize, width: usize, seed: u64) -> Matrix {
        let mut rng = Rng::keyed(seed, 0, 0);
        Matrix::from_vec((0..rows * width).map(|_| rng.normal()).collect(), rows, width)
    }

    /// The plain definition, in double precision.
    pub(crate) fn reference(
        rows: usize,
        columns: usize,
        depth: usize,
        at: impl Fn(usize, usize, usize) -> f64,
    ) -> Vec<f64> {
        let cell = |i: usize| (0..depth).map(|k| at(i / columns, i % columns, k)).sum();
        (0..rows * columns).map(cell).collect()
    }

    pub(crate) fn close(got: &Matrix, want: &[f64], depth: usize) {
        let bound = 1e-6 * (depth as f64).sqrt() + 1e-6;
        for (g, w) in got.data().iter().zip(want) {
            assert!((f64::from(*g) - w).abs() <= bound * (1.0 + w.abs()), "{g} is not {w}");
        }
    }

    pub(crate) const SHAPES: &[(usize, usize, usize)] = &[
        (0, 3, 2),
        (1, 1, 1),
        (1, 7, 13),
        (5, 1, 3),
        (3, 5, 0),
        (17, 31, 29),
        (64, 64, 64),
        (101, 97, 103),
        (131, 35, 1031),
        (150, 47, 1),
    ];

    /// Whether the kernels for 512-bit registers are what runs here.
    pub(crate) fn wide() -> bool {
        #[cfg(target_arch = "x86_64")]
        return super::has_wide();
        #[cfg(not(target_arch = "x86_64"))]
        false
    }
}
