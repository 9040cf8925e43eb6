//! Plain code that is compiled once for every width of registers, and run with the widest that the processor has.

/// Numbers that one register holds.
pub(crate) trait Lanes: Copy {
    /// How many.
    const COUNT: usize;

    /// The same number in every lane.
    fn all(number: f32) -> Self;

    /// The first numbers of a slice that is long enough.
    fn load(from: &[f32]) -> Self;

    /// Writes them to the first places of a slice that is long enough.
    fn store(self, to: &mut [f32]);

    /// The numbers there.
    ///
    /// # Safety
    /// There are as many.
    unsafe fn read(from: *const f32) -> Self;

    fn add(self, other: Self) -> Self;

    fn sub(self, other: Self) -> Self;

    fn times(self, other: Self) -> Self;

    /// `self + a·b`.
    fn fold(self, a: Self, b: Self) -> Self;
}

/// Something to compute, whatever the registers are.
pub(crate) trait Work {
    /// Computes it; products keep the sums of `ROWS` rows of two registers at a time. To be inlined, always.
    fn run<L: Lanes, const ROWS: usize>(self);
}

/// Registers of this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registers(Width);

/// Numbers of 32 bits that a register holds. There is no value but of widths that the processor was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Four,
    #[cfg(target_arch = "x86_64")]
    Eight,
    #[cfg(target_arch = "x86_64")]
    Sixteen,
}

impl Registers {
    /// The widest.
    pub(crate) fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if super::has_wide() {
                return Self(Width::Sixteen);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self(Width::Eight);
            }
        }
        Self(Width::Four)
    }

    /// All that there are.
    #[cfg(test)]
    pub(crate) fn every() -> Vec<Self> {
        let all = [
            Width::Four,
            #[cfg(target_arch = "x86_64")]
            Width::Eight,
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen,
        ];
        let widest = Self::widest().lanes();
        all.into_iter().map(Self).filter(|registers| registers.lanes() <= widest).collect()
    }

    /// Numbers of one.
    pub(crate) fn lanes(self) -> usize {
        match self.0 {
            Width::Four => 4,
            #[cfg(target_arch = "x86_64")]
            Width::Eight => 8,
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen => 16,
        }
    }

    /// Computes with them.
    pub(crate) fn run(self, work: impl Work) {
        match self.0 {
            Width::Four => work.run::<Four, 6>(),
            // SAFETY: a value of this width is made on processors that have the instructions.
            #[cfg(target_arch = "x86_64")]
            Width::Eight => unsafe { x86::eight(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen => unsafe { x86::sixteen(work) },
        }
    }
}

/// What every processor can be compiled for.
#[derive(Clone, Copy)]
struct Four([f32; 4]);

impl Four {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| of(self.0[i], other.0[i])))
    }
}

impl Lanes for Four {
    const COUNT: usize = 4;

    #[inline(always)]
    fn all(number: f32) -> Self {
        Self([number; 4])
    }

    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        Self(std::array::from_fn(|i| from[i]))
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    unsafe fn read(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }

    #[inline(always)]
    fn fold(self, a: Self, b: Self) -> Self {
        // Apart, where a fused one would be a call to a library.
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            return Self(std::array::from_fn(|i| a.0[i].mul_add(b.0[i], self.0[i])));
        }
        self.add(a.times(b))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Lanes, Work};

    /// With 256-bit registers.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn eight(work: impl Work) {
        work.run::<Eight, 6>();
    }

    /// With 512-bit registers.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,fma")]
    pub(super) fn sixteen(work: impl Work) {
        work.run::<Sixteen, 14>();
    }

    /// Eight numbers; named by [`eight`] alone.
    #[derive(Clone, Copy)]
    struct Eight(__m256);

    /// Sixteen numbers; named by [`sixteen`] alone.
    #[derive(Clone, Copy)]
    struct Sixteen(__m512);

    macro_rules! lanes {
        ($name:ident, $count:literal, $all:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $times:ident, $fold:ident) => {
            impl Lanes for $name {
                const COUNT: usize = $count;

                #[inline(always)]
                fn all(number: f32) -> Self {
                    // SAFETY: only code that was compiled for these registers, and so asked for them, names the type.
                    Self(unsafe { $all(number) })
                }

                #[inline(always)]
                fn load(from: &[f32]) -> Self {
                    let from = &from[..$count];
                    // SAFETY: as above; there are as many numbers.
                    Self(unsafe { $load(from.as_ptr()) })
                }

                #[inline(always)]
                fn store(self, to: &mut [f32]) {
                    let to = &mut to[..$count];
                    // SAFETY: as above; there are as many numbers.
                    unsafe { $store(to.as_mut_ptr(), self.0) }
                }

                #[inline(always)]
                unsafe fn read(from: *const f32) -> Self {
                    // SAFETY: as above, and the caller's.
                    Self(unsafe { $load(from) })
                }

                #[inline(always)]
                fn add(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $add(self.0, other.0) })
                }

                #[inline(always)]
                fn sub(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $sub(self.0, other.0) })
                }

                #[inline(always)]
                fn times(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $times(self.0, other.0) })
                }

                #[inline(always)]
                fn fold(self, a: Self, b: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $fold(a.0, b.0, self.0) })
                }
            }
        };
    }

    lanes!(
        Eight,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_fmadd_ps
    );
    lanes!(
        Sixteen,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_fmadd_ps
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a·b + c − a to `out`.
    struct Sums<'a>([&'a [f32]; 3], &'a mut [f32]);

    impl Work for Sums<'_> {
        #[inline(always)]
        fn run<L: Lanes, const ROWS: usize>(self) {
            let Self([a, b, c], out) = self;
            for first in (0..out.len()).step_by(L::COUNT) {
                let [a, b, c] = [a, b, c].map(|of| L::load(&of[first..]));
                let once = c.fold(a, b).sub(a);
                once.add(L::all(2.0).times(a)).sub(a).sub(a).store(&mut out[first..]);
            }
        }
    }

    #[test]
    fn every_width_computes_the_same() {
        let [a, b, c] = [1.0f32, 2.0, 3.0].map(|from| (0..64).map(|i| from * i as f32).collect::<Vec<_>>());
        for registers in Registers::every() {
            let mut out = [0.0; 64];
            registers.run(Sums([&a, &b, &c], &mut out));
            assert!((0..64).all(|i| out[i] == a[i] * b[i] + c[i] - a[i]), "{registers:?}");
        }
    }
}
