//! How fast this machine multiplies and adds at most: what every product is a share of.
//!
//! Chains of multiply-adds that need nothing from one another and nothing from memory, as many as keep the units for
//! them busy, with the widest instructions that the processor has. No product can do better, for it has to load its
//! numbers too.

use std::hint::black_box;
use std::time::Instant;

/// Chains side by side: a processor starts two multiply-adds a cycle and each takes four cycles, or a little more.
const CHAINS: usize = 12;

/// Runs `rounds` of multiply-adds on the calling thread; returns how many operations they were, a multiply-add being
/// two of them.
pub fn multiply_adds(rounds: u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512F, as has just been asked.
            return unsafe { avx512::multiply_adds(rounds) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has AVX2 and FMA, as has just been asked.
            return unsafe { avx2::multiply_adds(rounds) };
        }
    }
    portable(rounds)
}

/// The same by products of halves (bfloat16), whatever the processor has for them: matrix registers, or one instruction for
/// pairs; `None` where it has neither.
pub fn multiply_adds_of_halves(rounds: u64) -> Option<u64> {
    #[cfg(target_arch = "x86_64")]
    {
        if super::amx::has() {
            // SAFETY: as has just been asked; no thread is inside two products.
            return Some(unsafe { super::amx::Registers::new() }.peak(rounds));
        }
        if super::has_pairs() {
            // SAFETY: as has just been asked.
            return Some(unsafe { pairs::multiply_adds(rounds) });
        }
    }
    let _ = rounds;
    None
}

/// Operations a second of all threads of the pool that it is called inside of, while each of them runs `rounds`.
pub fn per_second(rounds: u64) -> f64 {
    rate(|| multiply_adds(rounds))
}

/// The same of products of halves; 0 where the processor has none.
pub fn per_second_of_halves(rounds: u64) -> f64 {
    rate(|| multiply_adds_of_halves(rounds).unwrap_or(0))
}

fn rate(count: impl Fn() -> u64 + Sync) -> f64 {
    let start = Instant::now();
    let operations: u64 = rayon::broadcast(|_| count()).iter().sum();
    operations as f64 / start.elapsed().as_secs_f64().max(1e-9)
}

/// Numbers near 1 that stay there, unknown to the compiler.
fn factors() -> (f32, f32) {
    (black_box(0.999), black_box(0.001))
}

fn portable(rounds: u64) -> u64 {
    const LANES: usize = 8;
    let (a, b) = factors();
    let mut x = [[1.0f32; LANES]; CHAINS];
    for _ in 0..rounds {
        // Apart, where a fused one would be a call to a library; counted the same.
        x.iter_mut()
            .flatten()
            .for_each(|x| *x = if cfg!(target_feature = "fma") { x.mul_add(a, b) } else { *x * a + b });
    }
    black_box(x);
    rounds * (2 * LANES * CHAINS) as u64
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::{CHAINS, black_box, factors};
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_reduce_add_ps, _mm512_set1_ps};

    #[target_feature(enable = "avx512f")]
    pub(super) fn multiply_adds(rounds: u64) -> u64 {
        let (a, b) = factors();
        let (a, b) = (_mm512_set1_ps(a), _mm512_set1_ps(b));
        let mut x = [_mm512_set1_ps(1.0); CHAINS];
        for _ in 0..rounds {
            x.iter_mut().for_each(|x| *x = _mm512_fmadd_ps(*x, a, b));
        }
        x.iter().for_each(|x| _ = black_box(_mm512_reduce_add_ps(*x)));
        rounds * (2 * 16 * CHAINS) as u64
    }
}

#[cfg(target_arch = "x86_64")]
mod pairs {
    use super::{CHAINS, black_box};
    use std::arch::x86_64::{
        __m512bh, __m512i, _mm512_dpbf16_ps, _mm512_reduce_add_ps, _mm512_set1_epi16, _mm512_set1_ps,
    };

    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    pub(super) fn multiply_adds(rounds: u64) -> u64 {
        // SAFETY: both are 32 numbers of 16 bits.
        let halves = |bits: i16| unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_set1_epi16(bits)) };
        // 1 and 0, of which nothing comes.
        let (a, b) = (halves(black_box(0x3f80)), halves(black_box(0)));
        let mut x = [_mm512_set1_ps(1.0); CHAINS];
        for _ in 0..rounds {
            x.iter_mut().for_each(|x| *x = _mm512_dpbf16_ps(*x, a, b));
        }
        x.iter().for_each(|x| _ = black_box(_mm512_reduce_add_ps(*x)));
        rounds * (2 * 32 * CHAINS) as u64
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{CHAINS, black_box, factors};
    use std::arch::x86_64::{_mm_cvtss_f32, _mm256_castps256_ps128, _mm256_fmadd_ps, _mm256_set1_ps};

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn multiply_adds(rounds: u64) -> u64 {
        let (a, b) = factors();
        let (a, b) = (_mm256_set1_ps(a), _mm256_set1_ps(b));
        let mut x = [_mm256_set1_ps(1.0); CHAINS];
        for _ in 0..rounds {
            x.iter_mut().for_each(|x| *x = _mm256_fmadd_ps(*x, a, b));
        }
        x.iter().for_each(|x| _ = black_box(_mm_cvtss_f32(_mm256_castps256_ps128(*x))));
        rounds * (2 * 8 * CHAINS) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pool;

    #[test]
    fn operations_are_counted() {
        // Whatever the lanes, there are two operations a lane and chain, and twice the rounds are twice as many.
        let once = multiply_adds(1);
        assert!(once >= 2 * CHAINS as u64 && once.is_multiple_of(2 * CHAINS as u64), "{once}");
        assert_eq!(multiply_adds(1000), 1000 * once);
        assert_eq!(portable(3), 3 * 2 * 8 * CHAINS as u64);
        if let Some(once) = multiply_adds_of_halves(1) {
            assert!(once > multiply_adds(1), "{once}");
            assert_eq!([0, 1000].map(multiply_adds_of_halves), [Some(0), Some(1000 * once)]);
        }
    }

    #[test]
    fn all_threads_count() {
        let rate = Pool::new(3).unwrap().run(|| per_second(1000));
        assert!(rate.is_finite() && rate > 0.0, "{rate}");
        let of_halves = Pool::new(3).unwrap().run(|| per_second_of_halves(1000));
        assert_eq!(of_halves > 0.0, multiply_adds_of_halves(1).is_some(), "{of_halves}");
    }
}
